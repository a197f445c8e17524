"""The records of a manuscript's journal: one class per kind, read here alone.

models    what the models are, noted by the first command      plan      the outline to follow from here on
context   how the run began to show earlier text               window    a server turned out to read less than it said
call      the reply of a step                                  wasted    a reply that nothing is made of
partial   whole sentences of a reply that may never end        forget    steps whose replies are void
section   a section is finished: of how many replies, over which earlier text
redo      sections that are due again

The journal is the state of a run: `manuscript` and `calls` fold these records, and nothing else is remembered.
"""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import ConfigDict

from longwriter.journal import Journal
from longwriter.length.target import Target
from longwriter.models.cards import Card
from longwriter.types import Plan, Record, Reply

RoleName = Literal["writer", "planner"]


class JournalRecord(Record):
    """The data of one record of a manuscript's journal."""

    kind: ClassVar[str]
    left_out: ClassVar[frozenset[str]] = frozenset()
    """Fields that the journal does not hold where they have their default."""

    def data(self) -> dict[str, object]:
        """What the journal holds."""
        defaults = type(self).model_fields
        found: dict[str, object] = self.model_dump()
        return {k: v for k, v in found.items() if k not in self.left_out or v != defaults[k].default}


class ModelRecord(Record):
    """What one model is."""

    model_config = ConfigDict(extra="ignore")  # early runs noted the name of its prompts, too

    name: str
    prefill: bool
    card: Card | None = None
    """None: a run from before there were cards; it has that of the model's name."""


class ModelsRecord(JournalRecord):
    """What the models of a run are, so that later commands see the same."""

    kind = "models"
    writer: ModelRecord
    planner: ModelRecord
    window: int | None
    """Tokens, as the writer's server told."""


class PlanRecord(JournalRecord):
    """The outline that is followed from here on, with the length of the whole."""

    kind = "plan"
    plan: Plan
    target: Target
    source: Literal["model", "file", "edited"]


class ContextRecord(JournalRecord):
    """How the run began to show earlier text, chosen once where the settings leave it open."""

    kind = "context"
    mode: Literal["auto", "full", "window"]
    """`auto`: full while it fits the window."""
    why: str = ""
    """For people."""


class WindowRecord(JournalRecord):
    """The window that a server turned out to have."""

    kind = "window"
    tokens: int
    stated: int | None
    """What the user had given; the record holds until they give another."""


class CallRecord(JournalRecord):
    """The reply of a step, as the text uses it."""

    kind = "call"
    left_out = frozenset({"began", "peak", "raw"})
    step: str
    role: RoleName
    estimate: int
    """Tokens of the prompt by `estimate_tokens`."""
    prompt_tokens: int
    """The best guess of them before the call."""
    seconds: float
    began: float | None = None
    """Seconds since 1970; None: nothing was asked, or the run is older than this field."""
    peak: bool = False
    """Asked in expensive hours."""
    raw: str | None = None
    """The model's own text, where `reply` holds another."""
    reply: Reply


class WastedRecord(CallRecord):
    """A reply that nothing is made of: what it took, without its text."""

    kind = "wasted"


class PartialRecord(JournalRecord):
    """The whole sentences that a reply had so far."""

    kind = "partial"
    step: str
    role: RoleName
    text: str


class ForgetRecord(JournalRecord):
    """Replies of the steps that begin with these are void."""

    kind = "forget"
    steps: tuple[str, ...]
    why: str


class SectionRecord(JournalRecord):
    """A finished section."""

    kind = "section"
    id: str
    redone: int
    """How often it had been asked to be redone."""
    asked: tuple[int, ...]
    """Words asked for, reply by reply: its replies are the first so many of its steps."""
    prefill: bool
    """How the replies join: see `section.assemble`."""
    seen: str
    """Digest of the earlier text that it was written over."""
    faults: tuple[str, ...] = ()


class RedoRecord(JournalRecord):
    """Sections that are due again."""

    kind = "redo"
    sections: tuple[str, ...]


SHAPES: dict[str, type[JournalRecord]] = {
    shape.kind: shape
    for shape in (
        ModelsRecord, PlanRecord, ContextRecord, WindowRecord, CallRecord, WastedRecord, PartialRecord, ForgetRecord,
        SectionRecord, RedoRecord,
    )
}  # fmt: skip


def read(journal: Journal, *kinds: type[JournalRecord]) -> Iterator[JournalRecord]:
    """The records of these kinds, in order. Raises RunError naming file and line for any that is no record of ours."""
    wanted = {kind.kind for kind in kinds}
    for entry in journal:
        if entry.kind not in SHAPES:
            raise journal.wrong(entry, "no such kind")
        if entry.kind in wanted:
            yield journal.parsed(entry, SHAPES[entry.kind])


def note(journal: Journal, record: JournalRecord, *, durable: bool = True) -> None:
    """Append a record. Raises RunError on a full disk."""
    journal.append(record.kind, record.data(), durable=durable)
