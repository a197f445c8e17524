"""Samples of a model to preferences."""
