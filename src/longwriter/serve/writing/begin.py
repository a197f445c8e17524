"""New runs, and what of a request may decide about them: nothing that names files, keys or headers of this machine."""

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path, PurePath
from typing import Any

from longwriter.api.book.importing import ImportJob, import_job
from longwriter.api.job import WriteJob, new_job, resumed_job
from longwriter.api.settings import SERVED, ShapeOptions, as_path
from longwriter.config import Tree
from longwriter.errors import InputError, RunError
from longwriter.intake.source import read_source
from longwriter.models.base import ModelConfig
from longwriter.models.prices import load_prices
from longwriter.runs.folders import ID, SETTINGS, make_folder, opened, saved_settings
from longwriter.serve.settings import ServeSettings
from longwriter.serve.writing.models import asked_model, at_home
from longwriter.types import Plan
from longwriter.writer.records.control import ControlRecord
from longwriter.writer.session import configs_of
from longwriter.writer.settings import MAY_CHANGE_ON_RESUME, WriteSettings
from longwriter.writer.stored import editing

LONGEST_REQUEST = 400_000
"""Characters: every call of a run holds the request, and 100,000 tokens are what large windows take."""
ASKED = (
    "words",
    "model",
    "planner",
    "base_url",
    "window",
    "max_cost",
    "max_tokens",
    "plan",
    *ShapeOptions.__annotations__,
)
"""What a request may say of a new run."""
ASKED_OF_DRAFT = ("words", "model", "base_url", "context", "max_cost", "continue_from", "instruction")
"""And of one that goes on with a draft."""
ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}")


def new_run(home: Path, settings: ServeSettings, prompt: str, options: Mapping[str, Any], name: str | None) -> WriteJob:
    """What is to be written, and where; nothing is made yet. Raises InputError. May take half a second: see `asked_model`.

    `options`: of `longwriter.write`, those in `ASKED`; they go before the server's own. `name` None: from the request.
    """
    if len(prompt) > LONGEST_REQUEST:
        raise InputError(f"a text's request has {LONGEST_REQUEST:,} characters at most; this one has {len(prompt):,}")
    given = {key: value for key, value in options.items() if value is not None}
    if unknown := [key for key in given if key not in ASKED]:
        raise InputError(f"a run begun here takes no {', '.join(unknown)}")
    if not isinstance(given.get("plan"), Plan | None):
        raise InputError("plan: give an outline, not a file")
    if name is not None and not ID.fullmatch(name):
        raise InputError(f"{name!r} cannot name a run; use letters, digits, - . and _, 80 at most")
    job = new_job(prompt, _whole(home, settings, given) | {"run": name})
    if job.settings.max_cost is not None or settings.max_cost_per_day is not None:
        check_prices(job.settings, job.options.prices)
    return job


def new_import(home: Path, settings: ServeSettings, name: str, data: bytes, options: Mapping[str, Any]) -> ImportJob:
    """The run that is to be made of a draft's file; nothing is made yet. Raises InputError.

    `name`: of the file, whose ending says what it is. `options`: those in `ASKED_OF_DRAFT`.
    """
    given = {key: value for key, value in options.items() if value is not None}
    if unknown := [key for key in given if key not in ASKED_OF_DRAFT]:
        raise InputError(f"a draft that is imported here takes no {', '.join(unknown)}")
    said = PurePath(name.replace("\\", "/"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"draft{said.suffix.lower() if ENDING.fullmatch(said.suffix) else ''}"
        path.write_bytes(data)
        try:
            source = replace(read_source(path, pictures=True), origin=said.name or path.name)
        except InputError as error:
            raise InputError(str(error).replace(str(path), said.name or path.name)) from error
    prices, whole = as_path(settings.write.get("prices")), _whole(home, settings, given)
    job = import_job(source, whole)
    if job.settings.max_cost is not None or settings.max_cost_per_day is not None:
        check_prices(job.settings, prices)
    return job


def _whole(home: Path, settings: ServeSettings, given: Mapping[str, Any]) -> dict[str, Any]:
    """All options of a run that is begun here."""
    whole = {**settings.write, **given, **_models(settings, given), "runs": home, "out": None}
    return whole | {"max_cost": least(whole.get("max_cost"), settings.max_cost_per_run)}


def check_start(home: Path, settings: ServeSettings) -> str:
    """The model of new runs. Raises InputError where none could be begun with the server's own options."""
    job = new_run(home, settings, "Write a text of 100 words", {}, None)
    return job.settings.writer.model


def _models(settings: ServeSettings, given: Mapping[str, Any]) -> dict[str, Any]:
    """The models of a run, as a request names them: names of `asked_model`, or what the server's own code has made."""
    writer = given.get("model")
    if not isinstance(writer, ModelConfig):
        writer = asked_model(settings, writer, given.get("base_url"))
    planner = asked_model(settings, given.get("planner"))
    if writer is None:
        return {"planner": planner} if planner else {}
    if planner is None and not at_home(settings, writer):
        planner = writer  # not the server's own, which is elsewhere
    alone = dict.fromkeys(SERVED)
    return {**alone, "model": writer, **({"planner": planner} if planner else {})}


def least(*limits: float | None) -> float | None:
    """The lowest limit; None: there is none."""
    return min((limit for limit in limits if limit is not None), default=None)


def check_prices(wanted: WriteSettings, file: Path | None) -> None:
    """Raises InputError where a limit on cost could not hold, because a price is unknown. `file`: of prices."""
    prices = load_prices(file)
    for config in configs_of(wanted).values():
        if prices.price_for(config) is None:
            raise InputError(
                f"no price is known for {config.model}, so a budget cannot hold: add it to a price file (--prices)"
            )


def make_run(job: WriteJob, control: ControlRecord, *, numbered: bool) -> str:
    """Make the folder of a new run, with its settings, its outline where one was given, and its first `control` record.

    Its name. `numbered`: another with a number where the folder is there already, else InputError. Raises RunError.
    """
    tree: Tree = json.loads(job.settings.model_dump_json())
    folder = job.folder
    make_folder(folder.parent)
    for number in count(2):
        try:
            folder.mkdir(mode=0o700)  # whoever makes it has the name, of several who ask at the same time
            break
        except FileExistsError:
            if not numbered:
                raise InputError(f"there is a run {folder.name} already") from None
        except OSError as error:
            raise RunError(f"cannot write to {folder}: {error.strerror}") from error
        folder = job.folder.with_name(f"{job.folder.name}-{number}")
    with opened(folder, tree, MAY_CHANGE_ON_RESUME, private=True):
        pass
    with editing(folder) as session:
        if job.options.plan is not None:
            session.options = job.options
            session.follow_plan()
        session.manuscript.note(control)
    return folder.name


def make_import(job: ImportJob, control: ControlRecord) -> str:
    """Make the run of a draft; its name, with a number where that of another run is taken. Raises InputError, RunError."""
    base = job.folder
    for number in count(2):
        try:
            job.make(control)
            break
        except InputError:
            if not job.folder.exists():
                raise
        job = replace(job, folder=base.with_name(f"{base.name}-{number}"))
    return job.folder.name


def going_on(folder: Path, settings: ServeSettings) -> WriteJob:
    """A run to be gone on with, within what a run may cost here. Raises LongWriterError."""
    saved = saved_settings(folder).get("max_cost")
    own = float(saved) if isinstance(saved, int | float) else None
    options = {"prices": settings.write.get("prices"), "max_cost": least(own, settings.max_cost_per_run)}
    return resumed_job(folder, options)


def set_ceiling(folder: Path, settings: ServeSettings, max_cost: float) -> None:
    """Let a run cost so many US dollars, all in all.

    Raises InputError where the server allows a run less, RunError where another process works on the run.
    """
    if settings.max_cost_per_run is not None and max_cost > settings.max_cost_per_run:
        raise InputError(f"this server lets a text cost ${settings.max_cost_per_run:,.2f} at most")
    tree: Tree = {**saved_settings(folder), "max_cost": max_cost}
    with opened(folder, tree, MAY_CHANGE_ON_RESUME, private=True):
        pass


def is_run(folder: Path) -> bool:
    """Whether there is a run in a folder."""
    return (folder / SETTINGS).is_file()
