"""What a section's text says, found by rules: one file a language and kind of claim."""
