"""A Word document in LibreOffice: its pages say what the text says, in eight languages."""

import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from tests.helpers.lighthouses import WRITTEN
from tests.helpers.word_files import noted, said

from longwriter.export.document import Publication
from longwriter.export.docx import docx
from longwriter.export.markdown import publication
from longwriter.export.settings import ExportSettings

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice (Debian: libreoffice-writer)"),
    pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext (Debian: poppler-utils)"),
]
INCH = 72
SIDE, TOP, WIDTH, HEIGHT = 1701 / 20, 1559 / 20, (11906 - 2 * 1701) / 20, (16838 - 2 * 1559) / 20
"""Points: where the text stands on A4."""


def text_in(language: str) -> str:
    title, chapter, paragraph, note = WRITTEN[language]
    table = f"| {title} | {chapter} |\n|---|---|\n| {note} | 12 |"
    lists = f"- {note}\n- {title}\n\n3. {chapter}\n4. {note}"
    long = f"{paragraph} *{title}* **{note}** " * 6
    body = f"{long}\n\n> {paragraph}\n\n{lists}\n\n{table}\n\n```\nprint(1)\n```\n\n* * *\n\n{long}"
    return f"# {title}\n\n## {chapter}\n\n{body}\n\n### {note}\n\n{long}\n\n## {title}\n\n{paragraph}\n"


def letters(text: str) -> str:
    """Letters alone: a page adds hyphens, blanks, signs of lists and marks of direction."""
    bare = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalpha())
    return re.sub("ل[اأإآ]|[اأإآ]ل", "لا", bare)  # one sign of the font, whose letters pdftotext turns round


def figures(text: str) -> list[str]:
    return sorted(c for c in text if c.isdigit())


def pages(folder: Path, data: bytes, *area: str) -> str:
    """What `pdftotext` finds in an area of LibreOffice's pages."""
    (folder / "text.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(folder / "text.docx")],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return subprocess.run(
        ["pdftotext", *(word for option in area for word in option.split("=")), str(folder / "text.pdf"), "-"],
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout


def within_margins(source: Publication) -> list[str]:
    """The text without header and footer, in the order in which it was set: pdftotext turns that round from right to left."""
    area = [SIDE - INCH / 4, TOP, WIDTH + INCH / 2, HEIGHT]
    order = [] if source.direction == "rtl" else ["-raw"]
    return [*order, *(f"-{side}={value:.0f}" for side, value in zip("xyWH", area, strict=True))]


@pytest.mark.parametrize("language", WRITTEN)
def test_its_pages_say_what_the_text_says(language: str, tmp_path: Path) -> None:
    source = publication(text_in(language))
    assert source.metadata.language.partition("-")[0] == language
    found = pages(tmp_path, docx(source, ExportSettings(contents=False)), *within_margins(source))
    wanted = " ".join([source.metadata.title, *said(source)])
    assert letters(found) == letters(wanted)
    assert figures(found) == figures(f"{wanted} 3. 4.")


@pytest.mark.parametrize("language", WRITTEN)
def test_notes_stand_at_the_foot_of_pages_with_their_numbers(language: str, tmp_path: Path) -> None:
    title, chapter, paragraph, note = WRITTEN[language]
    source = publication(
        f"# {title}\n\n## {chapter}\n\n{paragraph}[^1]\n\n{paragraph}[^2]\n\n[^1]: {note}\n[^2]: {chapter}"
    )
    found = pages(tmp_path, docx(source, ExportSettings()), *within_margins(source))
    assert letters(found) == letters(" ".join([title, *said(source), *noted(source)]))
    assert figures(found) == figures(f"{title} {' '.join([*said(source), *noted(source)])} 11 22")


def test_headers_footers_and_contents_are_on_the_pages(tmp_path: Path) -> None:
    long = "The keeper had counted the steps so often that his feet knew them. " * 90
    source = publication(f"# The Lighthouse\n\n## Salt\n\n{long}\n\n## Wind\n\n{long}", None)
    title, contents, *text = pages(tmp_path, docx(source, ExportSettings()), "-layout").split("\f")[:-1]
    assert title.split() == ["The", "Lighthouse"]
    assert contents.split() == ["Contents", "Salt", "Wind", "ii"]
    assert all(page.split()[:2] == ["The", "Lighthouse"] for page in text)
    assert [page.split()[-1] for page in text] == [str(n) for n in range(1, len(text) + 1)]
    assert sum("Wind" in page for page in text) == 1
