"""The state of a manuscript: what its journal says of models, plan and sections.

`plan` records hold the outline, `section` records say that a section is finished, from how many replies and over which
earlier text; `redo` records make sections due again (their old text stands until the new one is finished). Going on
after a kill, redoing a section and following an edited plan are therefore the same walk: write every section of the
current plan that is due. The texts themselves are `document`'s.
"""

from collections import Counter
from collections.abc import Sequence

from longwriter.errors import InputError, RunError
from longwriter.journal import Journal, digest
from longwriter.length.target import Target
from longwriter.types import Plan, Section
from longwriter.writer.records import (
    ContextRecord,
    JournalRecord,
    ModelsRecord,
    PlanRecord,
    RedoRecord,
    SectionRecord,
    WindowRecord,
    note,
    read,
)


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

    def __init__(self, journal: Journal) -> None:
        """Fold the journal. Raises RunError naming the line of a record that is none of ours."""
        self.journal = journal
        self.models: ModelsRecord | None = None
        self.context: ContextRecord | None = None
        """How the run began to show earlier text, where that was chosen."""
        self.windows: list[WindowRecord] = []
        self.ids: list[str] = []
        """A name for each section of the plan."""
        self._plan: PlanRecord | None = None
        self._finished: dict[str, SectionRecord] = {}
        self._redone: Counter[str] = Counter()
        kinds = ModelsRecord, ContextRecord, WindowRecord, PlanRecord, SectionRecord, RedoRecord
        for record in read(journal, *kinds):
            self._take(record)

    def note(self, record: JournalRecord, *, durable: bool = True) -> None:
        """Journal a record and follow it."""
        note(self.journal, record, durable=durable)
        self._take(record)

    def _take(self, record: JournalRecord) -> None:
        match record:
            case PlanRecord():
                self._plan, self.ids = record, section_ids(record.plan.sections)
            case SectionRecord():
                self._finished[record.id] = record
            case RedoRecord():
                self._redone.update(record.sections)
            case ModelsRecord():
                self.models = self.models or record
            case ContextRecord():
                self.context = self.context or record
            case WindowRecord():
                self.windows.append(record)

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

    def finished_section(self, index: int) -> SectionRecord | None:
        """The record of a section that has a text, which may be due again; None: it has none."""
        return self._finished.get(self.ids[index])

    def redone(self, index: int) -> int:
        """How often a section was asked to be redone."""
        return self._redone[self.ids[index]]

    def due(self, index: int) -> bool:
        """Whether a section has no text, or one that was asked to be redone."""
        record = self.finished_section(index)
        return record is None or record.redone != self.redone(index)

    def steps(self, index: int) -> str:
        """What the names of a section's calls begin with the next time that it is written."""
        return call_names(self.ids[index], self.redone(index))

    def redo(self, indices: Sequence[int]) -> None:
        """Make sections due again; their text stands until a new one is finished. Raises InputError for none of the plan's."""
        for i in indices:
            if not 0 <= i < len(self.ids):
                raise InputError(f"there is no section {i + 1}: the plan has {len(self.ids)}")
        self.note(RedoRecord(sections=tuple(self.ids[i] for i in indices)))

    @property
    def finished(self) -> bool:
        """Every section has a text, and none is due."""
        return not any(self.due(i) for i in range(len(self.ids)))


def call_names(name: str, redone: int) -> str:
    """What the names of a section's calls begin with: another each time that it is written."""
    return f"section:{name}.{redone}:" if redone else f"section:{name}:"
