"""How well a model, an agent or a folder of texts writes long: the benchmarks of both papers, reproducible offline."""
