"""What a finished text is: asked and written lengths, and what may be wrong with it."""
