"""What a draft's text shows of how it is told: language, tense, person."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from longwriter.language import tongue
from longwriter.text import each_word

_SPEECH = re.compile(r"[“«„「『].{1,2000}?[”»“」』]|\"[^\"\n]{1,2000}\"", re.DOTALL)
_PAST = frozenset(
    [
        "was",
        "were",
        "had",
        "did",
        "said",
        "went",
        "came",
        "saw",
        "took",
        "knew",
        "thought",
        "looked",
        "asked",
        "could",
        "would",
        "felt",
        "made",
    ]
)
_PRESENT = frozenset(
    [
        "is",
        "are",
        "has",
        "does",
        "says",
        "goes",
        "comes",
        "sees",
        "takes",
        "knows",
        "thinks",
        "looks",
        "asks",
        "can",
        "will",
        "feels",
        "makes",
        "am",
    ]
)
LEAST = 10
"""Words that have to speak for a tense or a person."""
AHEAD = 2.0
"""How often they have to be more than those for another."""


@dataclass(frozen=True)
class Noticed:
    """ "" where the text does not tell."""

    language: str
    """Code of `language.NAMES`."""
    tense: Literal["past", "present", ""] = ""
    person: Literal["first", "third", "second", ""] = ""


def notice(text: str) -> Noticed:
    """What is said between quotation marks is left out of tense and person."""
    language = tongue(text)
    if language != "en":
        return Noticed(language)
    words = Counter(word.lower() for word in each_word(_SPEECH.sub(" ", text)))
    past, present = sum(words[w] for w in _PAST), sum(words[w] for w in _PRESENT)
    first = sum(words[w] for w in ("i", "me", "my", "we", "our"))
    third = sum(words[w] for w in ("he", "she", "they", "his", "her", "their", "him"))
    second = sum(words[w] for w in ("you", "your"))
    tense: Literal["past", "present", ""] = (
        "past" if past >= max(LEAST, AHEAD * present) else "present" if present >= max(LEAST, AHEAD * past) else ""
    )
    person: Literal["first", "third", "second", ""] = ""
    if first >= LEAST and 4 * first >= third and first > second:
        person = "first"
    elif third >= max(LEAST, AHEAD * second, AHEAD * first):
        person = "third"
    elif second >= max(LEAST, AHEAD * third, AHEAD * first):
        person = "second"
    return Noticed(language, tense, person)
