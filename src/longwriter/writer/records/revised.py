"""A revision: what each pass is to mend, which place an edit mends, and what was left as it is."""

from pydantic import Field

from longwriter.checks.finding import TextFinding
from longwriter.models.base import ModelConfig
from longwriter.types import Record
from longwriter.writer.records.base import JournalRecord


class Mending(Record):
    """Which place of which finding of a revision an edit mends."""

    finding: str
    """REVISION.PASS:FINDING.ATTEMPT, numbers from 1, 1, 0 and 0: its calls' steps begin with `revise:` and this."""
    start: int
    """Index, in the document, of the first character that was replaced."""
    shift: int
    """Characters that the document grew by."""


class RevisionRecord(JournalRecord):
    """A revision begins: its calls and edits name it by its number."""

    kind = "revision"
    left_out = frozenset({"by"})
    number: int
    """From 1."""
    judge: ModelConfig | None
    """Who is asked for findings beside the rules; None: nobody."""
    by: ModelConfig | None = None
    """Who mends; None: the run's own writer."""
    words: dict[str, int]
    """Words of each section as it begins, by name: no section may move further from them than 5 %."""


class WantedFinding(TextFinding):
    """A finding to be mended."""

    edit: int = Field(default=0, ge=0)
    """Number, from 1, of the place to change; 0: as the rules choose."""


class FindingsRecord(JournalRecord):
    """What one pass of a revision is to mend."""

    kind = "findings"
    left_out = frozenset({"declined"})
    revision: int
    turn: int
    """Number of the pass, from 1."""
    findings: tuple[WantedFinding, ...]
    declined: tuple[str, ...] = ()
    """Digests of the findings that a person took out of the list: later passes leave them alone."""


class UnmendedRecord(JournalRecord):
    """A place of a finding was left as it is."""

    kind = "unmended"
    finding: str
    """As in `Mending`."""
    start: int
    """Index of the place in the document; -1: it has none."""
    why: str
    """For people."""
