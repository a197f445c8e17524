"""A chapter with its book: the one record that every reader of books makes, and the columns it is kept in.

A text's licence must be known before it is kept. What a book says of itself counts; what the user says counts for books
that say nothing; a book that reserves all rights is never kept.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
from pydantic import Field

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
EMPTY = "no text"

_OPEN = re.compile(
    r"(?<!not in the )public[\s-]+domain|creative\s*commons|\bcc0\b|\bcc[\s-]by|\bgfdl\b|\bgnu\b|open[\s-]government|unlicense|"
    r"\b(?:mit|apache|bsd)\b.{0,20}licen[cs]e|no known (?:copyright|restrictions)|版权公有|公有领域",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"not in the public domain|all rights (?:are )?reserved|©|\(c\)|\bcopyright(?:ed)?\b|版权所有", re.IGNORECASE
)
_NUMERAL = re.compile(r"[\s.:()\[\]–—-]*(?:\d+|[IVXLC]+|[ivxlc]+)?[\s.:()\[\]–—-]*")
_FICTION = re.compile(
    r"(?<!non)(?<!non-)\bfiction\b(?!.*(?:history and criticism|non-?fiction))|\b(?:novels?|stories)\b", re.I
)

LANGUAGES = {
    "english": "en", "eng": "en", "french": "fr", "fra": "fr", "fre": "fr", "german": "de", "deu": "de", "ger": "de",
    "spanish": "es", "spa": "es", "italian": "it", "ita": "it", "portuguese": "pt", "por": "pt", "dutch": "nl", "nld": "nl",
    "dut": "nl", "finnish": "fi", "fin": "fi", "swedish": "sv", "swe": "sv", "danish": "da", "dan": "da", "norwegian": "no",
    "nor": "no", "latin": "la", "lat": "la", "greek": "el", "ell": "el", "russian": "ru", "rus": "ru", "polish": "pl",
    "pol": "pl", "hungarian": "hu", "hun": "hu", "japanese": "ja", "jpn": "ja", "chinese": "zh", "zho": "zh", "chi": "zh",
    "korean": "ko", "kor": "ko", "esperanto": "eo", "epo": "eo", "catalan": "ca", "cat": "ca",
}  # fmt: skip
"""Names as Project Gutenberg writes them and three-letter codes -> the code that this package uses."""


@dataclass(frozen=True)
class Book:
    """What is known of a book."""

    name: str
    """Stable and readable, such as author_title: what books are selected by."""
    title: str = ""
    author: tuple[str, ...] = ()
    licence: str = ""
    """Its licence, where the file has a place for just that."""
    rights: str = ""
    """What the book says of its rights, in its own words."""
    language: str | None = None
    fiction: bool | None = None
    subjects: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Chapter:
    """A chapter, story, essay or article, cleaned."""

    text: str
    title: str = ""
    order: int = 0
    """Place in the book, from 1."""
    kind: str = "chapter"
    drop: str = ""
    """Why a reader leaves it out, such as "contents"; "" for a text to keep."""


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


def is_fiction(subjects: Sequence[str]) -> bool | None:
    """What a book's subjects say; None if they say nothing."""
    if any(re.search(r"\bnon-?fiction\b", s, re.IGNORECASE) for s in subjects):
        return False
    return True if any(_FICTION.search(s) for s in subjects) else None


def is_numeral(title: str) -> bool:
    """Whether a title is a bare number such as "IV." or nothing."""
    return _NUMERAL.fullmatch(title) is not None


def name_of(title: str, author: Sequence[str], file: str) -> str:
    """A book's name, author_title in lowercase without accents; `file` where the title has no letters."""

    def slug(text: str) -> str:
        plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
        return re.sub(r"\W+", "-", re.sub(r"['’]", "", unicodedata.normalize("NFC", plain))).strip("-_")

    return "_".join(part for part in (slug(" ".join(author)), slug(title) or slug(file)) if part)


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


def numbered(chapters: Sequence[Chapter]) -> list[Chapter]:
    """The same with `order` counted from 1 over those that stay."""
    out, order = [], 0
    for chapter in chapters:
        order += not chapter.drop
        out.append(replace(chapter, order=order))
    return out
