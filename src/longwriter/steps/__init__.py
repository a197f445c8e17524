"""Resumable work over many items, here or on Ray. Knows no data set."""
