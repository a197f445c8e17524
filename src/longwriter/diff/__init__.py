"""What changed between texts, by paragraph and then by word, and how two edits of one text go together."""
