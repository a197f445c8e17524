"""Markdown as nobody should write it becomes a Word document that keeps to the schema and to every word."""

from pathlib import Path

import pytest
from tests.helpers.docx_check import faults, parts_of
from tests.helpers.nasty_markdown import Nasty, lost

from longwriter.export.docx import docx
from longwriter.export.markdown import publication
from longwriter.export.settings import ExportSettings

PAPERS = ("a4", "a5", "letter")


def everything(data: bytes) -> str:
    """All letters of the text and its notes, what pictures show, and where links lead."""
    parts, out = parts_of(data), list[str]()
    for name in ("word/document.xml", "word/footnotes.xml"):
        out += [element.text or "" for element in parts.trees[name].iter("{*}t")]
        out += [element.get("descr", "") for element in parts.trees[name].iter("{*}docPr")]
        out += [target for _, target in parts.relations(name).values()]
    return " ".join(out)


def made(seed: int, folder: Path) -> tuple[str, bytes]:
    text = Nasty(seed).text()
    settings = ExportSettings(paper=PAPERS[seed % 3], contents=bool(seed % 5))
    return text, docx(publication(text, None, folder), settings)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 200, 50))
def test_nasty_texts_are_sound_documents_that_lose_no_word(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 50):
        text, data = made(seed, tmp_path)
        assert faults(data) == [], seed
        assert list(lost(text, everything(data))) == [], seed
