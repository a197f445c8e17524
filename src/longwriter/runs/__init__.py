"""A run as a folder that a person can open, and the files that it writes elsewhere."""
