"""A book and its chapters, as every reader makes them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

EMPTY = "no text"

MOST_SUBJECT = 500
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


def is_fiction(subjects: Sequence[str]) -> bool | None:
    """What a book's subjects say, as far as `MOST_SUBJECT` characters of each; None if they say nothing."""
    subjects = [subject[:MOST_SUBJECT] for subject in subjects]
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


def numbered(chapters: Sequence[Chapter]) -> list[Chapter]:
    """The same with `order` counted from 1 over those that stay."""
    out, order = [], 0
    for chapter in chapters:
        order += not chapter.drop
        out.append(replace(chapter, order=order))
    return out
