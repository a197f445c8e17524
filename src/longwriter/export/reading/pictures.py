"""Pictures that a text names: files below its folder, checked by their first bytes; never fetched."""

import re
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from longwriter.export.document import Picture

MOST_BYTES = 20 * 2**20
"""Of one picture."""
MOST_PIXELS = 100_000_000
"""Of one picture: programs that show it unpack it."""
ALL_BYTES = 200 * 2**20
"""Of all pictures of a text: they are held in memory."""
Media = Literal["image/png", "image/jpeg", "image/gif"]
_ENDINGS: dict[Media, str] = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


class Gallery:
    """The pictures of a text, each once, in the order in which it names them."""

    def __init__(self, folder: Path | None) -> None:
        """`folder`: where they are; None: nowhere."""
        self.folder = folder.resolve() if folder else None
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
        if source not in self._taken:
            found = self._found(source)
            if isinstance(found, str):
                self.warnings.append(f"the picture {source[:200] or '(no name)'} is left out: {found}")
            self._taken[source] = found if isinstance(found, Picture) else None
        picture = self._taken[source]
        return picture.name if picture else ""

    def _found(self, source: str) -> Picture | str:
        """The picture, or why it is none."""
        if _ELSEWHERE.match(source):
            return "it is not a file beside the text"
        if self.folder is None:
            return "only a file has pictures beside it"
        try:
            path = (self.folder / unquote(source)).resolve()
            if not path.is_relative_to(self.folder):
                return "it lies outside the text's folder"
            if not path.is_file():
                return "there is no such file"
            if path.stat().st_size > MOST_BYTES:
                return f"it has over {MOST_BYTES >> 20} MB"
            data = path.read_bytes()
        except (OSError, ValueError, RuntimeError):  # a name that is none; a loop of links
            return "it cannot be read"
        self._bytes += len(data)
        if self._bytes > ALL_BYTES:
            return f"all pictures have over {ALL_BYTES >> 20} MB"
        known = measured(data)
        if known is None:
            return "it is no PNG, JPEG or GIF"
        media, width, height = known
        if width * height > MOST_PIXELS:
            return f"it has over {MOST_PIXELS // 10**6} million pixels"
        return Picture(f"picture-{len(self.pictures) + 1}.{_ENDINGS[media]}", media, data, width, height, source)


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
