"""Where the phrases of a list stand in a text: runs of words found by their numbers, all at once.

A phrase is found whatever its case and the marks between its words; not across the end of a sentence, nor across
anything between two Chinese characters. Of phrases that overlap the longest counts, so that each word counts once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from longwriter.checks.along.reading import Hashes, Ints, Mask, TextReading, hash_runs, read


class PhraseHits(NamedTuple):
    """Phrases found, in the order of the text; arrays of one length."""

    phrase: Ints
    """Its place among the matcher's phrases."""
    first: Ints
    """Number of its first word."""
    words: Ints
    """How many it has."""


class _Runs(NamedTuple):
    """Phrases of as many words."""

    hashes: Hashes
    """Sorted."""
    phrase: Ints


class Matcher:
    """Finds the phrases that it was made of."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """Phrases without a word are never found; of two with the same words the first is."""
        self.phrases = tuple(phrases)
        self._runs = _by_length(self.phrases)

    def find(self, text: TextReading) -> PhraseHits:
        """All hits; time grows with the words of the text, hardly with the phrases."""
        breaks = np.cumsum(run_breaks(text))
        taken = np.zeros(len(text.starts) + 1, np.bool_)
        hits: list[tuple[int, int, int]] = []
        for length, runs in self._runs.items():  # the longest first
            numbers = hash_runs(text.hashes, length)
            place = np.minimum(np.searchsorted(runs.hashes, numbers), len(runs.hashes) - 1)
            found = np.flatnonzero(runs.hashes[place] == numbers)
            found = found[breaks[found] == breaks[found + length - 1]]
            for first in found.tolist():
                if not taken[first : first + length].any():
                    taken[first : first + length] = True
                    hits.append((first, int(runs.phrase[place[first]]), length))
        first, phrase, words = np.array(sorted(hits), np.int64).reshape(-1, 3).T
        return PhraseHits(phrase, first, words)


@lru_cache(maxsize=8)
def matcher(phrases: tuple[str, ...]) -> Matcher:
    """The matcher of some phrases, kept."""
    return Matcher(phrases)


def run_breaks(text: TextReading) -> Mask:
    """Whether no phrase goes from the word before to this one."""
    breaks = np.diff(text.sentence, prepend=text.sentence[:1]) > 0
    if len(breaks):
        single = cjk_words(text)
        breaks[1:] |= single[1:] & single[:-1] & (text.starts[1:] > text.ends[:-1])
    return breaks


def cjk_words(text: TextReading) -> Mask:
    """Whether each word is a Chinese character or kana, of which one alone is no phrase."""
    codes = text.chars[text.starts]
    found: Mask = (codes >= 0x2E80) & (codes < 0xA000) | (codes >= 0xF900) & (codes < 0xFB00)
    return found | (codes >= 0xFF66) & (codes < 0xFF9E) | (codes >= 0x20000)


def _by_length(phrases: Sequence[str]) -> dict[int, _Runs]:
    """Words of a phrase, the most first -> numbers of the phrases with so many."""
    one = read("\n".join(" ".join(phrase.split()) for phrase in phrases))
    lines = np.flatnonzero(one.chars == ord("\n"))
    owner = np.searchsorted(lines, one.starts)
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    lengths = np.diff(firsts, append=len(owner))
    grouped: defaultdict[int, list[int]] = defaultdict(list)
    for place, length in enumerate(lengths.tolist()):
        grouped[length].append(place)
    table = {}
    for length in sorted(grouped, reverse=True):
        first = firsts[grouped[length]]
        numbers, unique = np.unique(hash_runs(one.hashes, length)[first], return_index=True)
        table[length] = _Runs(numbers, owner[first][unique])
    return table
