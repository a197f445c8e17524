"""Benchmark files as their authors publish them: JSON lines, a JSON list or Parquet, from a file, a folder or the hub.

Every complaint names file, line and key, and the keys that are there.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from longwriter import hub
from longwriter.config import read_text
from longwriter.errors import InputError, first_line
from longwriter.jsonl import Line, read_lines, whole_number, without_halves
from longwriter.models.base import need

MOST_WORDS = 10**9


class FileRow(Line):
    """One row of a benchmark's file."""

    __slots__ = ()

    def text(self, key: str) -> str:
        """A text that says something. Raises InputError."""
        value = self.need(key)
        if not isinstance(value, str) or not value.strip():
            raise InputError(f"{self.where}: {key} must be a text, got {str(value)[:60]!r}")
        return value

    def words(self, key: str) -> int:
        """A number of words, above 0. Raises InputError."""
        value = self.need(key)
        number = whole_number(value)
        if number is None or not 0 < number < MOST_WORDS:
            raise InputError(f"{self.where}: {key} must be a whole number above 0, got {str(value)[:60]!r}")
        return number

    def need(self, key: str) -> object:
        """The value of a key. Raises InputError naming the keys that there are."""
        value = self.row.get(key)
        if value is None:
            raise InputError(
                f"{self.where}: no {key!r} in this row; it has {', '.join(map(str, self.row)) or 'no keys'}"
            )
        return value

    def first(self, keys: Sequence[str]) -> object:
        """The value of the first key that is there; None where none is."""
        return next((self.row[key] for key in keys if self.row.get(key) is not None), None)


def read_rows(path: Path) -> Iterator[FileRow]:
    """The rows of a file: JSON lines; .json, a list; .parquet. Raises InputError naming the line: not JSON, no object ..."""
    if path.suffix == ".json":
        return _json_rows(path)
    if path.suffix == ".parquet":
        return _parquet_rows(path)
    return (FileRow(*line) for line in read_lines(path))


def _json_rows(path: Path) -> Iterator[FileRow]:
    try:
        text = read_text(path)
        rows = without_halves(json.loads(text), text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON: {first_line(error)}") from error
    if not isinstance(rows, list):
        raise InputError(f"{path}: a list of objects is needed, got {type(rows).__name__}")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise InputError(f"{path}: row {number}: an object is needed, got {str(row)[:60]!r}")
        yield FileRow(f"{path}: row {number}", row)


def _parquet_rows(path: Path) -> Iterator[FileRow]:
    parquet = need("pyarrow.parquet", "data")
    pyarrow = need("pyarrow", "data")
    try:
        with parquet.ParquetFile(path) as file:
            number = 0
            for batch in file.iter_batches(batch_size=256):
                for row in batch.to_pylist():
                    number += 1
                    yield FileRow(f"{path}: row {number}", row)
    except (OSError, pyarrow.ArrowException) as error:
        raise InputError(f"cannot read {path}: {first_line(error)}") from error


def find_file(data: str, names: Sequence[str]) -> Path:
    """The benchmark's file: `data` itself, or one of `names` (else the only JSONL file) in a folder or on the hub.

    Raises InputError, and Unavailable where the hub does not answer.
    """
    if data.startswith(hub.HUB):
        need("huggingface_hub", "data")
    path = hub.place(data)
    if not path.is_dir():
        return path
    for name in names:
        if found := sorted(path.rglob(name)):
            return found[0]
    files = sorted(path.rglob("*.jsonl"))
    if len(files) == 1:
        return files[0]
    there = ", ".join(file.name for file in files[:5]) or "no .jsonl files"
    raise InputError(f"{data}: expected {' or '.join(names)} in this folder; there are {there}")


def sha256_of(paths: Sequence[Path]) -> str:
    """The SHA-256 of files, one after another. Raises InputError."""
    whole = hashlib.sha256()
    for path in paths:
        try:
            whole.update(path.read_bytes())
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror}") from error
    return whole.hexdigest()
