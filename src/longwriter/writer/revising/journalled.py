"""What a run's journal says of its revisions: which are there, what each pass is to mend, what became of each place."""

from longwriter.journal import Journal
from longwriter.models.base import ModelConfig
from longwriter.writer.records.kinds import read
from longwriter.writer.records.person import EditRecord
from longwriter.writer.records.revised import FindingsRecord, Mending, RevisionRecord, UnmendedRecord


class Revisions:
    """The revisions of one run. A revision is over with a pass that has nothing to mend."""

    def __init__(self, journal: Journal) -> None:
        """Fold the journal. Raises RunError for a record that is none of ours."""
        self.last: RevisionRecord | None = None
        self.turns: list[FindingsRecord] = []
        """The passes of the last one."""
        self.outcomes: dict[str, Mending | UnmendedRecord] = {}
        """What became of each attempt, by its name: see `Mending`."""
        for record in read(journal, RevisionRecord, FindingsRecord, UnmendedRecord, EditRecord):
            self.take(record)

    def take(self, record: object) -> None:
        """Follow one record."""
        match record:
            case RevisionRecord():
                self.last, self.turns = record, []
            case FindingsRecord():
                self.turns.append(record)
            case UnmendedRecord():
                self.outcomes[record.finding] = record
            case EditRecord(mends=Mending() as mending):
                self.outcomes[mending.finding] = mending

    @property
    def next_number(self) -> int:
        """Of a revision that would begin now."""
        return self.last.number + 1 if self.last else 1

    def going(
        self, judge: ModelConfig | None, by: ModelConfig | None, first: tuple[object, ...] | None
    ) -> RevisionRecord | None:
        """The revision that is under way, if it is the one asked for.

        `judge`, `by`: who is asked for; None: whoever it has. `first`: the findings that a person gave; None: any.
        """
        if self.last is None or (self.turns and not self.turns[-1].findings):
            return None
        if any(asked not in (None, has) for asked, has in ((judge, self.last.judge), (by, self.last.by))):
            return None
        if first is not None and (not self.turns or self.turns[0].findings != first):
            return None
        return self.last
