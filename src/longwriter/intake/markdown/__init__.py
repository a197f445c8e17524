"""HTML -> Markdown that shows the same characters in the same order."""
