"""The checks of a text, of a file in any form that can be read, or of a run; what a person says is right as it is."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from longwriter.api.book.exporting import written_so_far
from longwriter.checks.check import CHECKS, FIGURES_ALONE, CheckReport, check
from longwriter.checks.finding import TextFinding
from longwriter.errors import InputError
from longwriter.intake.source import read_source
from longwriter.runs.folders import all_runs, find
from longwriter.writer.outcome.checked import all_checked, check_sources
from longwriter.writer.outcome.dismissed import key, undismissed
from longwriter.writer.revision.edits import Edits
from longwriter.writer.sources.gather import gathered
from longwriter.writer.stored import editing


class CheckedSource(NamedTuple):
    """A text that was checked."""

    name: str
    """Of the file or of the run."""
    text: str
    report: CheckReport
    """Without what a person dismissed."""
    found: tuple[TextFinding, ...]
    """With that, in the order of the text."""
    numbers: dict[TextFinding, int] = {}  # noqa: RUF012 - never changed
    """Of the findings, from 1; of a run, the same whatever was asked for, and whatever is dismissed."""


def check_source(
    source: str | Path,
    home: Path,
    only: Sequence[str] = (),
    sources: Sequence[str] = (),
    *,
    numbered: bool = True,
) -> CheckedSource:
    """Check a file, or a run by its folder, its name in `home` or "last".

    `sources`: files, folders and addresses that a file quotes; a run has its own. `numbered`: as for `check_run`. Raises
    InputError for what cannot be read, for a run without text, for a run with `sources` and for a name that is no check,
    RunError for a run whose sources are gone.
    """
    if is_file(source, home):
        draft = read_source(Path(source))
        text = draft.text.removeprefix("\ufeff").replace("\r\n", "\n")
        chunks = asyncio.run(gathered(sources)).chunks if sources else ()
        report = check(text, only=only, sources=chunks)
        return CheckedSource(
            draft.origin, text, report, report.findings, {one: n for n, one in enumerate(report.findings, 1)}
        )
    if sources:
        raise InputError(
            f"--sources is for a file; {source} is a run, and is checked against the sources that it was written from"
        )
    return check_run(find(home, str(source)), only, numbered=numbered)


def check_run(folder: Path, only: Sequence[str] = (), *, numbered: bool = True) -> CheckedSource:
    """Check the text so far of a run. Raises InputError where it has none, RunError where its sources are gone.

    `numbered`: give numbers that hold for `dismiss`, for which all other checks have to be made, too.
    """
    document = written_so_far(folder).document
    check_sources(document, folder, only)
    found = all_checked(document, only)
    numbers = dict[TextFinding, int]()
    if numbered:
        rest = [name for name in CHECKS if only and name not in only and name not in FIGURES_ALONE]
        numbers = _numbered([*found.findings, *(all_checked(document, rest).findings if rest else ())])
    findings = tuple(sorted(found.findings, key=_place))
    left = undismissed(document, findings)
    report = found.model_copy(update={"findings": left, "dismissed": len(findings) - len(left)})
    return CheckedSource(folder.name, document.text(), report, findings, numbers)


def dismiss(folder: Path, numbers: Iterable[int] = (), *, again: Iterable[int] = ()) -> None:
    """Say of findings of a run, by their numbers, that the text is right as it is; `again`: that they count again.

    Raises InputError for a number that is none, RunError where a process works on the run.
    """
    found = {n: finding for finding, n in _numbered(all_checked(written_so_far(folder).document).findings).items()}
    chosen, back = list(numbers), list(again)
    if wrong := [n for n in [*chosen, *back] if n not in found]:
        raise InputError(f"there is no finding {wrong[0]}; longwriter check {folder} --all lists what there is")
    dismiss_findings(folder, [found[n] for n in chosen], again=[found[n] for n in back])


def dismiss_findings(folder: Path, findings: Iterable[TextFinding] = (), *, again: Iterable[TextFinding] = ()) -> None:
    """The same of findings themselves. Raises RunError where a process works on the run."""
    with editing(folder) as session:
        Edits(session).dismiss(map(key, findings), again=map(key, again))


def is_file(source: str | Path, home: Path) -> bool:
    """Whether a name means a file, and no run of `home`."""
    path = Path(source)
    return path.is_file() or (bool(path.suffix) and not path.is_dir() and not _is_run(home, str(source)))


def _numbered(findings: Iterable[TextFinding]) -> dict[TextFinding, int]:
    return {finding: n for n, finding in enumerate(sorted(findings, key=_place), 1)}


def _place(finding: TextFinding) -> tuple[list[int], str, str]:
    """Where what is wrong stands, the last place first: an order in which no other finding has a say."""
    return [place.start for place in reversed(finding.places)], finding.check, finding.kind


def _is_run(home: Path, name: str) -> bool:
    return any(run.name.startswith(name) for run in all_runs(home))
