"""Manuscripts that come in from files."""
