"""nano, the small model of the recipes, for transformers."""
