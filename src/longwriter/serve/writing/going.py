"""Which runs a server that starts should go on with: found in the bytes of their journals, without folding a hundred books."""

import json
from pathlib import Path
from typing import NamedTuple

from longwriter.config import build
from longwriter.models.base import ModelConfig
from longwriter.runs.folders import JOURNAL, REPORT, active_at, all_runs

DONE_SINCE = (b"section", b"edit", b"plan", b"control", b"final")
"""Kinds of records after which a stop is over."""


def going(home: Path) -> list[str]:
    """Names of the runs that were going, the one that was active first first."""
    return [folder.name for folder in sorted(all_runs(home), key=active_at) if is_going(folder)]


def is_going(folder: Path) -> bool:
    """Whether a server was told to revise a run, or to write one and is neither through, at a ceiling nor awaiting approval."""
    journal = _journal(folder)
    control = _last(journal, b"control")
    if control and control["data"].get("revise"):
        return True
    if not control or not control["data"].get("going"):
        return False
    if control["data"].get("approve") and _place(journal, b"plan") >= 0:
        return False
    stopped = _last(journal, b"stopped")
    at_ceiling = stopped and stopped["data"].get("reason") == "ceiling"
    if at_ceiling and _place(journal, b"stopped") > max(_place(journal, kind) for kind in DONE_SINCE):
        return False
    return not _finished(folder)


class MendingOrder(NamedTuple):
    """What a server was told to mend."""

    findings: frozenset[str]
    """By `outcome.dismissed.key`; none: nothing."""
    by: ModelConfig | None
    """Who does; None: the run's own writer, or whoever began to."""


def to_mend(folder: Path) -> MendingOrder:
    """What a server was told to mend. Raises InputError for a model that is none."""
    control = _last(_journal(folder), b"control")
    told = control["data"] if control else {}
    found, by = told.get("revise"), told.get("revise_by")
    chosen = frozenset(map(str, found)) if isinstance(found, list) else frozenset()
    mender = build(ModelConfig, by, str(folder / JOURNAL)) if chosen and isinstance(by, dict) else None
    return MendingOrder(chosen, mender)


def is_mended(folder: Path) -> bool:
    """Whether the revision that a server was told to do came to its end, and the server did not come to note that."""
    journal = _journal(folder)
    ended = _last(journal, b"findings")
    return _place(journal, b"findings") > _place(journal, b"control") and ended.get("data", {}).get("findings") == []


def _journal(folder: Path) -> bytes:
    """All whole lines: one that a kill has torn is no record."""
    try:
        journal = (folder / JOURNAL).read_bytes()
    except OSError:
        return b""
    return journal[: journal.rfind(b"\n") + 1]


def _place(journal: bytes, kind: bytes) -> int:
    """Where the last record of a kind stands; -1: nowhere. In a text of a record, quotes are escaped."""
    return journal.rfind(b'"kind": "%s"' % kind)


def _last(journal: bytes, kind: bytes) -> dict[str, dict[str, object]]:
    """The last record of a kind; empty for none, and for one that is damaged."""
    place = _place(journal, kind)
    if place < 0:
        return {}
    line = journal[journal.rfind(b"\n", 0, place) + 1 :].split(b"\n", 1)[0]
    try:
        found: dict[str, dict[str, object]] = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found


def _finished(folder: Path) -> bool:
    """Whether the report says that it is finished, and is newer than the journal."""
    report, journal = folder / REPORT, folder / JOURNAL
    try:
        newer = report.stat().st_mtime_ns >= journal.stat().st_mtime_ns
        return newer and json.loads(report.read_text("utf-8"))["finished"] is True
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
