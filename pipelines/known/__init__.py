"""What is kept from pass to pass: readings of files, which versions stand, what copies of lists held."""
