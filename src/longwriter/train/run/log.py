"""RUN/log.jsonl: a line a report of a training. No torch here: a laptop reads a cluster's run."""

import json
from math import isfinite
from pathlib import Path

from longwriter.errors import RunError

LOG = "log.jsonl"


def read_log(run: Path) -> list[dict[str, float]]:
    """The finite numbers of the run's log by step; a torn last line is left out. Raises RunError for other damage."""
    path = run / LOG
    if not path.exists():
        return []
    lines, found = path.read_bytes().split(b"\n"), []
    for number, line in enumerate(lines, 1):
        entry = _entry(line) if line.strip() else {}
        if entry is None and number < len(lines):
            raise RunError(f"{path}:{number}: damaged; remove the line, or the curves' log as a whole")
        if entry:
            found.append(entry)
    return found


def _entry(line: bytes) -> dict[str, float] | None:
    """The finite numbers of a report; None for a line that is none."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or not isinstance(entry.get("step"), int):
        return None
    return {k: v for k, v in entry.items() if isinstance(v, int | float) and isfinite(v)}
