"""The words of `planwords.toml`, ready to be searched for: as keys, and as patterns for lines.

A key ("Número de palabras", "word_count", "targetWords") is compared without case, accents and the signs in it; a
pattern takes any whitespace between words, with or without accents. Pure.
"""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

from longwriter.length.numerals import half_width

Kind = Literal[
    "unit", "about", "range", "title", "point", "words", "section", "chapter", "ordinal", "parts", "outline", "total"
]
Field = Literal["words", "title", "point"]
FIELDS: tuple[Field, ...] = ("words", "point", "title")

_TABLE: dict[str, dict[str, list[str]]] = tomllib.loads((Path(__file__).parent / "planwords.toml").read_text("utf-8"))
LONG_NAME = 5
"""Letters of a name (2 of a script without spaces) that is known with more before or after it: "estimated_word_count"."""


def unaccented(text: str) -> str:
    """The text without the accents on its letters; marks that are vowels of their own, as in Hindi, stay."""
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", parts))


def plain(text: str) -> str:
    """A key for comparing: letters alone, without case and accents."""
    return re.sub(r"[\W_]+", "", unaccented(text).casefold())


@cache
def names(kind: Kind) -> frozenset[str]:
    """Every name of a kind, as keys."""
    return frozenset(plain(word) for words in _TABLE.values() for word in words.get(kind, ()))


@cache
def is_field(key: str, field: Field) -> bool:
    """Whether a key, as `plain` makes it, names this part of a section, alone or with more before or after it."""
    if key in names(field):
        return True
    if any(key in names(other) for other in FIELDS) or "keyword" in key:
        return False
    return any(
        (key.startswith(name) or key.endswith(name)) and len(name) >= (LONG_NAME if name[0] < "\u0e00" else 2)
        for name in names(field)
    )


def _spaced(letter: str) -> bool:
    """Whether a letter is of a script that puts spaces between words."""
    return letter.isalpha() and (letter < "\u0e00" or "\u1e00" <= letter < "\u2000")


def _pattern(word: str) -> str:
    before = r"(?<![^\W\d_])" if _spaced(word[0]) else ""
    after = r"(?![^\W\d_])" if _spaced(word[-1]) or unicodedata.category(word[-1])[0] == "M" else ""
    return before + r"[\s_-]+".join(map(re.escape, re.split(r"[\s_-]+", word))) + after


@cache
def pattern(*kinds: Kind) -> str:
    """Any word of these kinds, the longest first, as a group for a larger pattern (with `re.IGNORECASE`)."""
    words = {word for table in _TABLE.values() for kind in kinds for word in table.get(kind, ())}
    words |= {unaccented(word) for word in words}
    words |= {half_width(word) for word in words}  # the spelling in which counts are read
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(_pattern, ordered))})"
