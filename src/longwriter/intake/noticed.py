"""What a draft's text shows of how it is told: language, tense, person. Sure or silent, as `language.tongue` is."""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from longwriter.language import tongue
from longwriter.text import each_word

Tense = Literal["past", "present", ""]
Person = Literal["first", "third", "second", ""]

LOOKED_AT = 200_000
"""Characters from the end of a text that are looked at: what goes on goes on from there."""
LEAST = 10
"""Words that have to speak for a tense or a person."""
AHEAD = 2.0
"""How often a tense's words have to stand for one of the other's."""
MANY, FEW = 0.01, 0.004
"""Shares of all words: of a person's, from which on it may be the one; of the first person's, up to which it is not."""

_TABLE = Path(__file__).parent / "noticed.toml"
SPEECH = re.compile(
    r"[“«„](?:[^”»“\n]){0,2000}[”»“]|[「『][^」』\n]{0,2000}[」』]|\"[^\"\n]{0,2000}(?:\"|$)|(?<!\w)[‘'][^‘\n]{1,2000}?[’'](?!\w)"
    r"|^[ \t]*[—–―-][ \t]?\S.*$",
    re.MULTILINE,
)
"""What people of a text say: between quotation marks, and in paragraphs that begin with a dash."""


@dataclass(frozen=True)
class Noticed:
    """How a text is told; each is empty where the text does not tell."""

    language: str
    """Code, a key of `language.NAMES`."""
    tense: Tense = ""
    person: Person = ""


@dataclass(frozen=True)
class NarratorWords:
    """The words of one language that tell tense and person, in lowercase with straight apostrophes."""

    past: frozenset[str]
    present: frozenset[str]
    first: frozenset[str]
    second: frozenset[str]
    third: frozenset[str]
    first_begins: tuple[str, ...]


@cache
def narrator_words() -> dict[str, NarratorWords]:
    """The words that tell tense and person, by code of the language."""
    entries: dict[str, dict[str, str]] = tomllib.loads(_TABLE.read_text("utf-8"))
    return {code: _words(entry) for code, entry in entries.items()}


def _words(entry: dict[str, str]) -> NarratorWords:
    past, present, first, second, third = (
        frozenset(entry.get(key, "").split()) for key in ("past", "present", "first", "second", "third")
    )
    return NarratorWords(past, present, first, second, third, tuple(entry.get("first_begins", "").split()))


def notice(text: str) -> Noticed:
    """Tense and person are the narrator's: what people say is left out."""
    text = text[-LOOKED_AT:]
    language = tongue(text)
    known = narrator_words().get(language)
    if known is None:
        return Noticed(language)
    words = Counter(word.lower().replace("’", "'") for word in each_word(SPEECH.sub(" ", text)))
    return Noticed(language, _tense(words, known), _person(words, known))


def _tense(words: Counter[str], known: NarratorWords) -> Tense:
    past, present = (sum(words[word] for word in own) for own in (known.past, known.present))
    if past >= max(LEAST, AHEAD * present):
        return "past"
    return "present" if present >= max(LEAST, AHEAD * past) else ""


def _person(words: Counter[str], known: NarratorWords) -> Person:
    total = words.total()
    first, second, third = (sum(words[word] for word in own) for own in (known.first, known.second, known.third))
    if known.first_begins:
        first += sum(n for word, n in words.items() if word.startswith(known.first_begins))
    least = max(LEAST, MANY * total)
    if second >= least and second > max(first, third):
        return "second"
    if first >= least:
        return "first"
    return "third" if third >= least and first <= FEW * total else ""
