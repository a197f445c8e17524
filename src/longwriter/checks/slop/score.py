"""The stock phrases of a text: how many, where, how that compares with people's texts, and which are used too often.

A rate says nothing of who wrote a text. People write every phrase of a list now and then; what is reported is a phrase
that comes again and again within a few pages (`crowded`).
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from longwriter.checks.along.reading import TextReading, among, hashes_of, read
from longwriter.checks.finding import TextFinding, TextPlace
from longwriter.checks.slop.patterns import pattern_hits
from longwriter.checks.slop.stock import Kind, StockList, shipped
from longwriter.language import tongue
from longwriter.text import count_words

LEAST_WORDS = 300
"""Shorter texts get no percentile: one phrase more or less decides it."""
TIMES, TIMES_WORD, WITHIN = 3, 5, 5000
"""A phrase is used too often that stands so many times, a single word `TIMES_WORD` times, in so many words."""
BEYOND = 10
"""And so many times as often as people write it."""
RARE = 99.0
"""Percentile of the whole text's rate from which it is a finding itself, once `CHANCE` is taken off."""
CHANCE = 1.0
"""Times the square root of its phrases that a text may owe to chance: without it 7 % of people's openings of 350 words and 3 %
of those of 3,000 are findings, with it 1 % at most of each (measurements/makers.py)."""
PLACES = 20
"""Places of a finding at most."""
_TELLING = "he she him her his hers said asked replied cried you your was had were"
"""Words that fiction has more of, as it has lines of speech."""
_EXPLAINING = "of which by these such"
"""Words that other prose has more of."""
SPEECH = 0.1
"""What a word in a line of speech counts beside one of these."""
FICTION_FROM = 38.0
"""The difference per 1,000 words from which a text is fiction: right for 84 % of fiction, 95 % of other chapters held out."""


class SlopHit(NamedTuple):
    """A stock phrase in a text."""

    phrase: str
    """As the list has it."""
    start: int
    end: int
    """Indices of characters."""
    word: int
    """Number of its first word, from 0."""


class SlopScore(NamedTuple):
    """The stock phrases of a text."""

    per_1000: float | None
    """Per 1,000 words; None where there is no list for the language, or no word."""
    percentile: float | None
    """Share of people's texts of that kind with fewer, in percent; None where there is nothing to compare with."""
    kind: Kind | None
    """What it was compared with."""
    hits: tuple[SlopHit, ...]
    """In the order of the text."""
    words: int
    language: str
    """Of the list, or of the text where there is none; "" where that is not known."""


def slop(text: str, language: str = "", stock: StockList | None = None, kind: Kind | None = None) -> SlopScore:
    """The stock phrases of a text.

    Args:
        text: of any length; time is linear in it.
        language: code such as "en"; "": the text's own.
        stock: the list; None: the one shipped for the language.
        kind: of human texts to compare with; None: told by the text, where the list has it.
    """
    return slop_of(read(text), language, stock, kind)


def slop_of(
    reading: TextReading, language: str = "", stock: StockList | None = None, kind: Kind | None = None
) -> SlopScore:
    """`slop` of a text that is read."""
    words = len(reading.starts)
    if stock is None:
        language = language or tongue(reading.text)
        stock = shipped(language)
    if stock is None or not words:
        return SlopScore(None, None, None, (), words, stock.language if stock else language)
    hits = found(reading, stock)
    rate = 1000 * len(hits) / words
    if kind is None and stock.human:
        kind = "all" if "all" in stock.human else _told_kind(reading)
    steps = stock.human.get(kind) if kind else None
    percentile = percentile_of(rate, steps) if steps and words >= LEAST_WORDS else None
    return SlopScore(rate, percentile, kind if percentile is not None else None, hits, words, stock.language)


def found(reading: TextReading, stock: StockList) -> tuple[SlopHit, ...]:
    """Phrases and patterns of a list in a text, in its order."""
    phrases = stock.matcher
    listed = phrases.find(reading)
    starts, ends = reading.starts[listed.first], reading.ends[listed.first + listed.words - 1]
    rows = zip(listed.phrase.tolist(), starts.tolist(), ends.tolist(), listed.first.tolist(), strict=True)
    hits = [SlopHit(phrases.phrases[phrase], start, end, word) for phrase, start, end, word in rows]
    for name, start, end in pattern_hits(reading.text, stock.language) if stock.patterns else ():
        hits.append(SlopHit(name, start, end, int(np.searchsorted(reading.starts, start))))
    return tuple(sorted(hits, key=lambda hit: hit.start))


def percentile_of(rate: float, steps: Sequence[float]) -> float:
    """Percent of human texts with a lower rate: between percentiles on a line, 0 for none, 100 above the last."""
    above = int(np.searchsorted(steps, rate))
    if above in (0, len(steps)):
        return 100.0 if above else 0.0
    low, high = steps[above - 1], steps[above]
    return round(100 * (above - 1 + (rate - low) / (high - low)) / (len(steps) - 1), 1)


def slop_findings(text: str, language: str = "", stock: StockList | None = None) -> list[TextFinding]:
    """Phrases used too often, those of the most uses first, and whether all of them are; none for a language without a list."""
    score = slop(text, language, stock)
    stock = stock or shipped(score.language)
    return findings_of(text, score, stock) if stock else []


def findings_of(text: str, score: SlopScore, stock: StockList) -> list[TextFinding]:
    """The findings of a text whose phrases of a list are found."""
    places: defaultdict[str, list[SlopHit]] = defaultdict(list)
    for hit in score.hits:
        places[hit.phrase].append(hit)
    rates = {**stock.phrases, **stock.patterns}
    findings = []
    for phrase, hits in sorted(places.items(), key=lambda item: -len(item[1])):
        if crowded(phrase, [hit.word for hit in hits], rates[phrase]):
            findings.append(_finding(text, "phrase", hits, _said(phrase, len(hits), score.words, rates[phrase])))
    steps = stock.human.get(score.kind) if score.kind else None
    sure = 1000 * (len(score.hits) - CHANCE * math.sqrt(len(score.hits))) / max(score.words, 1)
    if steps and percentile_of(sure, steps) >= RARE:
        said = f"{score.per_1000:.1f} stock phrases per 1,000 words, {len(score.hits)} in all; "
        findings.append(_finding(text, "rate", score.hits, said + "99 of 100 chapters by people have fewer"))
    return findings


def crowded(phrase: str, at: Sequence[int], rate: float) -> bool:
    """Whether a phrase comes too often somewhere. `at`: numbers of its words, rising; `rate`: people's, per million."""
    least = least_uses(phrase, rate)
    return any(last - first < WITHIN for first, last in zip(at, at[least - 1 :], strict=False))


@lru_cache(maxsize=1 << 16)
def least_uses(phrase: str, rate: float) -> int:
    """Uses within `WITHIN` words from which a phrase is used too often."""
    return max(TIMES_WORD if count_words(phrase) == 1 else TIMES, math.ceil(BEYOND * rate * WITHIN / 1e6))


def _said(phrase: str, uses: int, words: int, rate: float) -> str:
    people = f"people write it {rate * words / 1e6:.2g} times in as many" if rate else "people hardly ever write it"
    return f"“{phrase}” stands {uses} times in {words:,} words; {people}"


def _finding(text: str, check: str, hits: Sequence[SlopHit], message: str) -> TextFinding:
    shown = hits[:PLACES]
    return TextFinding(
        kind="slop",
        check=check,
        places=tuple(TextPlace(start=hit.start, end=hit.end) for hit in shown),
        quotes=tuple(text[hit.start : hit.end] for hit in shown),
        message=message,
    )


def kind_of(text: str) -> Kind:
    """Whether an English text reads as fiction: by its he, she and lines of speech."""
    return _told_kind(read(text))


def _told_kind(reading: TextReading) -> Kind:
    telling, explaining = (among(reading.types, hashes_of(w.split()))[reading.type] for w in (_TELLING, _EXPLAINING))
    points = telling.sum() - explaining.sum() + SPEECH * reading.speech.sum()
    return "fiction" if 1000 * points >= FICTION_FROM * len(telling) else "non-fiction"
