"""Phrases that a reply may not hold, kept out of it while it is generated."""
