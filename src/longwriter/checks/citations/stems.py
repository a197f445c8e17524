"""Content words of a sentence by their stems, and how much each of them tells. Pure."""

import math
from collections import Counter
from collections.abc import Collection, Iterable

from longwriter.checks.repetition.overlap import FUNCTION_CHARACTERS, stem
from longwriter.text import each_word, is_cjk

FIRST_CJK = "\u2e80"
"""No character below it is one of Chinese or Japanese."""


def stems(text: str) -> list[str]:
    """The stems of a text's content words, in order; of Chinese and Japanese, pairs of neighbouring characters."""
    out, before = list[str](), ""
    for word in each_word(text):
        if word[0] >= FIRST_CJK and is_cjk(word[0]):
            if word in FUNCTION_CHARACTERS:
                before = ""
                continue
            if before:
                out.append(before + word)
            before = word
            continue
        before = ""
        if not word[0].isdigit() and (name := stem(word.casefold())):
            out.append(name)
    return out


class StemWeights:
    """ln(1 + N / n) for a stem that n of N chunks have; of one that none has, as if one had it."""

    def __init__(self, chunks: Iterable[Collection[str]]) -> None:
        self._counts = Counter[str]()
        self._chunks = 0
        for held in chunks:
            self._counts.update(held)
            self._chunks += 1

    def weight(self, name: str) -> float:
        """How much a stem tells, above 0."""
        return math.log(1 + self._chunks / max(1, self._counts[name]))

    def share(self, sentence: Collection[str], there: Collection[str]) -> float:
        """The part of a sentence's stems, by weight, that stand in a chunk, 0 to 1; 1 for a sentence without any."""
        weights = {name: self.weight(name) for name in set(sentence)}
        total = sum(weights.values())
        return sum(weight for name, weight in weights.items() if name in there) / total if total else 1.0
