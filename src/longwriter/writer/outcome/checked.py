"""What the checks say of a run's text, each place with the section that it stands in."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from longwriter.checks.check import CHECKS, CheckReport, check
from longwriter.checks.finding import TextFinding, TextPlace
from longwriter.checks.joined import CONTRADICTIONS, contradictions_rate
from longwriter.checks.ledger.contradictions import numbering
from longwriter.checks.ledger.ledger import in_order
from longwriter.errors import RunError
from longwriter.text import count_words
from longwriter.writer.document import Document
from longwriter.writer.outcome.dismissed import counts, undismissed
from longwriter.writer.outcome.ledger import ledger_of


def checked(document: Document, only: Sequence[str] = ()) -> CheckReport:
    """The report of the text so far, without what a person dismissed.

    `only`: names of checks, none for all. Raises InputError for a name that is no check.
    """
    report = all_checked(document, only)
    left = undismissed(document, report.findings)
    return report.model_copy(update={"findings": left, "dismissed": len(report.findings) - len(left)})


def all_checked(document: Document, only: Sequence[str] = ()) -> CheckReport:
    """As `checked`, with what a person dismissed, which counts in no figure.

    Contradictions are those of the run's ledger, which knows what a person says is so, and of the document's headings.
    """
    settings, text = document.settings, document.text()
    others = [name for name in only or CHECKS if name != CONTRADICTIONS]
    report = CheckReport(findings=(), figures={})
    if others:
        spoken = str(settings.language or "")
        count = partial(counts, document)
        report = check(text, spoken, only=others, sources=document.sources, style=settings.style, counts=count)
    if only and CONTRADICTIONS not in only:
        return report.model_copy(update={"findings": tuple(in_sections(document, report.findings))})
    wrong = [*in_sections(document, numbering(text)), *ledger_of(document, dismissed=True).contradictions]
    found = in_order([*in_sections(document, report.findings), *wrong])
    figures = {
        CONTRADICTIONS: contradictions_rate(len(undismissed(document, wrong)), count_words(text)),
        **report.figures,
    }
    return CheckReport(findings=tuple(found), figures=figures)


def check_sources(document: Document, folder: Path, only: Sequence[str] = ()) -> None:
    """Raises RunError where citations are to be checked, and the sources that they are held to are gone."""
    if document.settings.sources and not document.sources and (not only or "citations" in only):
        raise RunError(
            f"{folder}/sources is gone, which the text cites; put it back from a copy, or name the checks that need none: "
            "--only contradictions"
        )


def in_sections(document: Document, findings: Iterable[TextFinding]) -> list[TextFinding]:
    """Findings in `document.text()` with the numbers of the sections in which their places begin."""
    numbers, starts = [], []
    for number, start in section_starts(document):
        numbers.append(number)
        starts.append(start)

    def of(place: TextPlace) -> TextPlace:
        found = bisect_right(starts, place.start) - 1
        return place.model_copy(update={"section": numbers[found] if found >= 0 else None})

    return [finding.model_copy(update={"places": tuple(map(of, finding.places))}) for finding in findings]


def section_starts(document: Document) -> list[tuple[int, int]]:
    """Number, from 1, of each finished section, and where it begins in `document.text()`."""
    text, at, found = document.text(), 0, []
    for index in sorted(document.texts):
        piece = document.piece(index).strip()
        start = text.find(piece, at)
        if start >= 0:  # always, but for a draft whose line ends were changed around it
            found.append((index + 1, start))
            at = start + len(piece)
    return found
