"""What rules can prove wrong of a text that cites.

Ids that there are not, quotes and numbers that the sources do not have, sentences that share no words with what they cite.
Pure.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from longwriter.checks.citations.numbers import NumberPlace, numbers, stands
from longwriter.checks.citations.quotes import Quotation, quotations
from longwriter.checks.citations.records import CitationFigures, SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.citations.statements import CitingPlace, Statement, statements, uncited_sections
from longwriter.checks.citations.stems import stems
from longwriter.checks.finding import TextFinding, TextPlace

KIND = "citation"
UNRELATED = 0.2
"""A sentence of which a chunk has less, by the weight of its words, is not about what the chunk says: see docs/checks.md."""
FEWEST_STEMS = 4
"""Content words of a sentence that can be said to share too few."""
QUOTED = 100


class CitationReading(NamedTuple):
    """The citations of a text."""

    findings: tuple[TextFinding, ...]
    figures: CitationFigures
    support: tuple[float, ...]
    """Of each sentence that cites, in order: 0 for a finding in it, else the share of its words that the chunks have."""


def citations(text: str, sources: Sequence[SourceChunk]) -> list[TextFinding]:
    """What is wrong with the citations of a text, in its order."""
    return list(read_citations(text, SourceSet(sources)).findings)


def read_citations(
    text: str, sources: SourceSet, counts: Callable[[TextFinding], bool] = lambda _: True
) -> CitationReading:
    """Findings and figures of a text. `counts`: whether a finding says that its sentence is not supported."""
    reader = _Reader(text, sources)
    support, findings = list[float](), list[TextFinding]()
    quoted = list(quotations(text))
    at = 0
    for statement in statements(text):
        while at < len(quoted) and quoted[at].end < statement.start:
            at += 1
        if not statement.marks:
            continue
        inside = _ending_by(quoted, at, statement.end)
        words = stems(statement.bare(text))
        found = list(reader.wrong(statement, inside, words))
        findings += found
        support.append(0.0 if any(map(counts, found)) else reader.shared(statement, words))
    sections, uncited = uncited_sections(text)
    figures = CitationFigures(
        citations=reader.citations, cited=len(reader.cited), sources=len({c.source for c in sources.chunks}),
        statements=len(support), supported=sum(value > 0 for value in support), unknown=reader.unknown,
        quotes=reader.quotes, quotes_found=reader.quotes_found, numbers=reader.numbers,
        numbers_found=reader.numbers_found, sections=sections, uncited=uncited,
    )  # fmt: skip
    return CitationReading(tuple(findings), figures, tuple(support))


def _ending_by(quoted: Sequence[Quotation], first: int, end: int) -> list[Quotation]:
    out = list[Quotation]()
    while first < len(quoted) and quoted[first].end <= end:
        out.append(quoted[first])
        first += 1
    return out


class _Reader:
    def __init__(self, text: str, sources: SourceSet) -> None:
        self.text, self.sources = text, sources
        self.citations = self.unknown = self.quotes = self.quotes_found = self.numbers = self.numbers_found = 0
        self.cited = set[int]()

    def wrong(self, statement: Statement, quoted: Sequence[Quotation], words: Sequence[str]) -> Iterator[TextFinding]:
        """The findings of a sentence that cites. `quoted`: the quotations that end in it; `words`: its stems."""
        ids = list[str]()
        for mark in statement.marks:
            if self.sources.has(mark.id):
                ids.append(mark.id)
                self.citations += 1
                self.cited.add(self.sources.chunk(mark.id).source)
            else:
                self.unknown += 1
                yield self._finding("unknown", mark, f"it cites {mark.id}, and there is no such source")
        if not ids:
            return
        named = " and ".join(dict.fromkeys(ids))
        plain = statement.bare(self.text)
        for quotation in quoted:
            yield from self._quote(quotation, ids, named)
        found = False
        for number in numbers(plain):
            self.numbers += 1
            if any(stands(number, self.sources.values(name)) for name in ids):
                self.numbers_found += 1
                continue
            found = True
            yield self._number(statement, number, named)
        if not found and not quoted and len(set(words)) >= FEWEST_STEMS and self._share(words, ids) < UNRELATED:
            yield self._finding("unrelated", statement, f"it cites {named}, which shares hardly a word with it")

    def shared(self, statement: Statement, words: Sequence[str]) -> float:
        """The share of a sentence's words, by weight, that the chunks which it cites have together."""
        ids = [mark.id for mark in statement.marks if self.sources.has(mark.id)]
        return self._share(words, ids)

    def _share(self, words: Sequence[str], ids: Sequence[str]) -> float:
        there = frozenset[str]().union(*(self.sources.stems(name) for name in ids))
        return self.sources.weights.share(words, there)

    def _quote(self, quotation: Quotation, ids: Sequence[str], named: str) -> Iterator[TextFinding]:
        self.quotes += 1
        said = self.text[quotation.start : quotation.end]
        matches = [(name, match) for name in dict.fromkeys(ids) if (match := self.sources.words(name).find(said))]
        best = max(matches, key=lambda found: found[1].share, default=None)
        if best is not None and best[1].share == 1.0:
            self.quotes_found += 1
        elif best is not None:
            name, match = best
            there = self.sources.chunk(name).text[match.start : match.end]
            yield self._finding(
                "quote", quotation, f'it quotes {name} with other words: there stands "{short_quote(there)}"'
            )
        else:
            other = next((c.id for c in self.sources.related(said, 1000)[:4] if (m := self.sources.words(c.id).find(said))
                          and m.share == 1.0), "")  # fmt: skip
            where = f"they stand in {other}" if other else "no source has them"
            yield self._finding("quote", quotation, f"it quotes words that {named} does not have; {where}")

    def _number(self, statement: Statement, number: NumberPlace, named: str) -> TextFinding:
        start = statement.start + number.start
        place = Quotation(start, statement.start + number.end)
        said = self.text[place.start : place.end]
        return self._finding("number", place, f"it cites {named} with {said}, a number that does not stand there")

    def _finding(self, check: str, place: Statement | Quotation | CitingPlace, message: str) -> TextFinding:
        stretch = TextPlace(start=place.start, end=place.end)
        quote = self.text[place.start : place.end]
        return TextFinding(kind=KIND, check=check, places=(stretch,), quotes=(quote,), message=message)


def short_quote(text: str) -> str:
    """The beginning of words of a source, on one line, for a message."""
    words = " ".join(text.split())
    return words if len(words) <= QUOTED else f"{words[:QUOTED]}..."
