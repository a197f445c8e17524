"""Models in this process: GGUF files through llama.cpp, weights through transformers, and where they lie."""
