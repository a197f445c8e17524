"""What a server may do with a run by itself, and why the last command came to no end."""

from typing import Literal

from longwriter.models.base import ModelConfig
from longwriter.writer.records.base import JournalRecord


class ControlRecord(JournalRecord):
    """What a server may do with the run by itself; a command that a person types asks nobody."""

    kind = "control"
    left_out = frozenset({"revise", "revise_by"})
    going: bool = False
    """It writes what is due."""
    review: bool = False
    """Each new section waits for a permit."""
    permit: str = ""
    """The section that may begin."""
    approve: bool = False
    """Writing waits until the outline is approved."""
    revise: tuple[str, ...] = ()
    """Findings that it mends, by `outcome.dismissed.key`, before it writes on."""
    revise_by: ModelConfig | None = None
    """Who mends them; None: the run's own writer, or whoever began to."""


class StoppedRecord(JournalRecord):
    """Why the last command came to no end."""

    kind = "stopped"
    reason: Literal["ceiling", "failed"]
    message: str
    """For people."""
    at: float
    """Seconds since 1970."""
