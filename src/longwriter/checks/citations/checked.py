"""The citations among the checks of a text; nothing where it has no sources.

A text without marks cites nothing that rules could look up but its quotations: those are looked for in all sources.
"""

from collections.abc import Sequence
from typing import NamedTuple

from longwriter.checks.checked import Checked, CheckedText
from longwriter.checks.citations.citations import KIND, read_citations, short_quote
from longwriter.checks.citations.quotes import Quotation, SourceWords, compared_words, quotations, quoted_pieces
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.citations.stems import stems
from longwriter.checks.finding import TextFinding
from longwriter.export.references import MARK

LEAST_QUOTED = 5
"""Words of a quotation without a mark; fewer may stand anywhere."""
NEAR, LEAST_STEMS = 0.75, 3
"""The share of its words that a source must have in order, and its content words, for the place to be the one that is meant."""
CANDIDATES = 4


def check_citations(asked: CheckedText) -> Checked:
    """Findings and figures of what a text cites, or, where it has no marks, of what it quotes."""
    if not asked.sources:
        return Checked()
    found = read_citations(asked.text, asked.sources, asked.counts)
    figures = found.figures
    shown: dict[str, int | float | None] = {
        "citations": figures.citations,
        "sources_cited": figures.cited,
        "citations_supported": figures.supported / figures.statements if figures.statements else None,
        "sections_uncited": len(figures.uncited),
    }
    if MARK.search(asked.text):
        return Checked(found.findings, shown)
    loose = _Loose(asked.sources)
    findings, quotes, exact = list[TextFinding](), 0, 0
    for place in quotations(asked.text):
        said = asked.text[place.start : place.end]
        if len(compared_words(said)) < LEAST_QUOTED:
            continue
        quotes += 1
        near = None if loose.has(said) else loose.near(said)
        exact += loose.has(said)
        if near is not None:
            findings.append(_changed(asked, place, near))
    return Checked(findings, {**shown, "quotes": quotes, "quotes_in_sources": exact})


class NearQuote(NamedTuple):
    """What a source has in place of a quotation."""

    chunk: SourceChunk
    words: str


def _changed(asked: CheckedText, place: Quotation, near: NearQuote) -> TextFinding:
    title = f", {short_quote(near.chunk.title)}" if near.chunk.title else ""
    message = f'a quotation that no source has; {near.chunk.id}{title}, has "{short_quote(near.words)}"'
    return asked.finding(KIND, "quote", [(place.start, place.end)], message)


class _Loose:
    """Where any of all sources has a quotation."""

    def __init__(self, sources: SourceSet) -> None:
        self.sources = sources
        self._next = {a.id: b for a, b in zip(sources.chunks, sources.chunks[1:], strict=False) if a.source == b.source}
        texts: dict[int, list[str]] = {}
        for chunk in sources.chunks:
            texts.setdefault(chunk.source, []).extend(compared_words(chunk.text))
        self._words = [_row(words) for words in texts.values()]

    def has(self, said: str) -> bool:
        """Whether one source has all of its words, with its gaps."""
        pieces = [_row(piece) for piece in quoted_pieces(said)]
        return any(all(piece in words for piece in pieces) for words in self._words)

    def near(self, said: str) -> NearQuote | None:
        """The place of a source that has most of its words in their order; None where none has enough, or other spellings."""
        names = set(stems(said))
        if len(names) < LEAST_STEMS:
            return None
        best: tuple[float, NearQuote] | None = None
        for chunk in self.sources.related(said, 10_000)[:CANDIDATES]:
            text = chunk.text
            if chunk.id in self._next:  # it may go on in the next one
                text = f"{text}\n\n{self._next[chunk.id].text}"
            match = SourceWords(text).find(said)
            if match is None or match.share < NEAR:
                continue
            if match.share == 1.0:
                return None
            there = text[match.start : match.end]
            if len(names & set(stems(there))) * 3 >= 2 * len(names) and (best is None or match.share > best[0]):
                best = (match.share, NearQuote(chunk, there))
        return best[1] if best else None


def _row(words: Sequence[str]) -> str:
    return "\x00" + "\x00".join(words) + "\x00"
