"""What a person did: texts of their own hand, versions chosen, what they say is so in the text."""

from typing import Literal

from pydantic import Field

from longwriter.checks.ledger.records import LedgerFact
from longwriter.types import Whole
from longwriter.writer.records.base import JournalRecord
from longwriter.writer.records.revised import Mending


class EditRecord(JournalRecord):
    """The text of a section as a person left it, or a revision of it, its final one from here on."""

    kind = "edit"
    left_out = frozenset({"hand", "mends", "standing"})
    id: str
    text: Whole
    parent: int | None
    """Number of the record whose text it was made of."""
    why: Literal["edited", "merged", "kept", "revised"]
    """`kept`: the text of another line of the plan, which this one took over; `revised`: a model mended a passage."""
    seen: str
    """Digest of the earlier text that it stood under."""
    asked: tuple[int, ...] = ()
    faults: tuple[str, ...] = ()
    at: float
    """Seconds since 1970."""
    hand: bool = True
    """A person wrote it or the text that it is a revision of: nothing writes it again unasked."""
    mends: Mending | None = None
    """Set where `why` is "revised"."""
    standing: dict[str, str] = Field(default={})
    """Sections that are not stale by it: the digest of the earlier text that they stand under from here on, by name."""


class FinalRecord(JournalRecord):
    """The version that a person chose for a section."""

    kind = "final"
    id: str
    entry: int
    """Number of the record that holds it."""
    seen: str
    """Digest of the earlier text that it was chosen under."""
    at: float
    """Seconds since 1970."""


class LocksRecord(JournalRecord):
    """All sections whose budget a person holds fast."""

    kind = "locks"
    sections: tuple[str, ...]


class FactsRecord(JournalRecord):
    """All that a person says is so in the text: it goes before what the text says."""

    kind = "facts"
    facts: tuple[LedgerFact, ...]
    at: float
    """Seconds since 1970."""


class DismissedRecord(JournalRecord):
    """All findings, by `outcome.dismissed.key`, of which a person says that the text is right as it is."""

    kind = "dismissed"
    findings: tuple[str, ...]
    at: float
    """Seconds since 1970."""


class SnapshotRecord(JournalRecord):
    """A name for the whole as it is here: its plan, and the final text of each section."""

    kind = "snapshot"
    name: str
    at: float
    """Seconds since 1970."""
