"""RUN/log.jsonl, one line for each report of a training. No PyTorch here: a laptop reads a cluster's run."""

import json
from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path

from pydantic import ConfigDict, Field

from longwriter.errors import RunError
from longwriter.types import Record

LOG = "log.jsonl"


class LogEntry(Record):
    """One report. In the file its values are beside `step`, `tokens` and `seconds`, in one flat object."""

    model_config = ConfigDict(allow_inf_nan=True)  # a report shows a loss that is NaN

    step: int
    tokens: int | float = 0
    """Tokens of all steps so far; but for reinforcement, the most that their rows can hold."""
    seconds: float = 0.0
    """Seconds of training so far, those before a restart included."""
    values: dict[str, float] = Field(default_factory=dict)
    """What was reported, by name: loss, eval_*_loss, rewards/*, learning_rate, ..."""

    def line(self) -> str:
        """The line of the file, its end included."""
        return json.dumps({"step": self.step, "tokens": self.tokens, "seconds": self.seconds} | self.values) + "\n"


class TrainingProgress(Record):
    """A report, and how far the training is."""

    entry: LogEntry
    steps: int
    """Steps of the whole training."""
    seconds_left: float


ReportProgress = Callable[[TrainingProgress | str], None]
"""Is called with each report, and with a sentence when there is something else to say."""


def read_log(run: Path) -> list[LogEntry]:
    """The reports of a run by step, values that are not finite left out, and a torn last line.

    Raises RunError for other damage.
    """
    path = run / LOG
    if not path.exists():
        return []
    lines, found = path.read_bytes().split(b"\n"), []
    for number, line in enumerate(lines, 1):
        entry = _entry(line) if line.strip() else None
        if entry is not None:
            found.append(entry)
        elif line.strip() and number < len(lines):
            raise RunError(f"{path}:{number}: damaged; remove the line, or the curves' log as a whole")
    return found


def _entry(line: bytes) -> LogEntry | None:
    """The report of a line; None for a line without one."""
    try:
        row = json.loads(line)
        values = {k: v for k, v in row.items() if isinstance(v, int | float) and isfinite(v)}
    except (ValueError, AttributeError, OverflowError, RecursionError):
        return None
    if not isinstance(row.get("step"), int):
        return None
    own = {name: values.pop(name) for name in ("step", "tokens", "seconds") if name in values}
    return LogEntry.model_validate(own | {"values": values})


def names_of(log: Sequence[LogEntry]) -> list[str]:
    """Names of all values that were reported, sorted."""
    return sorted({name for entry in log for name in entry.values})


def points(log: Sequence[LogEntry], name: str) -> list[tuple[int, float]]:
    """(step, value) of each report that has the value."""
    return [(entry.step, entry.values[name]) for entry in log if name in entry.values]
