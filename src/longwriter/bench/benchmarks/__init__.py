"""One file a benchmark, and their table."""
