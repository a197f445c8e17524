"""What changed between two texts: paragraphs are aligned first, and words are compared inside changed ones alone.

1. Equal paragraphs are found by `difflib`.
2. Between them, paragraphs are paired in order so that their shared pairs of words are the most; those that share fewer
   than `ALIKE` of them are another text: removed and added.
3. Words of a pair: see `words`.

A table over all characters of two Chinese chapters would have 10**8 cells; here the largest has `CELLS`. Pure.
"""

from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from longwriter.diff.words import WordChange, compare_words
from longwriter.text import words_of

ALIKE = 0.2
"""Share of their pairs of words, by Dice, from which on two paragraphs are versions of one."""
CELLS = 10_000
"""Pairs of paragraphs that are weighed together; of larger stretches, the nearest in place."""

Pair = tuple[int | None, int | None]
"""Indices of a paragraph in both texts; None: it is not there."""


class ParagraphChange(NamedTuple):
    """One paragraph in both texts."""

    kind: Literal["same", "changed", "added", "removed"]
    a: str
    """"" where it was added."""
    b: str
    """"" where it was removed."""
    words: tuple[WordChange, ...] = ()
    """How `b` comes of `a`, where it was changed."""


def paragraphs(text: str) -> list[str]:
    """The stretches between blank lines; blank lines are all that is left out."""
    lines = groupby(text.split("\n"), key=lambda line: bool(line.strip()))
    return ["\n".join(some) for written, some in lines if written]


def joined(found: Sequence[str]) -> str:
    """Paragraphs with a blank line between each; those that are empty are left out."""
    return "\n\n".join(filter(None, found))


def compare(a: str, b: str) -> list[ParagraphChange]:
    """How text `b` comes of text `a`, in the order of `b`; what was removed stands where it stood."""
    before, after = paragraphs(a), paragraphs(b)
    return [_change(before, after, pair) for pair in align(before, after)]


def patched(changes: Sequence[ParagraphChange], taken: Collection[int]) -> str:
    """The text `a` with the changes of these indices made; with all of them it is `b`. Raises IndexError."""
    chosen = {range(len(changes))[i] for i in taken}
    return joined([change.b if i in chosen else change.a for i, change in enumerate(changes)])


def _change(before: Sequence[str], after: Sequence[str], pair: Pair) -> ParagraphChange:
    i, j = pair
    if i is None:
        assert j is not None
        return ParagraphChange("added", "", after[j])
    if j is None:
        return ParagraphChange("removed", before[i], "")
    if before[i] == after[j]:
        return ParagraphChange("same", before[i], after[j])
    return ParagraphChange("changed", before[i], after[j], compare_words(before[i], after[j]))


def align(before: Sequence[str], after: Sequence[str]) -> Iterator[Pair]:
    """Paragraphs of two texts that are one, equal or changed, in order, with all that have no partner."""
    for kind, i, i_end, j, j_end in SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            yield from zip(range(i, i_end), range(j, j_end), strict=True)
        else:
            yield from _paired(before, after, range(i, i_end), range(j, j_end))


def _paired(before: Sequence[str], after: Sequence[str], rows: range, columns: range) -> Iterator[Pair]:
    """The pairs of two stretches without equal paragraphs."""
    parts = max(1, round((len(rows) * len(columns) / CELLS) ** 0.5))
    for n in range(parts):
        own = [side[len(side) * n // parts : len(side) * (n + 1) // parts] for side in (rows, columns)]
        yield from _best(own[0], own[1], _likeness([before[i] for i in own[0]], [after[j] for j in own[1]]))


def _likeness(before: Sequence[str], after: Sequence[str]) -> list[list[float]]:
    """Dice's coefficient of the pairs of words of each two paragraphs; 0 below `ALIKE`."""
    rows, columns = [_word_pairs(text) for text in before], [_word_pairs(text) for text in after]
    table = [[2 * len(x & y) / max(1, len(x) + len(y)) for y in columns] for x in rows]
    return [[value if value >= ALIKE else 0.0 for value in row] for row in table]


def _word_pairs(text: str) -> set[tuple[str, str]]:
    words = ["", *words_of(text), ""]
    return set(pairwise(words)) if len(words) > 2 else {("", text)}


def _best(rows: range, columns: range, likeness: Sequence[Sequence[float]]) -> Iterator[Pair]:
    """The pairs in order of the greatest sum of likeness: a table filled from the end, then read from the beginning."""
    table = [[0.0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for i in reversed(range(len(rows))):
        for j in reversed(range(len(columns))):
            table[i][j] = max(table[i + 1][j], table[i][j + 1], likeness[i][j] + table[i + 1][j + 1])
    i = j = 0
    while i < len(rows) and j < len(columns):
        if likeness[i][j] and table[i][j] == likeness[i][j] + table[i + 1][j + 1]:
            yield rows[i], columns[j]
            i, j = i + 1, j + 1
        elif table[i][j] == table[i + 1][j]:
            yield rows[i], None
            i += 1
        else:
            yield None, columns[j]
            j += 1
    yield from ((row, None) for row in rows[i:])
    yield from ((None, column) for column in columns[j:])
