"""The embedded model: engine, vocabulary, sampling, and the weights that ship with the package."""
