"""What `contradictions_unseen.py` plants from: wordings, what they need, and the text that comes of one."""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypedDict, TypeVar

from contradictions import joined

T = TypeVar("T")
Values = list[dict[str, object]]
"""What fills the gaps of each statement."""


class Needs(TypedDict, total=False):
    """What a wording asks of who and what it is about."""

    sex: str
    other: str
    """The other person's sex."""
    apart: bool
    """The other person is of the other sex."""
    place: str
    range: tuple[int, int]


Worded = tuple[str | Needs, ...]


class Entry(NamedTuple):
    """A wording: its statements, what they need, and for colours what has them."""

    plain: bool
    texts: tuple[str, ...]
    needs: Needs
    part: str = ""


class Draw(NamedTuple):
    """An entry to fill by chance."""

    entry: Entry
    rng: random.Random
    agreeing: bool

    def two(self, first: T, other: T) -> tuple[T, T]:
        """What the two statements say: the same where they are to agree."""
        return (first, first) if self.agreeing else (first, other)

    def ages(self) -> tuple[int, int]:
        """An age, and one that is lower."""
        age = self.rng.randrange(32, 70)
        return self.two(age, age - self.rng.choice([3, 4, 6, 9]))

    def colours(self, groups: Sequence[Sequence[str]]) -> Values:
        """Colours of two groups."""
        first, other = [self.rng.choice(group) for group in self.rng.sample(groups, 2)]
        return [{"v": v} for v in self.two(first, other)]


class Made(NamedTuple):
    """A text with an entry in it, and the spans that a finding must quote, in the text's order."""

    text: str
    sayings: Sequence[str]
    spans: list[tuple[int, int]]


class Cycle:
    """Every entry of a list before any comes again."""

    def __init__(self, entries: Sequence[Entry], rng: random.Random) -> None:
        self.entries, self.rng = entries, rng
        self._left: list[Entry] = []

    def next(self) -> Entry:
        """An entry by chance."""
        if not self._left:
            self._left = self.rng.sample(self.entries, len(self.entries))
        return self._left.pop()


def entries(turned: Mapping[str, list[Worded]], plain: Mapping[str, list[Worded]]) -> dict[str, list[Entry]]:
    """Entries of each kind. Where names are misspelt, plain is without a sentence of ours: as often as with one."""
    made: dict[str, list[Entry]] = {"colour": []}
    unworded: list[Worded] = [()] * len(turned["spelling"])
    for plainly, lists in ((False, turned), (True, {**plain, "spelling": unworded})):
        for kind, wordings in lists.items():
            part = kind if kind in ("eyes", "hair") else ""
            made.setdefault("colour" if part else kind, []).extend(_read(wordings, plainly, part))
    return made


def _read(wordings: Iterable[Worded], plain: bool, part: str) -> Iterable[Entry]:
    for wording in wordings:
        needs = [one for one in wording if not isinstance(one, str)]
        yield Entry(plain, tuple(one for one in wording if isinstance(one, str)), needs[0] if needs else {}, part)


def finished(chapters: Sequence[str], headings: Sequence[str], sayings: Sequence[str]) -> Made:
    """Chapters under their headings, with the sayings found again."""
    text = joined(chapters, headings)
    starts = [(text.rindex(saying), saying) for saying in sayings]
    return Made(text, sayings, [(start, start + len(saying)) for start, saying in starts])


def misnumbered(chapters: Sequence[str], headings: Sequence[str], at: int) -> Made:
    """Chapters under their headings, of which the one at a place (not the first) is wrong."""
    start = len(joined(chapters[:at], headings[:at])) + len("\n\n## ")
    return Made(joined(chapters, headings), headings, [(start, start + len(headings[at]))])
