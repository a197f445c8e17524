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
from longwriter.jsonl import opened, read_lines, text_lines
from longwriter.runs.folders import REPORT, write_file

Row = dict[str, object]

TRAIN, CARD = "train.parquet", "README.md"
GROUP_ROWS = 256
"""Rows of one Parquet row group: of long texts, about 10 MB."""
FRONT_MATTER = f"""---
configs:
- config_name: default
  data_files:
  - split: train
    path: {TRAIN}
---

"""
PROMPTS = ("prompt", "instruction", "query")
REPLIES = ("response", "output", "completion", "text")


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

    `path`: a .parquet, .jsonl, .jsonl.xz, .csv or .txt file (a line is {"prompt": line}), a folder of such files (its
    train.parquet, else its Parquet files, else its JSON lines, those named train where any is), or hub:OWNER/NAME.
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
    for pattern in ("*.parquet", "*.jsonl", "*.jsonl.xz"):
        files = sorted(folder.rglob(pattern))
        if files:
            return [f for f in files if "train" in f.name] or files
    raise InputError(f"{path}: no data in this folder; expected {TRAIN}, or other .parquet or .jsonl files")


Placed = Iterator[tuple[str, Row]]


def _from_text(path: Path) -> Placed:
    for where, line in text_lines(path):
        yield where, {"prompt": line.strip()}


def _from_csv(path: Path) -> Placed:
    csv.field_size_limit(2**31 - 1)  # the library's own limit is 131,072 characters, less than a long text
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
            for batch in file.iter_batches(batch_size=GROUP_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{path} row {number}", row
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: a text after row {number} is not UTF-8; write the file again as UTF-8") from error
    except pa.ArrowInvalid as error:
        raise InputError(f"{path}: damaged or cut file, no Parquet: {str(error).splitlines()[0]}") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


READERS: dict[str, Callable[[Path], Placed]] = {
    ".parquet": _from_parquet,
    ".jsonl": read_lines,
    ".jsonl.xz": read_lines,
    ".csv": _from_csv,
    ".txt": _from_text,
}


def as_messages(row: Row) -> list[dict[str, str]]:
    """The chat of a row: its `messages`, or a user's prompt and, where there is one, the reply under a usual name.

    Prompt and reply may be texts or lists of messages. Raises InputError naming the columns that there are.
    """
    found = row.get("messages")
    if found is None:
        prompt = _first(row, PROMPTS)
        if prompt is None:
            raise InputError(f"no column messages, {' or '.join(PROMPTS)}; there are {', '.join(map(str, row))}")
        return _chat(prompt, "user") + _chat(_first(row, REPLIES), "assistant")
    return _chat(found, "user")


def _first(row: Row, names: Iterable[str]) -> object:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _chat(value: object, role: str) -> list[dict[str, str]]:
    if value is None:
        return []
    if isinstance(value, str):
        return [{"role": role, "content": value}]
    messages = []
    for message in value if isinstance(value, list) else [value]:
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise InputError(
                f'expected messages such as {{"role": "user", "content": "..."}}, got {str(message)[:60]!r}'
            )
        messages.append({"role": str(message.get("role", role)), "content": message["content"]})
    return messages


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
