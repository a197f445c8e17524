"""Files that a run writes elsewhere: whose they are, who else wants them, what a full disk leaves."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from longwriter.errors import InputError, RunError
from longwriter.runs.exports import EXPORTS, check_export, claimed, export, intend, intended, written
from longwriter.runs.folders import opened


def made(folder: Path) -> Path:
    with opened(folder, {}):
        pass
    return folder


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
    with pytest.raises(InputError, match="is a folder of other things"):
        check_export(run, tmp_path, force=False)
    with pytest.raises(InputError, match="does not exist"):
        check_export(run, tmp_path / "no" / "x.md", force=False)


def test_where_a_text_goes_after_what_people_did(tmp_path: Path) -> None:
    run = made(tmp_path / "r")
    (tmp_path / "gone").mkdir()
    first, second = tmp_path / "a.md", tmp_path / "gone" / "b.md"
    intend(run, first)
    assert intended(run) == ([first], [])
    intend(run, second)
    assert intended(run) == ([second], [])  # the last one named; the first was never made
    export(run, first, "one")
    export(run, second, "one")
    assert intended(run)[0] == written(run) == [first, second]
    first.write_text("edited by hand")
    files, said = intended(run)
    assert files == [second]
    assert "a.md was changed by somebody else since and is left as it is" in said[0]
    second.unlink()
    second.parent.rmdir()
    files, said = intended(run)
    assert files == []
    assert "gone is gone" in said[1]


def test_a_file_changed_while_the_text_was_written_is_left(tmp_path: Path) -> None:
    run, out = made(tmp_path / "r"), tmp_path / "a.md"
    with claimed(run, [out], force=False):
        out.write_text("somebody was faster")
        with pytest.raises(InputError, match="changed by somebody else meanwhile"):
            export(run, out, "text")
        export(run, out, "text", force=True)
    assert out.read_text() == "text"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_notes_of_earlier_versions_are_read_and_damage_is_named(tmp_path: Path) -> None:
    run, out = made(tmp_path / "r"), tmp_path / "a.md"
    export(run, out, "text")
    noted = json.loads((run / EXPORTS).read_text())
    (run / EXPORTS).write_text(json.dumps({name: known[-1] for name, known in noted.items()}))
    check_export(run, out, force=False)
    assert intended(run)[0] == [out]
    (run / EXPORTS).write_text("[1]")
    with pytest.raises(RunError, match=r"exports\.json: cannot be read"):
        intended(run)


@pytest.mark.parametrize("lost", ["note", "text"])
def test_a_disk_that_fills_up_between_note_and_text_locks_nobody_out(tmp_path: Path, lost: str) -> None:
    run, out = made(tmp_path / "r"), tmp_path / "a.md"
    export(run, out, "first")
    before = (run / EXPORTS).read_bytes()
    export(run, out, "second")
    if lost == "text":  # the note was written, the text was not
        out.write_text("first")
        check_export(run, out, force=False)
        assert intended(run)[0] == [out]
    else:  # neither was
        (run / EXPORTS).write_bytes(before)
        out.write_text("first")
    export(run, out, "third")
    assert out.read_text() == "third"


def test_of_two_runs_the_first_to_finish_has_the_file(tmp_path: Path) -> None:
    first, second, out = made(tmp_path / "first"), made(tmp_path / "second"), tmp_path / "a.md"
    for run in (first, second):
        intend(run, out)
        check_export(run, out, force=False)
    export(first, out, "text")
    with pytest.raises(InputError, match=r"the run .*first wrote it.*--out.*--force"):
        check_export(second, out, force=False)
    files, told = intended(second)
    assert files == []
    assert "left as it is" in told[0]
    check_export(second, out, force=True)
    out.unlink()
    check_export(second, out, force=False)


HOLD = """
import sys, pathlib
from longwriter.runs.exports import claimed
with claimed(pathlib.Path(sys.argv[1]), [pathlib.Path(sys.argv[2])], force=False):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_processes_with_one_file_also_from_two_folders_of_runs(tmp_path: Path) -> None:
    here, there, out = tmp_path / "a" / "first", tmp_path / "b" / "second", tmp_path / "a.md"
    hold = [sys.executable, "-c", HOLD, str(here), str(out)]
    holder = subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(InputError, match=r"is being written by .*first"), claimed(there, [out], force=True):
        pass
    assert not there.exists()
    holder.communicate("")
    with claimed(there, [out], force=False):
        pass
    assert not here.exists()  # nothing had begun there
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == []
