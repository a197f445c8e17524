"""Repetition factor of a text, 0 to 1: what part of it says again what stood earlier in it.

Each word is repeated to the highest of three degrees:

- copied: it stands in a run of `RUN` words (`RUN_CJK` characters) that stood earlier, word for word;
- its sentence: the weight of stems shared with the best earlier sentence, less what the best of so many shares by
  chance, ln(1 + sentences), over the sentence's own weight;
- its block of 60 stems (about 130 English words): the same against the best earlier 90 stems in a row.

See `overlap` for stems and weights. Overlap counts from `FROM` on, fully at `FULL`. Short sentences ("he said") weigh
less than chance and hardly count. share = mean degree over all words;
factor = 1 - (share - FREE) / (NOTHING - FREE), within 0 to 1.

Chinese stems are pairs of neighbouring characters, as there is no whitespace between words. A replaced word breaks up to
three pairs, so blocks of pairs count from less. Characters in another order make other pairs, so a Chinese word also has
the degree of its block of 60 single characters, which count from more, since any two passages share many characters.
The numbers are calibrated in docs/rewards.md, on English and Chinese.
"""

from typing import NamedTuple

import numpy as np
from pydantic import JsonValue

from longwriter.checks.repetition.overlap import Floats, Index, Overlaps, Places, WordTable, read_words
from longwriter.text import language

RUN, RUN_CJK = 8, 14
"""Words in a row, and characters in a row: shorter ones are idioms."""
BLOCK_FROM, BLOCK_FULL = 0.4, 0.5
BLOCK_FROM_ZH, BLOCK_FULL_ZH = 0.33, 0.43
CHARACTERS_FROM_ZH, CHARACTERS_FULL_ZH = 0.65, 0.8
SENTENCE_FROM, SENTENCE_FULL = 0.2, 0.4
FREE, NOTHING = 0.05, 0.5
"""Share of repeated words that costs nothing (refrains, quotations), and that leaves nothing."""
PASSAGES = 20
"""Passages reported at most, the largest first."""
QUOTE = 90
"""Characters of a quoted passage."""
SKIPPED, JUMP = 3, 60
"""Reported as one passage: sentences at most so many apart, whose earlier sentences begin at most so many stems apart."""


class RepeatedPassage(NamedTuple):
    """A passage that repeats an earlier one: indices of characters, ends exclusive."""

    start: int
    end: int
    earlier_start: int
    earlier_end: int
    similarity: float
    """0 to 1: 1 for a copy, else the weight of its stems that the earlier passage has."""

    def quoted(self, text: str) -> dict[str, JsonValue]:
        """With the beginning of both passages."""
        said, earlier = text[self.start : self.end], text[self.earlier_start : self.earlier_end]
        return self._asdict() | {"text": _short(said), "earlier": _short(earlier)}


class Repetition(NamedTuple):
    """What of a text repeats."""

    factor: float
    """1 for nothing, 0 for a text of `NOTHING` or more repeated words."""
    share: float
    """Mean degree to which its words repeat, 0 to 1."""
    passages: tuple[RepeatedPassage, ...]


def repetition(text: str) -> Repetition:
    """The repetition of a text in any language; a text without words repeats nothing."""
    words = read_words(text)
    if not len(words.starts):
        return Repetition(1.0, 0.0, ())
    sentences, *blocks = views = _views(text, words)
    copied, origin = _copies(words)
    share = float(np.maximum.reduce([copied, *map(_of_words, views)]).mean())
    factor = 1 - (share - FREE) / (NOTHING - FREE)
    passages = _runs(words, copied, origin) + _passages(sentences)
    shown = _largest(passages, [passage for view in blocks for passage in _passages(view)])
    return Repetition(min(1.0, max(0.0, factor)), share, shown)


class _View(NamedTuple):
    """A text cut into passages in one way, and the degree to which each of them repeats."""

    words: WordTable
    found: Overlaps
    degrees: Floats
    """0 to 1, one for each passage."""


def _views(text: str, words: WordTable) -> list[_View]:
    """Its sentences, its blocks and, where it is Chinese, its blocks of single characters."""
    index = Index(words.stems)
    sentences = _view(words, index.sentences(words.sentences[words.stem_at]), SENTENCE_FROM, SENTENCE_FULL)
    if language(text) != "zh":
        return [sentences, _view(words, index.blocks(), BLOCK_FROM, BLOCK_FULL)]
    pairs = _view(words, index.blocks(), BLOCK_FROM_ZH, BLOCK_FULL_ZH)
    single = words.by_character(text)
    return [sentences, pairs, _view(single, Index(single.stems).blocks(), CHARACTERS_FROM_ZH, CHARACTERS_FULL_ZH)]


def _view(words: WordTable, found: Overlaps, least: float, full: float) -> _View:
    chance = np.log1p(len(found.total))
    similarity = np.maximum(0.0, found.shared - chance) / np.maximum(found.total, 1e-9)
    return _View(words, found, np.clip((similarity - least) / (full - least), 0.0, 1.0))


def _of_words(view: _View) -> Floats:
    """The degree of each word: that of the passage of the stem before it, or of the first."""
    words, found, of_passage = view
    if not len(words.stem_at):
        return np.zeros(len(words.starts))
    of_stem = np.repeat(of_passage, found.ends - found.starts)
    before = np.searchsorted(words.stem_at, np.arange(len(words.starts)), side="right") - 1
    degrees: Floats = of_stem[np.maximum(before, 0)]
    return degrees


def _copies(words: WordTable) -> tuple[Floats, Places]:
    """1.0 for each word within a run that stood earlier, and where its run stood first, -1 for none."""
    n, length = len(words.names), RUN_CJK if words.cjk else RUN
    copied, origin = np.zeros(n), np.full(n, -1, np.int32)
    if n <= length:
        return copied, origin
    hashes = np.zeros(n - length + 1, np.uint64)
    for shift in range(length):  # a polynomial modulo 2**64
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + words.names[shift : shift + len(hashes)].astype(np.uint64)
    order = np.argsort(hashes, kind="stable")
    new = np.diff(hashes[order], prepend=hashes[order[0]] + np.uint64(1)) != 0
    earlier = np.empty_like(order)
    earlier[order] = order[new][np.cumsum(new) - 1]  # where each run stands first
    again = np.flatnonzero(earlier < np.arange(len(hashes)))
    for shift in range(length):
        copied[again + shift], origin[again + shift] = 1.0, earlier[again] + shift
    return copied, origin


def _runs(words: WordTable, copied: Floats, origin: Places) -> list[RepeatedPassage]:
    """Copied words in a row, with what they copy."""
    edges = np.flatnonzero((np.diff(origin, prepend=-9) != 1) | (np.diff(copied, prepend=-1) != 0))
    passages = []
    for start, end in zip(edges, np.append(edges[1:], len(copied)), strict=True):
        if copied[start]:
            ends = (words.starts[start], words.ends[end - 1])
            before = (words.starts[origin[start]], words.ends[origin[end - 1]])
            passages.append(RepeatedPassage(int(ends[0]), int(ends[1]), int(before[0]), int(before[1]), 1.0))
    return passages


def _passages(view: _View) -> list[RepeatedPassage]:
    """The passages of a degree of a half and more; those that follow each other and repeat what did are one."""
    words, found, degrees = view
    groups: list[list[int]] = []
    for i in np.flatnonzero(degrees >= 0.5).tolist():
        last = groups[-1][-1] if groups else None
        if (
            last is not None
            and i - last <= SKIPPED
            and 0 <= found.earlier_starts[i] - found.earlier_starts[last] <= JUMP
        ):
            groups[-1].append(i)
        else:
            groups.append([i])
    passages = []
    for group in groups:
        said, earlier = found.starts[group[0]], found.earlier_starts[group].min()
        said_end, earlier_end = found.ends[group[-1]], min(found.earlier_ends[group].max(), said)
        similarity = round(float(found.shared[group].sum() / found.total[group].sum()), 3)
        passages.append(
            RepeatedPassage(*_place(words, said, said_end), *_place(words, earlier, earlier_end), similarity)
        )
    return passages


def _place(words: WordTable, start: int, end: int) -> tuple[int, int]:
    """Characters of a range of stems, with the words of its first sentence that stand before its first stem."""
    first, before = words.stem_at[start], words.stem_at[start - 1] + 1 if start else 0
    opening = max(before, np.searchsorted(words.sentences, words.sentences[first]))
    return int(words.starts[opening]), int(words.ends[words.stem_at[end - 1]])


def _largest(passages: list[RepeatedPassage], blocks: list[RepeatedPassage]) -> tuple[RepeatedPassage, ...]:
    """The largest that do not overlap, in the text's order; blocks, which begin anywhere, come after the others."""
    kept: list[RepeatedPassage] = []
    for some in (passages, blocks):
        for passage in sorted(some, key=lambda p: (p.similarity * (p.start - p.end), p.start))[: 20 * PASSAGES]:
            if len(kept) < PASSAGES and all(passage.end <= p.start or p.end <= passage.start for p in kept):
                kept.append(passage)
    return tuple(sorted(kept))


def _short(text: str) -> str:
    joined = " ".join(text[: 2 * QUOTE].split())
    return joined if len(text) <= QUOTE and len(joined) <= QUOTE else joined[:QUOTE].rstrip() + "…"
