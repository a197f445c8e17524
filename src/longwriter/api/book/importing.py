"""A person's draft -> a run whose first sections are given, to be gone on with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from longwriter.api.fetching import fetch_missing
from longwriter.api.job import WriteJob, opened_already, resumed_job
from longwriter.api.settings import AnyModel, TextOptions, runs_folder, write_settings
from longwriter.errors import InputError
from longwriter.intake.noticed import notice
from longwriter.intake.pieces import DraftPlace
from longwriter.intake.source import SourceText
from longwriter.journal import Journal, digest
from longwriter.models.base import open_model
from longwriter.models.cards import card_of
from longwriter.models.prices import load_prices
from longwriter.runs.folders import ID, LAST, run_name
from longwriter.writer.calls import Calls, Role
from longwriter.writer.events import OnEvent
from longwriter.writer.given.draft import ImportedDraft, read_draft
from longwriter.writer.given.making import is_run_of, make_run
from longwriter.writer.given.places import named_places, unheaded
from longwriter.writer.given.wording import prompts_for, request
from longwriter.writer.outcome.spent import Ceilings
from longwriter.writer.prompts import prompt_set
from longwriter.writer.records.calls import CallRecord
from longwriter.writer.records.control import ControlRecord
from longwriter.writer.records.kinds import read
from longwriter.writer.session import configs_of
from longwriter.writer.settings import WriteSettings


class ImportOptions(TextOptions, total=False):
    """All options of `Run.import_draft`; `words` is the length of the whole, with what is to come."""

    words: int | None
    model: AnyModel | None
    on_event: OnEvent | None
    """Hears what happens while the rest is planned."""
    continue_from: str | int | None
    """A section's number in the split, or words that stand once in the draft: what comes behind is not part of the text."""
    instruction: str
    """How it should go on."""
    outline: bool
    """Plan the rest now, not when the run goes on; True where nothing is said."""


@dataclass(frozen=True)
class ImportJob:
    """A draft that was read and split, and the run that is to be made of it."""

    draft: ImportedDraft
    settings: WriteSettings
    folder: Path
    calls: tuple[CallRecord, ...] = ()
    """What splitting it took."""

    def make(self, control: ControlRecord | None = None) -> bool:
        """Make the run; False where it is there already. Raises InputError where another has its name, RunError."""
        if is_run_of(self.folder, self.settings, self.draft):
            return False
        make_run(self.folder, self.settings, self.draft, self.calls, control)
        return True

    def outline(self, options: Mapping[str, Any]) -> WriteJob:
        """The work of planning what is to come."""
        _, models = opened_already(options)
        given = {key: value for key, value in options.items() if key not in ("model", "planner", "out", "plan")}
        given |= {"model": models.get("writer"), "planner": models.get("planner")}
        return replace(resumed_job(self.folder, given), plan_only=True)


def asks_a_model(source: SourceText, options: Mapping[str, Any]) -> bool:
    """Whether a model can say where the parts of a draft without headings begin."""
    if not unheaded(source):
        return False
    planner = configs_of(write_settings("any", opened_already(options)[0]))["planner"]
    return card_of(planner.model, planner.card).plan == "outline"


async def asked_places(
    source: SourceText, options: Mapping[str, Any]
) -> tuple[list[DraftPlace], tuple[CallRecord, ...]]:
    """Where its parts begin, as the planner says, and what that took. Raises InputError and what models raise."""
    named, models = opened_already(options)
    settings = write_settings("any", named)
    config, given = configs_of(settings)["planner"], models.get("planner")
    if given is None:
        fetch_missing([config], lambda _: None, lambda _, __: None)
    journal, model = Journal(None), given or open_model(config)
    try:
        role = Role(model, load_prices(options.get("prices")).price_for(config))
        calls = Calls(journal, {"writer": role, "planner": role}, Ceilings(settings.max_cost, settings.max_tokens))
        prompts = prompt_set(settings.language or prompts_for(notice(source.text), source.text))
        places = await named_places(source, calls, prompts, card_of(config.model, config.card), settings.seed)
    finally:
        if given is None:
            await model.aclose()
    return places, tuple(record for record in read(journal, CallRecord) if isinstance(record, CallRecord))


def import_job(
    source: SourceText,
    options: Mapping[str, Any],
    starts: list[DraftPlace] | None = None,
    calls: tuple[CallRecord, ...] = (),
) -> ImportJob:
    """What is to be made of a draft. `options`: as `ImportOptions`; `starts`: where its parts begin, else by its headings.

    Raises InputError; nothing is made yet.
    """
    if options.get("settings") is not None:
        raise InputError(
            "the request of an imported draft is made of the draft: set words, model and the rest one by one"
        )
    place, wish = str(options.get("continue_from") or ""), str(options.get("instruction") or "")
    draft = read_draft(source, starts, place)
    language = options.get("language") or prompts_for(draft.noticed, draft.text)
    wanted = request(source.title, draft.text, draft.noticed, language, wish)
    settings = write_settings(wanted, opened_already(options)[0])
    name = options.get("run")
    if name == LAST or (name is not None and not ID.fullmatch(name)):
        raise InputError(f"--run: {name!r} cannot name a run; use letters, digits, - . and _, 80 at most")
    name = name or run_name(Path(source.origin).stem, digest(source.text), place, wish, settings.words)
    return ImportJob(draft, settings, runs_folder(options.get("runs")) / name, calls)
