"""The rollouts of a GRPO run: every completion with its rewards and advantages, in RUN/rollouts/000012.jsonl for step 12.

A step's file is written whole and renamed into place. A run that goes on from a checkpoint writes the steps after it
again, the same.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import JsonValue, ValidationError

from longwriter.config import fault
from longwriter.errors import RunError
from longwriter.rewards.base import Mode
from longwriter.runs.folders import write_file
from longwriter.types import Record

FOLDER = "rollouts"


class Rollout(Record):
    """One completion."""

    step: int
    group: int
    """Which request of the step it answers; rollouts of one group are compared with each other."""
    id: str
    """Id of the request, as in the data."""
    request: str
    prompt: str
    """What the model read."""
    completion: str
    """What it wrote, tags included, without the end token; a tag that the prompt ends with stands before it."""
    mode: Mode
    lower: int | None
    upper: int | None
    cut: bool
    """Stopped at the token limit."""
    think_words: int
    answer_words: int
    rewards: dict[str, float | None]
    """None: no score could be had."""
    why: dict[str, dict[str, JsonValue]]
    advantages: dict[str, float | None]
    """Each reward normalised in its group."""
    advantage: float
    """What the loss used."""


def write_step(run: Path, step: int, rollouts: Sequence[Rollout]) -> None:
    """Write or replace a step. Raises RunError where the disk is full."""
    try:
        (run / FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot write to {run / FOLDER}: {error.strerror}") from error
    write_file(run / FOLDER / f"{step:06}.jsonl", "".join(r.model_dump_json() + "\n" for r in rollouts))


def read_steps(run: Path, below: int | None = None) -> Iterator[tuple[int, list[Rollout]]]:
    """Steps in order, one in memory at a time; with `below`, only those before it.

    Raises RunError where there are no rollouts, or naming the damaged line.
    """
    files = sorted((run / FOLDER).glob("[0-9]*.jsonl"))
    if not files:
        raise RunError(f"no rollouts in {run / FOLDER}; give the folder of a longwriter train grpo run")
    for path in files:
        if below is not None and int(path.stem) >= below:
            return
        try:
            lines = (
                path.read_text("utf-8").removesuffix("\n").split("\n")
            )  # not splitlines: JSON leaves U+2028 as it is
        except (OSError, UnicodeDecodeError) as error:
            raise RunError(f"{path}: cannot be read: {error}") from error
        yield int(path.stem), [_read(path, number, line) for number, line in enumerate(lines, 1)]


def _read(path: Path, number: int, line: str) -> Rollout:
    try:
        return Rollout.model_validate_json(line)
    except ValidationError as error:
        key, reason = fault(error, Rollout)
        raise RunError(
            f"{path}:{number}: damaged: {key + ': ' if key else ''}{reason}; "
            "delete the file, or go on training from a checkpoint before it"
        ) from error
