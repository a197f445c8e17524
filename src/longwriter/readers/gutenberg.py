"""Project Gutenberg's plain texts: what stands around the book, and what the header says of it."""

import re
from typing import NamedTuple

from longwriter.readers.chapters import LANGUAGES, Book, is_fiction, name_of

_START = re.compile(r"\*\*\* ?START OF TH(?:E|IS) PROJECT GUTENBERG E(?:BOOK|TEXT)[^*]{0,400}\*\*\*", re.IGNORECASE)
_SMALL_PRINT = re.compile(r"^\*END\*? ?THE SMALL PRINT.*$", re.IGNORECASE | re.MULTILINE)
"""Its end."""
_END = re.compile(
    r"^[ \t]*(?:\*\*\* ?END OF TH(?:E|IS) PROJECT GUTENBERG|\*\*\* ?START: FULL LICENSE|"
    r"END OF (?:THE |THIS )?PROJECT GUTENBERG|THE FULL PROJECT GUTENBERG LICENSE|"
    r"(?:FIN|ENDE|FINE|FIM|EINDE|SLUT|LOPPU)\b[^\n]{0,40}\bPRO(?:[JY]E[CK]?TO?|GETTO) GUTENBERG|-{10,} FIN DU FICHIER )",
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
    small = [(_begin(text, m), m.end()) for m in _SMALL_PRINT.finditer(text)]
    behind = [begin for begin, end in small if len(text) - end < begin]  # in some files of 1993 to 2003
    starts = [m.end() for m in _START.finditer(text, 0, max(60_000, len(text) // 3))]
    starts += [end for begin, end in small if begin not in behind and end < 60_000]
    begin = max(starts, default=0)
    closing = _END.search(text, begin)
    end = min([closing.start() if closing else len(text), *(b for b in behind if b >= begin)])
    if not starts and end == len(text):
        return Stripped(text, None)
    head = text[: begin or min(2000, end)]
    if not starts:
        begin = max((m.end() for m in _FIELD.finditer(head)), default=0)
    return Stripped(_without_credits(text[begin:end]), _book(head, file))


def _begin(text: str, end: re.Match[str]) -> int:
    """Where the small print begins that ends there."""
    return max(text.rfind("***START**", 0, end.start()), 0) or end.start()


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
