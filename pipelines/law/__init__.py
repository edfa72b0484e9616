"""The law as dated data, and what it asked of a shipment on its day."""
