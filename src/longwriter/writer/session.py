"""One command's work on one run folder: open it, ask the models, keep the files a person reads.

`write` starts or goes on, `redo` rewrites sections, `replay` rebuilds the text from the journal without a model. A session
asks for the plan, then has the `loop` write what is due; the `document` is the text, and `outcome` judges it. This file and
`draft` are the only ones of the room that touch a run folder.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from longwriter.config import Tree, build, read_text
from longwriter.errors import InputError, RunError
from longwriter.journal import Journal
from longwriter.length.languages import language_of, languages
from longwriter.length.scripts import is_traditional
from longwriter.models.base import Listens, Model, ModelConfig, close_all, open_model
from longwriter.models.cards import Card, card_of
from longwriter.models.prices import load_prices
from longwriter.prompts import PromptSet
from longwriter.runs.folders import DRAFT, JOURNAL, PLAN, REPORT, opened, saved_settings, write_file
from longwriter.text import language
from longwriter.types import Plan, Reply, Request
from longwriter.writer.calls import Calls, Ceilings, Role
from longwriter.writer.document import Document
from longwriter.writer.draft import DraftFile
from longwriter.writer.events import OnEvent, Warned, unwatched
from longwriter.writer.loop import Loop
from longwriter.writer.manuscript import Manuscript
from longwriter.writer.outcome.report import Report, report
from longwriter.writer.outcome.verdict import Finding, flawed
from longwriter.writer.plan.outline import from_markdown, to_markdown
from longwriter.writer.prompts import prompt_set
from longwriter.writer.records import ModelRecord, ModelsRecord
from longwriter.writer.section.context import DEFAULT_WINDOW
from longwriter.writer.settings import MAY_CHANGE_ON_RESUME, WriteSettings


@dataclass(frozen=True)
class Options:
    """How to work, as opposed to what to write."""

    on_event: OnEvent = unwatched
    watched: bool = False
    """Stream text to `on_event`; takes CPU for every token."""
    prices: Path | None = None
    """A price file that goes before the shipped one."""
    plan: Plan | None = None
    """An outline made by a person; None: the planner's."""


@dataclass(frozen=True)
class Result:
    """A text and its report."""

    text: str
    report: Report
    folder: Path | None

    @property
    def verdict(self) -> tuple[Finding, ...]:
        """What a person should know of a finished text, the worst first."""
        return self.report.verdict

    @property
    def flaws(self) -> list[Finding]:
        """What makes it not be what was asked for; empty for a text that is as it should be."""
        return flawed(self.verdict)


class JournalOnly:
    """A stand-in for a model in a replay: it has nothing to say beyond the journal."""

    def __init__(self, name: str, *, prefill: bool) -> None:
        """`prefill`: as the run noted it of the model."""
        self.name, self.prefill = name, prefill

    async def reply(self, request: Request, listener: Listens | None = None) -> Reply:  # noqa: ARG002 - Model's signature
        """Always a RunError."""
        raise RunError("this run is not finished: its journal has no reply for the next step; resume it first")

    async def window(self) -> int | None:
        """Unknown."""
        return None

    def count_tokens(self, text: str) -> int | None:  # noqa: ARG002 - Model's signature
        """Unknown."""
        return None

    async def aclose(self) -> None:
        """Nothing to close."""


class Session:
    """A manuscript with its models, on an open journal."""

    def __init__(
        self, settings: WriteSettings, journal: Journal, folder: Path | None, models: dict[str, Model], options: Options
    ) -> None:
        """`models`: by role. `folder` None: nothing but the journal is kept."""
        self.settings, self.journal, self.folder, self.models, self.options = settings, journal, folder, models, options
        prices, configs = load_prices(options.prices), configs_of(settings)
        roles = {r: Role(m, prices.price_for(configs[r])) for r, m in models.items()}
        run = f"{folder.name if folder else ''} {settings.instruction}"
        self.calls = Calls(journal, roles, Ceilings(settings.max_cost, settings.max_tokens), run)
        self.calls.on_event = options.on_event
        self.prompts = _prompts(settings)
        self.manuscript = Manuscript(journal)
        self.cards = {role: self._card(role) for role in configs}
        """What each model can do, by role."""
        self.document = Document(self.manuscript, self.calls, settings, self.cards["writer"])
        self.loop = Loop(settings, self.document, self.prompts, options.on_event, DraftFile(folder))

    def _card(self, role: str) -> Card:
        """The card as the run first found it, else by the model's name."""
        models = self.manuscript.models
        noted = {"writer": models.writer.card, "planner": models.planner.card}[role] if models else None
        config = configs_of(self.settings)[role]
        return noted or card_of(config.model, config.card)

    async def run(self, *, plan_only: bool = False, redo: Sequence[int] = (), redo_stale: bool = False) -> Result:
        """Plan, and write what is missing. Raises what the models raise; finished sections are on disk then.

        `redo`: sections to rewrite first, as the plan numbers them now; `redo_stale`: all whose earlier text has changed.
        """
        if (redo or redo_stale) and not self.manuscript.planned:
            raise InputError("this run has no plan yet; resume it first")
        self._check_language()
        await self._note_models()
        self._follow_plan()
        await self.loop.plan(self.cards["planner"])
        self._write_plan(self.manuscript.plan)
        self.document.load()
        stale = [part.index for part in self.document.parts() if part.stale] if redo_stale else []
        if redo or stale:
            self.manuscript.redo(sorted({*redo, *stale}))
        if plan_only:
            return self.result()
        try:
            model, card = self.models["writer"], self.cards["writer"]
            await self.loop.write(model, card, self._window(), watched=self.options.watched)
        finally:
            result = self.result()
            if self.folder is not None:
                write_file(self.folder / DRAFT, result.text, private=True)
                write_file(self.folder / REPORT, result.report.model_dump_json(indent=1) + "\n", private=True)
        return result

    def result(self) -> Result:
        """The text as it stands."""
        return Result(self.document.text(), report(self.document, self.calls.spent), self.folder)

    async def _note_models(self) -> None:
        """Journal what the models are on the first command, so that later ones see the same."""
        if self.manuscript.models is None:
            found = {
                role: ModelRecord(name=model.name, prefill=model.prefill, card=self.cards[role])
                for role, model in self.models.items()
            }
            window = await self.models["writer"].window()
            self.manuscript.note(ModelsRecord(writer=found["writer"], planner=found["planner"], window=window))

    def _window(self) -> int:
        """Tokens of prompt and reply together: as stated, else as the server told; less where it turned out to be less."""
        stated, noted, card = self.settings.window, self.manuscript.models, self.cards["writer"]
        whole = stated or (noted.window if noted else None) or DEFAULT_WINDOW
        cut = [w.tokens for w in self.manuscript.windows if w.stated == stated]
        return min([whole, *cut, *([card.window] if card.window and not stated else [])])

    def _check_language(self) -> None:
        """Refuse a request in a language that the model cannot write, as far as its card knows. Raises InputError."""
        known, told = self.cards["writer"].languages, language_of(self.settings.instruction)
        asked = self.settings.language or (told.code if told else self.prompts.name)
        if known and asked.partition("-")[0] not in known:
            names = {code: language.name for code, language in languages().items()}
            asked = asked.partition("-")[0]
            raise InputError(
                f"{self.models['writer'].name} writes {' and '.join(names.get(k, k) for k in known)} alone, and the request "
                f"is in {names.get(asked, asked)}; use another model: --model NAME --base-url URL (longwriter models "
                "shows what there is)"
            )

    def _follow_plan(self) -> None:
        """Follow the plan given, or plan.md if a person edited it since it was written."""
        current = self.manuscript.plan if self.manuscript.planned else None
        path = self.folder / PLAN if self.folder else None
        if self.options.plan is not None:
            if self.options.plan != current:
                self._write_plan(self.options.plan)  # first: an older plan.md would pass for an edit of this one
                self.loop.follow(self.options.plan, "file")
        elif current is not None and path is not None and path.exists():
            edited, instruction = from_markdown(read_text(path), str(path))
            if instruction.split() != self.settings.instruction.split():
                self.options.on_event(
                    Warned("the request in plan.md was edited; a run keeps its own (write --plan FILE starts another)")
                )
            if edited != current:
                self.loop.follow(edited, "edited")

    def _write_plan(self, plan: Plan) -> None:
        if self.folder is not None:
            text = to_markdown(plan, self.settings.instruction, self.prompts.name)
            write_file(self.folder / PLAN, text, private=True)


def _prompts(settings: WriteSettings) -> PromptSet:
    """The prompts for a request, which name the language to write in."""
    request, told = settings.instruction, language_of(settings.instruction)
    chosen: str = settings.language or language(request)
    if settings.language is None and chosen == "zh" and is_traditional(request):
        chosen = "zh-Hant"
    return prompt_set(chosen, told.name if told else "")


def configs_of(settings: WriteSettings) -> dict[str, ModelConfig]:
    """Model settings by role."""
    return {"writer": settings.writer, "planner": settings.planner or settings.writer}


def open_models(settings: WriteSettings) -> dict[str, Model]:
    """The models of a run; one object where planner and writer are the same."""
    configs = configs_of(settings)
    writer = open_model(configs["writer"])
    return {
        "writer": writer,
        "planner": writer if configs["planner"] == configs["writer"] else open_model(configs["planner"]),
    }


async def write(
    settings: WriteSettings,
    folder: Path,
    options: Options = Options(),
    models: dict[str, Model] | None = None,
    *,
    plan_only: bool = False,
    redo: Sequence[int] = (),
    redo_stale: bool = False,
) -> Result:
    """Write a text in a run folder, or go on with it.

    `redo`: section indices to rewrite first; `redo_stale`: all whose earlier text has changed. Raises
    LongWriterError; the same call again goes on from where it stopped.
    """
    tree: Tree = json.loads(settings.model_dump_json())
    asked = models or open_models(settings)
    try:
        with opened(folder, tree, MAY_CHANGE_ON_RESUME, private=True) as journal:
            session = Session(settings, journal, folder, asked, options)
            return await session.run(plan_only=plan_only, redo=redo, redo_stale=redo_stale)
    finally:
        if models is None:
            await close_all(asked.values())


def stored(folder: Path) -> Session | None:
    """A run's state, read without a lock and without its models; None when nothing has happened in it yet."""
    settings = build(WriteSettings, saved_settings(folder), str(folder))
    journal = Journal(folder / JOURNAL, read_only=True)
    noted = Manuscript(journal).models
    if noted is None:
        return None
    configs = configs_of(settings)
    models: dict[str, Model] = {
        "writer": JournalOnly(configs["writer"].model, prefill=noted.writer.prefill),
        "planner": JournalOnly(configs["planner"].model, prefill=noted.planner.prefill),
    }
    free = settings.model_copy(update={"max_cost": None, "max_tokens": None})
    session = Session(free, journal, None, models, Options())
    session.document.load()
    return session


async def replay(folder: Path) -> Result:
    """The text of a finished run, rebuilt from its journal alone. Raises RunError when the run is not finished."""
    session = stored(folder)
    if session is None:
        raise RunError(f"{folder}: its journal is empty; resume the run first")
    return replace(await session.run(), folder=folder)
