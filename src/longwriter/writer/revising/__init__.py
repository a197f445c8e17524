"""Mending a finished text passage by passage: what is found, what a model makes of it, what is taken."""
