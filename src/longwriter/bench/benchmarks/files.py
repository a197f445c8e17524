"""Benchmark files as their authors publish them: JSON lines from a file, a folder or the hub.

Every complaint names file, line and key, and the keys that are there.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from longwriter import hub
from longwriter.errors import InputError
from longwriter.jsonl import Line, read_lines, whole_number
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
    """The rows of a JSONL file. Raises InputError naming the line: not JSON, cut off, not UTF-8, no object."""
    return (FileRow(*line) for line in read_lines(path))


def find_file(data: str, names: Sequence[str]) -> Path:
    """The benchmark's file: `data` itself, or one of `names` (else the only JSONL file) in a folder or on the hub.

    Raises InputError, and Unavailable where the hub does not answer.
    """
    if data.startswith(hub.HUB):
        need("huggingface_hub", "data")
    path = hub.place(data)
    if not path.is_dir():
        return path
    files = sorted(path.rglob("*.jsonl"))
    for name in names:
        found = [file for file in files if file.name == name]
        if found:
            return found[0]
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
