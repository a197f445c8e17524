"""Citations for those who do not cite: a sentence that says what a chunk says, word after word, gets the chunk's mark.

Only where the words prove it, for models too small to cite by themselves; see docs/checks.md for how often it is right. Pure.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from longwriter.checks.citations.numbers import numbers, stands
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.citations.statements import statements
from longwriter.checks.citations.stems import stems
from longwriter.text import sentence_ends

LEAST_STEMS = 5
"""Content words of a sentence that can be known again."""
LEAST_SHARED, LEAST_RUN = 0.9, 0.5
"""The share of them, by weight, that a chunk must have, and that must stand there in a row."""
CANDIDATES = 4
_DENIAL = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot)\b|n['’]t\b|[不没沒無无未非]", re.IGNORECASE
)
"""A word that turns what a sentence says into its opposite, and is no content word."""
_END = re.compile(r"[.!?。！？…]+[\"'”’»)\]」』*_]*\Z")


def attached(text: str, sources: SourceSet) -> str:
    """The text with a mark in each sentence that a chunk proves, and that has none."""
    out, at = list[str](), 0
    for statement in statements(text):
        if statement.marks:
            continue
        sentence = text[statement.start : statement.end]
        chunk = proving(sentence, sources)
        if chunk is None:
            continue
        closed = _END.search(sentence)
        place = statement.start + (closed.start() if closed else len(sentence))
        out += [text[at:place], f" [{chunk.id}]"]
        at = place
    return "".join((*out, text[at:]))


def proving(sentence: str, sources: SourceSet) -> SourceChunk | None:
    """The chunk that has a sentence's words in its order, and its numbers; None where none has enough of them."""
    words = stems(sentence)
    if len(set(words)) < LEAST_STEMS:
        return None
    best: tuple[float, SourceChunk] | None = None
    for chunk in sources.related(sentence, 10_000)[:CANDIDATES]:
        share = sources.weights.share(words, sources.stems(chunk.id))
        if share < LEAST_SHARED or (best is not None and share <= best[0]):
            continue
        if not all(stands(number, sources.values(chunk.id)) for number in numbers(sentence)):
            continue
        if _run(words, stems(chunk.text)) >= LEAST_RUN * len(words) and _denies(sentence) == _denies(
            _nearest(words, chunk)
        ):
            best = (share, chunk)
    return best[1] if best else None


def _denies(sentence: str) -> bool:
    return _DENIAL.search(sentence) is not None


def _nearest(words: Sequence[str], chunk: SourceChunk) -> str:
    """The sentence of a chunk that has most of a sentence's content words."""
    ends = [0, *sentence_ends(chunk.text), len(chunk.text)]
    wanted = set(words)
    return max((chunk.text[a:b] for a, b in pairwise(ends)), key=lambda there: len(wanted & set(stems(there))))


def _run(words: Sequence[str], there: Sequence[str]) -> int:
    """The longest row of a sentence's content words that a chunk has in a row."""
    return SequenceMatcher(None, there, words, autojunk=False).find_longest_match().size
