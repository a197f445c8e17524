"""A book goes out and comes in again: the same words, in every form that is read."""

import re
from pathlib import Path

import pytest
from tests.helpers.command import longwriter_here
from tests.helpers.prose import ENGLISH

BOOK = (
    "# The Light\n\n## One\n\n{0}\n\nIt *came*[^1] at **night**.\n\n***\n\n- a lamp\n- a log\n\n## Two\n\n> said he\n\n{1}\n\n"
    "| wind | ships |\n|---|--:|\n| north | 3 |\n\n## 三\n\n海边的少年发现了一封旧信。\n\n[^1]: In *May*.\n"
)


def words(file: Path) -> list[str]:
    return re.findall(r"\w+", file.read_text("utf-8"))


@pytest.mark.parametrize("form", ["md", "html", "epub", "docx"])
def test_what_comes_in_again_has_the_same_words(form: str, tmp_path: Path) -> None:
    (tmp_path / "light.md").write_text(BOOK.format(ENGLISH, ENGLISH), "utf-8")
    for command in (
        ("export", "light.md", f"out/light.{form}", "first.txt", "--author", "Ada Woods", "--date", "2026-11-27"),
        ("import", f"out/light.{form}", "--run", "again"),
        ("export", "again", "second.txt"),
    ):
        (tmp_path / "out").mkdir(exist_ok=True)
        done = longwriter_here(*command, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert words(tmp_path / "second.txt") == words(tmp_path / "first.txt")
