"""Bytes of a text file -> characters: by byte order mark, as UTF-8, then as charset-normalizer finds."""

from pathlib import Path

from longwriter.errors import InputError

_MARKS = [
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
]


def decoded(data: bytes, path: Path) -> tuple[str, str, tuple[str, ...]]:
    """Text, encoding and warnings; a byte order mark stays, as its character. Raises InputError."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding), encoding, ()
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise InputError(f"{path}: begins as {encoding}, but is none; save it as UTF-8") from error
    return _guessed(data, path)


def _guessed(data: bytes, path: Path) -> tuple[str, str, tuple[str, ...]]:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - tables of a megabyte, for few files

    best = from_bytes(data).best()
    if best is None:
        raise InputError(f"{path}: its encoding is not known; save it as UTF-8")
    return data.decode(best.encoding), best.encoding, (f"read as {best.encoding}: it is no UTF-8",)
