"""Books -> a data set of chapters: read, cleaned, licensed, deduplicated; and token shards of it if wanted.

1. Each source is read by itself into part files (`parts`), in any order, on one machine or many.
2. The parts are merged in the sources' order (`merge`).
3. The chapters are tokenized (`shards`).

Nothing but counts by source is held in memory, so a corpus may be larger than it. Parts and full shards survive a kill;
merging begins again. The same sources and settings give the same bytes, however often they were interrupted.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from longwriter.config import Tree, flatten
from longwriter.data.books.documents import ShardSettings
from longwriter.data.books.merge import Merger
from longwriter.data.books.parts import Reader, parts_of
from longwriter.data.books.rows import Rules
from longwriter.data.books.shards import TOKENIZER, TOKENS, read_tokenizer, write_shards
from longwriter.data.books.sources import Source, find
from longwriter.data.dataset import TRAIN, Row
from longwriter.errors import InputError, RunError
from longwriter.journal import Journal, digest
from longwriter.runs.folders import REPORT, SETTINGS, opened, saved_settings, write_file
from longwriter.steps.engines import open_engine
from longwriter.steps.step import StepProgress, StepRun, Tell, run_typed
from longwriter.types import Record

PARTS = "parts"


class BooksSettings(Rules):
    """What decides the data set."""

    near: float = Field(default=0.8, ge=0, le=1)
    """Jaccard similarity of word 5-grams from which a chapter repeats an earlier one; 0: only exact repetitions go."""
    shards: ShardSettings | None = None
    """None: no token shards. They may be added to a finished data set, not changed."""


class BooksEngine(NamedTuple):
    """Where sources are read; the result does not depend on it."""

    name: str = "local"
    concurrency: int = 0
    """Sources read at once, with the local engine each by a process of its own; 0: one after another, in this process.

    A script that asks for processes must guard its main module, as `multiprocessing` says.
    """


class PartsRead(Record):
    """What reading a source gave."""

    parts: int


class ChaptersWritten(Record):
    """The journal's record of finished chapters."""

    sources: str
    """Digest of all sources, in order."""


def build(paths: Sequence[Path], out: Path, settings: BooksSettings, engine: BooksEngine, tell: Tell) -> Row:
    """Make or finish the data set in `out`; gives the report, with `tokens` where there are shards.

    Raises InputError for JSON lines that cannot be read (the other files are read first), for settings and where no text
    stays, RunError for a folder that was built with other settings or from other files.
    """
    started = time.monotonic()
    tokenizer = _given_tokenizer(settings.shards)
    sources = find(paths, lambda n, of: tell(StepProgress("look", n, of, 0, time.monotonic() - started, n)))
    tree: Tree = json.loads(settings.model_dump_json())
    if tokenizer is not None:
        tree["tokenizer_sha256"] = hashlib.sha256(tokenizer).hexdigest()
    with opened(out, tree, _free(out, tree)) as journal:
        for leftover in out.glob(".*.*.*"):  # a killed command's half-written files; .lock has one dot
            leftover.unlink()
        if not _is_built(out, sources, journal):
            _chapters(out, sources, settings, engine, journal, tell)
        shutil.rmtree(out / PARTS, ignore_errors=True)
        report: Row = json.loads((out / REPORT).read_text("utf-8"))
        if settings.shards is not None:
            if tokenizer is not None:
                write_file(out / TOKENIZER, tokenizer.decode("utf-8"))
            if not any(e.kind == "shards" for e in journal):
                write_shards(out, settings.shards, journal, tell)
            report["tokens"] = json.loads((out / TOKENS).read_text("utf-8"))
    return report


def _chapters(
    out: Path, sources: Sequence[Source], settings: BooksSettings, engine: BooksEngine, journal: Journal, tell: Tell
) -> None:
    """Steps 1 and 2."""
    rules = Rules(**settings.model_dump(include=set(Rules.model_fields)))
    reader = Reader(out / PARTS, rules, settings.near, engine.concurrency if engine.name == "local" else 0)
    (out / PARTS).mkdir(exist_ok=True)
    items: list[Row] = [{"id": s.id, "path": str(s.path.resolve())} for s in sources]
    run = StepRun(journal, open_engine(engine.name, max(1, engine.concurrency)), tell)
    made = run_typed("read", items, reader, run, PartsRead)
    for source in sources:
        if len(parts_of(out / PARTS, source.id)) != made[source.id].parts:
            raise RunError(f"{out / PARTS}: parts of {source.name} are missing; remove {out}, and build it again")
    saved = json.loads(settings.model_dump_json(exclude={"shards"}))
    Merger(out / PARTS, sources, settings.near, tell).merge(out, saved)
    journal.append("chapters", ChaptersWritten(sources=_all(sources)).model_dump())


def _is_built(out: Path, sources: Sequence[Source], journal: Journal) -> bool:
    """Whether the chapters are there, from just these sources."""
    made = [journal.parsed(e, ChaptersWritten).sources for e in journal if e.kind == "chapters"]
    if made and made[-1] != _all(sources):
        raise RunError(f"{out} was built from other files than those given; choose another --out, or remove it")
    if made and not (out / TRAIN).is_file():
        raise RunError(f"{out / TRAIN} is missing, though the build was finished; remove {out}, and build it again")
    return bool(made)


def _all(sources: Sequence[Source]) -> str:
    return digest("\n".join(s.id for s in sources))


def _free(out: Path, tree: Tree) -> list[str]:
    """Settings that may change: where the tokenizer stands; and all of the shards as long as there are none."""
    keys = ["shards.tokenizer"]
    if (out / SETTINGS).is_file() and saved_settings(out).get("shards") is None:
        keys += [*(k for k in flatten(tree) if k.startswith("shards.")), "tokenizer_sha256"]
    return keys


def _given_tokenizer(settings: ShardSettings | None) -> bytes | None:
    """The tokenizer.json that was given, checked before any work is done."""
    if settings is None or settings.tokenizer is None:
        return None
    path = Path(settings.tokenizer)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    read_tokenizer(content, path, settings)
    return content
