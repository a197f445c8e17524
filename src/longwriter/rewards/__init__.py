"""Rewards: how good a text is, for the writer, for training and for benchmarks alike."""
