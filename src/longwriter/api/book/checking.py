"""The checks of a text, of a file in any form that can be read, or of a run; what a person says is right as it is."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from longwriter.api.book.exporting import written_so_far
from longwriter.checks.check import CheckReport, check
from longwriter.checks.finding import TextFinding
from longwriter.errors import InputError
from longwriter.intake.source import read_source
from longwriter.runs.folders import all_runs, find
from longwriter.writer.outcome.checked import all_checked
from longwriter.writer.outcome.dismissed import key, undismissed
from longwriter.writer.revision.edits import Edits
from longwriter.writer.stored import editing


class CheckedSource(NamedTuple):
    """A text that was checked."""

    name: str
    """Of the file or of the run."""
    text: str
    report: CheckReport
    """Without what a person dismissed."""
    dismissed: tuple[TextFinding, ...] = ()
    """That, as far as it was asked for."""
    numbers: dict[TextFinding, int] = {}  # noqa: RUF012 - never changed
    """Of all findings, from 1: the same whatever was asked for, and whatever is dismissed."""


def check_source(source: str | Path, home: Path, only: Sequence[str] = ()) -> CheckedSource:
    """Check a file, or a run by its folder, its name in `home` or "last".

    Raises InputError for what cannot be read, for a run without text and for a name that is no check.
    """
    if is_file(source, home):
        draft = read_source(Path(source))
        text = draft.text.removeprefix("\ufeff").replace("\r\n", "\n")
        report = check(text, only=only)
        every = check(text).findings if only else report.findings
        return CheckedSource(draft.origin, text, report, numbers=_numbered(every))
    return check_run(find(home, str(source)), only)


def check_run(folder: Path, only: Sequence[str] = ()) -> CheckedSource:
    """Check the text so far of a run. Raises InputError where it has none."""
    document = written_so_far(folder).document
    found = all_checked(document, only)
    every = all_checked(document).findings if only else found.findings
    left = undismissed(document, found.findings)
    open_ones = set(left)
    gone = tuple(finding for finding in found.findings if finding not in open_ones)
    report = found.model_copy(update={"findings": left, "dismissed": len(gone)})
    return CheckedSource(folder.name, document.text(), report, gone, _numbered(every))


def dismiss(folder: Path, numbers: Iterable[int] = (), *, again: Iterable[int] = ()) -> None:
    """Say of findings of a run, by their numbers, that the text is right as it is; `again`: that they count again.

    Raises InputError for a number that is none, RunError where a process works on the run.
    """
    found = {n: finding for finding, n in check_run(folder).numbers.items()}
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
    return {finding: n for n, finding in enumerate(findings, 1)}


def _is_run(home: Path, name: str) -> bool:
    return any(run.name.startswith(name) for run in all_runs(home))
