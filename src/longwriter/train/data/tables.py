"""Any table of rows that a training reads: files as they are, folders of files, data sets of the Hugging Face hub.

`longwriter data` reads for its builders one row after another, also text files and nested folders
(`longwriter.data.dataset.read_rows`). A training needs the whole as a `datasets.Dataset`, which TRL's trainers take, and
data sets that only `datasets` can open. JSON lines are read by the one reader of both, `longwriter.jsonl`.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from datasets import Dataset as Table
from datasets import load_dataset
from datasets.exceptions import DatasetGenerationError
from huggingface_hub.errors import HfHubHTTPError

from longwriter.errors import InputError, Unavailable, first_line
from longwriter.hub import HUB, named
from longwriter.journal import digest
from longwriter.jsonl import read_lines

LINES = ".jsonl"
LOADERS = {".parquet": "parquet", ".json": "json", ".csv": "csv"}
"""Suffix -> the builder of `datasets` that reads such files."""
EXAMPLE = '{"messages": [{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}]}'


def read_table(path: str, columns: Sequence[str] = ()) -> Table:
    """All rows of a data set: a folder, a file, or `hub:owner/name`, with `@revision` if wanted.

    Args:
        path: where the data set is.
        columns: columns that it must have.

    Raises:
        InputError: naming what is missing or broken, for JSON lines with the line.
        Unavailable: the hub does not answer.
    """
    try:
        table = _open(path)
    except (ConnectionError, HfHubHTTPError) as error:
        raise Unavailable(
            f"{path}: cannot be downloaded ({first_line(error)}); the same command tries again"
        ) from error
    except (OSError, ValueError, TypeError, OverflowError, DatasetGenerationError) as error:
        raise InputError(f"{path}: cannot be read as a data set: {first_line(error)}") from error
    missing = [c for c in columns if c not in table.column_names]
    if missing:
        raise InputError(f"{path}: no column {', '.join(missing)}; it has {', '.join(table.column_names)}")
    if not len(table):
        raise InputError(f"{path}: the data set is empty")
    return table


def fingerprint(path: str) -> str:
    """What stands for the rows of a data set: other rows, another fingerprint. Raises as `read_table`."""
    place = Path(path)
    files = [] if path.startswith(HUB) else _files(place)
    try:
        if files:
            return digest(" ".join(f"{file.suffix} {_digest_of(file)}" for file in files))
    except OSError as error:
        raise InputError(f"{path}: cannot be read as a data set: {first_line(error)}") from error
    # The paths of `datasets`' own cache name data set, revision and the digest of its files.
    return digest(" ".join(str(file["filename"]) for file in read_table(path).cache_files))


def _digest_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "blake2b").hexdigest()


def _open(path: str) -> Table:
    place = Path(path)
    if path.startswith(HUB):
        name, revision = named(path.removeprefix(HUB))
        return load_dataset(name, split="train", revision=revision)
    files = _files(place)
    if not files and place.is_dir():
        return load_dataset(path, split="train")
    if not files or files[0].suffix not in (LINES, *LOADERS):
        kinds = ", ".join((LINES, *LOADERS))
        raise InputError(f"{path}: no such data set; give a folder, a file ({kinds}), or hub:owner/name")
    if not any(file.stat().st_size for file in files):
        raise InputError(f"{path}: the file is empty")
    if files[0].suffix != LINES:
        return load_dataset(LOADERS[files[0].suffix], data_files=[str(f) for f in files], split="train")
    rows = [line.row for file in files for line in read_lines(file, EXAMPLE)]
    columns = {name: [row.get(name) for row in rows] for name in dict.fromkeys(key for row in rows for key in row)}
    return Table.from_dict(columns, on_mixed_types="use_json")


def _files(place: Path) -> list[Path]:
    """A file, or the data files of a folder, of one kind, those of the training split where they say so.

    They are named one by one because `datasets` caches a folder by its name: of one that was built again, it would give the
    old rows.
    """
    if not place.is_dir():
        return [place] if place.is_file() else []
    for suffix in (".parquet", LINES, ".csv"):
        found = sorted(place.glob(f"*{suffix}"))
        named = [f for f in found if f.name.startswith("train")]
        if found:
            return named or found
    return []
