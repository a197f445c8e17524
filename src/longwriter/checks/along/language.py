"""Which words of a text are not in the language that it began in: by script, and by function words within a script.

A text is measured against its own first third, not against what was asked. Languages of one script are told apart where
there is a list of function words for both (`FUNCTION_WORDS`); others of one script, such as Russian and Ukrainian, are
not. Single borrowed words and names in the text's own script do not count, those in another script do.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from longwriter.checks.along.reading import Hashes, Ints, Mask, TextReading, hashes_of
from longwriter.language import FUNCTION_WORDS

NEUTRAL, LATIN, GREEK, CYRILLIC, HEBREW, ARABIC, HAN, KANA, HANGUL, OTHER = range(10)
_BLOCKS = (
    (0x41, LATIN), (0x5B, NEUTRAL), (0x61, LATIN), (0x7B, NEUTRAL), (0xC0, LATIN), (0x2B0, NEUTRAL), (0x370, GREEK),
    (0x400, CYRILLIC), (0x530, OTHER), (0x590, HEBREW), (0x600, ARABIC), (0x700, OTHER), (0x750, ARABIC),
    (0x780, OTHER), (0x1100, HANGUL), (0x1200, OTHER), (0x1E00, LATIN), (0x1F00, GREEK), (0x2000, NEUTRAL),
    (0x2E80, HAN), (0x3041, KANA), (0x3100, OTHER), (0x3131, HANGUL), (0x3190, OTHER), (0x31F0, KANA), (0x3200, NEUTRAL),
    (0x3400, HAN), (0xA000, OTHER), (0xAC00, HANGUL), (0xD7A4, NEUTRAL), (0xF900, HAN), (0xFB00, OTHER),
    (0xFF10, NEUTRAL), (0xFF21, LATIN), (0xFF5B, NEUTRAL), (0xFF66, KANA), (0xFFA0, HANGUL), (0xFFE0, NEUTRAL),
    (0x10000, OTHER), (0x20000, HAN), (0x40000, NEUTRAL),
)  # fmt: skip
_STARTS, _SCRIPTS = (np.array(column) for column in zip((0, NEUTRAL), *_BLOCKS, strict=True))

CHUNK = 20
"""Words that are given one language."""
_LEAST_VOTES = 3
"""Function words of the other language in a chunk; and they must be more than twice the text's own."""


class Tongues(NamedTuple):
    """The languages of a text's words."""

    script: Ints
    """Script of each word: that of its first character."""
    foreign: Mask
    """Whether each word is outside the script or the language that the text began in."""
    counted: Mask
    """Whether each word has letters, so that it can be foreign."""
    home: str
    """A key of `FUNCTION_WORDS` in the first third, "zh" for Han, "" for what has no list."""


def tongues(words: TextReading, language: str) -> Tongues:
    """Language of each word; `language` decides where the first third has too little to tell."""
    first = words.chars[words.starts]
    scripts = _SCRIPTS[np.searchsorted(_STARTS, first, side="right") - 1]
    counted: Mask = scripts != NEUTRAL
    opening = scripts[: max(1, len(scripts) // 3)]
    seen = np.bincount(opening[opening != NEUTRAL], minlength=OTHER + 1)
    main = int(np.argmax(seen)) if seen.any() else (HAN if language == "zh" else LATIN)
    family = _family(main, seen)
    foreign = counted & ~np.isin(scripts, family)
    if main != LATIN:
        return Tongues(scripts, foreign, counted, "zh" if family == [HAN] else "")
    votes = _votes(words)
    begun = votes[:, : max(1, votes.shape[1] // 3)].sum(1)
    names = list(FUNCTION_WORDS)
    if not begun.any() and language not in names:
        return Tongues(scripts, foreign, counted, "")
    home = int(np.argmax(begun)) if begun.any() else names.index(language)
    other = np.delete(votes, home, 0).max(0)
    chunks = (other >= _LEAST_VOTES) & (other > 2 * votes[home])
    foreign |= counted & chunks[np.arange(len(scripts)) // CHUNK]
    return Tongues(scripts, foreign, counted, names[home])


def _family(main: int, seen: Ints) -> list[int]:
    """The scripts of one language: Japanese mixes two."""
    if main in (HAN, KANA) and seen[KANA] and 10 * seen[KANA] >= seen[HAN]:
        return [HAN, KANA]
    return [main]


def _votes(words: TextReading) -> Ints:
    """Function words of each language (rows) in each chunk of words."""
    listed, bits = _listed()
    place = np.minimum(np.searchsorted(listed, words.types), len(listed) - 1)
    of_type = np.where(listed[place] == words.types, bits[place], 0)
    at = np.flatnonzero(of_type[words.type])
    held, chunks = of_type[words.type[at]], len(words.starts) // CHUNK + 1
    rows = [np.bincount(at[held >> row & 1 > 0] // CHUNK, minlength=chunks) for row in range(len(FUNCTION_WORDS))]
    return np.array(rows)


@cache
def _listed() -> tuple[Hashes, Ints]:
    """All function words, sorted, and a bit for each language that has them."""
    each = [hashes_of(text.split()) for text in FUNCTION_WORDS.values()]
    listed = np.unique(np.concatenate(each))
    bits = np.zeros(len(listed), np.int64)
    for row, hashes in enumerate(each):
        bits[np.searchsorted(listed, hashes)] |= 1 << row
    return listed, bits
