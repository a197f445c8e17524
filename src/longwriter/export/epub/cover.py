"""A cover out of title and author, in any script: SVG, and PNG where resvg is there and this machine has the letters.

SVG breaks no lines and letters have no widths before a font is known, so lines are broken by widths that most text faces
stay below.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache
from html import escape, unescape

from longwriter.export.document import Metadata
from longwriter.export.languages import is_traditional_chinese, script_of
from longwriter.language import direction, script

WIDTH, HEIGHT = 1600, 2560
"""Of the drawing, in its own units: the shape that bookshops ask for."""
PIXELS = 1200
"""Width of the PNG."""
MOST = 200
"""Characters of a title that are shown, and of the names."""
_MARGIN = 220
_SMALLEST, _BROKEN = 44, 110
"""Sizes of letters: the smallest, and that below which long words are broken instead."""
_LEADING = 1.3
_GROUNDS = ("#1f3a4d", "#4a2433", "#26422f", "#3b3157", "#5a3a1e", "#21424a", "#46312a", "#2b3550")
"""Dark enough for white letters: a contrast over 8:1."""
_FACES = "Georgia, Noto Serif, Times New Roman, Liberation Serif, DejaVu Serif, serif"
_FACES_OF = {
    "zh": "Noto Serif CJK SC, Source Han Serif SC, Noto Serif SC, Songti SC, SimSun, ",
    "zh-Hant": "Noto Serif CJK TC, Source Han Serif TC, Noto Serif TC, Songti TC, PMingLiU, ",
    "ja": "Noto Serif CJK JP, Source Han Serif, Noto Serif JP, Hiragino Mincho ProN, Yu Mincho, ",
    "ko": "Noto Serif CJK KR, Source Han Serif K, Noto Serif KR, AppleMyungjo, Batang, ",
    "ar": "Noto Naskh Arabic, Amiri, Geeza Pro, ",
    "he": "Noto Serif Hebrew, Frank Ruehl CLM, David, ",
    "hi": "Noto Serif Devanagari, Kohinoor Devanagari, ",
    "th": "Noto Serif Thai, Thonburi, ",
}
_NOT_FIRST = re.compile(
    r"[\u3001\u3002\u3005\u30fc\uff09\uff0c\uff1a\uff1b\uff01\uff1f\u300b\u300d\u300f\u3011\u2019\u201d]|\W(?<=[)\]}.,:;!?%])"
)
_NOT_LAST = re.compile(r"[(\[{\uff08\u300a\u300c\u300e\u3010\u2018\u201c]")


def cover_svg(metadata: Metadata, title: str) -> str:
    """The cover. Its colour comes from the identifier."""
    ground = _GROUNDS[hashlib.sha256(metadata.identifier.encode()).digest()[0] % len(_GROUNDS)]
    size, lines = _fitted(_short(title), 230, 1400)
    middle = 1000
    top = middle - size * _LEADING * (len(lines) - 1) / 2 + size * 0.35
    body = [_line(line, top + n * size * _LEADING, size, metadata.language) for n, line in enumerate(lines)]
    name_size, names = _fitted(_short(", ".join(metadata.author)), 84, 260)
    bottom = HEIGHT - 330 - name_size * _LEADING * (len(names) - 1)
    body += [
        _line(line, bottom + n * name_size * _LEADING, name_size, metadata.language) for n, line in enumerate(names)
    ]
    frame = "".join(
        f'<rect x="{inset}" y="{inset}" width="{WIDTH - 2 * inset}" height="{HEIGHT - 2 * inset}" fill="none" '
        f'stroke="#f6f1e4" stroke-opacity="0.7" stroke-width="{width}"/>'
        for inset, width in ((84, 8), (110, 2))
    )
    rule = '<rect x="650" y="1870" width="300" height="5" fill="#f6f1e4" fill-opacity="0.7"/>' if names else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{ground}"/>{frame}{rule}'
        f'<g fill="#fbf8f0" text-anchor="middle">{"".join(body)}</g></svg>\n'
    )


def cover_png(svg: str) -> bytes | None:
    """The cover as PNG; None where resvg is not there, or no font of this machine has one of its letters."""
    try:
        from resvg_py import svg_to_bytes  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    letters = set(unescape(re.sub(r"<[^>]*>", "", svg)))
    if all(letter.isspace() or _drawn(letter) for letter in letters):
        return bytes(svg_to_bytes(svg_string=svg, width=PIXELS))
    return None


@lru_cache(maxsize=4096)
def _drawn(letter: str) -> bool:
    """Whether a font of this machine has a character: what none has looks like a character that there is not."""
    return _picture(letter) != _picture("\U0010fffd")


@lru_cache(maxsize=4096)
def _picture(letter: str) -> bytes:
    from resvg_py import svg_to_bytes  # noqa: PLC0415 - an extra

    text = f'<text x="10" y="50" font-size="40" font-family="{_FACES}">{escape(letter)}</text>'
    return bytes(
        svg_to_bytes(svg_string=f'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">{text}</svg>')
    )


def _line(text: str, y: float, size: int, language: str) -> str:
    found = script(text)
    own = language if found == script_of(language) else found
    faces = _FACES_OF.get("zh-Hant" if is_traditional_chinese(own) else own.partition("-")[0], "") + _FACES
    if direction(text) == "rtl":  # resvg sets every line from left to right: marks keep its full stop at its end
        text = f"\u200f{text}\u200f"
    return f'<text x="{WIDTH // 2}" y="{y:.0f}" font-size="{size}" font-family="{faces}">{escape(text)}</text>'


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST else text[:MOST].rstrip() + "…"


def _fitted(text: str, largest: int, height: int) -> tuple[int, list[str]]:
    """The largest letters, in units of the picture, with which a text fits, and its lines, which are about as long."""
    longest = max((_width(piece.rstrip()) for piece in _unbroken(text)), default=0.0)
    for size in range(largest, _SMALLEST - 1, -6):
        room = (WIDTH - 2 * _MARGIN) / size
        lines = _wrapped(text, room)
        if len(lines) * size * _LEADING <= height and (longest <= room or size < _BROKEN):
            break
    while len(lines) > 1 and room > longest and len(tried := _wrapped(text, room)) == len(lines):
        lines, room = tried, room * 0.97
    return size, lines


def _wrapped(text: str, room: float) -> list[str]:
    """A text in lines of at most `room`, in widths of a square letter."""
    lines, line, used = list[str](), "", 0.0
    for piece in _unbroken(text):
        width = _width(piece.rstrip())
        if line and used + width > room:
            lines.append(line.rstrip())
            line, used = "", 0.0
        while width > room and len(piece) > 1:  # a word longer than a line
            cut = next((n for n in range(1, len(piece)) if _width(piece[: n + 1]) > room), len(piece) - 1)
            while cut < len(piece) - 1 and unicodedata.category(piece[cut])[0] == "M":
                cut += 1
            lines.append(piece[:cut])
            piece = piece[cut:]
            width = _width(piece.rstrip())
        line += piece
        used += _width(piece)
    return [*lines, line.rstrip()] if line.strip() else lines


def _unbroken(text: str) -> list[str]:
    """A text in pieces between which a line may end: words with the blank after them, or wide letters."""
    pieces = list[str]()
    for word in re.findall(r"\S+\s*", text):
        start = 0
        for at in range(1, len(word)):
            either = _square(word[at]) or _square(word[at - 1])
            if (
                either
                and not word[at].isspace()
                and not _NOT_FIRST.match(word[at])
                and not _NOT_LAST.match(word[at - 1])
            ):
                pieces.append(word[start:at])
                start = at
        pieces.append(word[start:])
    return pieces


def _square(letter: str) -> bool:
    """Chinese and Japanese: a line may end beside it. Korean has blanks."""
    return unicodedata.east_asian_width(letter) in "WF" and not "\uac00" <= letter <= "\ud7a3"


def _width(text: str) -> float:
    """About the width of letters, where a square one has 1."""
    return sum(map(_letter_width, text))


@lru_cache(maxsize=4096)
def _letter_width(letter: str) -> float:
    category = unicodedata.category(letter)
    if category[0] in "MC":
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if category in ("Lu", "Lt") or letter in "mwMW@%&—":
        return 0.78
    if letter in "ijlftrI.,:;'!|()[] ":
        return 0.36
    return 0.58
