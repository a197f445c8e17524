"""A manuscript as files that people open: EPUB, Word, PDF, HTML, plain text."""
