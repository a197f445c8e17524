"""What a revision is asked to do, and what comes of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from longwriter.checks.finding import TextFinding
from longwriter.models.base import Model, ModelConfig
from longwriter.types import Record
from longwriter.writer.outcome.report import Report
from longwriter.writer.records.revised import WantedFinding

MOST_PASSES = 5


@dataclass(frozen=True)
class Wishes:
    """What a revision should do."""

    passes: int = 1
    findings: Path | None = None
    """A list to follow; None: that of the run folder where it is of the text as it stands, else one made now."""
    chosen: frozenset[str] | None = None
    """Of what the rules find, by `outcome.dismissed.key`, what is to be mended; None: all. In place of a file."""
    judge: ModelConfig | None = None
    """A model that is asked for findings beside the rules."""
    judge_model: Model | None = None
    """The same, where it is open already."""
    by: ModelConfig | None = None
    """A model that mends in place of the run's own writer; None: that, or whoever began the revision that goes on."""
    by_model: Model | None = None
    """The same, where it is open already."""
    dry_run: bool = False
    """Make the list, and change nothing."""


class RevisionOutcome(Record):
    """What became of one finding."""

    finding: WantedFinding
    state: Literal["mended", "partly", "gone", "unmended"]
    """`partly`: some of its places; `gone`: another edit had mended it already."""
    edits: int
    why: str = ""
    """Why a place was left as it is."""


@dataclass(frozen=True)
class RevisionResult:
    """A revised text, and what became of each finding of the last pass that had it."""

    text: str
    report: Report
    folder: Path
    findings: tuple[TextFinding, ...]
    """What was found before it began."""
    outcomes: tuple[RevisionOutcome, ...]
    left: tuple[TextFinding, ...]
    """What is found now."""
    edits: int
    passes: int
    by: str
    """The model that mended."""

    @property
    def mended(self) -> tuple[RevisionOutcome, ...]:
        """Findings that are no more."""
        return tuple(outcome for outcome in self.outcomes if outcome.state in ("mended", "gone"))
