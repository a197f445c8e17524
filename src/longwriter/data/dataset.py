"""A data set on disk: a folder with train.parquet, a data card (README.md) and report.json; and reading what others wrote.

`datasets.load_dataset(FOLDER)` reads what is written here. Files are written beside and renamed, so each is old or new.
The network is touched by `hub:` names alone.
"""

import csv
import io
import json
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from longwriter import hub
from longwriter.errors import InputError, RunError
from longwriter.jsonl import LONGEST_LINE, opened, parsed_list, read_lines, text_lines
from longwriter.runs.folders import REPORT, write_file

Row = dict[str, object]

TRAIN, CARD = "train.parquet", "README.md"
GROUP_ROWS = 256
"""Rows of one Parquet row group: of long texts, about 10 MB."""
LARGEST_JSON = 512 * 2**20
"""Bytes of a .json file, which is held whole."""
LARGEST_GROUP, MOST_VALUES = 2**31, 10**8
"""Bytes and values of a row group that is read: one page may hold it all, and a byte of a page a million values."""
FRONT_MATTER = f"""---
configs:
- config_name: default
  data_files:
  - split: train
    path: {TRAIN}
---

"""


def write_dataset(folder: Path, rows: Iterable[Row], schema: pa.Schema, card: str, report: Row) -> None:
    """Write train.parquet, README.md (`card` under front matter that names the file to `datasets`) and report.json.

    Rows are streamed. Raises RunError naming the file that cannot be written, with the old files in place.
    """
    with beside(folder / TRAIN) as path:
        write_parquet(path, rows, schema)
    write_file(folder / CARD, FRONT_MATTER + card.strip() + "\n")
    write_file(folder / REPORT, json.dumps(report, ensure_ascii=False, indent=1) + "\n")


def write_parquet(path: Path, rows: Iterable[Row], schema: pa.Schema) -> None:
    """Stream rows into one file; a row that does not fit the schema is pyarrow's own error."""
    left = iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while group := list(islice(left, GROUP_ROWS)):
            writer.write_table(pa.Table.from_pylist(group, schema))


def write_lines(path: Path, rows: Iterable[Row]) -> None:
    """Write rows as JSON lines. Raises RunError."""
    with beside(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A file to write, which takes the place of `path` in one step when all went well. Raises RunError naming `path`."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise RunError(
            f"cannot write {path}: {error.strerror or error}; make room, then run the same command again"
        ) from error
    finally:
        if temporary.exists():
            temporary.unlink()


def read_rows(path: str, columns: Collection[str] = ()) -> Iterator[Row]:
    """The rows of a data set, one after another.

    `path`: a .parquet, .jsonl, .jsonl.xz, .json (a list), .csv or .txt file (a line is {"prompt": line}), a folder of such
    files (its train.parquet, else its Parquet files, its JSON lines or its JSON, those named train where any is), or
    hub:OWNER/NAME.
    `columns` must be there. Raises InputError naming file, line and column; Unavailable when the hub does not answer.
    """
    found = False
    for file in _files(path):
        reader = next((r for end, r in READERS.items() if file.name.lower().endswith(end)), None)
        if reader is None:
            raise InputError(f"{file}: unknown kind of file; there are {', '.join(READERS)}")
        for where, row in reader(file):
            if missing := [c for c in columns if row.get(c) is None]:
                raise InputError(f"{where}: no column {missing[0]!r}; there are {', '.join(map(str, row))}")
            found = True
            yield row
    if not found:
        raise InputError(f"{path}: no rows in it")


def _files(path: str) -> list[Path]:
    folder = hub.place(path)
    if not folder.is_dir():
        return [folder]
    if (folder / TRAIN).is_file():
        return [folder / TRAIN]
    for pattern in ("*.parquet", "*.jsonl", "*.jsonl.xz", "*.json"):
        files = sorted(folder.rglob(pattern))
        if files:
            return [f for f in files if "train" in f.name] or files
    raise InputError(f"{path}: no data in this folder; expected {TRAIN}, or other .parquet or .jsonl files")


Placed = Iterator[tuple[str, Row]]


def _from_text(path: Path) -> Placed:
    for where, line in text_lines(path):
        yield where, {"prompt": line.strip()}


def _from_csv(path: Path) -> Placed:
    csv.field_size_limit(LONGEST_LINE)  # the library's own limit is 131,072 characters, less than a long text
    with opened(path) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        try:
            for row in reader:
                where = f"{path}:{reader.line_num}"
                if None in row or None in row.values():
                    raise InputError(f"{where}: expected {len(reader.fieldnames or ())} fields, as in the first line")
                yield where, dict(row)
        except csv.Error as error:
            raise InputError(f"{path}:{reader.line_num + 1}: not CSV: {error}") from error
        except UnicodeDecodeError:
            deque(text_lines(path), maxlen=0)  # raises with the line's number: the decoder reads blocks
            raise


def _from_parquet(path: Path) -> Placed:
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            for group in range(file.metadata.num_row_groups):
                held = _bytes_of(file.metadata.row_group(group), f"{path}: row group {group + 1}")
                rows = min(GROUP_ROWS, max(1, LONGEST_LINE // max(1, held)))
                for batch in file.iter_batches(rows, [group]):
                    for row in _rows_of(batch, f"{path}: a row after row {number}"):
                        number += 1
                        yield f"{path} row {number}", row
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: a text after row {number} is not UTF-8; write the file again as UTF-8") from error
    except pa.ArrowInvalid as error:
        raise InputError(f"{path}: damaged or cut file, no Parquet: {str(error).splitlines()[0]}") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def _bytes_of(group: pq.RowGroupMetaData, where: str) -> int:
    """Bytes that a row group unpacks to. Raises InputError for one that could fill the memory."""
    values = max((group.column(n).num_values for n in range(group.num_columns)), default=0)
    held: int = group.total_byte_size
    if held > LARGEST_GROUP or values > MOST_VALUES:
        raise InputError(
            f"{where} unpacks to {held:,} bytes and {values:,} values; the most are {LARGEST_GROUP:,} and {MOST_VALUES:,}: "
            "write the file again with smaller row groups"
        )
    return held


def _rows_of(batch: pa.RecordBatch, where: str) -> Iterator[Row]:
    """Rows as dictionaries, which take many times the memory of a batch. Raises InputError for one that is too long."""
    if batch.nbytes <= LONGEST_LINE:
        yield from batch.to_pylist()
        return
    for number in range(batch.num_rows):
        row = batch.slice(number, 1)
        if row.nbytes > LONGEST_LINE:
            raise InputError(f"{where} has over {LONGEST_LINE >> 20} MB")
        yield from row.to_pylist()


def _from_json(path: Path) -> Placed:
    """The objects of one list, as some benchmarks are published; JSON lines under that name are read as such."""
    with opened(path) as file:
        if file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"[":
            yield from read_lines(path)
            return
        file.seek(0)
        content = file.read(LARGEST_JSON + 1)
    if len(content) > LARGEST_JSON:
        raise InputError(f"{path}: over {LARGEST_JSON >> 20} MB in one list; write it as JSON lines")
    for number, row in enumerate(parsed_list(content, str(path)), 1):
        where = f"{path} row {number}"
        if not isinstance(row, dict):
            raise InputError(f"{where}: expected an object, got {str(row)[:60]!r}")
        yield where, row


READERS: dict[str, Callable[[Path], Placed]] = {
    ".parquet": _from_parquet,
    ".jsonl": read_lines,
    ".jsonl.xz": read_lines,
    ".json": _from_json,
    ".csv": _from_csv,
    ".txt": _from_text,
}


def push(folder: Path, destination: str) -> str:
    """Copy a data set's files to a folder, or upload them to hub:OWNER/NAME; gives the place as people find it.

    Journals, run folders and settings (they may name private servers) stay. Raises InputError for a place that is taken or
    refused, Unavailable for the network.
    """
    names = [
        p.name
        for p in sorted(folder.iterdir())
        if p.is_file() and not p.name.startswith((".", "journal.", "settings."))
    ]
    if TRAIN not in names:
        raise InputError(f"{folder}: no {TRAIN} in it, so there is nothing to push")
    if destination.startswith(hub.HUB):
        return hub.upload(folder, destination.removeprefix(hub.HUB), names)
    target = Path(destination)
    if target.exists():
        raise InputError(f"{target} exists; choose another place, or remove it first")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as temporary:
            made = Path(temporary) / target.name
            made.mkdir()
            for name in names:
                shutil.copy2(folder / name, made / name)
            made.rename(target)
    except OSError as error:
        raise RunError(f"cannot write {target}: {error.strerror or error}") from error
    return str(target)
