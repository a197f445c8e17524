"""Commands that build training data."""
