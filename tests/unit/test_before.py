"""Folders that an earlier version left (tests/data/before) are opened, gone on with and scored, with the same numbers."""

import json
import shutil
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from tests.helpers.command import longwriter_here
from tests.helpers.places import BEFORE

from longwriter.journal import Journal
from longwriter.train.rollouts.store import read_steps

EXPECTED = BEFORE / "expected"
JUDGED = ("writer-mini", "--system", "fake:0.7", "--judge", "fake", "--repeat-judge", "1", "--items", "3")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a copy."""
    monkeypatch.chdir(shutil.copytree(BEFORE, tmp_path / "before"))
    return Path()


def done(*arguments: object, code: int = 0) -> CompletedProcess[str]:
    found = longwriter_here(*arguments)
    assert found.returncode == code, found.stderr
    return found


def journals(folder: Path) -> dict[str, int]:
    return {str(p): len(list(Journal(p, read_only=True))) for p in sorted(folder.rglob("journal.jsonl"))}


def test_runs_are_listed_shown_and_scored_as_they_were(here: Path) -> None:
    listed = {row["run"]: row["state"] for row in json.loads(done("runs", "--runs", "write", "--json").stdout)}
    assert listed == {"finished": "finished", "stopped": "unfinished", "redone": "finished"}
    shown = json.loads(done("show", "finished", "--runs", "write", "--json").stdout)
    for finding in shown["verdict"]:
        del finding["sections"]  # a key that came since, as these
    assert (shown.pop("contradictions"), shown.pop("facts_dropped")) == ([], 0)
    assert (shown.pop("avoided"), shown.pop("let_through")) == (None, 0)
    assert (shown.pop("citations"), shown.pop("invented")) == (None, [])
    assert shown == json.loads((EXPECTED / "show.json").read_text("utf-8"))
    scored = done("score", "write/finished", "--json").stdout
    assert json.loads(scored) == json.loads((EXPECTED / "score.json").read_text("utf-8"))


@pytest.mark.parametrize("run", ["finished", "redone"])
def test_a_run_replays_byte_for_byte(here: Path, run: str) -> None:
    before = (here / "write" / run / "draft.md").read_bytes()
    assert done("replay", run, "--runs", "write").stdout.encode() == before


def test_a_stopped_run_goes_on_to_the_text_it_would_have_had(here: Path) -> None:
    begun = (here / "write/stopped/draft.md").read_text("utf-8")
    known = journals(here / "write/stopped")
    done("resume", "stopped", "--runs", "write", "--max-tokens", 100_000, code=4)  # the fake model writes English
    text = (here / "write/stopped/draft.md").read_text("utf-8")
    assert text == (EXPECTED / "resumed.md").read_text("utf-8")
    assert text.startswith(begun.rstrip())
    assert sum(journals(here / "write/stopped").values()) > sum(known.values())
    assert json.loads((here / "write/stopped/report.json").read_text())["calls"] == 7  # six of them before it stopped


def test_stale_sections_are_known_and_written_again(here: Path) -> None:
    sections = json.loads((here / "write/redone/report.json").read_text())["sections"]
    assert [s["number"] for s in sections if s["stale"]] == [3, 4, 5]
    done("redo", "redone", "--stale", "--runs", "write")
    assert (here / "write/redone/draft.md").read_bytes() == (EXPECTED / "redone.md").read_bytes()


NEWER = ("slop",)
"""Measures that there were none of."""


def without_newer(scores: dict[str, Any]) -> dict[str, Any]:
    """What the earlier version could have scored."""
    measures = {name: one for name, one in scores["measures"].items() if name not in NEWER}
    return scores | {"measures": measures, "decay": [one for one in scores["decay"] if one["name"] not in NEWER]}


@pytest.mark.parametrize("run", ["judged", "agent"])
def test_a_benchmark_run_is_scored_again_to_the_same_bytes(here: Path, run: str) -> None:
    scores = here / "bench" / run / "scores.json"
    before = json.loads(scores.read_text("utf-8"))
    scores.unlink()
    done("bench", "score", scores.parent)
    first = scores.read_bytes()
    assert without_newer(json.loads(first)) == before
    done("bench", "score", scores.parent)
    assert scores.read_bytes() == first


def test_a_benchmark_run_asks_nothing_again_and_what_is_missing_alone(here: Path) -> None:
    folder, known = here / "bench" / "judged", journals(here / "bench")
    before = json.loads((folder / "scores.json").read_text("utf-8"))
    done("bench", "run", *JUDGED, "--out", folder)
    assert journals(here / "bench") == known
    journal = folder / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-2]) + b'{"torn')
    done("bench", "run", *JUDGED, "--out", folder)
    assert journals(here / "bench") == known
    after = without_newer(json.loads((folder / "scores.json").read_text("utf-8")))
    assert {key for key in before if after[key] != before[key]} <= {"spent"}  # seconds


def test_a_benchmark_run_has_a_page_and_is_compared(here: Path) -> None:
    done("bench", "report", "bench/judged", "bench/agent", "--out", "both.html")
    page = (here / "both.html").read_text("utf-8")
    assert "fake:0.7" in page
    assert "agentwrite:fake" in page
    shutil.copytree("bench/judged", "bench/again")
    assert "S_l" in done("bench", "compare", "bench/judged", "bench/again").stdout


def test_rollouts_are_read_listed_and_scored_as_they_were(here: Path) -> None:
    assert [(step, len(found)) for step, found in read_steps(here / "grpo/stopped")] == [(1, 8), (2, 8), (3, 8)]
    for name, arguments in {
        "steps": ("rollouts", "grpo/stopped"),
        "rollouts": ("rollouts", "grpo/stopped", "--step", 3),
        "rewards": ("score", "grpo/stopped"),
    }.items():
        rows = [json.loads(line) for line in done(*arguments, "--json").stdout.splitlines()]
        assert rows == [json.loads(line) for line in (EXPECTED / f"{name}.jsonl").read_text("utf-8").splitlines()], name
    done("rollouts", "grpo/stopped", "--html", "page.html")
    assert "Write 2 words." in (here / "page.html").read_text("utf-8")
