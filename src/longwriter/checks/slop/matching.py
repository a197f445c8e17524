"""Where the phrases of a list stand in a text: runs of words found by their numbers, all at once.

A phrase is found whatever its case and the marks between its words; not across the end of a sentence, nor across
anything between two Chinese characters. Of phrases that overlap the longest counts, so that each word counts once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from longwriter.checks.along.reading import Ints, Mask, TextReading, among, read


class PhraseHits(NamedTuple):
    """Phrases found, in the order of the text; arrays of one length."""

    phrase: Ints
    """Its place among the matcher's phrases."""
    first: Ints
    """Number of its first word."""
    words: Ints
    """How many it has."""


class Matcher:
    """Finds the phrases that it was made of."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """Phrases without a word are never found; of two with the same words the first is."""
        self.phrases = tuple(phrases)
        self._runs = _runs(self.phrases)
        lengths: defaultdict[int, set[int]] = defaultdict(set)
        for run in self._runs:
            lengths[run[0]].add(len(run))
        self._lengths = {first: tuple(sorted(each)) for first, each in lengths.items()}
        """The first word's number -> how many words phrases have that begin with it."""
        self._first = np.array(sorted(lengths), np.uint64)

    def find(self, text: TextReading) -> PhraseHits:
        """All hits; time grows with the words of the text, hardly with the phrases."""
        begun = np.flatnonzero(among(text.types, self._first)[text.type])
        breaks = np.append(np.flatnonzero(run_breaks(text)), len(text.starts))
        ends = breaks[np.searchsorted(breaks, begun, side="right")]
        hashes, found = text.hashes.tolist(), list[tuple[int, int, int]]()
        for first, end in zip(begun.tolist(), ends.tolist(), strict=True):
            for length in self._lengths[hashes[first]]:
                phrase = self._runs.get(tuple(hashes[first : first + length])) if first + length <= end else None
                if phrase is not None:
                    found.append((-length, first, phrase))
        taken, hits = bytearray(len(hashes)), list[tuple[int, int, int]]()
        for less, first, phrase in sorted(found):  # the longest first
            if not any(taken[first : first - less]):
                taken[first : first - less] = b"\1" * -less
                hits.append((first, phrase, -less))
        firsts, phrases, words = np.array(sorted(hits), np.int64).reshape(-1, 3).T
        return PhraseHits(phrases, firsts, words)


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


def _runs(phrases: Sequence[str]) -> dict[tuple[int, ...], int]:
    """Numbers of a phrase's words -> its place."""
    one = read("\n".join(" ".join(phrase.split()) for phrase in phrases))
    owner = np.searchsorted(np.flatnonzero(one.chars == ord("\n")), one.starts)
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    hashes, found = one.hashes.tolist(), dict[tuple[int, ...], int]()
    for first, end in pairwise([*firsts.tolist(), len(hashes)]):
        found.setdefault(tuple(hashes[first:end]), int(owner[first]))
    return found
