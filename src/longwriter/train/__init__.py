"""Training recipes, thin on transformers, TRL and accelerate; the only room that imports torch at the top."""
