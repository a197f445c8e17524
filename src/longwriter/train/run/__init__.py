"""A training run: its folder, its log and curves, and what transformers is given."""
