"""The journal: what was appended comes back, a torn end is cut, damage is named, a full disk loses nothing."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.errors import RunError
from longwriter.journal import Journal

DATA = st.dictionaries(
    st.text(max_size=8), st.one_of(st.text(max_size=40), st.integers(), st.none(), st.booleans()), max_size=4
)


def filled(path: Path, count: int = 3) -> bytes:
    journal = Journal(path)
    for n in range(count):
        journal.append("call", {"n": n, "text": "füñf 五\n"})
    journal.close()
    return path.read_bytes()


@given(st.lists(st.tuples(st.sampled_from(["call", "plan"]), DATA), max_size=6))
def test_what_was_appended_comes_back(tmp_path_factory: pytest.TempPathFactory, records: list) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    journal = Journal(path)
    for kind, data in records:
        journal.append(kind, data)
    journal.close()
    assert [(e.kind, e.data) for e in Journal(path)] == records


@pytest.mark.parametrize("lost", [1, 5, 50, 90])
def test_a_torn_last_line_is_cut_off_and_the_file_goes_on(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "journal.jsonl"
    whole = filled(path)
    path.write_bytes(whole[:-lost])
    journal = Journal(path)
    assert len(journal) == 2
    journal.append("call", {"again": True})
    journal.close()
    assert [e.data for e in Journal(path)][-1] == {"again": True}
    assert len(Journal(path)) == 3


def test_damage_before_the_end_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    lines = filled(path).splitlines(keepends=True)
    changed = json.loads(lines[1])
    changed["data"]["n"] = 99
    path.write_bytes(lines[0] + json.dumps(changed).encode() + b"\n" + lines[2])
    with pytest.raises(RunError, match=r"journal\.jsonl:2: damaged"):
        Journal(path)


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("key", [b'"sum"', b'"kind"', b'"data"', b'"n"'])
def test_damage_of_a_key_names_the_line_also_the_last(tmp_path: Path, at: int, key: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    lines = filled(path).splitlines(keepends=True)
    lines[at] = lines[at].replace(key, key[:-2] + b'?"')
    path.write_bytes(b"".join(lines))
    with pytest.raises(RunError, match=rf"journal\.jsonl:{at + 1}: damaged"):
        Journal(path, read_only=True)


@pytest.mark.parametrize("bad", [b"[" * 100_000, b'{"n": ' * 100_000, b"[]", b"null", b'{"n":' + b"9" * 5000 + b"}"])
def test_a_line_that_is_no_record_names_itself(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(filled(path) + bad + b"\n")
    with pytest.raises(RunError, match=r"journal\.jsonl:4: damaged"):
        Journal(path)


def test_zeros_that_a_power_cut_leaves_are_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    whole = filled(path)
    path.write_bytes(whole[:-20] + b"\0" * 19 + b"\n")
    assert len(Journal(path)) == 2


def test_a_removed_line_shows(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    lines = filled(path, 4).splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2] + lines[3])
    with pytest.raises(RunError, match=":2: damaged"):
        Journal(path)


def test_read_only_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    before = filled(path)
    Journal(path, read_only=True).append("call", {})
    assert path.read_bytes() == before


FULL_DISK = """
import resource, sys
from longwriter.errors import RunError
from longwriter.journal import Journal
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(__import__("pathlib").Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
try:
    for n in range(10):
        journal.append("call", {"n": n, "text": "x" * 60})
except RunError as error:
    print(n, error)
"""


def test_a_full_disk_is_named_and_keeps_all_finished_records(tmp_path: Path) -> None:
    assert resource.RLIMIT_FSIZE  # the limit stands for a full disk: a write comes back short, the next one fails
    path = tmp_path / "journal.jsonl"
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True)
    failed_at, message = done.stdout.split(" ", 1)
    assert "make room" in message
    assert path.read_bytes().endswith(b"\n")  # before a new journal would cut a torn line off
    assert [e.data["n"] for e in Journal(path)] == list(range(int(failed_at)))


def test_blanks_that_are_the_same_json_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.append("a", {"key": 1.0, "text": "\u00e9 \ud800"})
    journal.append("b", {})
    journal.close()
    assert len(Journal(path, read_only=True)) == 2
    path.write_bytes(path.read_bytes().replace(b'"key": 1', b'"key":\t1'))
    with pytest.raises(RunError, match=r"journal\.jsonl:1: damaged record"):
        Journal(path, read_only=True)
