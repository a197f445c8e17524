"""`draft.md` of a run: replaced while its text grows, at most every few seconds, since the journal has the text anyway."""

import time
from pathlib import Path

from longwriter.runs.folders import DRAFT, write_file
from longwriter.writer.document import Document

EVERY_S = 5.0


class DraftFile:
    """The file that a person may read while the text is written."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` None: no file is kept."""
        self.folder = folder
        self._saved_at = -EVERY_S

    def update(self, document: Document) -> None:
        """Replace the file, unless that was done a moment ago. Raises RunError on a full disk."""
        if self.folder is not None and time.monotonic() - self._saved_at > EVERY_S:
            write_file(self.folder / DRAFT, document.text(), durable=False, private=True)
            self._saved_at = time.monotonic()
