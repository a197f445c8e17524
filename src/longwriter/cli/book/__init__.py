"""Commands for manuscripts that come in from files."""
