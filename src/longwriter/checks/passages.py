"""Passages by their words, to find those that share most with a query (BM25, Robertson and Zaragoza 2009). Pure."""

import math
from array import array
from collections import Counter

import numpy as np

from longwriter.text import words_of

K1, B = 1.2, 0.75
"""The constants of BM25."""


class PassageIndex:
    """Passages that are added at the end, each read once."""

    def __init__(self) -> None:
        self._passages: list[str] = []
        self._sizes = array("q")
        """Words of each passage."""
        self._total = 0
        self._places: dict[str, tuple[array[int], array[int]]] = {}
        """For each word, the passages that have it, and how often."""

    def add(self, passage: str) -> None:
        """Take the next passage of the text."""
        bag = _bag(passage)
        for word, count in bag.items():
            places, counts = self._places.setdefault(word, (array("q"), array("q")))
            places.append(len(self._passages))
            counts.append(count)
        self._passages.append(passage)
        self._sizes.append(bag.total())
        self._total += bag.total()

    def related(self, query: str, most_words: int) -> list[str]:
        """The passages that share most with the query, in text order, within `most_words`."""
        return [self._passages[i] for i in sorted(self.ranked(query, most_words))]

    def ranked(self, query: str, most_words: int) -> list[int]:
        """Indices of those passages, the one that shares most first."""
        number = len(self._passages)
        sizes = np.array(self._sizes, np.int64)
        scores = np.zeros(number)
        mean = self._total / max(1, number) or 1.0
        for word in _bag(query):
            if word in self._places:
                places, counts = (np.array(a, np.int64) for a in self._places[word])
                rarity = math.log(1 + (number - len(places) + 0.5) / (len(places) + 0.5))
                norm = K1 * (1 - B + B * sizes[places] / mean)
                scores[places] += rarity * counts * (K1 + 1) / (counts + norm)
        chosen, room = list[int](), most_words
        while True:  # the best that still fits, the first of equals
            scores[sizes > room] = 0.0
            best = int(scores.argmax()) if number else 0
            if not number or not scores[best]:
                return chosen
            chosen.append(best)
            room -= int(sizes[best])
            scores[best] = 0.0


def _bag(passage: str) -> Counter[str]:
    return Counter(words_of(passage.casefold()))
