"""One command's work on one run folder: open it, ask the models, keep the files a person reads.

`write` starts or goes on, `redo` rewrites sections, `replay` rebuilds the text from the journal without a model. A session
asks for the plan, then has the `loop` write what is due; the `document` is the text, and `outcome` judges it. This file and
`draft` are the only ones of the room that touch a run folder.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.config import Tree, read_text
from longwriter.errors import EmptyReply, InputError, RunError, SetupError, TruncatedPrompt
from longwriter.journal import Journal
from longwriter.length.languages import language_of, languages
from longwriter.length.scripts import is_traditional
from longwriter.models.base import Model, ModelConfig, can_ban, close_all, open_model
from longwriter.models.cards import Card, card_of
from longwriter.models.prices import load_prices
from longwriter.models.verdicts import check_judge
from longwriter.prompts import PromptSet
from longwriter.runs.folders import PLAN, opened
from longwriter.text import language
from longwriter.types import Plan
from longwriter.writer.calls import Calls, Role
from longwriter.writer.document import Document
from longwriter.writer.events import OnEvent, Warned, unwatched
from longwriter.writer.files import RunFiles
from longwriter.writer.hold.extractor import FactFinder
from longwriter.writer.loop import Loop
from longwriter.writer.manuscript import Manuscript, WantedDraft
from longwriter.writer.outcome.ledger import RunLedger, ledger_of
from longwriter.writer.outcome.report import Report, report
from longwriter.writer.outcome.spent import Ceilings
from longwriter.writer.outcome.verdict import Finding, flawed
from longwriter.writer.plan.outline import from_markdown
from longwriter.writer.prompts import prompt_set
from longwriter.writer.records.asked import ModelRecord, ModelsRecord
from longwriter.writer.records.control import ControlRecord
from longwriter.writer.records.written import WithdrawnRecord
from longwriter.writer.section.context import DEFAULT_WINDOW
from longwriter.writer.settings import MAY_CHANGE_ON_RESUME, WriteSettings
from longwriter.writer.sources.gather import gathered
from longwriter.writer.sources.stored import has_sources, keep_sources, kept_sources
from longwriter.writer.stops import NotedStop


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
    controlled: bool = False
    """Obey what `control` records say the run may do by itself, as a server does; a person's command asks nobody."""
    writes: Literal["all", "text", "drafts"] = "all"
    """What of all that is wanted: sections that are due, drafts beside them, or both."""
    on_open: "Callable[[Session], None]" = lambda _: None
    """Told the session, before it plans: it may be edited while it works."""


@dataclass(frozen=True)
class Result:
    """A text and its report."""

    text: str
    report: Report
    folder: Path | None
    ledger: RunLedger = field(default_factory=RunLedger)
    """Who and what is in it, what is said of them, and what of that does not go together."""

    @property
    def verdict(self) -> tuple[Finding, ...]:
        """What a person should know of a finished text, the worst first."""
        return self.report.verdict

    @property
    def flaws(self) -> list[Finding]:
        """What makes it not be what was asked for; empty for a text that is as it should be."""
        return flawed(self.verdict)


class Session:
    """A manuscript with its models, on an open journal."""

    def __init__(
        self, settings: WriteSettings, journal: Journal, folder: Path | None, models: dict[str, Model], options: Options,
        sources: Sequence[SourceChunk] = (),
    ) -> None:  # fmt: skip
        """`models`: by role. `folder` None: nothing but the journal is kept. `sources`: the chunks that the text may cite."""
        self.settings, self.journal, self.folder, self.models, self.options = settings, journal, folder, models, options
        prices, configs = load_prices(options.prices), configs_of(settings)
        roles = {r: Role(m, prices.price_for(configs[r])) for r, m in models.items()}
        run = f"{folder.name if folder else ''} {settings.instruction}"
        ceilings = Ceilings(settings.max_cost, settings.max_tokens)
        self.calls = Calls(journal, roles, ceilings, run, prices.price_for)
        self.calls.on_event = options.on_event
        self.prompts = prompts_of(settings)
        self.manuscript = Manuscript(journal)
        self.cards = {role: self._card(role) for role in configs}
        """What each model can do, by role."""
        self.document = Document(self.manuscript, self.calls, settings, self.cards["writer"])
        self.document.sources = SourceSet(sources, settings.instruction)
        self.files = RunFiles(folder)
        self.loop = Loop(settings, self.document, self.prompts, options.on_event, self.files)
        self.loop.may_begin = self._may_begin
        self.loop.interrupted = lambda: self.changed
        if settings.facts == "model":
            card, seed = self.cards["planner"], settings.seed
            self.loop.finder = FactFinder(
                self.calls, self.prompts, card, seed, lambda text: options.on_event(Warned(text))
            )
        self.changed = False
        """A person has changed something: what is written next begins with a fresh look."""

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
        with NotedStop(self.manuscript):
            return await self._run(plan_only=plan_only, redo=redo, redo_stale=redo_stale)

    async def _run(self, *, plan_only: bool, redo: Sequence[int], redo_stale: bool) -> Result:
        self._check_language()
        await self._note_models()
        self.options.on_open(self)
        self.follow_plan()
        await self.loop.plan(self.cards["planner"])
        self.write_plan()
        self.document.load()
        stale = self.stale() if redo_stale else []
        if redo or stale:
            self.manuscript.redo(sorted({*redo, *stale}))
        if plan_only:
            return self.result()
        self.loop.report_finished()
        try:
            await self._write()
        finally:
            result = self.save()
        return result

    async def _write(self) -> None:
        """Write drafts that are wanted, and what is due; again where a person changed something meanwhile."""
        model, card, watched = self.models["writer"], self.cards["writer"], self.options.watched
        while True:
            self.changed = False
            while self.options.writes != "text" and (drafts := self.manuscript.wanted_drafts()):
                await self._draft(drafts[0])  # where the outline is edited meanwhile, the others have moved
            await self.loop.write(model, card, self._window(), watched=watched)
            if not self.changed:
                return

    async def _draft(self, draft: WantedDraft) -> None:
        """Write a draft, by another model where it is that one's; the model is open while it writes."""
        config = draft.order.model
        try:
            if config is None:
                await self.loop.draft(draft, self.models["writer"], self.cards["writer"], self._window())
            else:
                await self._draft_by(draft, config)
        except (EmptyReply, SetupError, TruncatedPrompt) as error:  # asked again, it would be the same
            why = f"a draft of section {draft.index + 1} came to nothing: {error}"
            self.manuscript.note(WithdrawnRecord(id=draft.order.id, numbers=(draft.number,), why=why))
            self.options.on_event(Warned(why))

    async def _draft_by(self, draft: WantedDraft, config: ModelConfig) -> None:
        model = open_model(config)
        try:
            check_ban(self.settings, model)
            self.calls.expect(draft.order, model)
            window = await model.window() or DEFAULT_WINDOW
            await self.loop.draft(draft, model, card_of(config.model, config.card), window)
        finally:
            await model.aclose()

    def _may_begin(self, index: int) -> bool:
        return self.options.writes != "drafts" and (not self.options.controlled or self.permitted(index))

    def permitted(self, index: int) -> bool:
        """Whether a server may begin a section, as the run's `control` has it."""
        control, manuscript = self.manuscript.control or ControlRecord(), self.manuscript
        begun = manuscript.final(index) is not None or self.calls.begun(manuscript.steps(index))
        permitted = not control.review or begun or control.permit == manuscript.ids[index]
        return control.going and not control.approve and permitted

    def stale(self) -> list[int]:
        """Sections whose earlier text has changed, and which no person wrote."""
        return [part.index for part in self.document.parts() if part.stale and not part.hand]

    def save(self) -> Result:
        """The text as it stands, in the files of the run."""
        result = self.result()
        self.files.save(result.text, result.report, result.ledger)
        return result

    def result(self) -> Result:
        """The text as it stands."""
        ledger = ledger_of(self.document)
        return Result(self.document.text(), report(self.document, self.calls.spent, ledger), self.folder, ledger)

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

    def follow_plan(self) -> None:
        """Follow the plan given, or plan.md if a person edited it since it was written."""
        current = self.manuscript.plan if self.manuscript.planned else None
        path = self.folder / PLAN if self.folder else None
        if self.options.plan is not None:
            if self.options.plan != current:
                self.write_plan(self.options.plan)  # first: an older plan.md would pass for an edit of this one
                self.loop.follow(self.options.plan, "file")
        elif current is not None and path is not None and path.exists():
            edited, instruction = from_markdown(read_text(path), str(path))
            if instruction.split() != self.settings.instruction.split():
                self.options.on_event(
                    Warned("the request in plan.md was edited; a run keeps its own (write --plan FILE starts another)")
                )
            if edited != current:
                self.loop.follow(edited, "edited")

    def write_plan(self, plan: Plan | None = None) -> None:
        """Write plan.md. `plan` None: the one that is followed."""
        self.files.plan(plan or self.manuscript.plan, self.settings.instruction, self.prompts.name)


def prompts_of(settings: WriteSettings) -> PromptSet:
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


async def _sources(
    settings: WriteSettings, journal: Journal, folder: Path, on_event: OnEvent
) -> tuple[SourceChunk, ...]:
    """The chunks of a run, gathered by its first command.

    Raises InputError where they cannot be had, RunError where they are gone: others might be gathered, with other ids.
    """
    if settings.sources and not has_sources(folder):
        if any(entry.kind == "section" for entry in journal):
            raise RunError(
                f"{folder}/sources is gone, which the text cites; put it back from a copy, or write a new run"
            )
        found = await gathered(settings.sources, private=bool(settings.private_sources))
        for left_out in found.left_out:
            on_event(Warned(f"a source is left out: {left_out}"))
        keep_sources(folder, found)
    return kept_sources(folder) if settings.sources else ()


def check_finder(settings: WriteSettings) -> None:
    """Raises InputError where a model is to name facts that is too small for it."""
    if settings.facts == "model":
        check_judge(configs_of(settings)["planner"], "leave --facts at rules, or name a --planner")


def check_ban(settings: WriteSettings, writer: Model) -> None:
    """Raises SetupError where phrases are banned that the writer cannot be kept from."""
    if settings.ban and not can_ban(writer):
        raise SetupError(
            f"--ban is for models whose tokens are chosen here, gguf: and hf:; {writer.name} is none of them: "
            "leave --ban out, or write with --model gguf:NAME"
        )


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
    check_finder(settings)
    asked = models or open_models(settings)
    try:
        check_ban(settings, asked["writer"])
        with opened(folder, tree, MAY_CHANGE_ON_RESUME, private=True) as journal:
            sources = await _sources(settings, journal, folder, options.on_event)
            session = Session(settings, journal, folder, asked, options, sources)
            return await session.run(plan_only=plan_only, redo=redo, redo_stale=redo_stale)
    finally:
        if models is None:
            await close_all(asked.values())
