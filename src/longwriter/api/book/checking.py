"""The checks of a text, of a file in any form that can be read, or of a run."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from longwriter.api.book.exporting import written_so_far
from longwriter.checks.check import CheckReport, check
from longwriter.intake.source import read_source
from longwriter.runs.folders import all_runs, find
from longwriter.writer.outcome.checked import checked


class CheckedSource(NamedTuple):
    """A text that was checked."""

    name: str
    """Of the file or of the run."""
    text: str
    report: CheckReport


def check_source(source: str | Path, home: Path, only: Sequence[str] = ()) -> CheckedSource:
    """Check a file, or a run by its folder, its name in `home` or "last".

    Raises InputError for what cannot be read, for a run without text and for a name that is no check.
    """
    path = Path(source)
    if path.is_file() or (path.suffix and not path.is_dir() and not _is_run(home, str(source))):
        draft = read_source(path)
        text = draft.text.removeprefix("\ufeff").replace("\r\n", "\n")
        return CheckedSource(draft.origin, text, check(text, only=only))
    return check_run(find(home, str(source)), only)


def check_run(folder: Path, only: Sequence[str] = ()) -> CheckedSource:
    """Check the text so far of a run. Raises InputError where it has none."""
    document = written_so_far(folder).document
    return CheckedSource(folder.name, document.text(), checked(document, only))


def _is_run(home: Path, name: str) -> bool:
    return any(run.name.startswith(name) for run in all_runs(home))
