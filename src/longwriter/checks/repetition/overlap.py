"""Which earlier passage of a text says most of what a passage says: shared content stems, found by an inverted index.

1. Words without a function word's role become stems, English ones by cutting endings; Han and kana become pairs of
   neighbouring characters, neither of them a function character, and `by_character` gives them one by one: a pair tells
   topics apart as a word does, single characters stay when their order is lost.
2. A stem weighs ln(1 + cells / cells that have it), a cell being 30 stems in a row: rare stems tell passages apart.
3. Candidates for a passage are the cells or sentences that share most weight with it, over the last `LAGS` places of
   each stem. Work for each word is bounded, so time grows with the length of the text, not with its square.
4. The overlap of a passage with a candidate is the weight of its stems found there over the weight of all its stems.
   Order plays no part, so shuffled words and clauses change nothing.
"""

import re
from array import array
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from longwriter.text import CJK_CHARACTER, is_cjk, sentence_ends

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]
"""Half the memory of `Ints`, for what a text has one of per word."""

CELL = 30
"""Stems of a cell: about 65 English words."""
LAGS = 24
"""Earlier places of a stem that are looked at."""
CANDIDATES = 4
"""Earlier passages that are compared in full with each passage."""
STEMS_AT_ONCE, PAIRS_AT_ONCE = 8192, 4096
"""Stems of the passages whose candidates are looked for together, and pairs that are compared together: they bound the
memory."""
LONGEST_SENTENCE = 40
"""Stems; longer sentences are cut, so that a text without full stops has passages too."""

_CJK = CJK_CHARACTER.pattern[1:-1]
_RUN = rf"[^\W{_CJK}]+"
_TOKEN = re.compile(rf"[{_CJK}]|{_RUN}(?:['’]{_RUN})*")
FUNCTION_WORDS = frozenset(
    """a about above across after again against ago all almost along already also although always am among an and another any
    anybody anyone anything are around as at away back be became because become been before began behind being below
    between beyond both but by came can can't cannot come could couldn't did didn't do does doesn't doing don don't done
    down during each either else enough even ever every everybody everyone everything far few for from further gave get
    give go goes going gone got had hadn't has hasn't have haven't having he he'd he'll he's hence her here hers herself
    him himself his how however i i'd i'll i'm i've if in indeed instead into is isn't it it's its itself just last least
    less let like little made make many may me might mine more moreover most much must my myself near nearly neither never
    next no nobody none nor not nothing now of off often on once one only onto or other others otherwise ought our ours
    ourselves out over own perhaps quite rather really said same saw say says see seem seemed seems seen several shall she
    she'd she's should since so some somebody someone something sometimes soon still such take than that that's the their
    theirs them themselves then there there's therefore these they they'd they'll they're they've thing things this those
    though three through throughout thus till to together too took toward towards two under unless until up upon us very
    was wasn't we we'd we'll we're we've well went were weren't what what's whatever when where whether which while who
    who's whole whom whose why will with within without won't would wouldn't yes yet you you'd you'll you're you've your
    yours yourself""".split()  # noqa: SIM905
)
FUNCTION_CHARACTERS = frozenset(
    "的了是在和与也就都而及着过这那他她它我你您们个一不有为以于之其把被让给对从到向往由将但却并且或若如果因所即则虽"
    "又再还更最很太只才已曾会能可要得地吗呢吧啊呀么什谁哪怎此该各每些几两上下里中来去起说"
    "與著過這們個為於讓給對從將卻並則雖還纔會嗎麼誰該幾兩裡裏來說"  # traditional
)
_ENDINGS = re.compile(
    r"(?:ization|ational|fulness|iveness|ousness|edly|ingly|ments?|ness|ities|ation|ations|ional|ative|ously|fully|ably"
    r"|ibly|ance|ences?|ence|able|ible|ions?|ings?|ists?|isms?|ers?|ors?|est|ies|ied|ed|es|ity|ous|ive|ful|less|al|ly|s|y|e)$"
)
_STEM = 6
"""Letters of a stem at most: decision and decisive, nation and national meet."""


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a word in lowercase; "" for a function word and for what says nothing alone."""
    word = word.replace("’", "'")
    if word in FUNCTION_WORDS:
        return ""
    word = word.partition("'")[0]
    if len(word) < 2 or word in FUNCTION_WORDS:
        return ""
    short = _ENDINGS.sub("", word, count=1)
    word = short if len(short) >= 3 else word
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:_STEM]


class WordTable(NamedTuple):
    """A text's words. `stem_at` are the indices of words with a stem, `stems` their numbers, both in order."""

    starts: Places
    ends: Places
    names: Places
    """A number for each word as written, in lowercase."""
    stem_at: Ints
    stems: Ints
    sentences: Places
    """Sentence of each word."""
    cjk: bool
    """Most words are Han or kana characters."""

    def by_character(self, text: str) -> "WordTable":
        """The same with single characters for stems, not pairs: what stays of a Chinese clause in any order."""
        numbers: dict[str, int] = {}
        stem_at, stems = array("q"), array("q")
        for i, (start, end) in enumerate(zip(self.starts, self.ends, strict=True)):
            word = text[start:end].lower()
            named = ("" if word in FUNCTION_CHARACTERS else word) if is_cjk(word[0]) else stem(word)
            if named:
                stem_at.append(i)
                stems.append(numbers.setdefault(named, len(numbers)))
        return self._replace(stem_at=_ints(stem_at), stems=_ints(stems))


def read_words(text: str) -> WordTable:
    """Words, stems and sentences of a text."""
    lower = text.lower() if len(text.lower()) == len(text) else text
    starts, ends, names, stem_at, stems = (array(kind) for kind in "iiiqq")
    numbers: dict[str, int] = {}
    single: list[bool] = []
    """Whether each different word is one Chinese or Japanese character."""
    stemmed: dict[str, int] = {}

    def stem_of(word: str, after: str) -> str:
        """`after`: the character that follows without a break, where both are characters."""
        if not (len(word) == 1 and CJK_CHARACTER.match(word)):
            return stem(word)
        return "" if not after or word in FUNCTION_CHARACTERS or after in FUNCTION_CHARACTERS else word + after

    def take(place: int, word: str, after: str) -> None:
        if named := stem_of(word, after):
            stem_at.append(place)
            stems.append(stemmed.setdefault(named, len(stemmed)))

    before = ""
    for match in _TOKEN.finditer(lower):
        word = match[0]
        name = numbers.setdefault(word, len(numbers))
        if name == len(single):
            single.append(len(word) == 1 and CJK_CHARACTER.match(word) is not None)
        if before:
            joined = single[names[-1]] and single[name] and ends[-1] == match.start()
            take(len(names) - 1, before, word if joined else "")
        starts.append(match.start())
        ends.append(match.end())
        names.append(name)
        before = word
    if before:
        take(len(names) - 1, before, "")
    first, named = _places(starts), _places(names)
    sentences = np.searchsorted(np.fromiter(sentence_ends(text), np.int64), first, side="right").astype(np.int32)
    characters = np.count_nonzero(np.array(single, np.bool_)[named])
    return WordTable(
        first, _places(ends), named, _ints(stem_at), _ints(stems), sentences, bool(2 * characters > len(named))
    )


def _places(numbers: "array[int]") -> Places:
    return np.frombuffer(numbers, np.int32) if numbers else np.zeros(0, np.int32)


def _ints(numbers: "array[int]") -> Ints:
    return np.frombuffer(numbers, np.int64) if numbers else np.zeros(0, np.int64)


class Overlaps(NamedTuple):
    """For each passage, a range of stems, the earlier range that it overlaps most with. All arrays of one length."""

    starts: Ints
    ends: Ints
    earlier_starts: Ints
    earlier_ends: Ints
    shared: Floats
    """Weight of its stems that stand in the earlier range; 0 where there is no candidate."""
    total: Floats
    """Weight of all its stems."""


class Index:
    """The places of each stem of a text."""

    def __init__(self, stems: Ints) -> None:
        """`stems`: numbers from 0."""
        self.stems = stems
        n = len(stems)
        cells = np.arange(n) // CELL
        self.cells = int(cells[-1]) + 1 if n else 0
        once = np.unique(stems * max(1, self.cells) + cells) // max(1, self.cells)
        frequency = np.bincount(once, minlength=int(stems.max()) + 1 if n else 0)
        self.weights: Floats = np.log1p(self.cells / np.maximum(frequency, 1))[stems] if n else np.zeros(0)
        self.keys = np.sort(stems * n + np.arange(n))
        self.sums = np.concatenate([[0.0], np.cumsum(self.weights)])

    def sentences(self, sentence: Places) -> Overlaps:
        """Each sentence (`sentence`: its number for each stem) against every earlier one."""
        n = len(self.stems)
        place = np.arange(n)
        new = np.flatnonzero(np.diff(sentence, prepend=-1))
        inside = place - np.repeat(new, np.diff(new, append=n))
        starts = np.flatnonzero(inside % LONGEST_SENTENCE == 0)
        ends = np.append(starts[1:], n)
        unit = np.repeat(np.arange(len(starts)), ends - starts)
        del place, new, inside  # 8 bytes per stem each, while the candidates are looked for
        passage, earlier = self._candidates(unit, unit)
        return self._best(starts, ends, passage, starts[earlier], ends[earlier])

    def blocks(self) -> Overlaps:
        """Each two cells against every earlier three in a row, so that a passage may stand across cells."""
        n = len(self.stems)
        place = np.arange(n)
        starts = np.arange(0, n, 2 * CELL)
        ends = np.minimum(starts + 2 * CELL, n)
        passage, cell = self._candidates(place // (2 * CELL), place // CELL)
        first = np.maximum(cell - 1, 0) * CELL
        return self._best(starts, ends, passage, first, np.minimum((cell + 2) * CELL, starts[passage]))

    def _candidates(self, passages: Ints, units: Ints) -> tuple[Ints, Ints]:
        """Pairs of a passage and an earlier unit, at most `CANDIDATES` a passage; both numbers are given for each stem."""
        n = len(self.stems)
        if not n:
            return self.stems, self.stems
        place = self.keys % n
        first = np.flatnonzero(np.diff(self.keys // n * (units[-1] + 1) + units[place], prepend=-1))
        place = place[first]
        stems, passage, unit = (a[place].astype(np.int32) for a in (self.stems, passages, units))
        weight = self.weights[place]
        del place, first
        width = int(units[-1]) + 1
        order = np.argsort(passage, kind="stable")
        every = passage[order]
        bounds = [*np.unique(np.searchsorted(every, every[::STEMS_AT_ONCE])).tolist(), len(every)]  # whole passages
        del every
        found = []
        for begin, end in pairwise(bounds):
            at, keys, values = order[begin:end], [], []
            for lag in range(1, LAGS + 1):
                here = at[at >= lag]
                meets = here[stems[here] == stems[here - lag]]
                meets = meets[passage[meets - lag] < passage[meets]]
                keys.append(passage[meets].astype(np.int64) * width + unit[meets - lag])
                values.append(weight[meets - lag])
            found.append(_heaviest(np.concatenate(keys), np.concatenate(values), width))
        best = np.concatenate(found)
        return best // width, best % width

    def _best(self, starts: Ints, ends: Ints, passage: Ints, first: Ints, end: Ints) -> Overlaps:
        """The best of the candidates `first` to `end` of each passage, compared in full."""
        shared = np.concatenate(
            [
                self._shared(starts, ends, *(pairs[i : i + PAIRS_AT_ONCE] for pairs in (passage, first, end)))
                for i in range(0, max(1, len(passage)), PAIRS_AT_ONCE)
            ]
        )
        found: Floats = np.zeros(len(starts))
        earlier_starts, earlier_ends = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
        order = np.lexsort((shared, passage))
        chosen = order[np.flatnonzero(np.diff(passage[order], append=-1))]
        found[passage[chosen]] = shared[chosen]
        earlier_starts[passage[chosen]], earlier_ends[passage[chosen]] = first[chosen], end[chosen]
        return Overlaps(starts, ends, earlier_starts, earlier_ends, found, self.sums[ends] - self.sums[starts])

    def _shared(self, starts: Ints, ends: Ints, passage: Ints, first: Ints, end: Ints) -> Floats:
        """Weight of the stems of each passage that stand from `first` to `end`."""
        n = len(self.stems)
        lengths = (ends - starts)[passage]
        pair = np.repeat(np.arange(len(passage)), lengths)
        offset = np.arange(len(pair)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        place = starts[passage][pair] + offset
        stem_key = self.stems[place] * n
        at = np.searchsorted(self.keys, stem_key + first[pair])
        there = self.keys[np.minimum(at, n - 1)] < stem_key + end[pair] if n else np.zeros(0, bool)
        weights = np.where(there, self.weights[place], 0.0)
        shared: Floats = np.bincount(pair, weights, len(passage)).astype(np.float64, copy=False)
        return shared


def _heaviest(keys: Ints, weights: Floats, width: int) -> Ints:
    """Pairs `passage * width + unit` of the most weight, `CANDIDATES` per passage."""
    pairs, where = np.unique(keys, return_inverse=True)
    sums = np.bincount(where, weights, len(pairs))
    order = np.lexsort((-sums, pairs // width))
    best = pairs[order]
    group = np.flatnonzero(np.diff(best // width, prepend=-1))
    rank = np.arange(len(best)) - np.repeat(group, np.diff(group, append=len(best)))
    heaviest: Ints = best[rank < CANDIDATES]
    return heaviest
