"""What a long text must keep while it is written: what each section is told of it, and what a candidate is worth by it."""
