"""Intervals, comparisons and ratings."""
