"""JSON lines as people bring them: one object a line, `.jsonl` or `.jsonl.xz`, each with its place for messages.

The one reader for benchmarks, data sets, batches, books and scores. Halves of characters (lone surrogates, which an escape
may hold and no file can) become U+FFFD.
"""

import json
import lzma
import re
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from longwriter.characters import whole_characters
from longwriter.errors import InputError

LONGEST_LINE = 64 * 2**20
"""Bytes of a line; a file without line breaks, or one that unpacks to gigabytes, must not fill the memory."""

_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class Line(NamedTuple):
    """One object of a file."""

    where: str
    """FILE:LINE, for messages."""
    row: dict[str, object]


def check_file(path: Path) -> None:
    """Raises InputError for a pipe or a device, which may never end; what the shell has under /dev is the caller's."""
    try:
        kind = path.stat().st_mode
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind) and not str(path).startswith(("/dev/", "/proc/")):
        raise InputError(f"cannot read {path}: it is a pipe or a device; put what it holds into a file")


def opened(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked where it ends in .xz. Raises InputError."""
    check_file(path)
    try:
        return lzma.open(path, "rb") if path.suffix == ".xz" else path.open("rb")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def text_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Each line that is not blank, with its place. Raises InputError.

    It is unreadable, not UTF-8, damaged, cut off, or has a line of over `LONGEST_LINE`.
    """
    number = 0
    with opened(path) as file:
        try:
            for number, raw in enumerate(iter(partial(file.readline, LONGEST_LINE), b""), 1):
                if len(raw) == LONGEST_LINE:
                    raise InputError(f"{path}:{number}: a line of over {LONGEST_LINE >> 20} MB; give each row its own")
                if (text := decoded(raw, f"{path}:{number}", first=number == 1)).strip():
                    yield f"{path}:{number}", text
        except (lzma.LZMAError, EOFError) as error:
            raise InputError(f"{path}:{number + 1}: damaged or cut file: {error}") from error
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def read_lines(path: Path, example: str = '{"prompt": "..."}') -> Iterator[Line]:
    """The objects of a file. `example`: what a line should be like.

    Raises InputError naming the line: not JSON, cut off, not UTF-8, no object.
    """
    for where, text in text_lines(path):
        yield Line(where, parsed(text, where, example))


def decoded(raw: bytes, where: str, *, first: bool) -> str:
    """A line without its end; the first may begin with a byte order mark. Raises InputError."""
    try:
        return raw.decode("utf-8-sig" if first else "utf-8").strip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: not UTF-8 text, or cut off here; save the file as UTF-8") from error


def parsed(text: str, where: str, example: str) -> dict[str, object]:
    """The object of one line. Raises InputError."""
    row = _parsed(text, where)
    if not isinstance(row, dict):
        raise InputError(f"{where}: expected an object such as {example}, got {text[:60]!r}")
    return row


def parsed_list(content: bytes, where: str) -> list[object]:
    """The list that a file holds. Raises InputError."""
    found = _parsed(decoded(content, where, first=True), where)
    if not isinstance(found, list):
        raise InputError(f"{where}: expected a list of objects")
    return found


def _parsed(text: str, where: str) -> object:
    """A JSON text. Raises InputError."""
    try:
        found = without_halves(json.loads(text), text)
    except RecursionError as error:
        raise InputError(f"{where}: not usable JSON: brackets nested too deep") from error
    except ValueError as error:
        raise InputError(f"{where}: not JSON, or cut off: {error}") from error
    return found


def without_halves(value: object, text: str) -> object:
    """What JSON says in `text`, with U+FFFD for halves of characters."""
    if not _ESCAPED_HALF.search(text):
        return value
    found: object = json.loads(whole_characters(json.dumps(value, ensure_ascii=False)))
    return found


def whole_number(value: object) -> int | None:
    """A whole number as files give it: 500, "500", 500.0 of a Parquet column with gaps, "500.0" of CSV. None for all else."""
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}(\.0+)?", value.strip()):
        return int(value.strip().partition(".")[0])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isinstance(value, int) or value.is_integer() else None


def is_missing(value: object) -> bool:
    """Whether a field of a row holds nothing: null, an empty text, or the NaN that tables of floats have for it."""
    return value is None or value == "" or value != value
