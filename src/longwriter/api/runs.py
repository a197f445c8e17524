"""Runs that are there: what they hold, going on with them, putting their texts elsewhere."""

from functools import cached_property
from pathlib import Path
from typing import Unpack

from longwriter.api.job import resumed_job
from longwriter.api.settings import ResumeOptions, known_options, runs_folder
from longwriter.errors import InputError, LongWriterError
from longwriter.runs.exports import claimed, export
from longwriter.runs.folders import DRAFT, LAST, all_runs, being_written, find, saved_settings
from longwriter.types import Plan
from longwriter.writer.outcome.report import Report, SectionReport
from longwriter.writer.records import PlanRecord, read
from longwriter.writer.session import Result, Session, stored

PLAN = "plan"
"""State of a run of `plan`: an outline, of which nothing has been written."""


class Run:
    """A text's run folder as it was when it was first looked at; `resume` and `redo` look again."""

    def __init__(self, folder: Path) -> None:
        """`folder`: where it is; see `open` for one given by name."""
        self.folder = folder

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r})"

    @classmethod
    def open(cls, name: str | Path = LAST, runs: str | Path | None = None) -> "Run":
        """The run of a name, of its beginning, of a path, or the one that was active last. Raises InputError.

        `runs`: the folder that holds the run folders; None: LONGWRITER_RUNS, else `runs`.
        """
        return cls(find(runs_folder(runs), str(name)))

    @property
    def name(self) -> str:
        """Name of the run folder."""
        return self.folder.name

    @property
    def instruction(self) -> str:
        """What was asked for. Raises RunError."""
        return str(saved_settings(self.folder)["instruction"])

    @property
    def state(self) -> str:
        """One of: writing, planning, no plan, plan, unfinished, finished; or why the run cannot be read."""
        try:
            if not self.planned:
                return "planning" if self._alive else "no plan"
            if self._alive:
                return "writing"
            return "finished" if self._planned.manuscript.finished else PLAN if self._plan_alone() else "unfinished"
        except LongWriterError as error:
            return str(error)

    def _plan_alone(self) -> bool:
        """Whether nothing came after the plan: `write` leaves a draft, and `plan` does not."""
        *_, last = self._planned.journal
        return last.kind == "plan" and not (self.folder / DRAFT).exists()

    @property
    def planned(self) -> bool:
        """Whether it has a plan yet. Raises RunError for a run that cannot be read."""
        return self._session is not None and self._session.manuscript.planned

    @property
    def follows_a_file(self) -> bool:
        """Whether its plan is a person's, given in a file or a call."""
        plans = read(self._planned.journal, PlanRecord)
        return any(isinstance(record, PlanRecord) and record.source == "file" for record in plans)

    @property
    def plan(self) -> Plan:
        """The outline. Raises InputError where there is none yet, as all below does."""
        return self._planned.manuscript.plan

    @property
    def text(self) -> str:
        """The text so far."""
        return self._planned.document.text()

    @property
    def report(self) -> Report:
        """What was asked, planned and written, and the verdict on a finished text."""
        return self._result.report

    @property
    def sections(self) -> tuple[SectionReport, ...]:
        """The sections of the plan and what became of each."""
        return self.report.sections

    @cached_property
    def _alive(self) -> bool:
        """Whether a process was writing it; asked before the journal is read, which it may finish meanwhile."""
        return being_written(self.folder)

    @cached_property
    def _session(self) -> Session | None:
        self._alive  # noqa: B018 - both are of one moment
        return stored(self.folder)

    @property
    def _planned(self) -> Session:
        if self._session is None or not self._session.manuscript.planned:
            raise InputError(f"{self.name} has no plan yet; go on with: longwriter resume {self.folder}")
        return self._session

    @cached_property
    def _result(self) -> Result:
        return self._planned.result()

    def resume(self, **options: Unpack[ResumeOptions]) -> Result:
        """Go on where it stopped; an edited plan.md is followed. Raises what `longwriter.write` raises."""
        return self._go_on((), stale=False, options=options)

    def redo(self, *numbers: int, stale: bool = False, **options: Unpack[ResumeOptions]) -> Result:
        """Write sections again, by their numbers in the plan, from 1; later ones are kept and become stale.

        `stale`: also all whose earlier text has changed since they were written. Raises what `resume` raises.
        """
        if not numbers and not stale:
            raise InputError("say what to redo: --section 7, or --stale")
        return self._go_on(numbers, stale=stale, options=options)

    def _go_on(self, numbers: tuple[int, ...], *, stale: bool, options: ResumeOptions) -> Result:
        given = known_options(options, ResumeOptions)
        try:
            return resumed_job(self.folder, given, redo=tuple(n - 1 for n in numbers), redo_stale=stale).finish()
        finally:
            for looked_at in ("_alive", "_session", "_result"):
                self.__dict__.pop(looked_at, None)

    def export(self, path: str | Path, *, force: bool = False) -> Path:
        """Put the text so far into a file (Markdown), as --out does: later commands keep it up to date.

        Raises InputError for a file that this run did not write, unless `force`.
        """
        file = Path(path)
        with claimed(self.folder, [file], force=force):
            export(
                self.folder, file, Run(self.folder).text, force=force
            )  # as it is now, whenever this one was looked at
        return file

    @classmethod
    def list(cls, runs: str | Path | None = None) -> "tuple[Run, ...]":
        """The runs in a folder, the one that was active last first."""
        return tuple(map(cls, all_runs(runs_folder(runs))))
