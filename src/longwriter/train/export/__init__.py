"""What a training left, as files that others open: merged weights in a type asked for, GGUF, adapters as GGUF."""
