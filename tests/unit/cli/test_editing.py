"""Drafts, versions, edits and snapshots from the command line."""

import json
import os
from pathlib import Path

import pytest
from tests.helpers.command import longwriter_here as lw
from tests.helpers.command import one_line

MINE = "He sat down. The lamp was out.\n"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    done = lw("write", "Write 800 words on tea", "--section-words", 200, "--model", "fake", "--run", "r", "--out", "tea.md",
              cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tmp_path


def versions(folder: Path, number: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(lw("versions", "r", "--section", number, "--json", cwd=folder).stdout)
    return found


def test_drafts_are_shown_and_one_is_accepted(run: Path) -> None:
    before = (run / "tea.md").read_text()
    done = lw("redo", "r", "--section", 2, "--drafts", 2, "--instruction", "sadder", "--by", "fake:1.1", cwd=run)
    assert done.returncode == 0, done.stderr
    assert (run / "tea.md").read_text() == before
    assert done.stdout.count("draft, ") == 2
    assert done.stdout.count("fake:1.1, free") == 2
    assert done.stdout.count('"sadder"') == 2
    _, first, second = versions(run, 2)
    assert f"{second['entry']}  draft" in done.stdout
    shown = lw("versions", "r", "--section", 2, "--show", first["entry"], cwd=run)
    assert shown.stdout == f"{first['text']}\n"
    assert lw("versions", "r", "--section", 2, "--accept", first["entry"], cwd=run).returncode == 0
    assert str(first["text"]) in (run / "tea.md").read_text()  # --out follows
    assert [v["final"] for v in versions(run, 2)] == [False, True, False]


def test_an_edit_is_ones_own_and_a_snapshot_brings_all_back(run: Path) -> None:
    before = (run / "tea.md").read_text()
    snapshot = lw("versions", "r", "--snapshot", "first", cwd=run)
    entry = snapshot.stderr.split()[1].rstrip(";")
    (run / "mine.md").write_text(MINE)
    edited = lw("edit", "r", "--section", 1, "--text", "mine.md", cwd=run)
    assert edited.returncode == 0, edited.stderr
    assert "stale now: 2, 3, 4" in edited.stderr
    assert MINE.strip() in (run / "tea.md").read_text()
    assert lw("redo", "r", "--stale", cwd=run).returncode == 0
    assert MINE.strip() in (run / "tea.md").read_text()
    assert lw("versions", "r", cwd=run).stdout == f"{entry:>5}  first\n"
    assert lw("versions", "r", "--restore", entry, cwd=run).returncode == 0
    assert (run / "tea.md").read_text() == before


def test_an_editor_is_opened(run: Path) -> None:
    editor = run / "editor"
    editor.write_text(f"#!/bin/sh\nprintf '{MINE.strip()}' > \"$1\"\n")
    editor.chmod(0o755)
    assert lw("edit", "r", "--section", 1, cwd=run, EDITOR=str(editor), VISUAL=str(editor)).returncode == 0
    assert versions(run, 1)[1]["text"] == MINE.strip()
    editor.write_text("#!/bin/sh\n")  # it saves nothing
    done = lw("edit", "r", "--section", 1, cwd=run, EDITOR=str(editor), VISUAL=str(editor))
    one_line(done, "nothing was changed: the editor saved no text")


def test_a_file_that_somebody_changed_is_left_alone(run: Path) -> None:
    (run / "tea.md").write_text("not yours")
    (run / "mine.md").write_text(MINE)
    assert lw("edit", "r", "--section", 1, "--text", "mine.md", cwd=run).returncode == 0
    assert (run / "tea.md").read_text() == "not yours"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("redo", "r", "--drafts", 2), "say what to redo"),
        (("redo", "r", "--stale", "--instruction", "x"), "--stale rewrites sections as they were asked for"),
        (("redo", "r", "--section", 1, "--by", "fake"), "--by is for drafts"),
        (("redo", "r", "--section", 9, "--drafts", 1), "there is no section 9: the plan has 4"),
        (("redo", "r", "--section", 1, "--words", 3, "--instruction", "x"), "a section has 20 to 20,000 words"),
        (("versions", "r", "--show", 3), "say of which section"),
        (("versions", "r", "--section", 1, "--show", 3), "section 1 has no version 3"),
        (("versions", "r", "--section", 1, "--accept", 99), "section 1 has no version 99"),
        (("versions", "r", "--restore", 5), "there is no snapshot 5"),
        (("versions", "r", "--snapshot", " "), "give the snapshot a name"),
        (("edit", "r", "--section", 1, "--text", os.devnull), "cannot be empty"),
        (("edit", "r", "--section", 1, "--text", "none.md"), "none.md"),
        (("edit", "r", "--section", 12, "--text", os.devnull), "there is no section 12"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_and_changes_nothing(run: Path, arguments: tuple[object, ...], said: str) -> None:
    before = (run / "runs" / "r" / "journal.jsonl").read_bytes()
    one_line(lw(*arguments, cwd=run), said)
    assert (run / "runs" / "r" / "journal.jsonl").read_bytes() == before
