"""A chapter with its book as a row: the columns it is kept in, and whether it may be kept.

A text's licence must be known before it is kept. What a book says of itself counts; what the user says counts for books
that say nothing; a book that reserves all rights is never kept.
"""

import hashlib
import re

import pyarrow as pa
from pydantic import Field

from longwriter.readers.chapters import EMPTY, LANGUAGES, Book, Chapter
from longwriter.text import count_words, language
from longwriter.types import Record

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("text", pa.string()),
        ("title", pa.string()),
        ("book", pa.string()),
        ("book_title", pa.string()),
        ("author", pa.list_(pa.string())),
        ("source", pa.string()),
        ("licence", pa.string()),
        ("language", pa.string()),
        ("kind", pa.string()),
        ("fiction", pa.bool_()),
        ("subjects", pa.list_(pa.string())),
        ("description", pa.string()),
        ("order", pa.int32()),
        ("words", pa.int32()),
        ("sha256", pa.string()),
    ]
)

NO_LICENCE = "licence unknown"
RESERVED = "rights reserved"
LANGUAGE = "other language"
NOT_SELECTED = "not selected"
SHORT = "short"
REPEATS = "repeats"
NEARLY = "nearly repeats"

_OPEN = re.compile(
    r"(?<!not in the )public[\s-]+domain|creative\s*commons|\bcc0\b|\bcc[\s-]by|\bgfdl\b|\bgnu\b|open[\s-]government|unlicense|"
    r"\b(?:mit|apache|bsd)\b.{0,20}licen[cs]e|no known (?:copyright|restrictions)|版权公有|公有领域",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"not in the public domain|all rights (?:are )?reserved|©|\(c\)|\bcopyright(?:ed)?\b|版权所有", re.IGNORECASE
)


class Rules(Record):
    """Which chapters are kept."""

    licence: str | None = Field(default=None, min_length=1)
    """Licence of the books that do not say theirs."""
    language: str | None = Field(default=None, pattern=r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*$")
    """Code such as en or zh; None: all."""
    min_words: int = Field(default=50, ge=1)
    only: tuple[str, ...] = ()
    """Beginnings of the names of the books to take; empty: all."""


def licence_of(book: Book, otherwise: str | None) -> tuple[str | None, str]:
    """The licence in one line of at most 300 characters, and why the text must go if there is none.

    The book's own words go before `otherwise`; a notice of rights is a licence only if it names one.
    """
    licence, rights = (" ".join(said.split())[:300] for said in (book.licence, book.rights))
    if _OPEN.search(licence) or (licence and not _CLOSED.search(licence)):
        return licence, ""
    if _OPEN.search(rights):
        return rights, ""
    if licence or _CLOSED.search(rights):
        return None, RESERVED
    return (otherwise, "") if otherwise else (None, NO_LICENCE)


def language_of(stated: str | None, text: str, wanted: str | None) -> tuple[str | None, bool]:
    """The language's code, None if nobody says it, and whether it is the wanted one.

    A text that does not tell is taken to be in the wanted language unless its script says otherwise.
    """
    if stated:
        code = LANGUAGES.get(stated.lower(), stated)
        return code, wanted is None or f"{code.lower()}-".startswith(f"{wanted.lower()}-")
    if language(text) == "zh":
        return "zh", wanted is None or wanted.lower().startswith("zh")
    return wanted, wanted is None or not wanted.lower().startswith("zh")


def row_of(book: Book, chapter: Chapter, rules: Rules, source: str, number: int) -> dict[str, object]:
    """A row of `SCHEMA` with `drop`: why it is left out, or "". `number`: the chapter's own in its source file."""
    code, wanted = language_of(book.language, chapter.text, rules.language)
    licence, closed = licence_of(book, rules.licence)
    words = count_words(chapter.text)
    chosen = not rules.only or book.name.startswith(rules.only)
    reasons = [
        chapter.drop,
        "" if chosen else NOT_SELECTED,
        closed,
        "" if wanted else LANGUAGE,
        "" if words else EMPTY,
        "" if words >= rules.min_words else SHORT,
    ]
    return {
        "id": f"{source}#{number}",
        "text": chapter.text,
        "title": chapter.title,
        "book": book.name,
        "book_title": book.title,
        "author": list(book.author),
        "source": source,
        "licence": licence,
        "language": code,
        "kind": chapter.kind,
        "fiction": book.fiction,
        "subjects": list(book.subjects),
        "description": book.description,
        "order": chapter.order,
        "words": words,
        "sha256": hashlib.sha256(chapter.text.encode()).hexdigest(),
        "drop": next((r for r in reasons if r), ""),
    }
