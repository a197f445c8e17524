"""Pictures that a text names, checked by their first bytes and bounded; never fetched."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from longwriter.export.document import Picture

MOST_BYTES = 20 * 2**20
"""Of one picture."""
MOST_PICTURES = 2_000
"""Of a text."""
MOST_PIXELS = 100_000_000
"""Of one picture: programs that show it unpack it."""
ALL_BYTES = 200 * 2**20
"""Of all pictures of a text: they are held in memory."""
Media = Literal["image/png", "image/jpeg", "image/gif"]
_ENDINGS: dict[Media, str] = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


class Gallery:
    """The pictures of a text, each once, in the order in which it names them."""

    def __init__(self, read: Callable[[str], bytes | str]) -> None:
        """`read`: the bytes that a source stands for, at most `MOST_BYTES`, or why there are none; see `below`."""
        self._read = read
        self.warnings: list[str] = []
        """Why pictures are left out, for people."""
        self._taken: dict[str, Picture | None] = {}
        self._bytes = 0

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Those that were found."""
        return tuple(p for p in self._taken.values() if p)

    def take(self, source: str) -> str:
        """The name of the picture that a text calls `source`; "" where there is none, which `warnings` tells once."""
        picture = self.found(source)
        return picture.name if picture else ""

    def found(self, source: str) -> Picture | None:
        """As `take`, the picture itself."""
        if source not in self._taken:
            found = self._found(source)
            if isinstance(found, str):
                self.warnings.append(f"the picture {source[:200] or '(no name)'} is left out: {found}")
            self._taken[source] = found if isinstance(found, Picture) else None
        return self._taken[source]

    def _found(self, source: str) -> Picture | str:
        """The picture, or why it is none."""
        count = len(self.pictures)
        data = self._read(source) if count < MOST_PICTURES else f"there are over {MOST_PICTURES:,} pictures"
        if isinstance(data, str):
            return data
        self._bytes += len(data)
        if self._bytes > ALL_BYTES:
            return f"all pictures have over {ALL_BYTES >> 20} MB"
        known = measured(data)
        if known is None:
            return "it is no PNG, JPEG or GIF"
        media, width, height = known
        if width * height > MOST_PIXELS:
            return f"it has over {MOST_PIXELS // 10**6} million pixels"
        return Picture(f"picture-{count + 1}.{_ENDINGS[media]}", media, data, width, height, source)


def below(folder: Path | None) -> Callable[[str], bytes | str]:
    """What reads pictures from files below a folder, and nowhere else; None: there is none."""
    home = folder.resolve() if folder else None

    def read(source: str) -> bytes | str:
        if _ELSEWHERE.match(source):
            return "it is not a file beside the text"
        if home is None:
            return "only a file has pictures beside it"
        try:
            path = (home / unquote(source)).resolve()
            if not path.is_relative_to(home):
                return "it lies outside the text's folder"
            if not path.is_file():
                return "there is no such file"
            if path.stat().st_size > MOST_BYTES:
                return f"it has over {MOST_BYTES >> 20} MB"
            return path.read_bytes()
        except (OSError, ValueError, RuntimeError):  # a name that is none; a loop of links
            return "it cannot be read"

    return read


def measured(data: bytes) -> tuple[Media, int, int] | None:
    """What a picture is, its width and its height in pixels, by its first bytes; None for what is none of ours."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR":
        media, width, height = "image/png", int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    elif data[:6] in (b"GIF87a", b"GIF89a"):
        media, width, height = "image/gif", int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    elif data[:3] == b"\xff\xd8\xff":
        media, (width, height) = "image/jpeg", _jpeg_size(data)
    else:
        return None
    return (media, width, height) if width and height else None  # type: ignore[return-value]


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height; zeros where no frame is found. Source: ITU-T T.81, B.1 and B.2.2."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        else:
            at += 2 + length
    return 0, 0
