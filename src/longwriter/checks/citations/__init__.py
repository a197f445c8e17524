"""Citations of a text, `[s12]`, against the chunks of its sources: marks, quotes, numbers, and whether words are shared."""
