"""Every kind of record by its name: how a journal's records are read and written."""

from collections.abc import Iterable, Iterator

from longwriter.journal import Entry, Journal
from longwriter.writer.records.asked import ContextRecord, ModelsRecord, PlanRecord, WindowRecord
from longwriter.writer.records.base import JournalRecord
from longwriter.writer.records.calls import CallRecord, ForgetRecord, PartialRecord, WastedRecord
from longwriter.writer.records.control import ControlRecord, StoppedRecord
from longwriter.writer.records.person import (
    DismissedRecord,
    EditRecord,
    FactsRecord,
    FinalRecord,
    LocksRecord,
    SnapshotRecord,
)
from longwriter.writer.records.revised import FindingsRecord, RevisionRecord, UnmendedRecord
from longwriter.writer.records.written import DraftsRecord, GivenRecord, RedoRecord, SectionRecord, WithdrawnRecord

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
