"""How a text changes from its beginning to its end, measured by rules: no model, the same numbers everywhere.

A text is cut into ten parts of as many words (`text.words_of`; each Chinese character is one). `measure` gives a value for
each, and one for the text. None means that there is nothing to measure: no text of fewer than `LEAST_WORDS` words has
tenths.

| measure | of a tenth | sign of decay |
|---|---|---|
| repetition | share of runs of 8 words (14 characters in Chinese) that stood earlier, word for word | rises |
| new_pairs | share of pairs of neighbouring content words (Chinese: of three characters) that never stood before | falls |
| new_words | content words that never stood before, over those of the same words in random order | falls below 1 |
| sentence_words | mean words of the sentences that begin there | drifts |
| sentence_spread | standard deviation of the same | falls |
| paragraph_words | mean words of the lines that begin there; a paragraph is a line | drifts |
| dialogue | share of words in lines that open with a quotation mark or a dash | drifts |
| structured | share of words in headings, lists and tables, as Markdown marks them | rises |
| foreign | share of words outside the script or the language of the text's first third (see `language`) | rises |
| known_names | share of the tenth's names that an earlier tenth has (see `names`) | falls |
| kept_names | share of the names with three mentions before the tenth that come again, there or later | falls |
| slop | stock phrases per 1,000 words, in a language that has a shipped list (`checks.slop`) | rises |

Random order takes the length of the text out of new_words: a text of any length whose words are spread evenly has 1 in
every tenth. kept_names falls in honest texts too, as less is left to come again in; new_pairs falls by a few hundredths.
Compare curves of texts of about one length.

The whole text has the same but for new_words and known_names, which say nothing of a whole; its kept_names are those
of the first half that come again in the second. It also has:

| measure | of the whole text |
|---|---|
| number_conflicts | counts of things that differ from the first count of the same noun, for 1,000 words; compare, do not read |
| ends_complete | 1 when the last sentence is complete (`text.ends_complete`), else 0 |
| cut_off | 1 when the text stops inside a sentence: at a word, a comma or a dash of a line that is no heading; else 0 |

Content words are all but function words (`checks.repetition.overlap`); in Chinese, pairs of characters of which neither is one.
Languages without a list have all words counted, so that their new_pairs compare among themselves only.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from longwriter.checks.along.language import HAN, KANA, Tongues, tongues
from longwriter.checks.along.names import known_and_kept, names_of, number_conflicts
from longwriter.checks.along.reading import Hashes, Ints, Mask, TextReading, among, hash_runs, hashes_of, read
from longwriter.checks.repetition.overlap import FUNCTION_CHARACTERS, FUNCTION_WORDS, Floats
from longwriter.checks.repetition.repetition import RUN, RUN_CJK
from longwriter.checks.slop.score import found
from longwriter.checks.slop.stock import shipped
from longwriter.text import ends_complete

POSITIONS = 10
LEAST_WORDS = 100
"""Ten a tenth."""

ALONG = (
    *("repetition", "new_pairs", "new_words"),
    *("sentence_words", "sentence_spread", "paragraph_words", "dialogue", "structured"),
    *("foreign", "known_names", "kept_names", "slop"),
)

Values = tuple[float | None, ...]


class Measured(NamedTuple):
    """All measures of one text."""

    along: dict[str, Values]
    whole: dict[str, float | None]


class _Seen(NamedTuple):
    """Something seen at words of the text."""

    at: Ints
    """Indices of words."""
    values: Floats | Mask


def measure(text: str, language: str) -> Measured:
    """All measures of one text, read once; `language` ("en", "zh" ...) counts only where the text itself cannot tell."""
    words = read(text)
    return measures_of(words, tongues(words, language))


def measures_of(words: TextReading, spoken: Tongues) -> Measured:
    """All measures of a text that is read."""
    tenths = words.tenths()
    units = _units(words, spoken)
    seen = _seen(words, spoken, units)
    rows = {name: _tenths(one, tenths) for name, one in seen.items()}
    rows["sentence_spread"] = _tenths(seen["sentence_words"], tenths, spread=True)
    rows["new_words"] = _new_words(units, tenths)
    names = names_of(words, spoken)
    nothing = [None] * POSITIONS
    known, kept = known_and_kept(names, tenths) if names else (nothing, nothing)
    rows |= {"known_names": tuple(known), "kept_names": tuple(kept)}
    if len(tenths) < LEAST_WORDS:
        rows = dict.fromkeys(rows, tuple(nothing))
    overall = {name: _mean(one.values) for name, one in seen.items()}
    overall |= {
        "sentence_spread": _mean(seen["sentence_words"].values, spread=True),
        "kept_names": kept[POSITIONS // 2],
        "number_conflicts": number_conflicts(words, spoken),
        "ends_complete": float(ends_complete(_tail(words))),
        "cut_off": float(_cut_off(words)),
    }
    return Measured({name: rows[name] for name in ALONG}, overall)


def _seen(words: TextReading, spoken: Tongues, units: tuple[Ints, Hashes]) -> dict[str, _Seen]:
    """Everything that a mean over words, sentences or paragraphs is taken of."""
    cjk = (spoken.script == HAN) | (spoken.script == KANA)
    run = RUN_CJK if 2 * np.count_nonzero(cjk) > len(cjk) else RUN
    runs, pairs = hash_runs(words.hashes, run), hash_runs(units[1], 2)
    every = np.arange(len(words.starts))
    return {
        "repetition": _Seen(every[run - 1 :], ~_new(runs)),
        "new_pairs": _Seen(units[0][1:], _new(pairs)),
        "sentence_words": _lengths(words.sentence, words.structured),
        "paragraph_words": _lengths(words.line, words.structured),
        "dialogue": _Seen(every, words.speech),
        "structured": _Seen(every, words.structured),
        "foreign": _Seen(every[spoken.counted], spoken.foreign[spoken.counted]),
        "slop": _slop(words, spoken.home),
    }


def _slop(words: TextReading, language: str) -> _Seen:
    """1,000 at each word that begins a stock phrase; nothing for a language without a list."""
    stock = shipped(language)
    if stock is None:
        return _Seen(np.zeros(0, np.int64), np.zeros(0))
    begun = np.bincount(np.array([hit.word for hit in found(words, stock)], np.int64), minlength=len(words.starts))
    return _Seen(np.arange(len(words.starts)), 1000.0 * begun.astype(np.float64))


def _units(words: TextReading, spoken: Tongues) -> tuple[Ints, Hashes]:
    """Content words, and pairs of neighbouring Chinese characters: the word each ends at, and its number."""
    cjk = (spoken.script == HAN) | (spoken.script == KANA)
    content = ~among(words.types, _function())[words.type]
    both = np.zeros(len(cjk), np.bool_)
    both[1:] = (cjk & content)[1:] & (cjk & content)[:-1] & (words.starts[1:] == words.ends[:-1])
    numbers = words.hashes.copy()
    numbers[1:][both[1:]] += words.hashes[:-1][both[1:]] * np.uint64(0x9E3779B97F4A7C15)
    at = np.flatnonzero(both | (content & ~cjk))
    return at, numbers[at]


def _new_words(units: tuple[Ints, Hashes], tenths: Ints) -> Values:
    """New content words of each tenth over those expected of the same words in random order.

    A word that stands f times is then first met in a tenth which begins after a share s of the words and ends after t with
    probability (1 - s) ** f - (1 - t) ** f.
    """
    at, numbers = units
    _, first, counts = np.unique(numbers, return_index=True, return_counts=True)
    met = np.bincount(tenths[at[first]], minlength=POSITIONS)
    edges = np.append(0, np.cumsum(np.bincount(tenths[at], minlength=POSITIONS))) / max(1, len(at))
    times, kinds = np.unique(counts, return_counts=True)
    unmet = ((1 - edges)[:, None] ** times) @ kinds
    expected = unmet[:-1] - unmet[1:]
    return tuple(float(m / e) if e > 1e-9 else None for m, e in zip(met, expected, strict=True))


def _new(numbers: Hashes) -> Mask:
    """Whether each number stands for the first time."""
    order = np.argsort(numbers, kind="stable")
    ranked = numbers[order]
    new = np.ones(len(numbers), np.bool_)
    new[order[1:]] = ranked[1:] != ranked[:-1]
    return new


def _lengths(numbers: Ints, structured: Mask) -> _Seen:
    """First word and words of each sentence or line outside headings, lists and tables."""
    at = np.flatnonzero(np.diff(numbers, prepend=-1))
    lengths = np.diff(np.append(at, len(numbers))).astype(float)
    plain = ~structured[at]
    return _Seen(at[plain], lengths[plain])


def _tenths(seen: _Seen, tenths: Ints, spread: bool = False) -> Values:
    """Mean or standard deviation in each tenth."""
    where, values = tenths[seen.at], seen.values.astype(float)
    count = np.bincount(where, minlength=POSITIONS)
    mean = np.bincount(where, values, POSITIONS) / np.maximum(count, 1)
    if spread:
        off = np.bincount(where, (values - mean[where]) ** 2, POSITIONS) / np.maximum(count, 1)
        return tuple(float(v) if n > 1 else None for v, n in zip(np.sqrt(off), count, strict=True))
    return tuple(float(v) if n else None for v, n in zip(mean, count, strict=True))


def _mean(values: Floats | Mask, spread: bool = False) -> float | None:
    if len(values) <= spread:
        return None
    return float(values.std() if spread else values.mean())


def _tail(words: TextReading) -> str:
    """The text from the beginning of its last line with words, for which `ends_complete` says the same."""
    at = words.starts[np.searchsorted(words.line, words.line[-1])] if len(words.line) else 0
    return words.text[words.text.rfind("\n", 0, int(at)) + 1 :]


def _cut_off(words: TextReading) -> bool:
    """Whether the last line, no heading nor list, stops at a word, a comma or a dash."""
    if not len(words.starts) or words.structured[-1]:
        return False
    tail = words.text[words.ends[-1] :].strip()
    return not tail or tail[-1] in ",;:，；：、-–—"


@cache
def _function() -> Hashes:
    return hashes_of([*FUNCTION_WORDS, *FUNCTION_CHARACTERS])
