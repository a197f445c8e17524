"""Models: how text is asked for, from any server, or from weights in this process."""
