"""Words that say what a passage is about, found by counting alone: tf-idf over passages of the same collection.

1. `Counts.add` reads every text once; nothing is kept but counts of words.
2. A word may become a keyword if it is a noun by its company (after "the", "of"... and before a comma, "and"...) or a
   name (mostly capital inside sentences), stands in enough passages and not in too many.
3. `Keywords.of` ranks the words of one passage; `share_out` gives each section of a plan words of its own.

Chinese has no spaces: there, strings of two to four characters that stand in a passage twice take the place of words.
Leaves out: phrases, inflection (two words of the same first five letters are taken for one), meaning.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from longwriter.text import CJK_CHARACTER, language

BLOCK_WORDS = 200
"""Words of a passage in which document frequencies are counted."""
LEAST_PASSAGES = 6
"""A word must stand in so many passages; rarer ones are misspellings, or words that a small model cannot learn."""
MOST_SHARE = 0.06
"""Words in more passages than this say nothing about any."""
NOUN, FORM = 0.18, 0.32
"""Least share of a word's occurrences in a noun's company, the second for words in -ing, -ed and -est. Below come verbs."""
FEW = 30
"""In a small collection, words in so many passages still say something, if half of all are without them."""
NAME_WEIGHT = 0.7
"""A plan of names alone would say nothing of what happens."""
RARE = 0.0008
"""Rarer words than this share of passages count as so rare: else every list is of the rarest words."""
EARLY = 0.4
"""What begins within this part of a passage is early."""
STEM = 5
"""Letters by which forms of one word are known: keeper, keepers."""

_TOKEN = re.compile(r"([^A-Za-zÀ-ɏ]*)([A-Za-zÀ-ɏ]+(?:['’-][A-Za-zÀ-ɏ]+)*)")
_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_BREAKS = frozenset('.!?:;"“”()*#\n')


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset((Path(__file__).parent / "words" / f"{name}.txt").read_text("utf-8").split())


class Term(NamedTuple):
    """A word of one passage that may be a keyword."""

    word: str
    """The word as it is shown: names with their capital."""
    stem: str
    score: float
    times: int
    """Times it stands in the passage."""
    first: float
    """Where it stands first, 0 (beginning) to 1."""

    @property
    def prominent(self) -> bool:
        """Repeated, or early: a model that writes the passage can know it from the prompt in time."""
        return self.times >= 2 or self.first <= EARLY


def stem_of(word: str) -> str:
    """What two forms of one word share."""
    return word if CJK_CHARACTER.match(word) else word.lower()[:STEM]


class _Word(NamedTuple):
    text: str
    """Lower case, without a possessive 's."""
    written: str
    opens: bool
    """First of its sentence, where a capital says nothing."""
    noun: bool
    """In a noun's company."""

    @property
    def capital(self) -> bool:
        """Begins with one."""
        return self.written[0].isupper()


def _scan(text: str) -> Iterator[_Word]:
    """The words of an English text with what their neighbours say about them."""
    found: list[tuple[str, str]] = _TOKEN.findall(text)
    function, plain = _listed("function"), _listed("determiners")
    any_noun = plain | _listed("prepositions")
    gaps = [gap for gap, _ in found] + [text[-1:] if text[-1:] in _BREAKS else "."]
    lower = [word.lower() for _, word in found]
    for i, word in enumerate(lower):
        gap, after = gaps[i], gaps[i + 1]
        opens = not i or (gap != " " and not _BREAKS.isdisjoint(gap))
        closed = i + 1 == len(lower) or after != " " or lower[i + 1] in function
        before = plain if word.endswith("ing") else any_noun  # "of walking" says nothing of a noun
        noun = closed and not opens and i > 0 and gap == " " and lower[i - 1] in before
        bare = word.removesuffix("'s").removesuffix("’s")
        yield _Word(bare, found[i][1][: len(bare)], opens, noun)


def _usable(word: str) -> bool:
    return len(word) > 2 and word.isalpha() and word not in _listed("function")


def _strings(text: str) -> Counter[str]:
    """Strings of 2 to 4 Han characters that stand twice and more, none inside a longer one that stands as often."""
    weak = _listed("han")
    counts: Counter[str] = Counter()
    for run in _HAN.findall(text):
        for size in (2, 3, 4):
            counts.update(run[i : i + size] for i in range(len(run) - size + 1))
    kept = {s: n for s, n in counts.items() if n >= 2 and not weak & set(s)}
    inner = {p for s, n in kept.items() if len(s) > 2 for p in (s[1:], s[:-1]) if kept.get(p) == n}
    return Counter({s: n for s, n in kept.items() if s not in inner})


class Counts:
    """What is known of a collection's words after one reading. Memory: one entry a distinct word."""

    def __init__(self) -> None:
        """Nothing seen."""
        self.passages = 0
        self.df: Counter[str] = Counter()
        self.total: Counter[str] = Counter()
        self.inside: Counter[str] = Counter()
        """Occurrences that do not open a sentence."""
        self.capital: Counter[str] = Counter()
        """Occurrences inside sentences with a capital."""
        self.forms: Counter[str] = Counter()
        """Those as written: CDC, MacDonald."""
        self.noun: Counter[str] = Counter()

    def add(self, text: str) -> None:
        """Count one text."""
        for passage in blocks(text):
            self.passages += 1
            if language(passage) == "zh":
                self.df.update(_strings(passage).keys())
                continue
            words = [w for w in _scan(passage) if _usable(w.text)]
            self.df.update({w.text for w in words})
            self.total.update([w.text for w in words])
            self.inside.update([w.text for w in words if not w.opens])
            names = [w for w in words if w.capital and not w.opens]
            self.capital.update([w.text for w in names])
            self.forms.update([w.written for w in names])
            self.noun.update([w.text for w in words if w.noun])


def blocks(text: str) -> Iterator[str]:
    """Whole paragraphs gathered to `BLOCK_WORDS` or more (characters of Chinese text count as much as words)."""
    current, size = list[str](), 0
    for paragraph in text.split("\n\n"):
        current.append(paragraph)
        size += paragraph.count(" ") + 1 if paragraph.isascii() else len(paragraph.encode()) // 4
        if size >= BLOCK_WORDS:
            yield "\n\n".join(current)
            current, size = [], 0
    if current:
        yield "\n\n".join(current)


class Keywords:
    """Ranks the words of passages by a collection's counts."""

    def __init__(self, counts: Counts, most_share: float = MOST_SHARE) -> None:
        """`most_share`: words in more than this share of the passages are no keywords."""
        least = min(LEAST_PASSAGES, 1 + counts.passages // 200)
        most = max(most_share * counts.passages, min(FEW, counts.passages / 2), 1)
        floor = max(least, RARE * counts.passages)
        self.shown = {form.lower(): form for form, _ in reversed(counts.forms.most_common())}
        """Lower case -> as a name is written mostly."""
        self.weight: dict[str, float] = {}
        for word, n in counts.df.items():
            weight = _weight(word, counts) if least <= n <= most else 0.0
            if weight:
                self.weight[word] = weight * math.log(1 + counts.passages / max(n, floor))
            if weight != NAME_WEIGHT:
                self.shown.pop(word, None)

    def of(self, text: str) -> list[Term]:
        """All terms of a passage, best first; prominent ones before the others. One form of each word."""
        if language(text) == "zh":
            places = {s: (n, text.find(s) / len(text)) for s, n in _strings(text).items()}
        else:
            places = self._places(text)
        best: dict[str, Term] = {}
        for word, (count, first) in places.items():
            if word in self.weight:
                score = math.log(1 + min(count, 6)) * self.weight[word]
                term = Term(self.shown.get(word, word), stem_of(word), score, count, first)
                if term.stem not in best or _order(term) < _order(best[term.stem]):
                    best[term.stem] = term
        return sorted(best.values(), key=_order)

    def _places(self, text: str) -> dict[str, tuple[int, float]]:
        """Word -> (times, first place)."""
        words = [w.lower() for _, w in _TOKEN.findall(text)]
        out: dict[str, tuple[int, float]] = {}
        for i, word in enumerate(words):
            plain = word.removesuffix("'s").removesuffix("’s")
            if plain in self.weight:
                count, first = out.get(plain, (0, i / len(words)))
                out[plain] = (count + 1, first)
        return out


def _weight(word: str, counts: Counts) -> float:
    """1 for a noun or a Chinese string, less for a name, 0 for what is no keyword."""
    if CJK_CHARACTER.match(word):
        return 1.0
    if counts.inside[word] > 1 and counts.capital[word] > 0.5 * counts.inside[word]:
        return NAME_WEIGHT
    bar = FORM if word.endswith(("ing", "ed", "est")) else NOUN
    return float(counts.noun[word] >= bar * counts.total[word] and not word.endswith("ly"))


def _order(term: Term) -> tuple[bool, float, str]:
    return (not term.prominent, -term.score, term.word)


def share_out(sections: Sequence[Sequence[Term]], most: int) -> list[list[Term]]:
    """Up to `most` terms for each section, in order of appearance, no two sections with the same stem.

    A term goes to the section that it says most about: its score there, weighted by the part of all its occurrences
    that stand there. Prominent terms come before the others.
    """
    counts: Counter[str] = Counter()
    for terms in sections:
        counts.update({t.stem: t.times for t in terms})
    places = [(i, term) for i, terms in enumerate(sections) for term in terms]
    places.sort(key=lambda p: (not p[1].prominent, -p[1].score * p[1].times / counts[p[1].stem], p[0], p[1].word))
    taken: set[str] = set()
    out: list[list[Term]] = [[] for _ in sections]
    for i, term in places:
        if term.stem not in taken and len(out[i]) < most:
            taken.add(term.stem)
            out[i].append(term)
    return [sorted(terms, key=lambda t: t.first) for terms in out]
