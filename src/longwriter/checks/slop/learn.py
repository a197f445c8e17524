"""A list of stock phrases for any model and any language: what its texts have far more often than people's.

Runs of 1 to `MOST_WORDS` words (2 to `MOST_CJK` Chinese characters) of the model's texts are counted there and in the human
texts, by number, so that a corpus of any size takes little memory. A run is a stock phrase where it

- stands in at least `LEAST_TEXTS` of the model's texts, and in a twentieth of them: no text's names and no subject of its
  own becomes slop;
- is at least `ratio` times as frequent as in human texts, with one use added to the human count, so that a small corpus
  proves little;
- is not within the chance of people's frequency (Poisson, p < `CHANCE`);
- is not plain: people use a word at most `PLAIN` times per million words, a phrase at most `PLAIN_PHRASE` times;
- says something: of its words two at least are no common ones (`COMMON`), and of two words both. This is not asked of
  Chinese, whose characters are common each.

Of runs within each other the longest stays which stands for most of the shorter one's uses. Human texts are cut into pieces
of `PIECE_WORDS`. Every second one counts phrases, the others give the percentiles: phrases chosen for being rare in a text
would make it look cleaner than it is.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from longwriter.checks.along.reading import Hashes, Ints, TextReading, hash_runs, read
from longwriter.checks.slop.matching import cjk_words, run_breaks
from longwriter.checks.slop.score import LEAST_WORDS, slop
from longwriter.checks.slop.stock import STEPS, StockList
from longwriter.errors import InputError
from longwriter.language import tongue
from longwriter.text import counted, word_spans

MOST_WORDS, MOST_CJK = 5, 8
LEAST_TEXTS, LEAST_SHARE = 3, 0.05
MOST_USES = 3
"""Uses per 1,000 words of a text that count, and three of a short one: what one text is about does not outweigh the others."""
RATIO = 8.0
CHANCE = 1e-3
PLAIN, PLAIN_PHRASE = 25.0, 10.0
COMMON = 1000.0
"""Times per million words of human texts from which a word is common, such as a, they, could."""
STANDS_FOR = 0.7
"""Share of a shorter phrase's uses within a longer one from which the longer stands for it."""
LEAST_HUMAN, LEAST_OUTPUT = 20_000, 2_000
"""Words of human texts and of the model's without which nothing can be said."""
COMPARED = 400
"""Pieces of human texts that give the percentiles, at most twice as many."""
PIECE_WORDS = 2_500
"""Of a piece, as a chapter has."""


class LearnedPhrase(NamedTuple):
    """A stock phrase, and how it was found."""

    phrase: str
    """As it is most often written."""
    uses: int
    texts: int
    """Of the model's."""
    human: float
    """Times per million words in human texts."""
    ratio: float
    """Times as often as people, one use added to theirs."""


class LearnedList(NamedTuple):
    """What was learned."""

    stock: StockList
    phrases: tuple[LearnedPhrase, ...]
    """The most overused first."""


class _Candidates(NamedTuple):
    """Runs of as many words that stand in enough of the model's texts; arrays of one length."""

    length: int
    hashes: Hashes
    """Sorted."""
    uses: Ints
    texts: Ints
    human: Ints
    """Uses in human texts, counted on."""


def learn(outputs: Sequence[str], human: Iterable[str], *, ratio: float = RATIO, source: str = "") -> LearnedList:
    """A list of what `outputs`, a model's texts, say too often against `human` ones, which are read one by one.

    Raises InputError for too little text, or texts in another language than most.
    """
    readings = [read(text) for text in outputs]
    language = tongue("\n\n".join(outputs))
    words = sum(len(one.starts) for one in readings)
    if words < LEAST_OUTPUT or len(outputs) < LEAST_TEXTS:
        raise InputError(
            f"{counted(len(outputs), 'text')} of the model with {words:,} words are too little; "
            f"give {LEAST_TEXTS} texts and {LEAST_OUTPUT:,} words at least, better a hundred texts"
        )
    found = [one for length in range(1, MOST_CJK + 1) if len((one := _candidates(readings, length)).hashes)]
    human_words, kept, other = _count(found, human)
    if human_words < LEAST_HUMAN:
        raise InputError(
            f"the human texts have {human_words:,} words for counting; give {2 * LEAST_HUMAN:,} at least, "
            "better millions, of the kind and language of the model's"
        )
    if language and other and language != other:
        raise InputError(
            f"the model's texts are in {language!r} and the human ones in {other!r}; give both in one language"
        )
    phrases = _chosen(readings, found, words, human_words, ratio)
    stock = StockList(
        language=language,
        source=source or f"{counted(len(outputs), 'text')} of {words:,} words against {human_words:,} words by people",
        phrases={one.phrase: round(one.human, 3) for one in phrases},
    )
    rates = [score.per_1000 for text in kept if (score := slop(text, language, stock)).per_1000 is not None]
    if phrases and rates:
        steps = np.round(np.percentile(rates, np.linspace(0, 100, STEPS)), 4).tolist()
        stock = StockList.model_validate(stock.model_dump() | {"human": {"all": steps}})
    return LearnedList(stock, phrases)


def _runs(text: TextReading, length: int) -> tuple[Ints, Hashes]:
    """First words of the runs of a length that may be phrases, and the runs' numbers."""
    numbers = hash_runs(text.hashes, length)
    count = len(numbers)
    cjk, digit = cjk_words(text), _digits(text)
    whole = np.cumsum(run_breaks(text))
    good = whole[:count] == whole[length - 1 : length - 1 + count]
    inside = np.cumsum(np.append(0, cjk))
    chars = inside[length : length + count] - inside[:count]
    bad = np.cumsum(np.append(0, digit | text.structured))
    good &= bad[length : length + count] == bad[:count]
    good &= (chars == 0) if length == 1 else ((chars == 0) & (length <= MOST_WORDS)) | (chars == length)
    at = np.flatnonzero(good)
    return at, numbers[at]


def _digits(text: TextReading) -> Ints:
    first = text.chars[text.starts]
    return ((first >= ord("0")) & (first <= ord("9"))).astype(np.int64)


def _candidates(readings: Sequence[TextReading], length: int) -> _Candidates:
    """Runs that stand in enough texts."""
    least = max(LEAST_TEXTS, math.ceil(LEAST_SHARE * len(readings)))
    runs = [_runs(one, length)[1] for one in readings]
    hashes = np.unique(np.concatenate(runs))
    uses, texts = np.zeros((2, len(hashes)), np.int64)
    for reading, own in zip(readings, runs, strict=True):
        numbers, times = np.unique(own, return_counts=True)
        at = np.searchsorted(hashes, numbers)
        uses[at] += np.minimum(times, max(3, math.ceil(MOST_USES * len(reading.starts) / 1000)))
        texts[at] += 1
    enough = texts >= least
    return _Candidates(length, hashes[enough], uses[enough], texts[enough], np.zeros(enough.sum(), np.int64))


def _count(found: Sequence[_Candidates], human: Iterable[str]) -> tuple[int, list[str], str]:
    """Count runs in every second piece; gives the words counted, other pieces to compare with, and the language."""
    words, kept, language, spread = 0, [], "", 1
    for number, piece in enumerate(piece for text in human for piece in _pieces(text)):
        if number % 2:
            if number // 2 % spread == 0:
                kept.append(piece)
            if len(kept) > 2 * COMPARED:  # as far apart as the corpus is long
                kept, spread = kept[::2], 2 * spread
            continue
        reading = read(piece)
        words += len(reading.starts)
        language = language or tongue(piece)
        for one in found:
            own = _runs(reading, one.length)[1]
            place = np.minimum(np.searchsorted(one.hashes, own), len(one.hashes) - 1)
            one.human[:] += np.bincount(place[one.hashes[place] == own], minlength=len(one.hashes))
    return words, kept, language


def _pieces(text: str) -> Iterator[str]:
    """A human text in pieces of about `PIECE_WORDS`, and at least `LEAST_WORDS` but for a text that is shorter."""
    starts, _ = word_spans(text)
    cuts = [0, *starts[PIECE_WORDS : len(starts) - LEAST_WORDS : PIECE_WORDS].tolist(), len(text)]
    yield from (text[start:end] for start, end in pairwise(cuts))


def _chosen(
    readings: Sequence[TextReading], found: Sequence[_Candidates], words: int, human_words: int, ratio: float
) -> tuple[LearnedPhrase, ...]:
    """Candidates that are stock phrases, the longest of those within each other, the most overused first."""
    common = {
        int(number) for one in found if one.length == 1 for number in one.hashes[one.human > COMMON * human_words / 1e6]
    }
    stood: Counter[str] = Counter()
    """Uses of a phrase within longer ones that were chosen."""
    chosen: list[LearnedPhrase] = []
    for one in reversed(found):
        expected = words * (one.human + 1) / human_words
        times = one.uses / expected
        rate = 1e6 * one.human / human_words
        plain = PLAIN if one.length == 1 else PLAIN_PHRASE
        good = (times >= ratio) & (rate <= plain) & (_tail(one.uses, expected) < CHANCE)
        written = _written(readings, one, good)
        for i in np.flatnonzero(good).tolist():
            phrase = written[int(one.hashes[i])]
            if stood[phrase.casefold()] >= STANDS_FOR * one.uses[i] or not _says(phrase, common):
                continue
            chosen.append(LearnedPhrase(phrase, int(one.uses[i]), int(one.texts[i]), float(rate[i]), float(times[i])))
            stood.update(_within(phrase, int(one.uses[i])))
    return tuple(sorted(chosen, key=lambda p: (-p.ratio, p.phrase)))


def _says(phrase: str, common: Set[int]) -> bool:
    """Whether it has two words that are not common, or one where that is all; and no common one beside one other."""
    one = read(phrase)
    rare = sum(int(number) not in common for number in one.hashes)
    return rare >= min(2, len(one.hashes)) or bool(cjk_words(one).all())


def _within(phrase: str, uses: int) -> dict[str, int]:
    """All shorter runs of a phrase, each with its uses."""
    one = read(phrase)
    spans = list(zip(one.starts.tolist(), one.ends.tolist(), strict=True))
    return {
        phrase[spans[i][0] : spans[j][1]].casefold(): uses
        for i in range(len(spans))
        for j in range(i, len(spans))
        if j - i < len(spans) - 1
    }


def _written(readings: Sequence[TextReading], one: _Candidates, good: np.ndarray) -> dict[int, str]:
    """The commonest way in which each good run is written."""
    wanted = one.hashes[good]
    ways: dict[int, Counter[str]] = {int(number): Counter() for number in wanted}
    for text in readings if len(wanted) else ():
        at, numbers = _runs(text, one.length)
        there = np.isin(numbers, wanted)
        for first, number in zip(at[there].tolist(), numbers[there].tolist(), strict=True):
            written = text.text[text.starts[first] : text.ends[first + one.length - 1]]
            ways[number][" ".join(written.split())] += 1
    return {number: min(seen, key=lambda way: (-seen[way], way)) for number, seen in ways.items()}


def _tail(uses: Ints, expected: np.ndarray) -> np.ndarray:
    """Upper bound of the chance of so many uses or more where so many are expected (Chernoff): exact enough for a filter."""
    k = uses.astype(float)
    bound = np.exp(k - expected + k * np.log(expected / k))
    return np.where(k > expected, bound, 1.0)
