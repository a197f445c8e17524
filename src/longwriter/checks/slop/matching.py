"""Where the phrases of a list stand in a text: runs of words found by their numbers, all at once.

A phrase is found whatever its case and the marks between its words; not across the end of a sentence, nor across
anything between two Chinese characters. Of phrases that overlap the longest counts, so that each word counts once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from longwriter.checks.along.reading import Ints, Mask, TextReading, among, hash_runs, read

_FIRST_CJK = 0x2E80


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
        self._single = np.array(sorted(run[0] for run in self._runs if len(run) == 1), np.uint64)
        two = np.array([run[:2] for run in self._runs if len(run) > 1], np.uint64)
        self._pairs = np.unique(hash_runs(two.ravel(), 2)[::2])
        """Numbers of the first two words of phrases that have two."""

    def find(self, text: TextReading) -> PhraseHits:
        """All hits; time grows with the words of the text, hardly with the phrases."""
        begun = np.flatnonzero(among(text.types, self._first)[text.type])
        pairs = np.append(hash_runs(text.hashes, 2), np.uint64(0))  # no word is behind the last
        begun = begun[among(text.hashes[begun], self._single) | among(pairs[begun], self._pairs)]
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


def run_breaks(text: TextReading) -> Mask:
    """Whether no phrase goes from the word before to this one."""
    breaks = np.zeros(len(text.starts), np.bool_)
    np.not_equal(text.sentence[1:], text.sentence[:-1], out=breaks[1:])
    if text.chars.max(initial=0) >= _FIRST_CJK:
        single = cjk_words(text)
        breaks[1:] |= single[1:] & single[:-1] & (text.starts[1:] > text.ends[:-1])
    return breaks


def cjk_words(text: TextReading) -> Mask:
    """Whether each word is a Chinese character or kana, of which one alone is no phrase."""
    codes = text.chars[text.starts]
    found: Mask = (codes >= _FIRST_CJK) & (codes < 0xA000) | (codes >= 0xF900) & (codes < 0xFB00)
    return found | (codes >= 0xFF66) & (codes < 0xFF9E) | (codes >= 0x20000)


def _runs(phrases: Sequence[str]) -> dict[tuple[int, ...], int]:
    """Numbers of a phrase's words -> its place."""
    one = read("\n".join(" ".join(phrase.split()) for phrase in phrases))
    owner = np.searchsorted(np.flatnonzero(one.chars == ord("\n")), one.starts)
    firsts = np.flatnonzero(np.diff(owner, prepend=-1))
    edges, hashes = [*firsts.tolist(), len(one.starts)], one.hashes.tolist()
    found = dict[tuple[int, ...], int]()
    for (first, end), phrase in zip(pairwise(edges), owner[firsts].tolist(), strict=True):
        found.setdefault(tuple(hashes[first:end]), phrase)
    return found
