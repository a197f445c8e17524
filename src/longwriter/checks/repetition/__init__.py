"""What of a text says again what stood earlier."""
