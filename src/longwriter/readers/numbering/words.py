"""The words that headings of books are made of, by `words.toml`: divisions, numbers, names, in many languages."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

Rank = Literal["chapter", "part"]

MATTER = ("contents", "notes", "index", "advertisement", "licence page")
"""What a heading may say is no text: a key of the table, or its first word is one."""
_TABLE = Path(__file__).parent / "words.toml"
_WORD = re.compile(r"(?:[^\s.:：,，;；·—–\-()\[\]（）\"“”„«»/#№|!?…*_]|(?<=[א-ת])[\"״](?=[א-ת]))+")
_SAME = str.maketrans("ıی\u06a9’ʼ\u05f3\u0374\u00b4΄׳", "iي\u0643'''''''")


def folded(word: str) -> str:
    """A word as tables have it: without case, accents of Latin, Greek and Cyrillic, or points of Hebrew and Arabic."""
    if word.isascii():
        return word.lower()
    parted = unicodedata.normalize("NFKD", word.translate(_SAME).casefold())
    bare = "".join(c for c in parted if not (unicodedata.combining(c) and c <= "\u093c") and c not in "\u200c\u0640")
    return unicodedata.normalize("NFC", bare)


def words_in(line: str) -> list[tuple[str, int, int]]:
    """The words of a line, folded, with where each stands."""
    return [(folded(match[0]), match.start(), match.end()) for match in _WORD.finditer(line)]


def _key(phrase: str) -> str:
    """A phrase of the table as `words_in` gives it, joined by blanks."""
    return " ".join(word for word, _, _ in words_in(phrase.replace("_", " ")))


@dataclass(frozen=True)
class HeadingWords:
    """One language's."""

    divisions: Mapping[str, Rank]
    numbers: Mapping[str, int]
    """Cardinals and ordinals; -1: the last."""
    ordinals: Mapping[str, int]
    between: frozenset[str]
    joins: frozenset[str]
    """Between a ten and a one."""
    of: frozenset[str]
    first: bool
    """A number in digits may stand before the word for the division."""


@dataclass(frozen=True)
class HeadingTable:
    """All languages'."""

    languages: Mapping[str, HeadingWords]
    divisions: Mapping[str, tuple[str, ...]]
    """Word -> the languages that have it."""
    numbers: Mapping[str, tuple[str, ...]]
    """First word of a number -> languages."""
    named: frozenset[str]
    also: re.Pattern[str]
    matter: Mapping[str, str]
    """Heading -> what it says is no text."""
    ends: frozenset[str]
    """What closes a book: the end."""


def _numbers(entry: Mapping[str, str], ones: str, tens: str, endings: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Number words of one kind, and those that are joined of two."""
    small, large = entry.get(ones, "").split(), entry.get(tens, "").split()
    valued = [(stem, n) for n, group in enumerate(small, 1) for stem in group.split("/")]
    round_ = [(stem, 10 * n) for n, group in enumerate(large, 2) for stem in group.split("/")]
    for (stem, value), ending in product(valued + round_, endings):
        yield _key(stem + ending), value
    if "joined" in entry:
        units = [(u, n) for n, group in enumerate(entry.get("ones", "").split()[:9], 1) for u in group.split("/")]
        for (unit, n), (ten, value), ending in product(units, round_, endings):
            yield _key(f"{unit}{entry['joined']}{ten}{ending}"), value + n


def _language(entry: Mapping[str, str]) -> HeadingWords:
    endings = tuple(e.strip("-") for e in entry.get("endings", "-").split())
    ordinals = dict(_numbers(entry, "ordinals", "tenths", endings))
    ranks: dict[str, Rank] = {_key(w): "part" for w in entry.get("part", "").split()}
    ranks |= {_key(w): "chapter" for w in entry.get("chapter", "").split()}
    last = {_key(w): -1 for w in entry.get("last", "").split()}
    return HeadingWords(
        divisions=ranks,
        numbers=dict(_numbers(entry, "ones", "tens", ("",))) | ordinals | last,
        ordinals=ordinals | last,
        between=frozenset(_key(w) for w in entry.get("between", "").split()),
        joins=frozenset(_key(w) for w in entry.get("and", "").split()),
        of=frozenset(_key(w) for w in entry.get("of", "").split()),
        first=bool(entry.get("first")),
    )


@cache
def table() -> HeadingTable:
    """The whole table; read on the first call."""
    entries: dict[str, dict[str, str]] = tomllib.loads(_TABLE.read_text("utf-8"))
    languages = {code: _language(entry) for code, entry in entries.items()}
    divisions: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, tuple[str, ...]] = {}
    for code, words in languages.items():
        for word in words.divisions:
            divisions[word] = (*divisions.get(word, ()), code)
        for word in {number.partition(" ")[0] for number in words.numbers}:
            numbers[word] = (*numbers.get(word, ()), code)
    return HeadingTable(
        languages,
        divisions,
        numbers,
        named=frozenset(_key(w) for entry in entries.values() for w in entry.get("named", "").split()),
        also=re.compile("|".join(entry["also"] for entry in entries.values() if "also" in entry), re.IGNORECASE),
        matter={
            _key(w): reason
            for entry in reversed(entries.values())  # an index in English, contents in Catalan: the first counts
            for reason in MATTER
            for w in entry.get(reason.split()[0], "").split()
        },
        ends=frozenset(_key(w) for entry in entries.values() for w in entry.get("end", "").split()),
    )
