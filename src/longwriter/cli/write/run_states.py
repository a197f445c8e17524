"""What state a run is in, and which plan it follows, for the commands that list and show runs."""

import time
from pathlib import Path
from typing import NamedTuple

from longwriter.errors import LongWriterError
from longwriter.runs.folders import DRAFT, active_at, all_runs, being_written, saved_settings
from longwriter.writer.outcome.report import Report
from longwriter.writer.session import Session, stored

PLAN = "plan"
"""State of a run of `longwriter plan`: an outline, of which nothing has been written."""


class Standing(NamedTuple):
    """One run as it stands."""

    folder: Path
    state: str
    """writing, planning, no plan, plan, unfinished, finished, or why it cannot be read."""
    report: Report | None
    """None: there is no plan yet, or it cannot be read."""
    instruction: str = ""
    given_plan: bool = False
    """It follows an outline from a file."""


def standing(folder: Path) -> Standing:
    """One run's state; a run that cannot be read says why."""
    alive = being_written(folder)
    try:
        session, settings = stored(folder), saved_settings(folder)
    except LongWriterError as error:
        return Standing(folder, str(error), None)
    asked = str(settings["instruction"])
    if session is None or not session.manuscript.planned:
        return Standing(folder, "planning" if alive else "no plan", None, asked)
    report = session.result().report
    if alive:
        state = "writing"
    elif report.finished:
        state = "finished"
    else:
        state = PLAN if _plan_alone(folder, session) else "unfinished"
    given = any(e.kind == "plan" and e.data["source"] == "file" for e in session.journal)
    return Standing(folder, state, report, asked, given)


def _plan_alone(folder: Path, session: Session) -> bool:
    """Whether nothing came after the plan: `write` leaves a draft, and `plan` does not."""
    last = list(session.journal)[-1]
    return last.kind == "plan" and not (folder / DRAFT).exists()


def plan_of(instruction: str, runs: list[Standing]) -> Standing | None:
    """The latest plan among `runs` that was made for this request."""
    same = instruction.split()
    return next((run for run in runs if run.state == PLAN and run.instruction.split() == same), None)


def planned_by(instruction: str, home: Path) -> Path | None:
    """The run of `longwriter plan` in `home` whose outline is that of this request."""
    found = plan_of(instruction, [standing(folder) for folder in all_runs(home) if not (folder / DRAFT).exists()])
    return found.folder if found else None


def ago(folder: Path) -> str:
    """How long ago a run was worked on."""
    minutes = max(0.0, time.time() - active_at(folder)) / 60
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes:.0f} min ago"
    return f"{minutes / 60:.0f} h ago" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days ago"
