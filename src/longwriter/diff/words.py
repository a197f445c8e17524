"""What changed between two versions of a paragraph, word by word; in Chinese, character by character.

Equal runs are found by `difflib`, which favours long ones: that is what a reader sees as unchanged. Where both versions are
long, runs of `RUN` words that stand once in each divide them first (the anchors of patience diff), so that a paragraph of
10,000 characters takes a tenth of a second. Pure.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from longwriter.text import word_spans

RUN = 5
"""Pieces of an anchor."""
CELLS = 40_000
"""Pairs of pieces that are compared without anchors; longer stretches that have none are replaced whole."""
ISLAND = 3
"""Equal characters between two changes that are shown as changed, too: "the" alone helps no reader."""

_MARK = re.compile(r"\s*+\S|\s++")

Op = Literal["=", "-", "+"]
WordChange = tuple[Op, str]
"""What stands in both, in the first alone, in the second alone."""


def compare_words(a: str, b: str) -> tuple[WordChange, ...]:
    """How `b` comes of `a`: without "+" it is `a`, without "-" it is `b`."""
    before, after = _pieces(a), _pieces(b)
    raw = _changes(before, after)
    return tuple(_tidy(raw))


def _pieces(text: str) -> list[str]:
    """Words and single other characters, each with the whitespace before it: together they are the text."""
    out, last = list[str](), 0
    for start, end in zip(*(places.tolist() for places in word_spans(text)), strict=True):
        marks = _MARK.findall(text[last:start])
        before = marks.pop() if marks and marks[-1].isspace() else ""
        out += [*marks, before + text[start:end]]
        last = end
    return out + _MARK.findall(text[last:])


def _changes(a: Sequence[str], b: Sequence[str]) -> Iterator[WordChange]:
    start, most = 0, min(len(a), len(b))
    while start < most and a[start] == b[start]:
        start += 1
    end = 0
    while end < most - start and a[len(a) - 1 - end] == b[len(b) - 1 - end]:
        end += 1
    yield "=", "".join(a[:start])
    yield from _middle(a[start : len(a) - end], b[start : len(b) - end])
    yield "=", "".join(a[len(a) - end :])


def _middle(a: Sequence[str], b: Sequence[str]) -> Iterator[WordChange]:
    """The changes between the beginning and the end that are equal."""
    if len(a) * len(b) <= CELLS:
        yield from _small(a, b)
        return
    i = j = 0
    for x, y in _anchors(a, b):
        yield from _small(a[i:x], b[j:y])
        yield "=", a[x]
        i, j = x + 1, y + 1
    yield from _small(a[i:], b[j:])


def _small(a: Sequence[str], b: Sequence[str]) -> Iterator[WordChange]:
    if len(a) * len(b) > CELLS:
        yield "-", "".join(a)
        yield "+", "".join(b)
        return
    for kind, i, i_end, j, j_end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "=", "".join(a[i:i_end])
        else:
            yield "-", "".join(a[i:i_end])
            yield "+", "".join(b[j:j_end])


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Places of pieces in runs that stand once in each, the most that keep their order (longest increasing subsequence)."""
    once = [_once(a), _once(b)]
    matches = [(i, once[1][run]) for run, i in once[0].items() if run in once[1]]
    ends, tops, before = list[int](), list[int](), list[int]()
    for n, (_, j) in enumerate(matches):
        at = bisect_left(ends, j)
        before.append(tops[at - 1] if at else -1)
        ends[at:], tops[at:] = [j, *ends[at + 1 :]], [n, *tops[at + 1 :]]
    found, n = list[tuple[int, int]](), tops[-1] if tops else -1
    while n >= 0:
        found.append(matches[n])
        n = before[n]
    return found[::-1]


def _once(pieces: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Runs that stand once, in order, with their first place."""
    runs = [tuple(pieces[i : i + RUN]) for i in range(len(pieces) - RUN + 1)]
    counts = Counter(runs)
    return {run: i for i, run in enumerate(runs) if counts[run] == 1}


def _tidy(raw: Iterator[WordChange]) -> Iterator[WordChange]:
    """Changes joined with their like, and with short islands between them: equal, removed, added, equal ..."""
    kept = [(op, text) for op, text in raw if text]
    merged = [(op, "".join(text for _, text in some)) for op, some in groupby(kept, key=lambda change: change[0])]
    removed = added = ""
    for n, (op, text) in enumerate(merged):
        if op == "=" and not (0 < n < len(merged) - 1 and len(text.strip()) <= ISLAND):
            yield from _both(removed, added)
            removed = added = ""
            yield op, text
        else:
            removed += text if op != "+" else ""
            added += text if op != "-" else ""
    yield from _both(removed, added)


def _both(removed: str, added: str) -> Iterator[WordChange]:
    if removed:
        yield "-", removed
    if added:
        yield "+", added
