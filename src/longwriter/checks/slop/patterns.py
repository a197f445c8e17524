"""Turns of phrase that no list of words can hold, found by rules that are safe: "not X but Y" as models make it.

"Not only X, but also Y" and "he was not tall, but strong" are plain English and do not count. What counts says what
something is not, and at once what the same thing is: "It wasn't fear. It was hope.", "This is not just a house—it's a
home." People write these too, a few times in a novel.
"""

import re
from collections.abc import Callable, Iterator

_BE = r"(?:is|was|are|were)"
_IT = r"(?:it|this|that|they|these|those)"
_NOT = rf"(?:{_IT}(?:['’]s|['’]re| {_BE}) not|{_IT} (?:is|was|are|were)n['’]t)"
_AGAIN = rf"(?:it|this|that|they|these|those)(?:['’]s|['’]re| {_BE})(?! not\b|n['’]t)"
CONTRAST = "not X. It's Y"
_BEGUN = re.compile(rf"\b{_NOT}\Z", re.IGNORECASE)
_SAID_NOT = re.compile(r"[Nn](?:[Oo][Tt]|['’][Tt])\b")
_LONGEST = len("these weren't") + 3
"""Characters of what ends with such a word, at most."""
_GOES_ON = re.compile(
    rf"[^.!?;:\n—–]{{1,90}}?(?:[.!?;:—–]|--|, | - ) ?[\"“”'‘’]? ?{_AGAIN}\b",
    re.IGNORECASE,
)


def _contrasts(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each. Looked for from the "not", of which there are few."""
    done = 0
    for said in _SAID_NOT.finditer(text):
        begun = _BEGUN.search(text, max(done, said.end() - _LONGEST), said.end())
        if begun and (match := _GOES_ON.match(text, said.end())):
            done = match.end()
            yield begun.start(), done


PATTERNS: dict[str, dict[str, Callable[[str], Iterator[tuple[int, int]]]]] = {"en": {CONTRAST: _contrasts}}
"""Language -> name -> rule: start and end of each place, in order."""


def pattern_hits(text: str, language: str) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of each, by rule."""
    for name, rule in PATTERNS.get(language, {}).items():
        yield from ((name, start, end) for start, end in rule(text))
