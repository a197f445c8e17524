"""What every record of a manuscript's journal is."""

from typing import ClassVar

from longwriter.types import Record


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
