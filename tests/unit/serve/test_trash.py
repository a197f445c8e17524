import time
from pathlib import Path

import pytest
from filelock import FileLock

from longwriter.errors import InputError, RunError
from longwriter.runs.folders import all_runs
from longwriter.serve.trash import KEPT_S, Trash


def run_in(home: Path, name: str) -> Path:
    (home / name).mkdir(parents=True)
    (home / name / "settings.json").write_text("{}")
    return home / name


def test_a_deleted_run_can_be_brought_back(tmp_path: Path) -> None:
    trash, folder = Trash(tmp_path), run_in(tmp_path, "a-run")
    undo = trash.delete(folder)
    assert all_runs(tmp_path) == []
    assert trash.undo(undo) == "a-run"
    assert all_runs(tmp_path) == [folder]
    with pytest.raises(InputError, match="not in the trash any more"):
        trash.undo(undo)


def test_a_name_that_is_taken_again_stays_taken(tmp_path: Path) -> None:
    trash = Trash(tmp_path)
    undo = trash.delete(run_in(tmp_path, "a"))
    run_in(tmp_path, "a")
    with pytest.raises(InputError, match="there again already"):
        trash.undo(undo)


@pytest.mark.parametrize("undo", ["", "../a", "1.a", "12345678901.../a", "12345678901.a/b", ".."])
def test_only_what_was_deleted_can_be_named(tmp_path: Path, undo: str) -> None:
    run_in(tmp_path, "a")
    with pytest.raises(InputError):
        Trash(tmp_path / "home").undo(undo)


def test_a_run_that_is_written_is_not_deleted(tmp_path: Path) -> None:
    folder = run_in(tmp_path, "a")
    with FileLock(folder / ".lock"), pytest.raises(RunError, match="another process"):
        Trash(tmp_path).delete(folder)
    link = tmp_path / "link"
    link.symlink_to(folder)
    with pytest.raises(InputError, match="is a link"):
        Trash(tmp_path).delete(link)
    assert (folder / "settings.json").exists()


def test_after_a_week_it_is_gone_and_links_are_left_alone(tmp_path: Path) -> None:
    trash = Trash(tmp_path)
    new = trash.delete(run_in(tmp_path, "new"))
    old = f"{int((time.time() - KEPT_S - 1) * 1000)}.old"
    run_in(tmp_path / ".trash", old)
    kept = run_in(tmp_path / "elsewhere", "kept")
    (tmp_path / ".trash" / old.replace("old", "link")).symlink_to(kept)
    trash.purge()
    assert not (tmp_path / ".trash" / old).exists()
    assert (tmp_path / ".trash" / new).exists()
    assert (kept / "settings.json").exists()
