"""Models: how text is asked for, from any server, from local weights, or from nano."""
