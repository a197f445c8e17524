"""Runs that are there: what they hold, going on with them, changing them, putting their texts elsewhere."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar, Unpack

from longwriter.api.book.checking import dismiss_findings
from longwriter.api.book.exporting import export_run
from longwriter.api.book.importing import ImportOptions, asked_places, asks_a_model, import_job
from longwriter.api.book.revising import ReviseOptions, revision_job
from longwriter.api.job import drafts_job, resumed_job
from longwriter.api.loop import run
from longwriter.api.settings import ResumeOptions, known_options, runs_folder
from longwriter.api.states import RunState, run_state
from longwriter.api.streaming import pieces
from longwriter.checks.check import CheckReport
from longwriter.checks.finding import TextFinding
from longwriter.errors import InputError, LongWriterError, RunError
from longwriter.export.settings import ExportSettings
from longwriter.intake.source import read_source
from longwriter.models.base import ModelConfig
from longwriter.runs.folders import DRAFT, LAST, all_runs, being_written, find, remove, saved_settings
from longwriter.types import Plan
from longwriter.writer.outcome.checked import all_checked, check_sources, checked
from longwriter.writer.outcome.ledger import RunLedger
from longwriter.writer.outcome.report import Report, SectionReport
from longwriter.writer.records.asked import PlanRecord
from longwriter.writer.records.kinds import read
from longwriter.writer.records.person import SnapshotRecord
from longwriter.writer.revising.wishes import RevisionResult
from longwriter.writer.revision.edits import Edits
from longwriter.writer.revision.effects import PlanEffects
from longwriter.writer.revision.user_facts import facts_of, facts_of_file
from longwriter.writer.revision.versions import Version, versions, waiting
from longwriter.writer.session import Result, Session
from longwriter.writer.stored import editing, stored

PLAN = "plan"
"""State of a run of `plan`: an outline, of which nothing has been written."""


T = TypeVar("T")


class Run:
    """A text's run folder as it was when it was first looked at; what changes it looks again. Sections count from 1."""

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

    @classmethod
    def import_draft(cls, file: str | Path, **options: Unpack[ImportOptions]) -> "Run":
        """Make a run of a draft, whose sections are given; the same call again finds it as it is.

        With `words`, the length of the whole, the rest is planned, unless `outline` is False, and `resume` writes it. Raises
        InputError for a file that cannot be read and for a name that is taken, and what planning raises: the run is there then.
        """
        given = known_options(options, ImportOptions)
        source = read_source(Path(file), pictures=True)
        places = run(asked_places(source, given)) if asks_a_model(source, given) else (None, ())
        job = import_job(source, given, *places)
        job.make()
        made = cls(job.folder)
        if given.get("outline", True) and made.lacks_outline:
            made._looking_again(job.outline(given).finish)
        return made

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
        """One of `longwriter.api.states.StateName`, such as writing, paused, unfinished, finished; or why it cannot be read."""
        try:
            return self._state.name
        except LongWriterError as error:
            return str(error)

    @property
    def why(self) -> str:
        """Why it is in this state, such as what failed; "" where that is all there is to say. Raises RunError."""
        return self._state.why

    @property
    def _state(self) -> RunState:
        return run_state(self._session, alive=self._alive, drafted=(self.folder / DRAFT).exists())

    @property
    def planned(self) -> bool:
        """Whether it has a plan yet. Raises RunError for a run that cannot be read."""
        return self._session is not None and self._session.manuscript.planned

    @property
    def lacks_outline(self) -> bool:
        """Whether it is an imported draft of which the rest is still to be planned."""
        return self._planned.manuscript.rest_unplanned

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

    def ledger(self) -> RunLedger:
        """Who and what is in the text, what is said of them, and what of that does not go together."""
        return self._result.ledger

    def set_facts(self, facts: str | Path | Iterable[Mapping[str, object]]) -> None:
        """Make these all that you say is so: each has subject, relation and value, and may have until, a section's number.

        They go before what the text says, and sections whose line names them are told. `facts`: they, or a TOML file as
        `longwriter ledger --export` writes it. Raises InputError naming what is wrong, with everything as it was.
        """
        told = facts_of_file(Path(facts)) if isinstance(facts, str | Path) else facts_of({"fact": list(facts)}, "facts")
        self._change(lambda edits: edits.facts(told))

    @property
    def sections(self) -> tuple[SectionReport, ...]:
        """The sections of the plan and what became of each."""
        return self.report.sections

    def check(self, *only: str, dismissed: bool = False) -> CheckReport:
        """What the checks find in the text so far, each place with its section; `only`: names of checks, none for all.

        `dismissed`: with what you dismissed. Raises InputError for a name that is no check, RunError where the sources are gone
        that citations are held to.
        """
        check_sources(self._planned.document, self.folder, only)
        return (all_checked if dismissed else checked)(self._planned.document, only)

    def dismiss(self, *findings: TextFinding) -> None:
        """Say that the text is right as it is: no check, verdict or revision tells of these findings any more.

        They are known by what they quote; where that changes, a finding is another one. Raises RunError where a process
        works on the run.
        """
        self._looking_again(lambda: dismiss_findings(self.folder, findings))

    def undismiss(self, *findings: TextFinding) -> None:
        """Let dismissed findings count again; those of `check(dismissed=True)`."""
        self._looking_again(lambda: dismiss_findings(self.folder, again=findings))

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

    def stream(self, **options: Unpack[ResumeOptions]) -> Iterator[str]:
        """Go on where it stopped and give the whole text section by section, what was there already included.

        Leaving the loop stops the work; finished sections are kept. Raises what `resume` raises.
        """
        job = resumed_job(self.folder, known_options(options, ResumeOptions))
        try:
            yield from pieces(job)
        finally:
            self._look_again()

    def redo(
        self,
        *numbers: int,
        stale: bool = False,
        instruction: str = "",
        words: int | None = None,
        **options: Unpack[ResumeOptions],
    ) -> Result:
        """Write sections again, by their numbers in the plan, from 1; later ones are kept and become stale.

        `stale`: also all whose earlier text has changed since they were written, but for those that a person wrote.
        `instruction`: what should be different; `words`: for each of them. Raises what `resume` raises.
        """
        if not numbers and not stale:
            raise InputError("say what to redo: --section 7, or --stale")
        if stale and (instruction or words):
            raise InputError("stale sections are written as they were asked for; name one by its number to change it")
        if instruction or words:
            self.order_redo(*numbers, instruction=instruction, words=words)
            numbers = ()
        return self._go_on(numbers, stale=stale, options=options)

    def drafts(
        self,
        number: int,
        count: int = 1,
        instruction: str = "",
        words: int | None = None,
        by: ModelConfig | None = None,
        **options: Unpack[ResumeOptions],
    ) -> list[Version]:
        """Write texts beside that of a section, which stays as it is until one of them is accepted; those that wait.

        `by`: another model than the run's. Raises what `resume` raises.
        """
        self.order_drafts(number, count, instruction, words, by)
        self._looking_again(drafts_job(self.folder, known_options(options, ResumeOptions)).finish)
        return self.waiting(number)

    def order_redo(self, *numbers: int, instruction: str = "", words: int | None = None) -> None:
        """Make sections due again, to be written by `resume`."""
        self._change(lambda edits: edits.redo([n - 1 for n in numbers], instruction, words))

    def order_drafts(
        self,
        number: int,
        count: int = 1,
        instruction: str = "",
        words: int | None = None,
        by: ModelConfig | None = None,
    ) -> None:
        """Ask for texts beside that of a section, to be written by `resume`."""
        self._change(lambda edits: edits.drafts(number - 1, count, instruction, words, by))

    def waiting(self, number: int) -> list[Version]:
        """Drafts of a section that came after the last decision about its text."""
        there = waiting(self._planned, number - 1)
        return [version for version in self.versions(number) if version.entry in there]

    def versions(self, number: int) -> list[Version]:
        """Every text that a section has or had, the oldest first."""
        self._planned.manuscript.check([number - 1])
        return versions(self._planned, number - 1)

    def edit(self, number: int, text: str, *, base: int | None = None) -> int:
        """Make a text that of a section; later ones become stale. The number of the new version's record.

        `base`: the version that was edited; EditConflict where another is final by now. Raises RunError where a process
        works on the run.
        """
        return self._change(lambda edits: edits.edit(number - 1, text, base=base))

    def revise(self, **options: Unpack[ReviseOptions]) -> RevisionResult:
        """Mend what checks, and a judge if one is named, find in the text, passage by passage; the rest stays byte for byte.

        `passes`, `judge`, `by` (a model in place of the run's own, that mends), `findings` (a file to follow), `dry_run` (make
        RUN/findings.json, and change nothing), and what `resume` takes. Raises what `resume` raises; the same call again goes
        on, with the same models.
        """
        return self._looking_again(revision_job(self.folder, known_options(options, ReviseOptions)).finish)

    def accept(self, number: int, entry: int) -> None:
        """Make a version of a section its text: a draft, or an older one."""
        self._change(lambda edits: edits.accept(number - 1, entry))

    def effects(self, plan: Plan, keep: Mapping[int, str] = {}) -> PlanEffects:
        """What `outline` would do to the texts that are there; places in the outline count from 0."""
        return Edits(self._planned).effects(plan, keep)

    def outline(self, plan: Plan, keep: Mapping[int, str] = {}) -> None:
        """Follow an edited outline; `resume` writes what is new in it.

        `keep`: for its lines, by their place from 0, the section whose text they take over (`section` of a version).
        """
        self._change(lambda edits: edits.outline(plan, keep))

    def lock(self, *numbers: int) -> None:
        """Hold the budgets of these sections fast, and of no others, where the page balances an outline."""
        self._change(lambda edits: edits.lock(n - 1 for n in numbers))

    @property
    def snapshots(self) -> Mapping[int, SnapshotRecord]:
        """Named states of the whole, by the number of their record."""
        return self._planned.manuscript.snapshots

    def snapshot(self, name: str) -> int:
        """Give the whole as it is a name; the number of the record."""
        return self._change(lambda edits: edits.snapshot(name))

    def restore(self, entry: int) -> None:
        """Make plan and texts what they were at a snapshot."""
        self._change(lambda edits: edits.restore(entry))

    def remove(self) -> None:
        """Delete the run and all that it holds. Raises RunError where a process works on it."""
        remove(self.folder.parent, self.folder)

    def _change(self, action: Callable[[Edits], T]) -> T:
        """Change the run while nobody else works on it."""

        def change() -> T:
            with editing(self.folder) as session:
                if not session.manuscript.planned:
                    raise RunError(f"{self.name} has no plan yet; go on with: longwriter resume {self.folder}")
                return action(Edits(session))

        return self._looking_again(change)

    def _go_on(self, numbers: tuple[int, ...], *, stale: bool, options: ResumeOptions) -> Result:
        given = known_options(options, ResumeOptions)
        job = resumed_job(self.folder, given, redo=tuple(n - 1 for n in numbers), redo_stale=stale)
        return self._looking_again(job.finish)

    def _looking_again(self, action: Callable[[], T]) -> T:
        """Do what changes the run; what is asked of it afterwards is read anew."""
        try:
            return action()
        finally:
            self._look_again()

    def _look_again(self) -> None:
        for looked_at in ("_alive", "_session", "_result"):
            self.__dict__.pop(looked_at, None)

    def export(self, path: str | Path, *, book: ExportSettings | None = None, force: bool = False) -> Path:
        """Put the text so far into a file in the form of its name, as --out does: later commands keep it up to date.

        `book`: what is said of the book, which the run keeps; None: what it kept. Warns of what is left out. Raises
        InputError for a form that is not known and for a file that this run did not write, unless `force`; SetupError for
        a form whose package is missing.
        """
        for note in export_run(self.folder, [path], book, force=force):
            warnings.warn(note, stacklevel=2)
        return Path(path)

    @classmethod
    def list(cls, runs: str | Path | None = None) -> "tuple[Run, ...]":
        """The runs in a folder, the one that was active last first."""
        return tuple(map(cls, all_runs(runs_folder(runs))))
