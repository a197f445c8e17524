"""Run folders: names, lock, changed settings, files that are replaced whole, exports that overwrite nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from longwriter.errors import InputError, RunError
from longwriter.runs import all_runs, check_export, export, find, opened, run_name, write_file

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
from longwriter.runs import opened
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
    holder.communicate("")
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


def test_export_replaces_only_what_the_run_wrote(tmp_path: Path) -> None:
    run, out = tmp_path / "r", tmp_path / "out.md"
    with opened(run, {}):
        pass
    check_export(run, out, force=False)
    export(run, out, "first\n")
    check_export(run, out, force=False)
    export(run, out, "second\n")
    out.write_text("edited by hand")
    with pytest.raises(InputError, match="not what this run wrote"):
        check_export(run, out, force=False)
    check_export(run, out, force=True)
    with pytest.raises(InputError, match="is a folder"):
        check_export(run, tmp_path, force=False)
    with pytest.raises(InputError, match="does not exist"):
        check_export(run, tmp_path / "no" / "x.md", force=False)
