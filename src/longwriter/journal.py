"""An append-only, checksummed list of records on disk.

One JSON line per record: {"n": number, "kind": ..., "data": {...}, "sum": ...}, where `sum` hashes the line together with
the sum before it, so a change anywhere in the past shows. A record counts once its line is whole and on the disk
(fsync): after kill -9 the file ends at most in one torn line, which is cut off when it is opened again. What a record
means is its writer's business: a writer describes the data of each kind as a pydantic model, and reads it by
`Journal.parsed`.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from longwriter.config import fault
from longwriter.errors import RunError

RecordT = TypeVar("RecordT", bound=BaseModel)


class Entry(NamedTuple):
    """One record."""

    n: int
    kind: str
    data: dict[str, object]


def digest(text: str) -> str:
    """16 hexadecimal digits that stand for a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _line(entry: Entry, before: str) -> tuple[str, str]:
    body = json.dumps(entry._asdict(), ensure_ascii=False, sort_keys=True)
    total = digest(before + body)
    return f'{body[:-1]}, "sum": "{total}"}}\n', total


def _parse(line: bytes, n: int, before: str) -> tuple[Entry, str] | None:
    """The entry and its sum; None for a line that is not what was written."""
    try:
        data = json.loads(line)
        entry = Entry(data["n"], data["kind"], data["data"])
        whole, total = _line(entry, before)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (entry, total) if line == whole.encode("utf-8", "surrogatepass") and entry.n == n else None


def _torn(line: bytes) -> bool:
    """Whether a kill, or a power cut that leaves zeros, broke off what was written here last."""
    return not line.endswith(b"\n") or b"\0" in line


class Journal:
    """The records of one run, in memory and on disk. `path` None or `read_only`: what is appended stays in memory."""

    def __init__(self, path: Path | None, *, read_only: bool = False, mode: int = 0o644) -> None:
        """Read what is there. A torn last line is cut off; damage before it is a RunError naming the line.

        `mode`: permissions of a new file, less the umask.
        """
        self.path = path
        self._entries: list[Entry] = []
        self._sum = ""
        self._size = 0
        self._file: int | None = None
        if path is not None and path.exists():
            if not path.is_file():  # to open a pipe would wait for ever
                raise RunError(f"{path}: no file; put it back from a copy, or start a new run")
            self._load(path)
        if path is not None and not read_only:
            try:
                self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, mode)
                os.ftruncate(self._file, self._size)
            except OSError as error:
                raise RunError(
                    f"cannot write {path}: {error.strerror}; choose another folder (--runs, --out)"
                ) from error

    def _load(self, path: Path) -> None:
        with path.open("rb") as lines:
            last = None
            for number, line in enumerate(lines, 1):
                parsed = None if last is not None else _parse(line, len(self._entries), self._sum)
                if parsed is None and (last is not None or not _torn(line)):
                    raise self._damaged(last or number)
                if parsed is None:
                    last = number
                    continue
                self._entries.append(parsed[0])
                self._sum = parsed[1]
                self._size += len(line)

    def _damaged(self, number: int) -> RunError:
        return RunError(f"{self.path}:{number}: damaged record; put the file back from a copy, or start a new run")

    def refresh(self) -> list[Entry]:
        """What another process has appended since; for a journal that is read only. A line that is not whole yet waits.

        Raises RunError for damage, and where the file is shorter than what was read of it.
        """
        assert self._file is None
        before = len(self._entries)
        if self.path is None or not self.path.exists():
            return []
        with self.path.open("rb") as lines:
            if os.fstat(lines.fileno()).st_size < self._size:
                raise RunError(f"{self.path}: it was replaced by another; open the run again")
            lines.seek(self._size)
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                parsed = _parse(line, len(self._entries), self._sum)
                if parsed is None and b"\0" in line:
                    break
                if parsed is None:
                    raise self._damaged(len(self._entries) + 1)
                self._entries.append(parsed[0])
                self._sum = parsed[1]
                self._size += len(line)
        return self._entries[before:]

    def append(self, kind: str, data: dict[str, object], *, durable: bool = True) -> Entry:
        """Write one record through to the disk. Raises RunError, with the file as it was before.

        `durable` False: the disk may have it later, with the next one; for what the records before it imply.
        """
        entry = Entry(len(self._entries), kind, data)
        line, total = _line(entry, self._sum)
        if self._file is not None:
            raw = line.encode("utf-8", "surrogatepass")
            try:
                written = os.write(self._file, raw)
                while written < len(raw):
                    written += os.write(self._file, raw[written:])
                if durable:
                    os.fsync(self._file)
            except OSError as error:
                os.ftruncate(self._file, self._size)
                raise RunError(
                    f"cannot write {self.path}: {error.strerror}; nothing finished is lost: "
                    "make room, then run the same command again"
                ) from error
            self._size += len(raw)
        self._entries.append(entry)
        self._sum = total
        return entry

    def parsed(self, entry: Entry, kind: type[RecordT], data: object = None) -> RecordT:
        """An entry's data, or the part of it that is given, as a typed record. Raises RunError naming the journal's line."""
        try:
            return kind.model_validate(entry.data if data is None else data)
        except ValidationError as error:
            key, reason = fault(error, kind)
            raise self.wrong(entry, f"{key + ': ' if key else ''}{reason}") from error

    def wrong(self, entry: Entry, reason: str) -> RunError:
        """The error for a whole record that is not what its writer puts there."""
        return RunError(
            f"{self.path or 'the journal'}:{entry.n + 1}: a record {entry.kind!r} that this version cannot read: {reason}; "
            "use the version that wrote it, or start a new run"
        )

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
