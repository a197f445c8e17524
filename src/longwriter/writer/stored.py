"""Runs without their models: read as they are, changed by a person, replayed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from longwriter.config import build
from longwriter.errors import RunError
from longwriter.export.formats import follows
from longwriter.journal import Journal
from longwriter.models.base import Listens, Model
from longwriter.runs.exports import written
from longwriter.runs.folders import JOURNAL, opened, saved_settings
from longwriter.types import Reply, Request
from longwriter.writer.manuscript import Manuscript
from longwriter.writer.outcome.exported import deliver
from longwriter.writer.records.asked import ModelsRecord
from longwriter.writer.records.control import ControlRecord, StoppedRecord
from longwriter.writer.records.person import LocksRecord, SnapshotRecord
from longwriter.writer.session import Options, Result, Session, configs_of
from longwriter.writer.settings import WriteSettings
from longwriter.writer.sources.stored import kept_sources

QUIET = frozenset({ControlRecord.kind, LocksRecord.kind, SnapshotRecord.kind, StoppedRecord.kind})
"""Kinds of records that change no file: the report of 100,000 words takes seconds."""


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


def reading(folder: Path, journal: Journal, prices: Path | None = None) -> Session | None:
    """A session on a journal, without models and without a folder to write to; None when nothing has happened yet.

    `prices`: a price file that goes before the shipped one.
    """
    settings = build(WriteSettings, saved_settings(folder), str(folder))
    manuscript = Manuscript(journal)
    noted = manuscript.models
    if noted is None and not manuscript.planned and manuscript.stopped is None:
        return None
    options, sources = Options(prices=prices, writes="text"), kept_sources(folder) if settings.sources else ()
    session = Session(_free(settings), journal, None, absent(settings, noted), options, sources)
    if session.manuscript.planned:
        session.document.load()
    return session


def stored(folder: Path) -> Session | None:
    """A run's state, read without a lock and without its models; None when nothing has happened in it yet."""
    return reading(folder, Journal(folder / JOURNAL, read_only=True))


@contextmanager
def editing(folder: Path) -> Iterator[Session]:
    """A run that nobody works on, alone, to be changed by a person; its files, and those of --out, follow. Raises RunError."""
    tree = saved_settings(folder)
    settings = build(WriteSettings, tree, str(folder))
    with opened(folder, tree, private=True) as journal:
        noted = Manuscript(journal).models
        sources = kept_sources(folder) if settings.sources else ()
        session = Session(_free(settings), journal, folder, absent(settings, noted), Options(), sources)
        if not session.manuscript.planned:
            yield session
            return
        session.follow_plan()
        session.document.load()
        before = len(journal)
        try:
            yield session
        finally:
            if any(entry.kind not in QUIET for entry in list(journal)[before:]):
                session.write_plan()
                session.save()
                for file in filter(
                    follows, written(folder)
                ):  # files outside that hold its text and that nobody else changed
                    deliver(session, folder, file)


def _free(settings: WriteSettings) -> WriteSettings:
    """Settings of a session that asks nobody: no ceiling can be passed."""
    return settings.model_copy(update={"max_cost": None, "max_tokens": None})


def absent(settings: WriteSettings, noted: ModelsRecord | None = None) -> dict[str, Model]:
    """Stand-ins for the models of a run, as it noted them."""
    configs = configs_of(settings)
    return {
        "writer": JournalOnly(configs["writer"].model, prefill=noted.writer.prefill if noted else False),
        "planner": JournalOnly(configs["planner"].model, prefill=noted.planner.prefill if noted else False),
    }


async def replay(folder: Path) -> Result:
    """The text of a finished run, rebuilt from its journal alone. Raises RunError when the run is not finished."""
    session = stored(folder)
    if session is None:
        raise RunError(f"{folder}: its journal is empty; resume the run first")
    return replace(await session.run(), folder=folder)
