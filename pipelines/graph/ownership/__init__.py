"""Who owns whom, how far, and who stands at the top; the legal tests and the economic share."""
