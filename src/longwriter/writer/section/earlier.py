"""The finished sections that a section can see, each read once however many sections come after it.

The text grows at its end alone. Its fingerprint, its blocks for notes, the index of its passages and the stems of its words
go on from where they were, so the work of a whole text is in proportion to its length, not to the square of it.
"""

import math
from array import array
from collections import Counter

import numpy as np

from longwriter.text import count_words, words_of
from longwriter.writer.section.cover import content_words
from longwriter.writer.staleness import extended

TAIL_WORDS = 350
"""At least so much of the latest text is shown as it stands."""
BLOCK_WORDS = 800
"""Older text is noted in blocks of whole sections of about this size; what no note covers yet is shown as it stands."""
LONG_TEXT = 2_000
"""Words of a section that is taken in stretches: no model is asked for as many."""
K1, B = 1.2, 0.75
"""The constants of BM25."""


def stretches(text: str) -> list[str]:
    """A section as it is, or in stretches of about a block, at ends of lines, where a person gave more than sections have."""
    if len(text) <= LONG_TEXT or count_words(text) <= LONG_TEXT:  # a word has a character at least
        return [text]
    out, words = list[str](), BLOCK_WORDS
    for line in text.splitlines(keepends=True):
        if words >= BLOCK_WORDS and line.strip():
            out.append("")
            words = 0
        out[-1] += line
        words += count_words(line)
    return [stretch.strip() for stretch in out]


class PassageIndex:
    """Passages by their words, to find those that share most with a query by BM25."""

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
                return [self._passages[i] for i in sorted(chosen)]
            chosen.append(best)
            room -= int(sizes[best])
            scores[best] = 0.0


def _bag(passage: str) -> Counter[str]:
    return Counter(words_of(passage.casefold()))


class EarlierText:
    """The finished sections before the one that is written, in order."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.fingerprint = ""
        """The digest of all texts, as `staleness` makes it."""
        self.characters = 0
        """Characters of all texts together."""
        self.passages = PassageIndex()
        """The passages of the blocks, as far as `blocks` has made them."""
        self._blocks: list[str] = []
        self._recent: list[tuple[str, int]] = []
        """Texts after the last block, with their words."""
        self._blocked = 0
        self._stems: set[str] = set()
        self._stemmed = 0

    def add(self, text: str) -> None:
        """Take the next section."""
        self.texts.append(text)
        self.fingerprint = extended(self.fingerprint, text)
        self.characters += len(text)

    def whole(self, current: str) -> str:
        """All of it, with what stands of the section itself."""
        return "\n\n".join(filter(None, (*self.texts, current)))

    def blocks(self) -> tuple[list[str], str]:
        """Older text in blocks for notes, and the recent text after them, of at least `TAIL_WORDS` where there is as much.

        A block, once closed, never changes while the text grows.
        """
        for part in [part for text in self.texts[self._blocked :] for part in stretches(text)]:
            self._recent.append((part, count_words(part)))
            if sum(n for _, n in self._recent) < BLOCK_WORDS + TAIL_WORDS:
                continue
            block = []
            while sum(n for _, n in self._recent[1:]) >= TAIL_WORDS:
                block.append(self._recent.pop(0)[0])
            if block:
                self._blocks.append("\n\n".join(block))
                for passage in self._blocks[-1].split("\n\n"):
                    if passage.strip():
                        self.passages.add(passage)
        self._blocked = len(self.texts)
        return self._blocks, "\n\n".join(text for text, _ in self._recent)

    def stems(self) -> set[str]:
        """Stems of the content words that stand in it."""
        for text in self.texts[self._stemmed :]:
            self._stems.update(content_words(text))
        self._stemmed = len(self.texts)
        return self._stems
