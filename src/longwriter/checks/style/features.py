"""What of a text's style can be counted, in any language: sums that add up, so that parts give the measures of a whole.

Words are those of `text.words_of` in lowercase. Words that begin with a capital inside of a sentence are names, or count
as such: they are left out, and in n-grams one mark stands for each of their letters, so that characters of the plot do
not pass for style. Person and tense are the narrator's, and known where `intake.noticed` has the language.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, reduce

import numpy as np
import numpy.typing as npt

from longwriter.checks.along.reading import Hashes, Ints, Mask, TextReading, among, hashes_of, read
from longwriter.intake.noticed import SPEECH, narrator_words

Floats = npt.NDArray[np.float64]

BUCKETS = 256
"""Places that the n-grams of one length are counted in, by a hash."""
GRAMS, GRAMS_CJK = (3, 4), (2, 3)
"""Lengths of n-grams in characters; those of Chinese and Japanese say more each."""
SHORT, LONG = 6, 30
"""Words of a sentence up to which it is short, and from which on it is long."""
SHORT_PARAGRAPH = 12
LONG_WORD = 8
"""Letters."""
WINDOW = 200
"""Words among which different ones are counted."""
WORDS_PER_BLANK = 400
"""With a blank line for so many words at least, blank lines part paragraphs; else every line is one."""
MARKS = {
    "commas": ",，、،",
    "semicolons": ";；؛",
    "colons": ":：",
    "dashes": "—–―",
    "exclamations": "!！",
    "questions": "?？؟",
    "ellipses": "…",
    "brackets": "(（",
}
"""Marks that are counted, as characters; beside them two hyphens are a dash and three full stops an ellipsis."""

SCALARS = (
    *("sentence_words", "sentence_spread", "short_sentences", "long_sentences"),
    *("paragraph_words", "paragraph_spread", "short_paragraphs", "dialogue", "speeches"),
    *MARKS,
    *("word_letters", "long_words", "variety", "first_person", "second_person", "third_person", "past_tense"),
)
"""Names of the figures; what each is: docs/checks.md."""
_LOGARITHMIC = np.array([s in {"sentence_words", "paragraph_words", "speeches", *MARKS} for s in SCALARS])
_ROOTED = np.array([s in {"dialogue", "first_person", "second_person", "third_person"} for s in SCALARS])
_SUMS = (
    *("sentences", "sentence_words", "sentence_squares", "short", "long"),
    *("paragraphs", "paragraph_words", "paragraph_squares", "small", "spoken", "characters", "speeches"),
    *MARKS,
    *("letters", "long_words", "windows", "different", "narrated", "first", "second", "third", "past", "present"),
)


@dataclass(frozen=True)
class StyleCounts:
    """What was counted in a text, or in several together."""

    words: int
    types: Hashes
    """Numbers of the different words (`reading.hashes_of`), sorted."""
    counts: Ints
    """How often each stands there."""
    sums: Floats
    """By `_SUMS`."""
    grams: Floats
    """Counts of n-grams by bucket: `BUCKETS` of the shorter, then of the longer."""

    def __add__(self, other: "StyleCounts") -> "StyleCounts":
        types, place = np.unique(np.concatenate([self.types, other.types]), return_inverse=True)
        counts = np.bincount(place, np.concatenate([self.counts, other.counts]), len(types)).astype(np.int64)
        return StyleCounts(
            self.words + other.words, types, counts, self.sums + other.sums, self.grams + other.grams
        )  # fmt: skip

    def shares(self, hashes: Hashes) -> Floats:
        """Shares of all words that words with these numbers have, in their order."""
        if not len(self.types):
            return np.zeros(len(hashes))
        place = np.minimum(np.searchsorted(self.types, hashes), len(self.types) - 1)
        found = np.where(self.types[place] == hashes, self.counts[place], 0)
        return np.asarray(found / max(1, self.words), np.float64)

    def scalars(self) -> Floats:
        """The figures, by `SCALARS`; NaN for one that there is nothing of."""
        s = dict(zip(_SUMS, self.sums.tolist(), strict=True))
        thousand = self.words / 1000

        def over(part: float, whole: float) -> float:
            return part / whole if whole else float("nan")

        def spread(total: float, squares: float, number: float) -> float:
            mean = over(total, number)
            return over(max(0.0, over(squares, number) - mean * mean) ** 0.5, mean)

        return np.array([
            over(s["sentence_words"], s["sentences"]),
            spread(s["sentence_words"], s["sentence_squares"], s["sentences"]),
            over(s["short"], s["sentences"]), over(s["long"], s["sentences"]),
            over(s["paragraph_words"], s["paragraphs"]),
            spread(s["paragraph_words"], s["paragraph_squares"], s["paragraphs"]),
            over(s["small"], s["paragraphs"]), over(s["spoken"], s["characters"]), over(s["speeches"], thousand),
            *(over(s[name], thousand) for name in MARKS),
            over(s["letters"], self.words), over(s["long_words"], self.words), over(s["different"], s["windows"]),
            *(over(s[name], s["narrated"]) for name in ("first", "second", "third")),
            over(s["past"], s["past"] + s["present"]),
        ])  # fmt: skip

    def gram_shares(self) -> Floats:
        """Shares of the n-grams of each length by bucket."""
        halves = self.grams.reshape(2, BUCKETS)
        return np.asarray(halves / np.maximum(1, halves.sum(1, keepdims=True)), np.float64).reshape(-1)


def levelled(scalars: Floats) -> Floats:
    """The figures on scales on which a step is as much for a writer who has little of one as for one who has much."""
    out = np.where(_LOGARITHMIC, np.log1p(np.maximum(scalars, 0)), scalars)
    return np.where(_ROOTED, np.sqrt(np.maximum(out, 0)), out)


def unlevelled(levels: Floats) -> Floats:
    """The figures that stand at these levels."""
    out = np.where(_ROOTED, levels * levels, levels)
    return np.where(_LOGARITHMIC, np.expm1(out), out)


def together(parts: Iterable[StyleCounts]) -> StyleCounts:
    """The counts of texts that stand after each other; there has to be one."""
    return reduce(lambda a, b: a + b, parts)


def count_style(text: str, language: str) -> StyleCounts:
    """Count a text in time linear in its length. `language`: code, "" where it is not known."""
    reading = read(text)
    named = _named(reading)
    types, counts = np.unique(reading.hashes[~named], return_counts=True)
    lengths = GRAMS_CJK if language in ("zh", "ja") else GRAMS
    spoken = [match.span() for match in SPEECH.finditer(text)]
    sums = [*_rhythm(reading), *_spoken(text, spoken), *_marks(text), *_vocabulary(reading)]
    sums += _narrator(reading, _inside(reading, spoken), language)
    return StyleCounts(
        len(reading.starts), types, counts.astype(np.int64), np.array(sums, np.float64), _grams(reading, named, lengths)
    )


def _named(reading: TextReading) -> Mask:
    """Whether each word begins with a capital inside of a sentence; one letter (I) is no name."""
    inside = np.diff(reading.sentence, prepend=-1) == 0
    marks = (
        reading.small[np.minimum(reading.starts + 1, len(reading.small) - 1)] == ord("'") if len(reading.small) else 0
    )
    longer = (reading.ends - reading.starts > 1) & (marks == 0)
    named: Mask = inside & longer & reading.upper[reading.starts]
    return named


def _grams(reading: TextReading, named: Mask, lengths: tuple[int, int]) -> Floats:
    """Counts of n-grams of lowercase characters, every run of whitespace being one and every letter of a name another."""
    edges = np.zeros(len(reading.small) + 1, np.int64)
    edges[reading.starts[named]] += 1
    edges[reading.ends[named]] -= 1
    codes = np.where(np.cumsum(edges[:-1]) > 0, ord("@"), reading.small)
    blank = (codes == ord(" ")) | (codes == ord("\n")) | (codes == ord("\t")) | (codes == ord("\r"))
    codes = np.where(blank, ord(" "), codes)[~(blank & np.append(False, blank[:-1]))[: len(codes)]].astype(np.uint64)
    out = []
    for length in lengths:
        mixed = np.zeros(max(0, len(codes) - length + 1), np.uint64)
        for shift in range(length):  # a polynomial modulo 2**64, then mixed so that its first bits tell
            mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + codes[shift : shift + len(mixed)] * np.uint64(
                0xBF58476D1CE4E5B9
            )
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0x94D049BB133111EB)
        out.append(np.bincount((mixed >> np.uint64(56)).astype(np.int64), minlength=BUCKETS))
    return np.concatenate(out).astype(np.float64)


def _rhythm(reading: TextReading) -> list[float]:
    """Sums of sentences and of paragraphs, headings and lists left out."""
    plain = ~reading.structured
    sentences = np.bincount(reading.sentence[plain])
    sentences = sentences[sentences > 0]
    paragraphs = np.bincount(_paragraphs(reading)[plain])
    paragraphs = paragraphs[paragraphs > 0]
    short, long = int((sentences <= SHORT).sum()), int((sentences >= LONG).sum())
    small = int((paragraphs <= SHORT_PARAGRAPH).sum())
    return [len(sentences), int(sentences.sum()), int((sentences**2).sum()), short, long,
            len(paragraphs), int(paragraphs.sum()), int((paragraphs**2).sum()), small]  # fmt: skip


def _paragraphs(reading: TextReading) -> Ints:
    """The paragraph of each word."""
    breaks = np.flatnonzero(reading.chars == ord("\n"))
    blank = breaks[1:][np.diff(breaks) == 1]
    if len(blank) * WORDS_PER_BLANK < len(reading.starts):
        return reading.line
    return np.searchsorted(blank, reading.starts)


def _spoken(text: str, spoken: list[tuple[int, int]]) -> list[float]:
    return [sum(end - start for start, end in spoken), len(text), len(spoken)]


def _inside(reading: TextReading, spoken: list[tuple[int, int]]) -> Mask:
    """Whether each word is spoken."""
    if not spoken:
        return np.zeros(len(reading.starts), np.bool_)
    starts, ends = np.array(spoken).T
    last = np.searchsorted(starts, reading.starts, side="right") - 1
    inside: Mask = (last >= 0) & (reading.starts < ends[last])
    return inside


def _marks(text: str) -> list[float]:
    found = {name: sum(map(text.count, marks)) for name, marks in MARKS.items()}
    found["dashes"] += text.count("--") + text.count(" - ")
    found["ellipses"] += text.count("...")
    return list(map(float, found.values()))


def _vocabulary(reading: TextReading) -> list[float]:
    letters = reading.ends - reading.starts
    windows = range(0, max(0, len(reading.starts) - WINDOW + 1), WINDOW)
    different = sum(len(np.unique(reading.type[at : at + WINDOW])) for at in windows)
    return [int(letters.sum()), int((letters >= LONG_WORD).sum()), len(windows) * WINDOW, different]


def _narrator(reading: TextReading, spoken: Mask, language: str) -> list[float]:
    """Sums of the words that tell person and tense, outside of speech."""
    known = narrator_words().get(language)
    if known is None:
        return [0.0] * 6
    types = reading.types[np.unique(reading.type[~spoken])] if len(reading.types) else reading.types
    counts = np.bincount(reading.type[~spoken], minlength=len(reading.types))[np.isin(reading.types, types)]
    narrated = int(counts.sum())
    found = [int(counts[among(types, own)].sum()) for own in _hashed(language)]
    if known.first_begins:
        at = np.flatnonzero(~spoken)
        starts = zip(reading.starts[at].tolist(), reading.ends[at].tolist(), strict=True)
        written = (reading.text[start:end].lower().replace("’", "'") for start, end in starts)
        found[0] += sum(word.startswith(known.first_begins) for word in written)
    return [narrated, *found]


@cache
def _hashed(language: str) -> list[Hashes]:
    known = narrator_words()[language]
    return [hashes_of(own) for own in (known.first, known.second, known.third, known.past, known.present)]
