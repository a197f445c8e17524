"""Journals of finished runs into conversations whose reply plans, writes and looks back in one generation."""
