"""What a run's text cites, and what its model invented: for its report."""

from collections.abc import Iterator
from functools import partial

from longwriter.checks.citations.citations import CitationReading, read_citations
from longwriter.text import counted
from longwriter.writer.document import Document
from longwriter.writer.manuscript import call_names
from longwriter.writer.outcome.dismissed import counts
from longwriter.writer.records.calls import CallRecord
from longwriter.writer.records.kinds import read
from longwriter.writer.records.written import SectionRecord

SHOWN = 5
"""Inventions that a note names."""


def citing(document: Document, text: str) -> tuple[CitationReading | None, tuple[str, ...]]:
    """The citations of the text, and what was taken out of the replies that made it; None, () for a run without sources."""
    if not document.sources:
        return None, ()
    return read_citations(text, document.sources, partial(counts, document)), tuple(_invented(document))


def _invented(document: Document) -> Iterator[str]:
    """What the models' own replies referred to, of those that the text is made of."""
    steps = set(_steps(document))
    for call in read(document.manuscript.journal, CallRecord):
        if isinstance(call, CallRecord) and call.step in steps and call.raw is not None:
            yield from document.sources.cleaned(call.raw).invented


def _steps(document: Document) -> Iterator[str]:
    for index in range(len(document.manuscript.ids)):
        final = document.manuscript.final(index)
        record = final.held.record if final is not None else None
        if isinstance(record, SectionRecord):
            names = call_names(record.id, record.redone, record.draft)
            yield from (f"{names}{k}" for k in range(len(record.asked)))


def told_of(document: Document, found: CitationReading | None, invented: tuple[str, ...]) -> list[str]:
    """What a person should know of it. `found`, `invented`: as `citing` says."""
    if found is None:
        gone = "its sources are gone: no citation is checked; put the folder sources/ of the run back from a copy"
        return [gone] if document.settings.sources else []
    out, figures = list[str](), found.figures
    if invented:
        named = ", ".join(invented[:SHOWN]) + (", ..." if len(invented) > SHOWN else "")
        out.append(f"{counted(len(invented), 'invented reference')} taken out: {named}")
    if not figures.citations:
        out.append("it cites none of its sources")
    elif figures.uncited:
        out.append(f"{len(figures.uncited)} of {counted(figures.sections, 'section')} cite nothing")
    return out
