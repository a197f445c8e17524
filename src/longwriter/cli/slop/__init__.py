"""The commands on stock phrases."""
