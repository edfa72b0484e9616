"""Every column that has one right spelling: values, countries, citations, names, addresses, items."""
