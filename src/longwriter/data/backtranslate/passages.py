"""Cuts a text into passages near wanted lengths, at paragraph ends where one is near enough, else at sentence ends.

Words as `text.count_words` counts them. A heading never ends a passage, and a scene break never begins or ends one.
Leaves out: where a scene or an argument ends.
"""

import math
import random
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import NamedTuple

from longwriter.text import count_words, sentence_ends

NEAR = 0.12
"""A paragraph end so near to the wanted length, as a part of it, is preferred to a nearer sentence end."""
FAR = 0.3
"""A passage further from the wanted length, as a part of it, is not made."""


class Unit(NamedTuple):
    """A sentence, or a heading with nothing else in its paragraph."""

    start: int
    end: int
    words: int
    ends: int
    """What a cut after it would be: 2 the end of a paragraph, 1 of a sentence, 0 none."""


class Passage(NamedTuple):
    """A part of a text."""

    text: str
    words: int
    first: int
    """Index of its first unit."""
    after: int
    """Index after its last unit."""


def units(text: str) -> list[Unit]:
    """The sentences of a text, in order; its paragraphs are separated by blank lines."""
    out: list[Unit] = []
    start = 0
    for paragraph in text.split("\n\n"):
        out += _sentences(paragraph, start)
        start += len(paragraph) + 2
    return out


def _sentences(paragraph: str, offset: int) -> list[Unit]:
    if not paragraph.strip():
        return []
    heading = paragraph.lstrip().startswith("#")
    ends = [e for e in sentence_ends(paragraph) if paragraph[e:].strip()]
    begins = [0, *ends]
    out = []
    for begin, end in zip(begins, [*ends, len(paragraph)], strict=True):
        words = count_words(paragraph[begin:end])
        last = end == len(paragraph)
        rank = 0 if heading or not words else 2 if last else 1
        out.append(Unit(offset + begin, offset + end, words, rank))
    return out


def round_words(n: int) -> int:
    """The number as a person would say it: to the nearest ten, below 100 to the nearest five."""
    step = 10 if n >= 100 else 5
    return max(step, step * math.floor(n / step + 0.5))


class Cutter:
    """Cuts one text."""

    def __init__(self, text: str) -> None:
        """`text`: paragraphs separated by blank lines."""
        self.text, self.units = text, units(text)
        self.upto = [0, *accumulate(u.words for u in self.units)]
        """Words before each unit."""

    def left(self, first: int) -> int:
        """Words from a unit to the end."""
        return self.upto[-1] - self.upto[first]

    def cut(self, first: int, want: int) -> Passage | None:
        """The passage of about `want` words from a unit on; None where no end is near."""
        end = self._end(first, want)
        return None if end is None else self.passage(first, end)

    def passage(self, first: int, after: int) -> Passage:
        """Some units as a passage."""
        text = self.text[self.units[first].start : self.units[after - 1].end].strip()
        return Passage(text, count_words(text), first, after)

    def _end(self, first: int, want: int) -> int | None:
        begin = self.upto[first]
        low = bisect_left(self.upto, begin + want * (1 - FAR), first + 1)
        high = bisect_left(self.upto, begin + want * (1 + FAR), low)
        best: tuple[float, int] | None = None
        for after in range(low, min(high + 1, len(self.upto))):
            rank = self.units[after - 1].ends
            off = abs((self.upto[after] - begin) / want - 1)
            if rank and off <= FAR:
                cost = off - (NEAR if rank == 2 else 0)
                best = min(best or (cost, after), (cost, after))
        return best[1] if best else None

    def run(self, draw: Callable[[int], int | None]) -> Iterator[Passage]:
        """Passages one after another, to the end of the text.

        `draw` is told how many words are left and gives the next length, None to stop.
        """
        at = 0
        while at < len(self.units):
            if not self.units[at].words:
                at += 1
                continue
            want = draw(self.left(at))
            if want is None:
                return
            passage = self.cut(at, want)
            if passage is None:
                at += 1
                continue
            yield passage
            at = passage.after


def near_lengths(low: int, high: int, rng: random.Random) -> Callable[[int], int | None]:
    """Lengths of one text's sections: within 1.5 times a mean of their own, with a rest of fewer than `low` words.

    A plan's budgets are near each other; over all texts they cover `low` to `high`.
    """
    mean = low + (high - low) * rng.random()  # long texts have fewer of them: sections come out even in log length
    least, most = max(low, mean / 1.5), min(high, mean * 1.5)

    def draw(left: int) -> int | None:
        if left < low:
            return None
        want = least * math.pow(most / least, rng.random())
        if left - want < low:
            want = left if left <= high else left / 2
        return round(want)

    return draw
