"""Quotations, and where a source has them: word for word but for case, punctuation and spelling. Pure."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from longwriter.checks.repetition.overlap import stem
from longwriter.text import word_spans

LEAST_WORDS = 3
"""Words of a quotation; fewer are a term."""
NEAR = 0.6
"""Share of a quotation's words that a source must have, in order, for the place to be the one that is meant."""
ALIKE = 0.75
"""Likeness of two spellings of a word, as difflib has it."""
_QUOTED = re.compile(
    r'“([^“”\n]{5,800})”|"([^"\n]{5,800})"|«([^«»\n]{5,800})»|「([^「」\n]{3,800})」|『([^『』\n]{3,800})』'
)
_GAP = re.compile(r"\[?(?:\.{3,}|…+|\. \. \.)\]?")
_ADDED = re.compile(r"\[(?!s\d)([^\[\]\n]{1,40})\]")


class Quotation(NamedTuple):
    """Words in quotation marks; indices are those of the text, without the marks."""

    start: int
    end: int


class QuoteMatch(NamedTuple):
    """Where a source has a quotation."""

    start: int
    end: int
    share: float
    """Of the quotation's words that stand there, in order; 1.0: all of them, as far as spelling goes."""


class SourceWords:
    """The words of a chunk, read once."""

    def __init__(self, text: str) -> None:
        starts, ends = word_spans(text)
        self.text, self.starts, self.ends = text, starts.tolist(), ends.tolist()
        self.words = [_plain(text[a:b]) for a, b in zip(self.starts, self.ends, strict=True)]
        self._joined = "\x00" + "\x00".join(self.words) + "\x00"

    def find(self, quote: str) -> QuoteMatch | None:
        """The place that a quotation is of, with its gaps; None where the chunk has less than `NEAR` of it."""
        pieces = quoted_pieces(quote)
        found = [match for piece in pieces if (match := self._piece(piece)) is not None]
        if len(found) < len(pieces) or not found:
            return None
        total = sum(map(len, pieces))
        share = sum(match.share * len(piece) for match, piece in zip(found, pieces, strict=True)) / total
        return QuoteMatch(min(m.start for m in found), max(m.end for m in found), share)

    def _piece(self, wanted: Sequence[str]) -> QuoteMatch | None:
        at = self._joined.find("\x00" + "\x00".join(wanted) + "\x00")
        if at >= 0:
            first = self._joined.count("\x00", 0, at)
            return QuoteMatch(self.starts[first], self.ends[first + len(wanted) - 1], 1.0)
        matcher = SequenceMatcher(None, self.words, wanted, autojunk=False)
        longest = matcher.find_longest_match()
        if not longest.size:
            return None
        low = max(0, longest.a - longest.b - 2)  # about where it would begin and end
        high = min(len(self.words), longest.a - longest.b + len(wanted) + 2)
        matcher.set_seq1(self.words[low:high])
        same = sum(_same(self.words[low:high], wanted, code) for code in matcher.get_opcodes())
        blocks = [block for block in matcher.get_matching_blocks() if block.size]
        if same < NEAR * len(wanted):
            return None
        start, end = self.starts[low + blocks[0].a], self.ends[low + blocks[-1].a + blocks[-1].size - 1]
        between = blocks[-1].a + blocks[-1].size - blocks[0].a
        return QuoteMatch(start, end, min(1.0, same / max(len(wanted), between)))


def _same(there: Sequence[str], wanted: Sequence[str], code: tuple[str, int, int, int, int]) -> int:
    """Words of a quotation that stand in a stretch, other spellings of one word among them."""
    tag, a, b, c, d = code
    if tag == "equal":
        return d - c
    if tag != "replace" or b - a != d - c:
        return 0
    return sum(_alike(one, other) for one, other in zip(there[a:b], wanted[c:d], strict=True))


def _alike(one: str, other: str) -> bool:
    if any(c.isdigit() for c in one + other) or len(one) < 4 or len(other) < 4:
        return False
    same_stem = stem(one) == stem(other) != ""
    return same_stem or SequenceMatcher(None, one, other).ratio() >= ALIKE


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'")


def quoted_pieces(quote: str) -> list[list[str]]:
    """The words of a quotation as they are compared, in the pieces between its gaps."""
    return [words for piece in _GAP.split(_ADDED.sub(" … ", quote)) if (words := compared_words(piece))]


def compared_words(text: str) -> list[str]:
    """Words without what quotations may change: case, and the form of apostrophes."""
    starts, ends = word_spans(text)
    return [_plain(text[a:b]) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]


def quotations(text: str) -> Iterator[Quotation]:
    """Stretches of `LEAST_WORDS` and more in double quotation marks, on one line."""
    for match in _QUOTED.finditer(text):
        group = match.lastindex or 0
        if len(compared_words(match[group])) >= LEAST_WORDS:
            yield Quotation(match.start(group), match.end(group))
