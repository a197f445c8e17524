"""Markdown and plain text: the file's own characters, and what they say of the work."""

import re
from pathlib import Path

from longwriter.errors import InputError
from longwriter.front_matter import front_matter
from longwriter.intake.forms.draft_file import MOST_BYTES, DraftFile
from longwriter.intake.forms.encodings import decoded
from longwriter.intake.markdown_headings import markdown_headings
from longwriter.intake.pictures import of_markdown
from longwriter.readers.gutenberg import strip

_TITLE_LINE = re.compile(
    r"[\ufeff\s]*+(?:书名|書名)?[ \u3000]*+[:：]?[ \u3000]*+《([^《》\r\n]{1,40})》[ \u3000]*(?:\r?\n|作者)"
)
_AUTHOR_LINE = re.compile(r"^[ \t\u3000]*作者[ \u3000]*[:：][ \u3000]*(\S{1,20})[ \u3000]*\r?$", re.MULTILINE)
_OPENING = 200
"""Characters from the beginning in which a line names the author."""
_HEADER = 20_000
"""Characters from the beginning in which a header of Project Gutenberg is looked for."""


def read_markdown_draft(path: Path, *, pictures: bool = False) -> DraftFile:
    """Raises InputError."""
    text, encoding, warnings = decoded(bytes_of(path), path)
    fields, _ = front_matter(text)
    title, author = ", ".join(fields.get("title", ())), tuple(fields.get("author") or fields.get("authors") or ())
    found = markdown_headings(text)
    if not title and found and found[0].level < min((h.level for h in found[1:]), default=7):
        title = found[0].title
    shown, lost = of_markdown(text, path.parent) if pictures else ({}, ())
    return DraftFile(text, "md", encoding, title, author, (*warnings, *lost), shown)


def read_plain_draft(path: Path, *, pictures: bool = False) -> DraftFile:  # noqa: ARG001 - it has none
    """Raises InputError."""
    text, encoding, warnings = decoded(bytes_of(path), path)
    book = strip(text[:_HEADER], "").book if "project gutenberg" in text[:_HEADER].casefold() else None
    title, author = (book.title, book.author) if book else _opening(text)
    return DraftFile(text, "txt", encoding, title, author, warnings)


def _opening(text: str) -> tuple[str, tuple[str, ...]]:
    """Title and author as Chinese novels in plain text begin with them."""
    title = _TITLE_LINE.match(text)
    author = _AUTHOR_LINE.search(text, 0, _OPENING) if title else None
    return (str(title[1]).strip(), (str(author[1]),) if author else ()) if title else ("", ())


def bytes_of(path: Path) -> bytes:
    """Raises InputError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: is larger than {MOST_BYTES >> 20} MB; that is no draft")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
