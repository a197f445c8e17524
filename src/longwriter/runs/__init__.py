"""A run's folder, and the files that it writes elsewhere."""
