"""The state of a manuscript: what its journal says of models, plan and sections.

`plan` records hold the outline, `section` records say that a section is finished, from how many replies and over which
earlier text; `redo` records make sections due again (their old text stands until the new one is finished). Going on
after a kill, redoing a section and following an edited plan are therefore the same walk: write every section of the
current plan that is due. Each text that a section had is a *version*, named by the number of its record; which of them is
final is a pointer, moved by whatever came last: a text that was written, an edit, or a person's choice. The texts
themselves are `document`'s.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from longwriter.checks.ledger.records import LedgerFact
from longwriter.errors import InputError, RunError
from longwriter.journal import Entry, Journal, digest
from longwriter.length.target import Target
from longwriter.types import Plan, Section
from longwriter.writer.records.asked import ContextRecord, ModelsRecord, PlanRecord, WindowRecord
from longwriter.writer.records.base import JournalRecord
from longwriter.writer.records.control import ControlRecord, StoppedRecord
from longwriter.writer.records.kinds import note, numbered
from longwriter.writer.records.person import (
    DismissedRecord,
    EditRecord,
    FactsRecord,
    FinalRecord,
    LocksRecord,
    SnapshotRecord,
)
from longwriter.writer.records.written import DraftsRecord, GivenRecord, RedoRecord, SectionRecord, WithdrawnRecord

KINDS = (
    ModelsRecord, ContextRecord, WindowRecord, PlanRecord, SectionRecord, RedoRecord, DraftsRecord, EditRecord, GivenRecord,
    FinalRecord, LocksRecord, FactsRecord, DismissedRecord, SnapshotRecord, ControlRecord, StoppedRecord, WithdrawnRecord,
)  # fmt: skip
TextRecord = SectionRecord | EditRecord | GivenRecord
"""A record that holds a text of a section, or names the replies that make it."""


@dataclass(frozen=True)
class Held:
    """A version of a section: a text that it has, or had."""

    entry: int
    """Number of its record: its name."""
    record: TextRecord
    parent: int | None
    """The version that it was made of, or came after; None: it is the first."""


@dataclass(frozen=True)
class Final:
    """Which version a section's text is."""

    held: Held
    seen: str
    """Digest of the earlier text that it was written, edited or chosen over."""


@dataclass(frozen=True)
class WantedDraft:
    """A draft that is wanted, and not there yet."""

    index: int
    """Section of the plan, from 0."""
    number: int
    order: DraftsRecord


def section_ids(sections: Sequence[Section]) -> list[str]:
    """A name for each section that holds while its line of the plan does, wherever it moves."""
    seen: Counter[str] = Counter()
    out = []
    for section in sections:
        base = digest(section.model_dump_json())[:10]
        seen[base] += 1
        out.append(base if seen[base] == 1 else f"{base}-{seen[base]}")
    return out


class Manuscript:
    """One text in the making, as its journal has it."""

    def __init__(self, journal: Journal, upto: int | None = None) -> None:
        """Fold the journal, or its first `upto` records. Raises RunError naming the line of a record that is none of ours."""
        self.journal = journal
        self.models: ModelsRecord | None = None
        self.context: ContextRecord | None = None
        """How the run began to show earlier text, where that was chosen."""
        self.windows: list[WindowRecord] = []
        self.ids: list[str] = []
        """A name for each section of the plan."""
        self.plan_entry = -1
        """Number of the record of the plan; -1: there is none yet."""
        self.control: ControlRecord | None = None
        """What a server may do; None: none was ever told."""
        self.stopped: StoppedRecord | None = None
        """Why the last command came to no end, if nothing was done since."""
        self.locks: frozenset[str] = frozenset()
        self.facts: tuple[LedgerFact, ...] = ()
        """What a person says is so."""
        self.dismissed: frozenset[str] = frozenset()
        """Findings of which a person says that the text is right as it is: see `outcome.dismissed.key`."""
        self.snapshots: dict[int, SnapshotRecord] = {}
        """By the number of their record."""
        self.touched: dict[str, int] = {}
        """For each section that ever was, the last record about its texts."""
        self._plan: PlanRecord | None = None
        self._versions: defaultdict[str, list[Held]] = defaultdict(list)
        self._final: dict[str, Final] = {}
        self._decided: dict[str, int] = {}
        self._due_again: dict[str, RedoRecord] = {}
        self._redone: Counter[str] = Counter()
        self._redos: dict[tuple[str, int], RedoRecord] = {}
        """How a section was asked to be written again: by its name and the number of the redo."""
        self._drafts: dict[tuple[str, int], DraftsRecord] = {}
        """How drafts were asked for: by the section's name and the number of the draft."""
        self._withdrawn: dict[tuple[str, int], tuple[int, str]] = {}
        """Those that will not be written: since which record, and why."""
        self._given: dict[str, GivenRecord] = {}
        self.take(list(journal)[:upto])

    def take(self, entries: Iterable[Entry]) -> None:
        """Follow entries of the journal that are not folded yet. Raises what the constructor raises."""
        for n, record in numbered(self.journal, entries, *KINDS):
            self._take(n, record)

    def note(self, record: JournalRecord, *, durable: bool = True) -> int:
        """Journal a record and follow it; its number."""
        n = note(self.journal, record, durable=durable)
        self._take(n, record)
        return n

    def _take(self, n: int, record: JournalRecord) -> None:
        match record:
            case PlanRecord():
                self._plan, self.ids, self.plan_entry = record, section_ids(record.plan.sections), n
                self.stopped = None
            case SectionRecord() | EditRecord() | GivenRecord():
                self._add(n, record)
            case FinalRecord():
                self._choose(n, record)
            case RedoRecord() | DraftsRecord():
                self._order(n, record)
            case WithdrawnRecord():
                self._withdrawn |= {(record.id, number): (n, record.why) for number in record.numbers}
                self.touched[record.id] = n
            case ControlRecord():
                self.control, self.stopped = record, None
            case StoppedRecord():
                self.stopped = record
            case LocksRecord():
                self.locks = frozenset(record.sections)
            case FactsRecord():
                self.facts = record.facts
            case DismissedRecord():
                self.dismissed = frozenset(record.findings)
            case SnapshotRecord():
                self.snapshots[n] = record
            case _:
                self._take_model(record)

    def _take_model(self, record: JournalRecord) -> None:
        match record:
            case ModelsRecord():
                self.models = self.models or record
            case ContextRecord():
                self.context = self.context or record
            case WindowRecord():
                self.windows.append(record)

    def _add(self, n: int, record: TextRecord) -> None:
        """A version, which is final unless it is a draft."""
        name, before = record.id, self._final.get(record.id)
        draft = record.draft if isinstance(record, SectionRecord) else 0
        parent: int | None
        if isinstance(record, EditRecord):
            parent = record.parent
        elif draft and (name, draft) in self._drafts:
            parent = self._drafts[name, draft].parent
        else:
            parent = before.held.entry if before else None
        held = Held(n, record, parent)
        if isinstance(record, GivenRecord):
            self._given[name] = record
        self._versions[name].append(held)
        self.touched[name] = n
        self.stopped = None
        if not draft:
            self._final[name] = Final(held, record.seen)
            self._decided[name] = n
            if not isinstance(record, SectionRecord) or record.redone == self._redone[name]:
                self._due_again.pop(name, None)
        for other, seen in record.standing.items() if isinstance(record, EditRecord) else ():
            if other in self._final:
                self._final[other] = Final(self._final[other].held, seen)

    def _choose(self, n: int, record: FinalRecord) -> None:
        held = next((v for v in self._versions[record.id] if v.entry == record.entry), None)
        if held is None:
            raise RunError(
                f"{self.journal.path or 'the journal'}:{n + 1}: it names a text that is none of the section's; "
                "put the file back from a copy"
            )
        self._final[record.id] = Final(held, record.seen)
        self._decided[record.id] = n
        self._due_again.pop(record.id, None)
        self.touched[record.id] = n

    def _order(self, n: int, record: RedoRecord | DraftsRecord) -> None:
        if isinstance(record, DraftsRecord):
            self._drafts |= {(record.id, number): record for number in record.numbers}
            self.touched[record.id] = n
            return
        self._redone.update(record.sections)
        self._due_again |= dict.fromkeys(record.sections, record)
        self._redos |= {(name, self._redone[name]): record for name in record.sections}
        self.touched |= dict.fromkeys(record.sections, n)

    @property
    def planned(self) -> bool:
        """Whether there is a plan yet."""
        return self._plan is not None

    @property
    def plan(self) -> Plan:
        """The outline. Raises RunError while there is none."""
        return self._settled().plan

    @property
    def target(self) -> Target:
        """The length of the whole. Raises RunError while there is no plan."""
        return self._settled().target

    def _settled(self) -> PlanRecord:
        if self._plan is None:
            raise RunError("this run has no plan yet; resume it first")
        return self._plan

    @property
    def source(self) -> Literal["model", "file", "edited", "import"]:
        """Where the outline came from. Raises RunError while there is none."""
        return self._settled().source

    @property
    def rest_unplanned(self) -> bool:
        """Whether the outline has the lines of an imported draft alone, and more than the draft is wanted."""
        plan = self._plan
        return plan is not None and plan.source == "import" and plan.target.aim > plan.plan.words

    @property
    def imported(self) -> bool:
        """Whether it began as a person's draft."""
        return bool(self._given)

    def given(self, index: int) -> GivenRecord | None:
        """What a section was in the imported draft: its heading and its end stay, whatever its text becomes."""
        return self._given.get(self.ids[index])

    def final(self, index: int) -> Final | None:
        """What the text of a section is, which may be due again; None: it has none."""
        return self._final.get(self.ids[index])

    def versions(self, index: int) -> list[Held]:
        """All texts that a section has or had, the oldest first."""
        return self._versions.get(self.ids[index], [])

    def redone(self, index: int) -> int:
        """How often a section was asked to be redone."""
        return self._redone[self.ids[index]]

    def due(self, index: int) -> bool:
        """Whether a section has no text, or one that was asked to be redone."""
        return self.final(index) is None or self.ids[index] in self._due_again

    def order(self, index: int) -> RedoRecord | None:
        """How a section that is due again should be written this time; None: as the first time."""
        return self._due_again.get(self.ids[index])

    def order_of(self, record: SectionRecord) -> RedoRecord | DraftsRecord | None:
        """How the text of a record was asked for; None: as the plan has it."""
        if record.draft:
            return self._drafts.get((record.id, record.draft))
        return self._redos.get((record.id, record.redone))

    def wanted_drafts(self) -> list[WantedDraft]:
        """Drafts of sections of the plan that are not there yet, in the order in which they were asked for."""
        places = {name: i for i, name in enumerate(self.ids)}
        there = {(name, v.record.draft) for name, held in self._versions.items() for v in held
                 if isinstance(v.record, SectionRecord)}  # fmt: skip
        return [
            WantedDraft(places[name], number, order)
            for (name, number), order in self._drafts.items()
            if name in places and (name, number) not in there and (name, number) not in self._withdrawn
        ]

    def withdrawn(self, index: int) -> list[str]:
        """Why drafts of a section came to nothing, of those asked for since the last decision about its text."""
        name, decided = self.ids[index], self.decided(index)
        found = {n: why for (owner, _), (n, why) in self._withdrawn.items() if owner == name and n > decided and why}
        return list(found.values())

    def last_draft(self, index: int) -> int:
        """Number of the last draft that was asked for of a section; 0: none was."""
        name = self.ids[index]
        return max((number for n, number in self._drafts if n == name), default=0)

    def decided(self, index: int) -> int:
        """Number of the last record that made, or chose, the text of a section; -1: it has none."""
        return self._decided.get(self.ids[index], -1)

    def steps(self, index: int) -> str:
        """What the names of a section's calls begin with the next time that it is written."""
        return call_names(self.ids[index], self.redone(index))

    def redo(self, indices: Sequence[int], instruction: str = "", words: int | None = None) -> None:
        """Make sections due again; their text stands until a new one is finished. Raises InputError for none of the plan's."""
        self.check(indices)
        self.note(RedoRecord(sections=tuple(self.ids[i] for i in indices), instruction=instruction, words=words))

    def check(self, indices: Iterable[int]) -> None:
        """Raises InputError for what is no section of the plan."""
        for i in indices:
            if not 0 <= i < len(self.ids):
                raise InputError(f"there is no section {i + 1}: the plan has {len(self.ids)}")

    @property
    def finished(self) -> bool:
        """Every section has a text, none is due, and none is to be planned yet."""
        return not self.rest_unplanned and not any(self.due(i) for i in range(len(self.ids)))


def call_names(name: str, redone: int, draft: int = 0) -> str:
    """What the names of a section's calls begin with: another each time that it is written."""
    if draft:
        return f"section:{name}.d{draft}:"
    return f"section:{name}.{redone}:" if redone else f"section:{name}:"
