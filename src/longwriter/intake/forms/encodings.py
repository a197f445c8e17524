"""Bytes of a text file -> characters: by byte order mark, as UTF-8, then as charset-normalizer finds."""

import re
from itertools import pairwise
from pathlib import Path

from charset_normalizer import CharsetMatch, from_bytes

from longwriter.errors import InputError
from longwriter.language import tongue

_MARKS = [
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
]
_LOOKED_FOR = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "gb18030", "big5", "cp932", "euc_jp",
    "cp949", "koi8_r", "iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_9", "mac_roman", "cp866", "cp850",
    "cp437", "cp874",
]  # fmt: skip
"""Encodings that drafts have; of rarer ones (johab) texts in these are taken for."""
CLOSE = 0.02
"""How much more disorder than the best's an encoding may leave in the text, and still be the right one."""
_ZEROES = 0.05
"""Share of zero bytes from which on a text is UTF-16 without a mark."""
_NO_TEXT = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
_MOST_CONTROLS = 0.01
_USUAL = dict.fromkeys(["en", "de", "fr", "es", "it", "pt", "nl", "sv", "id"], "cp1252") | {
    "pl": "cp1250",
    "tr": "cp1254",
}
"""Of languages in Latin letters, which are known by words without accents."""
_LOOSE = re.compile("[\u3131-\u318e\uff61-\uff9f\ue000-\uf8ff]")
_SAMPLE = 20_000
"""Characters that encodings of the same disorder are compared by."""


def decoded(data: bytes, path: Path) -> tuple[str, str, tuple[str, ...]]:
    """Text, encoding and warnings; a byte order mark stays, as its character. Raises InputError."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "") or _unmarked(data) or "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8" or _is_damaged(data):
            where = f"line {data.count(10, 0, error.start) + 1:,}"
            raise InputError(
                f"{path}: is {encoding.upper()}, but damaged in {where}; mend it, or save it as UTF-8"
            ) from error
        text, encoding = _guessed(data, path)
    if len(_NO_TEXT.findall(text)) > _MOST_CONTROLS * len(text):
        raise InputError(f"{path}: is no text; .docx, .md, .txt, .epub and .html can be read")
    return text, encoding, () if encoding.startswith("utf") else (f"read as {encoding}, since it is no UTF-8",)


def _unmarked(data: bytes) -> str:
    """Without a mark: UTF-16 with zero bytes at every second place, as all Latin letters have; Japanese of seven bits."""
    if b"\x1b$B" in data and data.isascii():
        return "iso2022_jp"
    zeroes = data.count(0)
    if len(data) % 2 or zeroes <= _ZEROES * len(data):
        return ""
    first = data[::2].count(0)
    return "utf-16-be" if first > 0.95 * zeroes else "utf-16-le" if first < 0.05 * zeroes else ""


def _is_damaged(data: bytes) -> bool:
    """Whether the bytes are UTF-8 but for a few."""
    wrong = data.decode("utf-8", "replace").count("\ufffd")
    right = sum(c > "\x7f" for c in data.decode("utf-8", "ignore"))
    return right > 20 * wrong


def _guessed(data: bytes, path: Path) -> tuple[str, str]:
    found = list(from_bytes(data, cp_isolation=_LOOKED_FOR))
    if not found:
        raise InputError(f"{path}: its encoding is not known; save it as UTF-8")
    close = [match for match in found if match.chaos <= found[0].chaos + CLOSE]
    usual = _USUAL.get(tongue(str(found[0])[:_SAMPLE]), "")
    best = next((match for match in close if usual in (match.encoding, *match.could_be_from_charset)), None)
    best = best or min(close, key=_odd)
    names = [best.encoding, *best.could_be_from_charset]
    return str(best), usual if usual in names else best.encoding


def _odd(match: CharsetMatch) -> int:
    """Capitals right after small letters, loose letters of Hangul, half of kana: few where the letters are the right ones."""
    text = str(match)[:_SAMPLE]
    return sum(a.islower() and b.isupper() for a, b in pairwise(text)) + len(_LOOSE.findall(text))
