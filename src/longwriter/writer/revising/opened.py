"""A run that is opened to be revised, with the models that do it."""

import json
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from longwriter.config import Tree
from longwriter.errors import InputError, RunError
from longwriter.models.base import Model, ModelConfig, close_all, open_model
from longwriter.runs.folders import opened
from longwriter.writer.revising.revise import Reviser
from longwriter.writer.revising.wishes import MOST_PASSES, RevisionResult, Wishes
from longwriter.writer.session import Options, Session, open_models
from longwriter.writer.settings import MAY_CHANGE_ON_RESUME, WriteSettings
from longwriter.writer.sources.stored import kept_sources
from longwriter.writer.stored import absent


async def revise(
    settings: WriteSettings, folder: Path, options: Options, models: dict[str, Model] | None, wishes: Wishes
) -> RevisionResult:
    """Revise a run. Raises InputError for a list that is none, RunError where there is no text; else as `Reviser.run`."""
    if not 1 <= wishes.passes <= MOST_PASSES:
        raise InputError(f"a revision has 1 to {MOST_PASSES} passes")
    tree: Tree = json.loads(settings.model_dump_json())
    asked = models or (absent(settings) if wishes.by else open_models(settings))
    try:
        with opened(folder, tree, MAY_CHANGE_ON_RESUME, private=True) as journal:
            sources = kept_sources(folder) if settings.sources else ()
            session = Session(settings, journal, folder, asked, options, sources)
            if not session.manuscript.planned:
                raise RunError(f"{folder.name} has no plan yet; go on with: longwriter resume {folder}")
            options.on_open(session)
            session.follow_plan()
            session.document.load()
            if not session.document.texts:
                raise RunError(f"{folder.name} has no text yet; go on with: longwriter resume {folder}")
            return await _with_models(session, folder, wishes)
    finally:
        if models is None:
            await close_all(asked.values())


async def _with_models(session: Session, folder: Path, wishes: Wishes) -> RevisionResult:
    """Revise with the models open that the wishes name, or the revision that goes on has."""
    reviser = Reviser(session, folder, wishes)
    going = reviser.log.going(wishes.judge, wishes.by, None)
    judge = wishes.judge or (going.judge if going else None)
    by = wishes.by or (going.by if going else None)
    async with AsyncExitStack() as stack:

        def model_of(config: ModelConfig | None, model: Model | None) -> Model | None:
            if config is None or model is not None:
                return model
            model = open_model(config)
            stack.push_async_callback(model.aclose)
            return model

        judge_model, by_model = model_of(judge, wishes.judge_model), model_of(by, wishes.by_model)
        reviser.wishes = replace(wishes, judge_model=judge_model, by_model=by_model)
        return await reviser.run()
