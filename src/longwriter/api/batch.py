"""Many manuscripts at once: one instruction a line, each its own run, as many at a time as asked.

A line is a JSON object with `instruction`, and `id`, `words`, `language` if wanted. The whole file is checked before
anything is written. A manuscript that fails leaves its reason in the result; the others go on.
"""

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from longwriter.config import build
from longwriter.errors import InputError, LongWriterError
from longwriter.jsonl import read_lines
from longwriter.models.base import close_all
from longwriter.runs.folders import run_name
from longwriter.types import Record
from longwriter.writer.session import Options, Result, open_models, write
from longwriter.writer.settings import WriteSettings


class BatchLine(Record):
    """One line of a batch file."""

    instruction: str
    id: str | None = Field(default=None, pattern=r"^\w[\w.-]{0,79}$")
    """Name of its run folder; None: from the instruction."""
    words: int | None = None
    language: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a line."""

    name: str
    result: Result | None
    failure: LongWriterError | None


def read_batch(path: Path, base: WriteSettings) -> dict[str, WriteSettings]:
    """Settings by run name. Raises InputError naming the line."""
    out: dict[str, WriteSettings] = {}
    for where, row in read_lines(path, '{"instruction": "...", "words": 3000}'):
        item = build(BatchLine, row, where)
        own = {k: v for k, v in item.model_dump(exclude={"id"}).items() if v is not None}
        settings = build(WriteSettings, base.model_dump() | own, where)
        name = item.id or run_name(settings.instruction, settings.words)
        if name in out:
            raise InputError(f"{where}: {name!r} is there twice; give each line its own id")
        out[name] = settings
    if not out:
        raise InputError(f"{path}: no instructions in it")
    return out


async def write_batch(
    items: dict[str, WriteSettings],
    home: Path,
    concurrency: int,
    options: Options,
    on_outcome: Callable[[Outcome], None],
) -> list[Outcome]:
    """Write all, `concurrency` at a time, each in `home/name`; the models' connections are shared."""
    gate = asyncio.Semaphore(concurrency)
    first = next(iter(items.values()))
    models = open_models(first)  # every line has the same models
    gc.freeze()  # what is imported stays: else the collector walks it again and again, 0.2 of 5.3 ms of CPU per call

    async def one(name: str, settings: WriteSettings) -> Outcome:
        async with gate:
            try:
                outcome = Outcome(name, await write(settings, home / name, options, models), None)
            except LongWriterError as failure:
                outcome = Outcome(name, None, failure)
        on_outcome(outcome)
        return outcome

    try:
        return list(await asyncio.gather(*(one(n, s) for n, s in items.items())))
    finally:
        await close_all(models.values())
