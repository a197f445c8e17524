"""What a finished text keeps to: revising it."""
