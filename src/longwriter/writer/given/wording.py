"""The request of a run that goes on with a draft: what it is, how it is told, in which language."""

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

from longwriter.intake.noticed import Noticed
from longwriter.language import NAMES
from longwriter.length.scripts import is_traditional
from longwriter.text import count_words
from longwriter.writer.prompts import prompt_set

TELLING = Path(__file__).parent / "telling.toml"
LONGEST_TITLE = 120
"""Characters."""
_SPEECH = re.compile(r"[“„«「『\"]|^[ \t\u3000]*[—–]", re.M)
SPOKEN = 1 / 250
"""Openings of speech per word from which a text that is told is taken for a story; a history quotes less."""

_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+\b")
_DATES = frozenset(
    (
        *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
        *("Mr", "Mrs", "Miss", "Dr", "Sir", "Lady", "God", "English", "French", "German"),
    )
)
LEAST_NAMED = 3
"""Times that a name is said in the middle of a sentence."""


@cache
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = tomllib.loads(TELLING.read_text("utf-8"))
    return words


def prompts_for(noticed: Noticed, text: str) -> str:
    """The language of the prompts that go on with a text."""
    if noticed.language != "zh":
        return "en"
    return "zh-Hant" if is_traditional(text[:10_000]) else "zh"


def request(title: str, text: str, noticed: Noticed, language: str, wish: str = "") -> str:
    """The request, for prompts in `language`. `wish`: what a person wants of the rest."""
    words = _words()[language]
    kind = "story" if is_story(text, noticed) else "text"
    shown = " ".join(title.split())[:LONGEST_TITLE]
    how = words["joint"].join(words[one] for one in (noticed.tense, noticed.person) if one)
    own = noticed.language.startswith(language[:2]) or noticed.language not in NAMES
    made = prompt_set(language).render(
        "import",
        work=words[f"titled_{kind}"].format(title=shown) if shown else words[kind],
        told=words["told"].format(how=how) if how else "",
        written="" if own else words["written"].format(language=NAMES[noticed.language][0]),
        wish=wish.strip(),
    )
    return " ".join(made.split())


def main_name(text: str) -> str:
    """The name that an English text says most; "" for none that stands thrice in the middle of sentences.

    What the text also writes small, and days and months, are none.
    """
    within = Counter(match[0] for match in _NAME.finditer(text))
    said = Counter(re.findall(r"\b[A-Za-z]+\b", text))
    names = [(said[name], name) for name, n in within.items() if n >= LEAST_NAMED and not said[name.lower()]]
    return max((one for one in names if one[1] not in _DATES), default=(0, ""))[1]


def is_story(text: str, noticed: Noticed) -> bool:
    """Whether a text is told, and people speak in it."""
    told = noticed.person in ("first", "third") or noticed.language != "en"
    return told and len(_SPEECH.findall(text)) >= max(4, SPOKEN * count_words(text))
