"""Sources -> part files: each source read, cleaned and judged by itself, on any machine, in any order.

A part is a Parquet file of chapters with why each is left out, and with the minima that near-duplicates are found by.
Its name says which lines of which source it holds and how many bytes of the source were read; it is written beside and
renamed, so after a kill the parts that are there are whole, and reading goes on after the last of them.
"""

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from types import TracebackType
from typing import NamedTuple, Self

import pyarrow as pa
import pyarrow.parquet as pq

from longwriter.data.books.rows import SCHEMA, Rules, row_of
from longwriter.data.books.sources import read
from longwriter.data.dataset import beside, write_parquet
from longwriter.data.filters.near_duplicates import minima
from longwriter.errors import InputError, RunError
from longwriter.journal import digest
from longwriter.steps.step import Item, Result

COLUMNS = SCHEMA.append(pa.field("drop", pa.string())).append(pa.field("minima", pa.binary()))
PART_BYTES = 8 * 2**20
"""Text of one part; what is lost by a kill, and what one reader holds in memory beside the book it reads."""

Halt = Event | threading.Event
_halt: Event | None = None


class ChapterPart(NamedTuple):
    """A part file."""

    path: Path
    first: int
    last: int
    """Numbers of its first and last line in the source."""
    read: int
    """Bytes of the source read up to its end."""


def parts_of(folder: Path, source: str) -> list[ChapterPart]:
    """The parts of a source in order, as far as they follow on each other. `source`: its `Source.id`."""
    found: list[ChapterPart] = []
    for path in sorted(folder.glob(f"{digest(source)}-*.parquet")):
        first, last, size = map(int, path.stem.split("-")[1:])
        if first == (found[-1].last + 1 if found else 1):
            found.append(ChapterPart(path, first, last, size))
    return found


def bytes_read(folder: Path) -> int:
    """Bytes of all sources that have been read into parts: how far the work is."""
    most: dict[str, int] = {}
    for path in folder.glob("*.parquet"):
        source, _, _, size = path.stem.split("-")
        most[source] = max(most.get(source, 0), int(size))
    return sum(most.values())


def convert(source: str, path: Path, folder: Path, rules: Rules, near: float, halt: Halt | None = None) -> int:
    """Write the parts of a source that are not there yet; gives their number. `near` 0: without minima.

    `halt` stops it at the next chapter, if it is set; None: the one of this process. Raises InputError for what the
    source holds, RunError when `folder` cannot be written.
    """
    name, halt = source.rpartition("@")[0], halt or _halt
    done = parts_of(folder, source)
    first, number, count = done[-1].last + 1 if done else 1, 0, len(done)
    rows: list[dict[str, object]] = []
    size = held = 0
    for number, book, chapter, size in read(path, first - 1):
        if halt is not None and halt.is_set():
            raise RunError("stopped")
        row = row_of(book, chapter, rules, name, number)
        kept = not row["drop"]
        found = minima(chapter.text) if near and kept else None
        rows.append(row | {"text": chapter.text if kept else "", "minima": None if found is None else found.tobytes()})
        held += len(chapter.text) if kept else 0
        if held >= PART_BYTES or len(rows) >= 4096:
            _write(folder, source, ChapterPart(path, first, number, size), rows)
            first, rows, held, count = number + 1, [], 0, count + 1
    if rows:
        _write(folder, source, ChapterPart(path, first, number, size), rows)
    if not count and not rows:
        raise InputError(f"{path}: no chapters in it: the file is empty")
    return count + bool(rows)


def _write(folder: Path, source: str, part: ChapterPart, rows: list[dict[str, object]]) -> None:
    name = f"{digest(source)}-{part.first:012}-{part.last:012}-{part.read}.parquet"
    with beside(folder / name) as temporary:
        write_parquet(temporary, rows, COLUMNS)


def rows_of(folder: Path, source: str, columns: list[str]) -> Iterator[dict[str, object]]:
    """The rows of a source's parts in order. Raises RunError for a damaged part."""
    for part in parts_of(folder, source):
        try:
            with pq.ParquetFile(part.path) as file:
                for batch in file.iter_batches(batch_size=64, columns=columns):
                    yield from batch.to_pylist()
        except (pa.ArrowInvalid, OSError) as error:
            raise RunError(f"{part.path}: damaged: {error}; remove it, then run the same command again") from error


class Reader:
    """Does `convert` for each item (`id` of a source, `path`): in processes of its own, or in this one if `processes` is 0.

    The processes end with the one that started them, however that ends.
    """

    def __init__(self, folder: Path, rules: Rules, near: float, processes: int) -> None:
        """`folder`: of the parts. `processes`: sources read at once."""
        self.folder, self.rules, self.near, self.processes = folder, rules, near, processes
        self._pool: ProcessPoolExecutor | None = None
        self._halt: Halt | None = None

    async def __aenter__(self) -> Self:
        self._halt = threading.Event()
        if self.processes:
            context = get_context("spawn")
            self._halt = context.Event()
            self._pool = ProcessPoolExecutor(
                self.processes, mp_context=context, initializer=_begin, initargs=(self._halt, os.getpid())
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._halt is not None:
            self._halt.set()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    async def __call__(self, item: Item) -> Result:
        """Number of parts."""
        work = partial(convert, str(item["id"]), Path(str(item["path"])), self.folder, self.rules, self.near)
        if self._pool is None:
            return {"parts": await asyncio.to_thread(work, halt=self._halt)}
        try:
            return {"parts": await asyncio.get_running_loop().run_in_executor(self._pool, work)}
        except BrokenProcessPool as error:
            raise RunError("a reading process died, perhaps for want of memory; try a lower --concurrency") from error


def _begin(halt: Event, parent: int) -> None:
    """In a new process: obey the parent's event, leave Ctrl-C to it, and end when it ends."""
    global _halt
    _halt = halt
    signal(SIGINT, SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
