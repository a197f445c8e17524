"""The checks of a text, of a file in any form that can be read, or of a run."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from longwriter.api.book.exporting import written_so_far
from longwriter.checks.check import CheckReport, check
from longwriter.errors import InputError
from longwriter.intake.source import read_source
from longwriter.runs.folders import all_runs, find
from longwriter.writer.outcome.checked import checked
from longwriter.writer.sources.gather import gathered


class CheckedSource(NamedTuple):
    """A text that was checked."""

    name: str
    """Of the file or of the run."""
    text: str
    report: CheckReport


def check_source(
    source: str | Path, home: Path, only: Sequence[str] = (), sources: Sequence[str] = ()
) -> CheckedSource:
    """Check a file, or a run by its folder, its name in `home` or "last".

    `sources`: files, folders and addresses that a file quotes; a run has its own. Raises InputError for what cannot be
    read, for a run without text, for a run with `sources` and for a name that is no check.
    """
    path = Path(source)
    if path.is_file() or (path.suffix and not path.is_dir() and not _is_run(home, str(source))):
        draft = read_source(path)
        text = draft.text.removeprefix("\ufeff").replace("\r\n", "\n")
        chunks = asyncio.run(gathered(sources)).chunks if sources else ()
        return CheckedSource(draft.origin, text, check(text, only=only, sources=chunks))
    if sources:
        raise InputError(
            f"--sources is for a file; {source} is a run, and is checked against the sources that it was written from"
        )
    return check_run(find(home, str(source)), only)


def check_run(folder: Path, only: Sequence[str] = ()) -> CheckedSource:
    """Check the text so far of a run. Raises InputError where it has none."""
    document = written_so_far(folder).document
    return CheckedSource(folder.name, document.text(), checked(document, only))


def _is_run(home: Path, name: str) -> bool:
    return any(run.name.startswith(name) for run in all_runs(home))
