"""Run folders: names, lock, changed settings, files that are replaced whole, removal that stays inside."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from longwriter.errors import InputError, RunError
from longwriter.runs.folders import all_runs, being_written, find, opened, remove, run_name, write_file

SETTINGS = {"instruction": "x", "words": 100, "writer": {"model": "m", "base_url": None}}


def test_run_name_is_readable_and_depends_on_the_whole_request() -> None:
    assert run_name("Write a History of Rome, please!", 100).startswith("write-a-history-of-rome-please-")
    assert run_name("写一篇茶史", 100).startswith("写一篇茶史-")
    assert run_name("a b", 100) == run_name("a b", 100) != run_name("a b", 200)
    assert run_name("!!!").startswith("run-")


def test_changed_settings_are_refused_by_name_and_free_ones_are_not(tmp_path: Path) -> None:
    with opened(tmp_path / "r", SETTINGS) as journal:
        journal.append("x", {})
    changed = {**SETTINGS, "words": 200, "writer": {"model": "m", "base_url": "http://localhost:1"}}
    with pytest.raises(RunError, match=r"other settings: words, writer\.base_url"), opened(tmp_path / "r", changed):
        pass
    with opened(tmp_path / "r", changed, {"words", "writer.base_url"}) as journal:
        assert len(journal) == 1


HOLD = """
import sys, pathlib
from longwriter.runs.folders import opened
with opened(pathlib.Path(sys.argv[1]), {}):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_processes_on_one_run(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "r")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(RunError, match="another process"), opened(tmp_path / "r", {}):
        pass
    assert being_written(tmp_path / "r")
    with pytest.raises(RunError, match=r"another process is working on .*; stop it first"):
        remove(tmp_path, tmp_path / "r")
    holder.communicate("")
    assert not being_written(tmp_path / "r")
    with opened(tmp_path / "r", {}):
        pass


def test_find_by_name_beginning_and_path(tmp_path: Path) -> None:
    for name in ("alpha-1", "alpha-2", "beta-1"):
        with opened(tmp_path / name, {}):
            pass
    assert find(tmp_path, "beta").name == "beta-1"
    assert find(Path("/"), str(tmp_path / "alpha-1")).name == "alpha-1"
    with pytest.raises(InputError, match="several begin so"):
        find(tmp_path, "alpha")
    with pytest.raises(InputError, match="no run 'gamma'"):
        find(tmp_path, "gamma")
    assert len(all_runs(tmp_path)) == 3


def test_write_file_into_a_folder_that_cannot_hold_it_keeps_the_old(tmp_path: Path) -> None:
    write_file(tmp_path / "a.md", "old")
    with pytest.raises(RunError, match="cannot write"):
        write_file(tmp_path / "no" / "a.md", "new")
    assert (tmp_path / "a.md").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.md"]


def test_last_is_the_run_that_was_worked_on_last_and_a_folder_of_that_name_goes_before(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no run 'last' in .*; runs: none yet"):
        find(tmp_path, "last")
    for age, name in enumerate(("new", "old", "older")):
        with opened(tmp_path / name, {}):
            pass
        for file in (tmp_path / name).iterdir():
            os.utime(file, (1e9 - age, 1e9 - age))
    assert [run.name for run in all_runs(tmp_path)] == ["new", "old", "older"]
    with opened(tmp_path / "older", {}) as journal:
        journal.append("x", {})
    assert find(tmp_path, "last").name == "older"
    with opened(tmp_path / "last", {}):
        pass
    with opened(tmp_path / "new", {}) as journal:
        journal.append("x", {})
    assert find(tmp_path, "last").name == "last"


def test_what_a_run_holds_is_its_owners_alone_and_older_runs_stay_as_they_are(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with opened(tmp_path / "runs" / "r", {}, private=True):
            write_file(tmp_path / "runs" / "r" / "draft.md", "x", private=True)
        write_file(tmp_path / "out.md", "x")
        with opened(tmp_path / "set", {}):
            pass
    finally:
        os.umask(before)
    made = [tmp_path / "runs", *(tmp_path / "runs").rglob("*")]
    assert {p.name: oct(p.stat().st_mode & 0o777) for p in made} == {
        "runs": "0o700", "r": "0o700", ".lock": "0o600", "settings.json": "0o600", "journal.jsonl": "0o600",
        "draft.md": "0o600",
    }  # fmt: skip
    assert (tmp_path / "out.md").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "set" / "journal.jsonl").stat().st_mode & 0o777 == 0o644
    for path in made:
        path.chmod(0o755 if path.is_dir() else 0o644)
    with opened(tmp_path / "runs" / "r", {}, private=True):
        write_file(tmp_path / "runs" / "r" / "draft.md", "y", private=True)
    assert {p.stat().st_mode & 0o077 for p in made if p.name != ".lock"} == {0o055, 0o044}


def test_removal_touches_nothing_outside(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "runs", tmp_path / "elsewhere"
    for folder in (home / "r", elsewhere / "r"):
        with opened(folder, {}):
            pass
    (tmp_path / "mine.md").write_text("years of work")
    (home / "r" / "link.md").symlink_to(tmp_path / "mine.md")
    (home / "r" / "folder").symlink_to(elsewhere)
    (home / "link").symlink_to(elsewhere / "r")
    with pytest.raises(InputError, match=r"is a link to .*; nothing outside"):
        remove(home, home / "link")
    with pytest.raises(InputError, match=r"is not in .*--runs"):
        remove(home, elsewhere / "r")
    with pytest.raises(InputError, match="is not in"):
        remove(home, home / ".." / "elsewhere" / "r")
    remove(home, home / "r")
    assert [p.name for p in home.iterdir()] == ["link"]
    assert (elsewhere / "r" / "settings.json").exists()
    assert (tmp_path / "mine.md").read_text() == "years of work"
    (tmp_path / "far").symlink_to(home)  # a folder of runs may lie elsewhere itself
    with opened(tmp_path / "far" / "q", {}):
        pass
    remove(tmp_path / "far", tmp_path / "far" / "q")
    assert not (home / "q").exists()
