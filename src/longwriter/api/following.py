"""A run read while it grows, by whoever watches it: no lock, no model, and nothing is read twice."""

from pathlib import Path

from longwriter.journal import Journal
from longwriter.runs.folders import JOURNAL
from longwriter.writer.session import Session
from longwriter.writer.stored import reading


class Following:
    """The state of a run as of `position`. It never writes."""

    def __init__(self, folder: Path, prices: Path | None = None) -> None:
        """`folder`: of the run; `prices`: a price file that goes before the shipped one. Raises RunError for damage."""
        self.folder, self._prices = folder, prices
        self._journal = Journal(folder / JOURNAL, read_only=True)
        self.session: Session | None = reading(folder, self._journal, prices)
        """None: nothing has happened in it yet."""

    @property
    def position(self) -> int:
        """Records of the journal that have been read: a reader's cursor."""
        return len(self._journal)

    def refresh(self) -> bool:
        """Read what was appended since; whether there was any. Raises RunError for damage."""
        new = self._journal.refresh()
        if not new:
            return False
        if self.session is None or self.session.manuscript.models is None:
            self.session = reading(self.folder, self._journal, self._prices)
            return True
        manuscript, document = self.session.manuscript, self.session.document
        before = manuscript.plan_entry
        self.session.calls.take(new)
        manuscript.take(new)
        if manuscript.plan_entry != before:
            document.load()
        else:
            for i, name in enumerate(manuscript.ids):
                if manuscript.touched.get(name, -1) >= new[0].n:
                    document.put(i)
        return True
