"""Where a text goes, over several commands on one run; and what is listed, shown and removed.

What is stopped, and what meets it, are real processes; commands that only follow run in this one, which takes 0.1 of 1 s.
"""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.helpers.command import begun, longwriter_here, one_line
from tests.helpers.server import Server

WRITE = ("write", "Write 1500 words on tea", "--run", "r")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def stopped(cwd: Path, *arguments: str) -> Server:
    """A run of which two replies came before a Ctrl-C; its slow server is gone then."""
    with Server(ttft_s=0.1) as slow:
        process = begun(cwd, *arguments, "--model", "m", "--base-url", slow.url)
        while len(slow.completed) < 3 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 130, said
    return slow


@pytest.mark.slow
def test_resume_and_redo_go_where_the_first_command_wanted_from_any_folder(tmp_path: Path, server: Server) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    stopped(here, *WRITE, "--out", "tea.md")
    assert not (here / "tea.md").exists()
    assert [p.name for p in here.iterdir()] == ["runs"]  # nothing beside it
    home = ("--runs", str(here / "runs"))
    done = longwriter_here("resume", "last", *home, "--base-url", server.url, cwd=there)
    assert done.returncode == 0, done.stderr
    first = (here / "tea.md").read_text()
    assert f"text: {here / 'tea.md'}" in done.stderr
    again = longwriter_here("redo", "r", "--section", "2", *home, "--base-url", server.url, cwd=there)
    assert again.returncode == 0, again.stderr
    assert (here / "tea.md").read_text() != first
    other = longwriter_here("resume", "r", *home, "--out", "other.md", cwd=there)
    assert other.returncode == 0, other.stderr
    assert (there / "other.md").read_text() == (here / "tea.md").read_text()

    (here / "tea.md").write_text("edited by hand")
    edited = longwriter_here("resume", "r", *home, cwd=there)
    assert edited.returncode == 0, edited.stderr
    assert "tea.md was changed by somebody else since and is left as it is" in edited.stderr
    assert (here / "tea.md").read_text() == "edited by hand"
    one_line(
        longwriter_here("resume", "r", *home, "--out", here / "tea.md", cwd=there), "not what this run wrote", "--force"
    )
    forced = longwriter_here("resume", "r", *home, "--out", here / "tea.md", "--force", cwd=there)
    assert forced.returncode == 0, forced.stderr
    assert (here / "tea.md").read_text() == (there / "other.md").read_text()


@pytest.mark.slow
def test_a_folder_that_is_gone_is_said_and_the_text_is_in_the_run(tmp_path: Path, server: Server) -> None:
    (tmp_path / "gone").mkdir()
    stopped(tmp_path, *WRITE, "--out", "gone/tea.md")
    (tmp_path / "gone").rmdir()
    done = longwriter_here("resume", "r", "--base-url", server.url, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "gone is gone; --out FILE puts the text elsewhere" in done.stderr
    assert json.loads(done.stdout)["text"] == str(Path("runs/r/draft.md"))


@pytest.mark.slow
def test_of_two_runs_with_one_out_one_writes_it(tmp_path: Path, server: Server) -> None:
    at = ("--model", "m", "--base-url", server.url, "--out", "tea.md")
    stopped(tmp_path, *WRITE, "--out", "tea.md")
    asked = len(server.requests)
    second = ("write", "Write 300 words on coffee", "--run", "s", *at)
    (tmp_path / "elsewhere").mkdir()
    with Server(ttft_s=0.5) as slow:  # at once, and from another folder of runs
        process = begun(tmp_path, "resume", "r", "--base-url", slow.url)
        while not slow.requests and process.poll() is None:
            time.sleep(0.02)
        one_line(longwriter_here(*second, cwd=tmp_path), "tea.md is being written by", "another --out")
        third = longwriter_here(*second, "--runs", "elsewhere/runs", cwd=tmp_path)
        one_line(third, "tea.md is being written by", str(tmp_path / "runs" / "r"), "another --out")
        one_line(longwriter_here("runs", "rm", "r", "--yes", cwd=tmp_path), "another process is working on runs/r")
        assert json.loads(longwriter_here("runs", "--json", cwd=tmp_path).stdout)[0]["state"] == "writing"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode == 143
    assert len(server.requests) == asked
    assert not (tmp_path / "runs" / "s").exists()
    assert longwriter_here(*second, cwd=tmp_path).returncode == 0  # nobody has made the file yet
    text = (tmp_path / "tea.md").read_text("utf-8")
    asked = len(server.requests)
    one_line(longwriter_here(*WRITE, *at, cwd=tmp_path), "tea.md exists", "the run runs/s", "--force", "another --out")
    assert len(server.requests) == asked
    done = longwriter_here("resume", "r", "--base-url", server.url, cwd=tmp_path)
    assert "tea.md was changed by somebody else" in done.stderr
    assert (tmp_path / "tea.md").read_text("utf-8") == text


def test_plan_and_text_are_linked_listed_and_removed(tmp_path: Path) -> None:
    plan = longwriter_here("plan", "A field guide to clouds", "--words", "600", "--model", "fake:", cwd=tmp_path)
    (tmp_path / "plan.md").write_text(plan.stdout)
    made = longwriter_here(
        "write", "--plan", "plan.md", "--model", "fake:", "--out", "t.md", "--run", "text", cwd=tmp_path
    )
    assert made.returncode == 0, made.stderr
    text, planned = json.loads(longwriter_here("runs", "--json", cwd=tmp_path).stdout)
    assert (text["run"], text["state"], text["plan"]) == ("text", "finished", planned["run"])
    assert (planned["state"], planned["plan"]) == ("plan", None)
    assert f"plan.md: planned in the run runs/{planned['run']}" in made.stderr
    listed = longwriter_here("runs", cwd=tmp_path).stdout
    assert f"text follows the plan of {planned['run']}" in listed
    assert f"made in the run runs/{planned['run']}" in longwriter_here("show", "last", cwd=tmp_path).stdout
    shown = longwriter_here("show", planned["run"], cwd=tmp_path).stdout
    assert "UNFINISHED" not in shown
    assert f"write it with: longwriter resume runs/{planned['run']}" in shown
    one_line(longwriter_here("write", "a b", "--model", "fake:", "--run", "last", cwd=tmp_path), "'last' stands for")

    one_line(longwriter_here("runs", "rm", "text", cwd=tmp_path), "nothing was removed", "--yes")
    assert (tmp_path / "runs" / "text" / "journal.jsonl").exists()
    gone = longwriter_here("runs", "rm", "last", planned["run"][:9], "--yes", cwd=tmp_path)
    assert gone.returncode == 0, gone.stderr
    assert f"removed runs/text; its text stays in {tmp_path / 't.md'}" in gone.stdout
    assert (tmp_path / "t.md").exists()
    assert list((tmp_path / "runs").iterdir()) == []
