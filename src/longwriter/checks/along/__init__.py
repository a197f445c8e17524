"""How a text changes from its beginning to its end, by rules."""
