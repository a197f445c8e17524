"""The records of a manuscript's journal: one class per kind, read here alone. Their `at` is in seconds since 1970.

models    what the models are, noted by the first command      plan      the outline to follow from here on
context   how the run began to show earlier text               window    a server turned out to read less than it said
call      the reply of a step                                  wasted    a reply that nothing is made of
partial   whole sentences of a reply that may never end        forget    steps whose replies are void
section   a section is finished: of how many replies, over which earlier text
redo      sections that are due again                        drafts    texts wanted beside a section's own
edit      a section's text as a person left it               final     the version that a person chose for a section
given     a section's text from an imported draft            withdrawn drafts that will not be written
locks     sections whose budget a person holds fast          snapshot  a name for the whole as it is here
facts     what a person says is so in the text               dismissed findings that are right as they are
control   what a server may do with the run by itself        stopped   why the last command came to no end
revision  a revision begins                                  findings  what one pass of it is to mend
unmended  a place that was left as it is, and why

The journal is the state of a run: `manuscript` and `calls` fold these records, and nothing else is remembered.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from longwriter.checks.finding import TextFinding
from longwriter.checks.ledger.records import LedgerFact
from longwriter.journal import Entry, Journal
from longwriter.length.target import Target
from longwriter.models.base import ModelConfig
from longwriter.models.cards import Card
from longwriter.types import Plan, Record, Reply, Whole

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
    source: Literal["model", "file", "edited", "import"]
    """`import`: lines made of a draft alone; where `target` is longer, the rest is not planned yet."""


class ContextRecord(JournalRecord):
    """How the run began to show earlier text, chosen once where the settings leave it open; `why`: for people."""

    kind = "context"
    mode: Literal["auto", "full", "window"]
    """`auto`: full while it fits the window."""
    why: str = ""


class WindowRecord(JournalRecord):
    """The window that a server turned out to have."""

    kind = "window"
    tokens: int
    stated: int | None
    """What the user had given; the record holds until they give another."""


class CallRecord(JournalRecord):
    """The reply of a step, as the text uses it; `peak`: it was asked in expensive hours."""

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
    raw: str | None = None
    """The model's own text, where `reply` holds another."""
    reply: Reply


class WastedRecord(CallRecord):
    """A reply that nothing is made of: what it took, without its text."""

    kind = "wasted"


class PartialRecord(JournalRecord):
    """The whole sentences that a reply had so far."""

    kind = "partial"
    left_out = frozenset({"stopped"})
    step: str
    role: RoleName
    text: str
    stopped: bool = False
    """Its call was stopped here; else it may have gone on until the process was killed."""


class ForgetRecord(JournalRecord):
    """Replies of the steps that begin with these are void."""

    kind = "forget"
    steps: tuple[str, ...]
    why: str


class SectionRecord(JournalRecord):
    """A text of a section: its final one, or a draft beside it."""

    kind = "section"
    left_out = frozenset({"draft"})
    hand: ClassVar[bool] = False
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
    draft: int = 0
    """Number of the draft; 0: the section's text from here on."""


class RedoRecord(JournalRecord):
    """Sections that are due again; `instruction`: how they should be written this time."""

    kind = "redo"
    left_out = frozenset({"instruction", "words"})
    sections: tuple[str, ...]
    instruction: str = ""
    words: int | None = None
    """Words for each of them; None: as the plan and the rest of the text have it."""


class DraftsRecord(JournalRecord):
    """Texts that are wanted beside a section's own, for a person to choose from."""

    kind = "drafts"
    id: str
    numbers: tuple[int, ...]
    """Of the drafts of this section, from 1."""
    parent: int | None
    """Number of the record whose text they start from."""
    instruction: str = ""
    words: int | None = None
    """None: as many as the text has that they stand beside."""
    model: ModelConfig | None = None
    """None: the run's own."""


class WithdrawnRecord(JournalRecord):
    """Drafts that are not wanted any more, or that nothing comes of; `why`: "" where a person decided without them."""

    kind = "withdrawn"
    id: str
    numbers: tuple[int, ...]
    why: str


class Mending(Record):
    """Which place of which finding of a revision an edit mends."""

    finding: str
    """REVISION.PASS:FINDING.ATTEMPT, numbers from 1, 1, 0 and 0: its calls' steps begin with `revise:` and this."""
    start: int
    """Index, in the document, of the first character that was replaced."""
    shift: int
    """Characters that the document grew by."""


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
    hand: bool = True
    """A person wrote it or the text that it is a revision of: nothing writes it again unasked."""
    mends: Mending | None = None
    """Set where `why` is "revised"."""
    standing: dict[str, str] = Field(default={})
    """Sections that are not stale by it: the digest of the earlier text that they stand under from here on, by name."""


class GivenRecord(JournalRecord):
    """The text of a section as an imported draft has it: `heading + text + tail` are the draft's own characters."""

    kind = "given"
    left_out = frozenset({"open"})
    hand: ClassVar[bool] = True
    asked: ClassVar[tuple[int, ...]] = ()
    faults: ClassVar[tuple[str, ...]] = ()
    id: str
    place: int
    """Among the pieces of the draft, from 0."""
    piece: Literal["front", "chapter", "section", "appendix"]
    heading: str
    """All before the first character of the text that can be seen."""
    text: str
    tail: str
    """Whitespace after it."""
    form: Literal["md", "txt"]
    open: bool = False
    """The draft was cut here: the section after it goes on in the middle of this one."""
    seen: str
    """Digest of the earlier text that it stands under in the draft."""
    at: float


class FinalRecord(JournalRecord):
    """The version that a person chose for a section: `entry` is the number of the record that holds it."""

    kind = "final"
    id: str
    entry: int
    seen: str
    """Digest of the earlier text that it was chosen under."""
    at: float


class LocksRecord(JournalRecord):
    """All sections whose budget a person holds fast."""

    kind = "locks"
    sections: tuple[str, ...]


class FactsRecord(JournalRecord):
    """All that a person says is so in the text: it goes before what the text says."""

    kind = "facts"
    facts: tuple[LedgerFact, ...]
    at: float


class DismissedRecord(JournalRecord):
    """All findings, by `outcome.dismissed.key`, of which a person says that the text is right as it is."""

    kind = "dismissed"
    findings: tuple[str, ...]
    at: float


class SnapshotRecord(JournalRecord):
    """A name for the whole as it is here: its plan, and the final text of each section."""

    kind = "snapshot"
    name: str
    at: float


class ControlRecord(JournalRecord):
    """What a server may do with the run by itself; a command that a person types asks nobody."""

    kind = "control"
    left_out = frozenset({"revise"})
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


class StoppedRecord(JournalRecord):
    """Why the last command came to no end."""

    kind = "stopped"
    reason: Literal["ceiling", "failed"]
    message: str
    at: float


class RevisionRecord(JournalRecord):
    """A revision begins: its calls and edits name it by its number, from 1."""

    kind = "revision"
    number: int
    judge: ModelConfig | None
    """Who is asked for findings beside the rules; None: nobody."""
    words: dict[str, int]
    """Words of each section as it begins, by name: no section may move further from them than 5 %."""


class WantedFinding(TextFinding):
    """A finding to be mended."""

    edit: int = Field(default=0, ge=0)
    """Number, from 1, of the place to change; 0: as the rules choose."""


class FindingsRecord(JournalRecord):
    """What one pass of a revision is to mend; passes (`turn`) count from 1."""

    kind = "findings"
    left_out = frozenset({"declined"})
    revision: int
    turn: int
    findings: tuple[WantedFinding, ...]
    declined: tuple[str, ...] = ()
    """Digests of the findings that a person took out of the list: later passes leave them alone."""


class UnmendedRecord(JournalRecord):
    """A place of a finding was left as it is; `why`: for people."""

    kind = "unmended"
    finding: str
    """As in `Mending`."""
    start: int
    """Index of the place in the document; -1: it has none."""
    why: str


SHAPES: dict[str, type[JournalRecord]] = {
    shape.kind: shape
    for shape in (
        ModelsRecord, PlanRecord, ContextRecord, WindowRecord, CallRecord, WastedRecord, PartialRecord, ForgetRecord,
        SectionRecord, RedoRecord, DraftsRecord, WithdrawnRecord, EditRecord, GivenRecord, FinalRecord, LocksRecord,
        FactsRecord, DismissedRecord, SnapshotRecord, ControlRecord, StoppedRecord, RevisionRecord, FindingsRecord,
        UnmendedRecord,
    )
}  # fmt: skip


def read(journal: Journal, *kinds: type[JournalRecord]) -> Iterator[JournalRecord]:
    """The records of these kinds, in order. Raises RunError naming file and line for any that is no record of ours."""
    return (record for _, record in numbered(journal, journal, *kinds))


def numbered(
    journal: Journal, entries: Iterable[Entry], *kinds: type[JournalRecord]
) -> Iterator[tuple[int, JournalRecord]]:
    """The records of these kinds among entries of a journal, each with its number. Raises what `read` raises."""
    wanted = {kind.kind for kind in kinds}
    for entry in entries:
        if entry.kind not in SHAPES:
            raise journal.wrong(entry, "no such kind")
        if entry.kind in wanted:
            yield entry.n, journal.parsed(entry, SHAPES[entry.kind])


def note(journal: Journal, record: JournalRecord, *, durable: bool = True) -> int:
    """Append a record; its number. Raises RunError on a full disk."""
    return journal.append(record.kind, record.data(), durable=durable).n
