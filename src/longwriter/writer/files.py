"""The files of a run that a person reads: plan.md, draft.md, report.json, ledger.jsonl. The journal has all that they say."""

import time
from pathlib import Path

from longwriter.runs.folders import DRAFT, LEDGER, PLAN, REPORT, write_file
from longwriter.types import Plan
from longwriter.writer.document import Document
from longwriter.writer.outcome.ledger import RunLedger
from longwriter.writer.outcome.report import Report
from longwriter.writer.plan.outline import to_markdown

EVERY_S = 5.0
"""The draft is replaced while its text grows, at most so often."""


class RunFiles:
    """Files of one run folder, each replaced in one step. Every method raises RunError on a full disk."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` None: no file is kept."""
        self.folder = folder
        self._drafted_at = -EVERY_S

    def plan(self, plan: Plan, instruction: str, language: str) -> None:
        """Replace plan.md."""
        if self.folder is not None:
            write_file(self.folder / PLAN, to_markdown(plan, instruction, language), private=True)

    def grow(self, document: Document) -> None:
        """Replace draft.md, unless that was done a moment ago."""
        if self.folder is not None and time.monotonic() - self._drafted_at > EVERY_S:
            write_file(self.folder / DRAFT, document.text(), durable=False, private=True)
            self._drafted_at = time.monotonic()

    def save(self, text: str, report: Report, ledger: RunLedger) -> None:
        """Replace draft.md, report.json and ledger.jsonl."""
        if self.folder is not None:
            write_file(self.folder / DRAFT, text, private=True)
            write_file(self.folder / REPORT, report.model_dump_json(indent=1) + "\n", private=True)
            write_file(self.folder / LEDGER, ledger.lines(), private=True)
