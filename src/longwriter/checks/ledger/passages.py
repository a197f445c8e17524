"""A section's text as the rules of a ledger read it: its sentences, what people say in it, and who was named last."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache, cached_property

import numpy as np

from longwriter.checks.along.reading import Hashes, Ints, Mask, among, hashes_of, read

_PAIRS = (("“", "”"), ("«", "»"), ("「", "」"), ("『", "』"))
_LONGEST = 1500
"""Characters of a sentence that is read by patterns."""
_QUOTE_MOST = 400
"""Characters of a quote; a longer sentence is cut around what says the fact."""


class Passages:
    """One section's sentences, by number. Places are indices of characters of `text`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._words = words = read(text)
        first = (
            np.flatnonzero(np.append(True, words.sentence[1:] != words.sentence[:-1]))
            if len(self._words.starts)
            else words.starts
        )
        self.starts: list[int] = words.starts[first].tolist()
        self._line: list[int] = words.line[first].tolist()
        self._structured: list[bool] = words.structured[first].tolist()
        self._first: list[int] = [*first.tolist(), len(words.starts)]
        self._types = frozenset(words.types.tolist())
        self._spans: dict[int, tuple[int, int]] = {}
        self._sets: dict[int, frozenset[int]] = {}

    def __len__(self) -> int:
        return len(self.starts)

    def span(self, number: int) -> tuple[int, int]:
        """Where a sentence begins, an opening quotation mark left out, and where it ends with its mark."""
        if number not in self._spans:  # a text without full stops is one sentence, asked for at each of its words
            self._spans[number] = self._span(number)
        return self._spans[number]

    def _span(self, number: int) -> tuple[int, int]:
        start = self.starts[number]
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        cut = self.text.find("\n\n", start, end)
        end = end if cut < 0 else cut
        kept = self.text[start:end].rstrip(" \n\t\"'“”‘’«»「」『』(（*_#-—")
        return start, start + len(kept)

    def sentence(self, number: int) -> str:
        """A sentence's text."""
        start, end = self.span(number)
        return self.text[start:end]

    def at(self, place: int) -> int:
        """Number of the sentence in which a character stands."""
        return max(0, bisect_right(self.starts, place) - 1)

    def heading(self, number: int) -> bool:
        """Whether a sentence is a heading, an item of a list or a row of a table."""
        return self._structured[number]

    def same_paragraph(self, number: int, other: int) -> bool:
        """Whether two sentences stand in one line."""
        return self._line[number] == self._line[other]

    def spoken(self, start: int, end: int) -> bool:
        """Whether any of these characters is inside quotation marks."""
        return bool(self._spoken[end] > self._spoken[start])

    @cached_property
    def _spoken(self) -> Ints:
        """How many characters before each place are inside quotation marks."""
        return np.append(0, np.cumsum(_spoken(self.text)))

    def having(self, words: str) -> Iterator[int]:
        """Numbers of sentences that have any of these words (separated by spaces), in order; not those of headings."""
        if self._types.isdisjoint(_numbers(words)):
            return
        held = among(self._words.types, _hashes(words))[self._words.type] & ~self._words.structured
        for number in dict.fromkeys(self._words.sentence[held].tolist()):
            if self.readable(number):
                yield number

    def has(self, number: int, words: str) -> bool:
        """Whether a sentence has any of these words (separated by spaces)."""
        if number not in self._sets:
            self._sets[number] = frozenset(self._words.hashes[self._first[number] : self._first[number + 1]].tolist())
        return not self._sets[number].isdisjoint(_numbers(words))

    def readable(self, number: int) -> bool:
        """Whether a sentence is one: patterns take time that grows with the square of what they read."""
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        return end - self.starts[number] <= _LONGEST

    def unspoken(self, start: int, end: int) -> str:
        """A stretch without what stands in quotation marks."""
        spoken = self._spoken[end] - self._spoken[start]
        if not spoken or spoken == end - start:
            return "" if spoken else self.text[start:end]
        inside = np.diff(self._spoken[start : end + 1]) > 0
        edges = np.flatnonzero(np.diff(~inside, prepend=False, append=False)).tolist()
        parts = [self.text[start + a : start + b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
        return " ".join(parts)

    def quote(self, start: int, end: int) -> tuple[int, int]:
        """The place to be quoted for what stands at `start` to `end`: its sentences, or as much as can be shown."""
        first, last = self.span(self.at(start))[0], self.span(self.at(max(start, end - 1)))[1]
        last = max(last, end)
        if last - first <= _QUOTE_MOST:
            return first, last
        return start, max(end, min(last, start + _QUOTE_MOST))


def _spoken(text: str) -> Mask:
    """Whether each character is inside quotation marks that are closed in, or begun in, its line."""
    chars = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    breaks = chars == ord("\n")
    line = np.cumsum(breaks)
    straight = np.cumsum(chars == ord('"'))
    before = np.append(0, straight[np.flatnonzero(breaks)])
    inside: Mask = (straight - before[line]) % 2 == 1
    for opening, closing in _PAIRS:
        if opening not in text:
            continue
        depth = np.cumsum((chars == ord(opening)).astype(np.int64) - (chars == ord(closing)))
        base = np.append(0, depth[np.flatnonzero(breaks)])
        inside |= depth - base[line] > 0
    for match in _SINGLE.finditer(text) if "‘" in text else ():
        inside[match.start() : match.end()] = True
    return inside


_SINGLE = re.compile(r"(?<!\w)‘[^‘\n]{1,2000}?[.,!?—…]’(?!\w)")


@cache
def _hashes(words: str) -> Hashes:
    return hashes_of(words.split())


@cache
def _numbers(words: str) -> frozenset[int]:
    return frozenset(_hashes(words).tolist())


def joined(words: Iterable[str]) -> str:
    """A regular expression for any of these words, the longest first."""
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"
