"""Turns of phrase that no list of words can hold, found by rules that are safe: "not X but Y" as models make it.

"Not only X, but also Y" and "he was not tall, but strong" are plain English and do not count. What counts says what
something is not, and at once what the same thing is: "It wasn't fear. It was hope.", "This is not just a house—it's a
home." People write these too, a few times in a novel.
"""

import re
from collections.abc import Iterator

_BE = r"(?:is|was|are|were)"
_IT = r"(?:it|this|that|they|these|those)"
_NOT = rf"(?:{_IT}(?:['’]s|['’]re| {_BE}) not|{_IT} (?:is|was|are|were)n['’]t)"
_AGAIN = rf"(?:it|this|that|they|these|those)(?:['’]s|['’]re| {_BE})(?! not\b|n['’]t)"
CONTRAST = "not X. It's Y"
PATTERNS: dict[str, dict[str, re.Pattern[str]]] = {  # language -> name -> rule
    "en": {
        CONTRAST: re.compile(
            rf"\b{_NOT}\b[^.!?;:\n—–]{{1,90}}?(?:[.!?;:—–]|--|, | - ) ?[\"“”'‘’]? ?{_AGAIN}\b",
            re.IGNORECASE,
        ),
    },
}


def pattern_hits(text: str, language: str) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of each, by rule."""
    for name, rule in PATTERNS.get(language, {}).items():
        for match in rule.finditer(text):
            yield name, match.start(), match.end()
