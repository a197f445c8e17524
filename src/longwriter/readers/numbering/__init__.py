"""How books of many languages number and name their parts."""
