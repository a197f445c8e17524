"""What is held out from training: a pure function of a chapter's book and text, so that every data set of a source agrees."""

from collections.abc import Sequence


def is_held_out(book: str, sha256: str, books: Sequence[str], every: int) -> bool:
    """Whether the book's name begins with one of `books`, or the text, by its digest, is one in `every` (0: none)."""
    named = bool(books) and book.startswith(tuple(books))
    return named or (every > 0 and int(sha256[:12], 16) % every == 0)
