"""What a long text must keep, measured by rules: no model, the same figures for writer, rewards, data and benchmarks."""
