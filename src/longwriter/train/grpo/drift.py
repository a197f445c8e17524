"""How a policy's texts drift from what they were: signs of a reward being gamed. Plain texts in, numbers out."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from longwriter.checks.repetition.repetition import repetition
from longwriter.text import count_words, words_of

WINDOW = 200
"""Words in which distinct n-grams are counted: over whole texts their share would fall with length alone."""
SMOOTHING = 1.0
"""Times that each word counts as seen beyond what was seen."""
LEAST_TEXTS = 2
"""A word in fewer texts is one text's topic, not a habit."""


class Overused(NamedTuple):
    """A word that the texts use more than the reference does."""

    word: str
    times: int
    ratio: float
    """Its share of the words over its share in the reference, both smoothed."""


def word_counts(texts: Sequence[str]) -> Counter[str]:
    """How often each word occurs in the texts, in lowercase; characters are the words of Chinese."""
    return Counter(word.casefold() for text in texts for word in words_of(text))


def overused(texts: Sequence[str], before: Mapping[str, int], most: int = 10) -> list[Overused]:
    """The words whose share grew most against the reference counts `before`, the worst first.

    Ordered by share * ln(ratio), a word's part in the divergence of the two (Kullback-Leibler): neither a rare word that came
    once more nor a common one that moved a little is on top. Empty without a reference.
    """
    return overused_words(word_counts(texts), spread_of(texts), before)[:most]


def spread_of(texts: Sequence[str]) -> Counter[str]:
    """In how many of the texts each word occurs, in lowercase."""
    return Counter(word for text in texts for word in {w.casefold() for w in words_of(text)})


def overused_words(after: Counter[str], spread: Mapping[str, int], before: Mapping[str, int]) -> list[Overused]:
    """As `overused`, all of them, from counts: how often each word occurs in the texts, and in how many of them."""
    if not before or not after:
        return []
    vocabulary = len(after.keys() | before.keys())
    new, old = after.total() + SMOOTHING * vocabulary, sum(before.values()) + SMOOTHING * vocabulary
    found = []
    for word, count in after.items():
        share = (count + SMOOTHING) / new
        ratio = share / ((before.get(word, 0) + SMOOTHING) / old)
        if ratio > 1 and spread[word] >= LEAST_TEXTS:
            found.append((share * math.log(ratio), Overused(word, count, ratio)))
    found.sort(key=lambda entry: (-entry[0], entry[1].word))
    return [entry for _, entry in found]


def distinct(texts: Sequence[str], n: int = 2) -> float | None:
    """Mean share of word n-grams that are different ones, 0 to 1, in windows of `WINDOW` words; None without any."""
    shares = []
    for text in texts:
        words = [word.casefold() for word in words_of(text)]
        for start in range(0, len(words), WINDOW):
            window = words[start : start + WINDOW]
            grams = list(zip(*(window[shift:] for shift in range(n)), strict=False))
            if grams and (len(window) == WINDOW or start == 0):
                shares.append(len(set(grams)) / len(grams))
    return sum(shares) / len(shares) if shares else None


def drift(
    answers: Sequence[str],
    thinks: Sequence[str],
    before: Mapping[str, int] | None = None,
    repeated: Sequence[float | None] | None = None,
) -> dict[str, float]:
    """Numbers of one step, to be logged; what cannot be had is left out.

    answer_words and think_words (means), answer_share (answer words of all), repetition (mean share of repeated words,
    `repetition.repetition`), distinct_2 (see `distinct`), and, against the word counts `before` of an earlier step,
    overuse: the ratio of the word that grew most. Texts of malformed completions are "": they count in the means of words
    and in nothing else. `repeated`: of each answer the share of repeated words where it is known, else None; only
    what is not known is computed, since it is expensive.
    """
    numbers: dict[str, float] = {}
    written, thought = sum(map(count_words, answers)), sum(map(count_words, thinks))
    if answers:
        numbers["answer_words"] = written / len(answers)
    if thinks:
        numbers["think_words"] = thought / len(thinks)
    if written + thought:
        numbers["answer_share"] = written / (written + thought)
    known = [None] * len(answers) if repeated is None else repeated
    shares = [(a, share) for a, share in zip(answers, known, strict=True) if a.strip()]
    whole = [answer for answer, _ in shares]
    if whole:
        numbers["repetition"] = sum(repetition(a).share if s is None else s for a, s in shares) / len(whole)
    different = distinct(whole)
    if different is not None:
        numbers["distinct_2"] = different
    worst = overused(whole, before or {}, 1)
    if worst:
        numbers["overuse"] = worst[0].ratio
    return numbers
