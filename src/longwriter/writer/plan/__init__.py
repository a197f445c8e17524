"""The outline: asked for, read, checked, shown as Markdown."""
