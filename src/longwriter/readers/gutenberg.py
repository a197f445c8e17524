"""Project Gutenberg's plain texts: what stands around the book, and what the header says of it."""

import re
from typing import NamedTuple

from longwriter.readers.chapters import LANGUAGES, Book, is_fiction, name_of

_START = re.compile(
    r"\*\*\* ?START OF TH(?:E|IS) PROJECT GUTENBERG E(?:BOOK|TEXT)[^*]{0,400}\*\*\*|^\*END\*? ?THE SMALL PRINT.*$",
    re.IGNORECASE | re.MULTILINE,
)
_END = re.compile(
    r"^\s*(?:\*\*\* ?END OF TH(?:E|IS) PROJECT GUTENBERG|\*\*\* ?START: FULL LICENSE|"
    r"END OF (?:THE |THIS )?PROJECT GUTENBERG|THE FULL PROJECT GUTENBERG LICENSE)",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD = re.compile(r"^(Title|Author|Language|Subject): *(.+(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_CREDIT = re.compile(
    r"\s*(?:e-?text |this (?:e-?text|e-?book|file) was |scanned and )?(?:produced|prepared|transcribed|proofed|digitized) "
    r"(?:by|from)\b|\s*\[?transcriber['’]?s? notes?\b|\s*this (?:e-?text|e-?book|file) was ",
    re.IGNORECASE,
)
_COPYRIGHTED = re.compile(
    r"copyrighted\s+project\s+gutenberg|copyright\s+(?:\(c\)|©)\s+\d{4}|copyright\s+status:\s*copyrighted",
    re.IGNORECASE,
)
PUBLIC_DOMAIN = "Public domain in the USA (Project Gutenberg)"
CREDITS_WITHIN = 12
"""Paragraphs from the beginning in which credits and notes of the transcriber are looked for."""


class Stripped(NamedTuple):
    """A text without what Project Gutenberg wrote around it."""

    body: str
    book: Book | None
    """None: the text does not come from there."""


def strip(text: str, file: str) -> Stripped:
    """Cut header, licence and credits. `file`: a name for a book without a title."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    ends = [m for m in _START.finditer(text, 0, max(60_000, len(text) // 3))]
    if not ends:
        end = _END.search(text)
        return Stripped(text[: end.start()] if end else text, _book(text[:2000], file) if end else None)
    head, body = text[: ends[-1].end()], text[ends[-1].end() :]
    end = _END.search(body)
    return Stripped(_without_credits(body[: end.start()] if end else body), _book(head, file))


def _book(head: str, file: str) -> Book:
    fields: dict[str, list[str]] = {}
    for match in _FIELD.finditer(head):
        fields.setdefault(match[1], []).append(" ".join(match[2].split()))
    title = fields.get("Title", [""])[0]
    authors = tuple(a for a in fields.get("Author", []) if a.lower() not in ("anonymous", "various", "unknown"))
    subjects = tuple(fields.get("Subject", []))
    language = fields.get("Language", [""])[0].split(",")[0].lower()
    return Book(
        name=name_of(title, authors, file),
        title=title or file,
        author=authors,
        rights="Copyrighted Project Gutenberg eBook" if _COPYRIGHTED.search(head) else PUBLIC_DOMAIN,
        language=LANGUAGES.get(language, language) or None,
        fiction=is_fiction(subjects),
        subjects=subjects,
    )


def _without_credits(body: str) -> str:
    """Drop the paragraphs near the beginning that say who made the file."""
    parts = re.split(r"(\n[ \t]*\n\s*)", body)
    return "".join(part for i, part in enumerate(parts) if i % 2 or i >= 2 * CREDITS_WITHIN or not _CREDIT.match(part))
