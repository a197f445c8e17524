"""One text to be written or gone on with: its settings, its run folder, where it goes. Calls and commands are made of it."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from longwriter.api.fetching import fetch_missing
from longwriter.api.loop import run
from longwriter.api.settings import LIMITS, SERVED, TEXT, as_path, resumed_settings, runs_folder, write_settings
from longwriter.config import read_text
from longwriter.errors import CeilingReached, InputError
from longwriter.export.formats import REFERENCES, check_form, follows, form_of
from longwriter.journal import digest
from longwriter.models.base import Model, ModelConfig, open_model
from longwriter.runs.exports import all_made, claimed, export, intended
from longwriter.runs.folders import LAST, resolved, run_name
from longwriter.types import Plan
from longwriter.writer.events import OnEvent, Warned, unwatched
from longwriter.writer.outcome.exported import deliver
from longwriter.writer.plan.outline import from_markdown
from longwriter.writer.session import Options, Result, Session, check_finder, configs_of, write
from longwriter.writer.settings import WriteSettings
from longwriter.writer.stored import stored

EXAMPLE = "Write a 3000-word story about a lighthouse"
NOWHERE = Path("-")
"""A value of `out`: no file besides the run's own."""


class HasText(Protocol):
    """What comes of work on a run."""

    @property
    def text(self) -> str:
        """The text as it stands."""
        ...


TextT = TypeVar("TextT", bound=HasText)


def _unheard(done: int, total: int) -> None:
    """Nobody asks how far a fetch is."""


@dataclass(frozen=True)
class WriteJob:
    """A text and how to write it. Frozen: `watched_by` and `dataclasses.replace` make others."""

    settings: WriteSettings
    folder: Path
    options: Options = Options()
    models: Mapping[str, Model] = field(default_factory=dict)
    """Models that are open already, by role; the caller closes them."""
    out: Path | None = None
    """File for the text; None: where earlier commands on the run wanted it."""
    force: bool = False
    plan_only: bool = False
    redo: tuple[int, ...] = ()
    """Sections to write again first, from 0."""
    redo_stale: bool = False

    def watched_by(self, on_event: OnEvent, *, live: bool) -> "WriteJob":
        """The same job with a watcher. `live`: it wants the text as it comes."""
        return replace(self, options=replace(self.options, on_event=on_event, watched=live))

    @property
    def files(self) -> list[Path]:
        """Where the text goes besides its run."""
        if self.plan_only or self.out == NOWHERE:
            return []
        return list(filter(follows, intended(self.folder)[0])) if self.out is None else [self.out]

    def claimed(self) -> AbstractContextManager[None]:
        """While it lasts, no other process writes the files.

        Raises InputError where one does, where they may not be written, and for a form that is not known; SetupError for
        a form whose package is missing.
        """
        for file in self.files:
            check_form(form_of(file))
            if form_of(file) in REFERENCES and not self.settings.sources:
                raise InputError(f"{file}: there are no references without sources; give some with --sources PATH")
        return claimed(self.folder, self.files, force=self.force)

    def fetch(self, say: Callable[[str], None] | None = None, tell: Callable[[int, int], None] = _unheard) -> None:
        """Fetch the models that are not here. Raises SetupError naming the way out, InputError for one that is too small."""
        check_finder(self.settings)
        configs = [config for role, config in configs_of(self.settings).items() if role not in self.models]
        fetch_missing(configs, say or (lambda text: self.options.on_event(Warned(text))), tell)

    def finish(self) -> Result:
        """Claim the files, fetch the models, and `work`."""
        with self.claimed():
            self.fetch()
            return run(self.work())

    async def work(self) -> Result:
        """Write, and put the text where it goes; at a ceiling as far as it is written.

        Raises LongWriterError; the same job again goes on from where it stopped.
        """
        return await self.doing(
            lambda models: write(
                self.settings, self.folder, self.options, models,
                plan_only=self.plan_only, redo=self.redo, redo_stale=self.redo_stale,
            )
        )  # fmt: skip

    async def doing(self, action: Callable[[dict[str, Model] | None], Awaitable[TextT]]) -> TextT:
        """Do something with the models that comes to a text, and put it where it goes, as `work` does."""
        models, opened = self._open()
        try:
            result = await action(models)
        except CeilingReached:
            session = stored(self.folder)
            if session is not None and session.manuscript.planned:
                self._deliver(session.result().text)
            raise
        finally:
            for model in opened:
                await model.aclose()
        self._deliver(result.text)
        return result

    def _open(self) -> tuple[dict[str, Model] | None, list[Model]]:
        """Models by role, and those of them that are to be closed here; None: the writer opens and closes its own."""
        if not self.models:
            return None, []
        configs = configs_of(self.settings)
        models, opened = dict(self.models), list[Model]()
        for role in ("writer", "planner"):
            if role not in models:
                same = role == "planner" and configs["planner"] == configs["writer"]
                if not same:
                    opened.append(open_model(configs[role]))
                models[role] = models["writer"] if same else opened[-1]
        return models, opened

    def _deliver(self, text: str) -> None:
        session: Session | None = None

        def put(file: Path) -> tuple[str, ...]:
            nonlocal session
            if form_of(file) == "md" and not self.settings.sources and "![" not in text:
                export(self.folder, file, text, force=self.force)
                return ()
            session = session or stored(self.folder)
            assert session is not None  # its text was just written
            for note in deliver(session, self.folder, file, force=self.force):
                self.options.on_event(Warned(note))
            return ()

        all_made(self.files, put)
        if self.out is None and not self.plan_only:
            files, notes = intended(self.folder)
            notes += [
                f"{file} is left as it is: its name stands for no form of a text" for file in files if not follows(file)
            ]
            for note in notes:
                self.options.on_event(Warned(note))


def new_job(prompt: str | None, options: Mapping[str, Any], *, plan_only: bool = False) -> WriteJob:
    """A text to be written, or gone on with where the same was begun. `options`: as `WriteOptions`. Raises InputError."""
    plan, out = options.get("plan"), as_path(options.get("out"))
    file = None if isinstance(plan, Plan | None) else Path(plan)
    if file is not None:
        plan, quoted = from_markdown(read_text(file), str(file))
        prompt = prompt or quoted
    given, (options, models) = options, opened_already(options)
    settings = options.get("settings")
    if settings is None:
        settings = write_settings(_said(prompt or (plan.title if plan else None)), options)
    else:
        roles = [option for option, role in (("model", "writer"), ("planner", "planner")) if role not in models]
        if beside := [name for name in (*roles, "config", *TEXT, *SERVED, *LIMITS) if given.get(name) is not None]:
            raise InputError(f"settings are given whole: set {', '.join(beside)} there")
        if prompt and prompt != settings.instruction:
            raise InputError("settings are given whole: what to write is their instruction, not another prompt")
    name, followed = options.get("run"), str(resolved(file)) if file else plan and digest(plan.model_dump_json())
    if name == LAST:
        raise InputError(f"--run: {LAST!r} stands for the run that was active last; give another name")
    cited = [list(settings.sources)] if settings.sources else []
    name = name or run_name(settings.instruction, settings.words, out and str(resolved(out)), followed, *cited)
    work = _options(options, plan)
    return WriteJob(
        settings, runs_folder(options.get("runs")) / name, work, models, out, bool(options.get("force")), plan_only
    )


def _options(options: Mapping[str, Any], plan: Plan | None = None) -> Options:
    """How to work; whoever listens wants words as they come."""
    on_event = options.get("on_event")
    return Options(on_event or unwatched, on_event is not None, as_path(options.get("prices")), plan)


def resumed_job(
    folder: Path, options: Mapping[str, Any], *, redo: tuple[int, ...] = (), redo_stale: bool = False
) -> WriteJob:
    """A run to be gone on with. `options`: as `ResumeOptions`. `redo`: sections to write again first, from 0."""
    if isinstance(options.get("model"), str | ModelConfig):
        raise InputError("a run keeps its model: give one that is open already to take its place, or write another run")
    options, models = opened_already(options)
    settings, out, force = resumed_settings(folder, options), as_path(options.get("out")), bool(options.get("force"))
    work = _options(options)
    return WriteJob(settings, folder, work, models, out, force, redo=redo, redo_stale=redo_stale)


def drafts_job(folder: Path, options: Mapping[str, Any]) -> WriteJob:
    """The drafts that are wanted of a run, and nothing else. `options`: as `ResumeOptions`."""
    job = resumed_job(folder, options)
    return replace(job, options=replace(job.options, writes="drafts"))


def opened_already(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Model]]:
    """Options with names in place of models that are open already, and these by role."""
    named, models = dict(options), dict[str, Model]()
    for option, role in (("model", "writer"), ("planner", "planner")):
        given = options.get(option)
        if given is not None and not isinstance(given, str | ModelConfig):
            models[role], named[option] = given, ModelConfig(model=given.name)
    if "writer" in models and named.get("planner") is None:  # not that of a settings file
        models["planner"], named["planner"] = models["writer"], named["model"]
    return named, models


def _said(prompt: str | None) -> str:
    if not prompt:
        raise InputError(f'say what to write: longwriter write "{EXAMPLE}"')
    return prompt
