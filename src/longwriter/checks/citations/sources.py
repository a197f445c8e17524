"""The sources of a text: their chunks by id, those related to a line, and what of an address or a name they hold."""

import re
from collections.abc import Sequence
from functools import cached_property

from longwriter.checks.citations.marks import CleanText, cleaned
from longwriter.checks.citations.numbers import values
from longwriter.checks.citations.quotes import SourceWords
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.stems import StemWeights, stems
from longwriter.checks.passages import PassageIndex


class SourceSet:
    """Chunks, each read once, when it is first wanted."""

    def __init__(self, chunks: Sequence[SourceChunk], request: str = "") -> None:
        """`request`: may name addresses and people that a text may name too."""
        self.chunks = tuple(chunks)
        self._request = request
        self._by_id = {chunk.id: chunk for chunk in chunks}
        self._words: dict[str, SourceWords] = {}
        self._values: dict[str, set[float]] = {}
        self._stems: dict[str, frozenset[str]] = {}

    def __bool__(self) -> bool:
        return bool(self.chunks)

    def has(self, name: str) -> bool:
        """Whether there is a chunk of that id."""
        return name in self._by_id

    def chunk(self, name: str) -> SourceChunk:
        """A chunk by its id. Raises KeyError."""
        return self._by_id[name]

    def holds(self, words: str) -> bool:
        """Whether sources, their titles, authors or addresses, or the request hold an address or a name as a whole."""
        wanted = " ".join(words.casefold().split()).rstrip("/.")
        if len(wanted) < 3:
            return False
        at = self._all.find(wanted)
        while at >= 0:
            before, after = self._all[at - 1 : at], self._all[at + len(wanted) : at + len(wanted) + 2]
            if not re.match(r"\w", before) and re.match(r"\Z|/?(?:[\s<>()\"'’”,;|]|\Z)|[.:!?](?:\s|\Z)", after):
                return True
            at = self._all.find(wanted, at + 1)
        return False

    @cached_property
    def _all(self) -> str:
        said = (f"{c.address} | {c.title} | {' | '.join(c.author)} | {c.text}" for c in self.chunks)
        return " ".join("\n".join((*said, self._request)).casefold().split())

    def cleaned(self, text: str) -> CleanText:
        """The text without marks of sources that there are not: see `marks.cleaned`."""
        return cleaned(text, self)

    def related(self, line: str, most_words: int) -> list[SourceChunk]:
        """The chunks that share most with a line, the best first, within `most_words`."""
        words = set(stems(line))
        found = (self.chunks[i] for i in self._index.ranked(line, most_words))
        return [chunk for chunk in found if words & self.stems(chunk.id)]  # else they share function words alone

    @cached_property
    def _index(self) -> PassageIndex:
        index = PassageIndex()
        for chunk in self.chunks:
            index.add(f"{chunk.title} {chunk.place}\n{chunk.text}")
        return index

    @cached_property
    def weights(self) -> StemWeights:
        """How much a stem tells, by the chunks that have it."""
        return StemWeights(self.stems(chunk.id) for chunk in self.chunks)

    def words(self, name: str) -> SourceWords:
        """The words of a chunk, for its quotations."""
        if name not in self._words:
            self._words[name] = SourceWords(self.chunk(name).text)
        return self._words[name]

    def values(self, name: str) -> set[float]:
        """What the numbers of a chunk are worth, those of its title and place included."""
        if name not in self._values:
            chunk = self.chunk(name)
            self._values[name] = values(f"{chunk.title}\n{chunk.place}\n{chunk.text}")
        return self._values[name]

    def stems(self, name: str) -> frozenset[str]:
        """The stems of a chunk and of its title."""
        if name not in self._stems:
            chunk = self.chunk(name)
            self._stems[name] = frozenset(stems(f"{chunk.title} {chunk.place}\n{chunk.text}"))
        return self._stems[name]
