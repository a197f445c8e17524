"""Drafts that come in and texts that go out: what must hold of both, whatever stands in them."""

import io
import zipfile
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree
from zlib import crc32

from longwriter.export.formats import Original, made
from longwriter.export.settings import ExportSettings
from longwriter.intake.markdown_headings import markdown_headings
from longwriter.intake.noticed import notice
from longwriter.intake.pieces import split
from longwriter.intake.points import point
from longwriter.intake.source import read_source
from tests.helpers.epub_check import problems


def draft(path: Path) -> None:
    """The pieces of a draft are the draft."""
    markdown_headings.cache_clear()  # a second try must not be quicker than the first
    source = read_source(path)
    pieces = split(source)
    assert "".join(source.text[piece.start : piece.end] for piece in pieces) == source.text
    assert all(before.end == after.start for before, after in pairwise(pieces))
    found = notice(source.text)
    for piece in pieces[:3]:
        point(source.text[piece.body : piece.end], found.language or "en")


def exported(text: str) -> None:
    """A text in one of the forms that need no typesetter; an EPUB has nothing that a checker would find."""
    form = ("html", "epub", "txt", "chapters")[crc32(text.encode("utf-8", "replace")) % 4]
    content, _ = made(Original(text, named="T"), form, ExportSettings())
    if form == "epub":
        assert isinstance(content, bytes)
        assert problems(content) == []


def word(text: str) -> None:
    """A text as a Word file, whose parts are XML."""
    content, _ = made(Original(text, named="T"), "docx", ExportSettings())
    assert isinstance(content, bytes)
    for part in _parts(content):
        ElementTree.fromstring(part)


def _parts(archive: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return [opened.read(name) for name in opened.namelist() if name.endswith((".xml", ".rels"))]
