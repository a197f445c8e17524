"""How often a reward model or a judge prefers what people preferred."""
