"""One file a format of books: its text as chapters."""
