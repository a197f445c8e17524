"""What a PDF holds, as poppler's programs read it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from longwriter.export.document import CodeBlock, Listing, Publication, Quote, bare, inlines_of

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler is not installed: apt install poppler-utils"
)
_UNSEEN = re.compile("[-\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
MARGIN = 55
"""Points at the head and the foot of a page, where its heads and numbers are."""
SIDE = 46
"""Points at the sides, where nothing is."""


def poppler(program: str, data: bytes, folder: Path, *options: str) -> str:
    """What one of poppler's programs prints of a file."""
    path = folder / "checked.pdf"
    path.write_bytes(data)
    last = ["-"] if program == "pdftotext" else []
    done = subprocess.run([program, *options, path, *last], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def printed(data: bytes, folder: Path) -> str:
    """The text of all pages within their margins, in lines as they are set: no heads, no numbers, nothing that runs out."""
    width, height = (
        round(float(n)) for n in re.findall(r"[\d.]+", poppler("pdfinfo", data, folder).split("Page size:")[1])[:2]
    )
    crop = ("-r", "72", "-x", str(SIDE), "-y", str(MARGIN), "-W", str(width - 2 * SIDE), "-H", str(height - 2 * MARGIN))
    return poppler("pdftotext", data, folder, *crop)


def letters(text: str) -> str:
    """A text without blanks, marks of direction, and hyphens: pdftotext drops some at the ends of lines."""
    return _UNSEEN.sub("", text)


def lines_of(publication: Publication) -> list[str]:
    """All lines of a publication, title and notes and code included, in no order that matters."""
    bodies = [*(d.blocks for d in publication.divisions), *(n.blocks for n in publication.notes)]
    found = [publication.metadata.title, *(bare(d.title) for d in publication.divisions)]
    found += [bare(line) for blocks in bodies for line in inlines_of(blocks)]
    return [*found, *(text for blocks in bodies for text in _code(blocks))]


def _code(blocks: tuple[object, ...]) -> list[str]:
    out = list[str]()
    for block in blocks:
        match block:
            case CodeBlock():
                out.append(block.text)
            case Quote():
                out += _code(block.blocks)
            case Listing():
                out += [text for item in block.items for text in _code(item)]
    return out
