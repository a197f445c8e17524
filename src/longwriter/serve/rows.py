"""The list of runs, one row each, made again only for runs whose files have changed.

A finished run is read from its report; any other from its journal, once, and as far as it has grown while somebody works
on it. Used in one thread at a time.
"""

import json
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from longwriter.api.following import Following
from longwriter.errors import LongWriterError
from longwriter.runs.folders import DRAFT, JOURNAL, PLAN, REPORT, SETTINGS, active_at, being_written, saved_settings
from longwriter.serve.feed import Activity, shown_state

RECENT_S = 15 * 60
"""A run whose files changed so lately is asked at every look whether somebody works on it."""
ASKED_EVERY_S = 5.0
"""Others are asked so often."""
LONGEST_TITLE = 1000
"""Characters of a title that are shown."""
IDLE = Activity()


@dataclass(frozen=True)
class RunRow:
    """One run."""

    name: str
    title: str
    """"" where there is none yet."""
    instruction: str
    state: str
    """See `longwriter.api.states.StateName`; `failed` for a run that cannot be read, too."""
    why: str
    asked: int | None
    """Words."""
    written: int
    done: int
    """Sections that have a text."""
    sections: int
    cost: float | None
    active: float
    """When it was last worked on, in seconds since 1970."""
    here: bool
    """This server may change it: no other process works on it."""


class _Seen(NamedTuple):
    """What of a run's folder and doings decides its row."""

    files: tuple[int, ...]
    alive: bool
    running: bool
    queued: bool


class Rows:
    """The rows of a folder."""

    def __init__(self, home: Path, prices: Path | None = None) -> None:
        """`prices`: a price file that goes before the shipped one."""
        self.home, self._prices = home, prices
        self._rows: dict[str, tuple[_Seen, RunRow]] = {}
        self._growing: dict[str, Following] = {}
        """Runs that somebody works on."""
        self._alive: dict[str, tuple[float, bool]] = {}
        """When it was last asked whether somebody works on a run, and the answer."""

    def rows(self, activities: Mapping[str, Activity]) -> list[RunRow]:
        """All runs, the one that was active last first. `activities`: what the server does with some of them, by name."""
        try:
            names = [e.name for e in os.scandir(self.home) if not e.name.startswith(".")]
        except OSError:
            names = []
        found = [row for name in names if (row := self._row(name, activities.get(name, IDLE))) is not None]
        for gone in self._rows.keys() - {row.name for row in found}:
            del self._rows[gone]
            self._growing.pop(gone, None)
            self._alive.pop(gone, None)
        return sorted(found, key=lambda row: row.active, reverse=True)

    def _row(self, name: str, activity: Activity) -> RunRow | None:
        """One run; None for a folder that is none, also where it is deleted meanwhile."""
        folder = self.home / name
        try:
            return self._found(folder, activity) if (folder / SETTINGS).is_file() else None
        except FileNotFoundError:  # it was deleted meanwhile
            return None
        except OSError as error:
            return RunRow(
                name, "", "", "failed", f"cannot be read: {error.strerror}", None, 0, 0, 0, None, 0.0, here=False
            )

    def _found(self, folder: Path, activity: Activity) -> RunRow | None:
        """The row of a folder that has settings; None where it is gone since. Raises OSError."""
        name, files = folder.name, tuple(_stamp(folder / file) for file in (SETTINGS, JOURNAL, REPORT, PLAN))
        seen = _Seen(files, self._is_alive(folder, activity), activity.running, activity.queued)
        known = self._rows.get(name)
        if known is not None and known[0] == seen:
            return known[1]
        row = self._made(folder, seen)
        if row is None:
            return None
        self._rows[name] = seen, row
        if not seen.alive:
            self._growing.pop(name, None)
        return row

    def _is_alive(self, folder: Path, activity: Activity) -> bool:
        if activity.running:
            return True
        now, (asked, alive) = time.monotonic(), self._alive.get(folder.name, (-ASKED_EVERY_S, False))
        if alive or now - asked >= ASKED_EVERY_S or time.time() - active_at(folder) < RECENT_S:
            alive = being_written(folder)
            self._alive[folder.name] = now, alive
        return alive

    def _made(self, folder: Path, seen: _Seen) -> RunRow | None:
        try:
            quick = None if seen.alive or seen.queued else _reported(folder, seen)
            return quick or self._read(folder, seen)
        except LongWriterError as error:
            self._growing.pop(folder.name, None)
            there = (folder / SETTINGS).exists()
            return _row_of(folder, seen, {"state": "failed", "why": str(error)}) if there else None

    def _read(self, folder: Path, seen: _Seen) -> RunRow:
        following = self._growing.get(folder.name)
        if following is None:
            following = Following(folder, self._prices)
        else:
            following.refresh()
        if seen.alive:
            self._growing[folder.name] = following
        session = following.session
        drafted = (folder / DRAFT).exists()
        state = shown_state(session, alive=seen.alive, drafted=drafted, queued=seen.queued)
        told: dict[str, object] = {"state": state.name, "why": state.why}
        if session is not None:
            told["cost"] = session.calls.spent.cost
        if session is not None and session.manuscript.planned:
            manuscript, document = session.manuscript, session.document
            told |= {
                "title": manuscript.plan.title, "asked": manuscript.target.aim, "written": document.written(),
                "done": len(document.words), "sections": len(manuscript.ids),
            }  # fmt: skip
        return _row_of(folder, seen, told)


def _stamp(file: Path) -> int:
    """What changes when a file does; 0 for none."""
    try:
        stat = file.stat()
    except FileNotFoundError:
        return 0
    return stat.st_mtime_ns ^ (stat.st_size << 1)


def _reported(folder: Path, seen: _Seen) -> RunRow | None:
    """The row of a finished run, from its report; None where the journal has more than that."""
    report, journal = folder / REPORT, folder / JOURNAL
    if not report.exists() or not journal.exists() or report.stat().st_mtime_ns < journal.stat().st_mtime_ns:
        return None
    try:
        told = json.loads(report.read_text("utf-8"))
        if not told["finished"]:
            return None
        written = [s for s in told["sections"] if s["written"] is not None]
        found = {
            "title": _title(folder), "state": "finished", "asked": told["target"]["aim"], "written": told["written"],
            "done": len(written), "sections": len(told["sections"]), "cost": told["cost"],
        }  # fmt: skip
        return _checked(_row_of(folder, seen, found))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # of another version: the journal has it all
        return None


def _checked(row: RunRow) -> RunRow:
    """The row. Raises ValueError where its numbers are none that JSON can hold."""
    counts = (row.asked, row.written, row.done, row.sections)
    if not all(isinstance(count, int) for count in counts) or not isinstance(row.cost, int | float | None):
        raise ValueError("no numbers")
    if row.cost is not None and not math.isfinite(row.cost):
        raise ValueError("no finite cost")
    return row


def _title(folder: Path) -> str:
    """The title at the head of plan.md."""
    with (folder / PLAN).open(encoding="utf-8", errors="replace") as lines:
        first = lines.readline(LONGEST_TITLE)
    return first.removeprefix("# ").strip() if first.startswith("# ") else ""


def _row_of(folder: Path, seen: _Seen, told: Mapping[str, object]) -> RunRow:
    """A row of what is known."""
    row: dict[str, object] = {
        "name": folder.name, "title": "", "instruction": "", "state": "", "why": "", "asked": None, "written": 0, "done": 0,
        "sections": 0, "cost": None, "active": active_at(folder), "here": seen.running or not seen.alive,
    }  # fmt: skip
    try:
        settings = saved_settings(folder)
        words = settings.get("words")
        row |= {"instruction": str(settings.get("instruction", "")), "asked": words if isinstance(words, int) else None}
    except LongWriterError:
        pass
    return RunRow(**(row | dict(told)))  # type: ignore[arg-type]
