"""Parts of many sources -> one data set, in the sources' order.

Two walks. The first decides, without looking at texts: exact and near repetitions of earlier chapters go, and what goes
is written to drops.jsonl. The second follows that list and writes the chapters that stay. What was seen stands in SQLite
files, so memory does not grow with the number of chapters.
"""

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from longwriter.data.books.parts import parts_of, rows_of
from longwriter.data.books.picture import draw
from longwriter.data.books.report import DROPS, PICTURE, BookTally, card
from longwriter.data.books.rows import NEARLY, REPEATS, SCHEMA
from longwriter.data.books.sources import Source
from longwriter.data.dataset import Row, beside, write_dataset
from longwriter.data.filters.near_duplicates import NearDuplicates
from longwriter.errors import InputError, RunError
from longwriter.steps.step import StepProgress, Tell

_FACTS = ["id", "title", "book", "licence", "language", "words", "sha256", "drop", "minima"]


class Merger:
    """Merges the parts in `folder` of `sources`."""

    def __init__(self, folder: Path, sources: Sequence[Source], near: float, tell: Tell) -> None:
        """`near`: threshold of near repetitions; 0: only exact ones go."""
        self.folder, self.sources, self.near, self.tell = folder, sources, near, tell
        self.total = sum(pq.read_metadata(p.path).num_rows for s in sources for p in parts_of(folder, s.id))

    def merge(self, out: Path, settings: Row) -> Row:
        """Write the data set, drops.jsonl and the picture; gives the report. Raises InputError if nothing stays."""
        tally = self._decide(out / DROPS)
        report = tally.report(self.sources, settings)
        if not report["chapters"]:
            reasons = ", ".join(f"{n} {reason}" for reason, n in tally.reasons.most_common())
            first = f" ({tally.unreadable[0]})" if tally.unreadable else ""
            raise InputError(
                f"no chapter stays: {reasons}{first}; see {out / DROPS} (--licence, --language, --min-words, --only)"
            )
        draw(out / PICTURE, tally.lengths, tally.reasons)
        write_dataset(out, self._kept(out / DROPS), SCHEMA, card(report, tally, settings), report)
        return report

    def _rows(self, columns: list[str], step: str) -> Iterator[tuple[Source, Row]]:
        started, done = time.monotonic(), 0
        for source in self.sources:
            for row in rows_of(self.folder, source.id, columns):
                yield source, row
                done += 1
                if done % 256 == 0 or done == self.total:
                    self.tell(StepProgress(step, done, self.total, 0, time.monotonic() - started, done))

    def _decide(self, drops: Path) -> BookTally:
        tally = BookTally()
        with ExitStack() as stack:
            near = stack.enter_context(NearDuplicates(self.near, self.folder / "near.sqlite")) if self.near else None
            exact = stack.enter_context(closing(_Seen(self.folder / "exact.sqlite")))
            file = stack.enter_context(stack.enter_context(beside(drops)).open("w", encoding="utf-8", newline="\n"))
            for source, row in self._rows(_FACTS, "deduplicate"):
                (reason, _, why), of = str(row["drop"]).partition(": "), None
                if not reason and (of := exact.add(str(row["sha256"]), str(row["id"]))):
                    reason = REPEATS
                minima = row["minima"]
                if not reason and near is not None and isinstance(minima, bytes):
                    of = near.add_minima(str(row["id"]), np.frombuffer(minima, "<u4"))
                    reason = NEARLY if of else ""
                if not reason:
                    tally.keep(source.id, row)
                    continue
                tally.drop(source.id, row, reason)
                if why:
                    tally.unreadable.append(why)
                fact = {key: row[key] for key in ("id", "book", "title", "words")} | {
                    "reason": f"{reason}: {why}" if why else reason
                }
                file.write(json.dumps(fact | ({"of": of} if of else {}), ensure_ascii=False) + "\n")
        return tally

    def _kept(self, drops: Path) -> Iterator[Row]:
        """The chapters that are not in the list, which has the order of the rows."""
        with drops.open(encoding="utf-8") as lines:
            gone = (json.loads(line)["id"] for line in lines)
            following = next(gone, None)
            for _, row in self._rows(SCHEMA.names, "write"):
                if row["id"] == following:
                    following = next(gone, None)
                else:
                    yield row
        assert following is None, "the parts changed between the two walks"


class _Seen:
    """Digests of texts in a file that is made again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.unlink(missing_ok=True)
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;"
            "CREATE TABLE seen (sha256 BLOB PRIMARY KEY, id TEXT) WITHOUT ROWID; BEGIN;"
        )

    def add(self, sha256: str, name: str) -> str | None:
        """Id of the earlier text with this digest; else None, and it is remembered."""
        key = bytes.fromhex(sha256)
        try:
            found = self.db.execute("SELECT id FROM seen WHERE sha256 = ?", (key,)).fetchone()
            if found is None:
                self.db.execute("INSERT INTO seen VALUES (?, ?)", (key, name))
        except sqlite3.Error as error:
            raise RunError(f"cannot write {self.path}: {error}; make room, then run the same command again") from error
        return None if found is None else str(found[0])

    def close(self) -> None:
        self.db.close()
        self.path.unlink(missing_ok=True)
