"""Commands about what a finished text keeps to."""
