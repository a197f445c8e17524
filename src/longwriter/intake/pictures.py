"""The pictures that a draft shows: which of them come along, and under which names its text has them."""

import hashlib
import posixpath
import re
import zipfile
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup

from longwriter.export.markdown import publication
from longwriter.export.reading.pictures import MOST_BYTES, Gallery, below
from longwriter.readers.epub_archive import DAMAGED, EpubArchive

FOLDER = "pictures"
"""Where those of a file that is no Markdown come to lie, beside the text."""
MARK = "data-picture"
"""Of an element `img`: the name of the picture that came along."""
MOST_TOLD = 5
"""Pictures that are left out and told of one by one."""
_DATA = re.compile(r"data:image/[a-z+.-]{1,20};base64,", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_ENDING = re.compile(r"[^/]\.(?:png|jpe?g|gif)\Z", re.IGNORECASE)
_RUNS = re.compile(r"\..*|sources|.*\.(?:md|jsonl?)", re.IGNORECASE)
"""Names in a run's folder that are not a draft's."""


class Album:
    """The pictures of a draft that is no Markdown, under names of our own: the same picture is there once."""

    def __init__(self, read: Callable[[str], bytes | str]) -> None:
        """`read`: the bytes that a source stands for, or why there are none."""
        self._gallery = Gallery(read)
        self.pictures: dict[str, bytes] = {}

    def name(self, source: str) -> str:
        """What the text calls the picture of a source; "" where there is none that can come along."""
        found = self._gallery.found(source) if source else None
        if found is None:
            return ""
        name = f"{FOLDER}/{hashlib.sha256(found.data).hexdigest()[:16]}{posixpath.splitext(found.name)[1]}"
        self.pictures[name] = found.data
        return name

    def mark(self, soup: BeautifulSoup, source_of: Callable[[str], str] = str) -> None:
        """Name the pictures of a page, `MARK`, but one that stands for the first letter of a word.

        `source_of`: what to read for an address of the page. Changes the tree.
        """
        for drawing in soup.find_all("svg"):
            inside = drawing.find_all("image")
            if len(inside) == 1 and not drawing.get_text(strip=True):
                address = inside[0].get("xlink:href") or inside[0].get("href") or ""
                drawing.replace_with(soup.new_tag("img", attrs={"src": str(address)}))
        for image in soup.find_all("img"):
            letter = _LETTER.fullmatch(str(image.get("alt", "")).strip())
            name = "" if letter else self.name(source_of(str(image.get("src", "")).strip()))
            image[MARK] = name


def of_page(folder: Path) -> Callable[[str], bytes | str]:
    """What reads the pictures of a page in a folder: files below it, and those that the page itself holds."""
    files = below(folder)

    def read(source: str) -> bytes | str:
        held = _DATA.match(source)
        if held is None:
            return files(source)
        if len(source) > 2 * MOST_BYTES:
            return f"it has over {MOST_BYTES >> 20} MB"
        try:
            return b64decode(unquote(source[held.end() :]), validate=True)
        except (NoBase64, ValueError):
            return "it cannot be read"

    return read


@contextmanager
def of_archive(path: Path) -> Iterator[Callable[[str], bytes | str]]:
    """What reads files of an archive by their names in it."""
    with zipfile.ZipFile(path) as file:
        archive = EpubArchive(file)

        def read(source: str) -> bytes | str:
            name = archive.find(source)
            try:
                return "there is no such file" if name is None else archive.read(name, MOST_BYTES)
            except (RuntimeError, *DAMAGED):  # a locked one is the first
                return "it cannot be read"

        yield read


def of_markdown(text: str, folder: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The pictures below a Markdown file's folder by the names that it has them under, and what is said of the others."""
    if "![" not in text:
        return {}, ()
    found = publication(text, folder=folder)
    out, told = dict[str, bytes](), list(found.warnings)
    for picture in found.pictures:
        place = placed(picture.source)
        if place:
            out[place] = picture.data
        else:
            told.append(f"the picture {picture.source[:200]} is left out: a run has no place of that name")
    more = len(told) - MOST_TOLD
    return out, tuple(told[:MOST_TOLD] + [f"and {more} more are left out"] * (more > 0))


def placed(source: str) -> str:
    """Where the picture that a text calls `source` lies below a run's folder; "" for no place that it may have."""
    place = posixpath.normpath(unquote(source))
    outside = place.startswith("/") or _RUNS.fullmatch(place.partition("/")[0]) is not None
    return place if not outside and _ENDING.search(place) else ""
