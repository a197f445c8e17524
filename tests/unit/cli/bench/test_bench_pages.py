"""longwriter bench report, compare and leaderboard as a person or a script meets them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.helpers.made_scores import made, saved

from longwriter.cli.bench.compare import compare
from longwriter.cli.bench.leaderboard import commit_here, leaderboard
from longwriter.cli.bench.report import report
from longwriter.errors import InputError, LongWriterError, SetupError


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    saved(tmp_path / "a", made("small", 1.0, 12))
    items = made("small", 1.0, 12).items
    better = [i.model_copy(update={"scores": {k: v and v + 5 for k, v in i.scores.items()}}) for i in items]
    saved(tmp_path / "b", made("agent", 1.0, 12).model_copy(update={"items": tuple(better)}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(command: object, *arguments: object) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments], env={"COLUMNS": "140"})  # type: ignore[arg-type]


def test_a_report_is_written_into_the_run(runs: Path) -> None:
    done = call(report, "a")
    assert done.exit_code == 0, done.output
    page = (runs / "a" / "report.html").read_text("utf-8")
    assert "<h1>longbench_write: small</h1>" in page
    assert "The lighthouse stood" in page
    assert "report.html; open it" in done.stdout
    assert call(report, "a").exit_code == 0  # its own page may be replaced


def test_a_report_of_two_runs(runs: Path) -> None:
    done = call(report, "a", "b", "--json")
    assert json.loads(done.stdout) == {"page": "report.html", "pictures": []}
    assert "small, agent" in (runs / "report.html").read_text("utf-8")
    assert call(report, "a/scores.json", "--out", "c.html").exit_code == 0
    assert (runs / "c.html").read_text("utf-8").count("<section class=sample>") >= 4


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("none",), "none"),
        (("a", "--out", "notes.md"), "no page of this command"),
        (("a", "--out", "b"), "is a folder"),
        (("a", "--out", "no/x.html"), "does not exist"),
        (("a", "a"), "given twice"),
        (("half",), "half"),
    ],
)
def test_bad_input_is_named(runs: Path, arguments: tuple[str, ...], told: str) -> None:
    (runs / "notes.md").write_text("mine", "utf-8")
    (runs / "half").mkdir()
    (runs / "half" / "scores.json").write_text('{"benchmark": "x", "sys', "utf-8")
    done = call(report, *arguments)
    assert isinstance(done.exception, LongWriterError), done.output
    assert told in str(done.exception)
    assert (runs / "notes.md").read_text("utf-8") == "mine"


def test_pictures_of_a_report(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    done = call(report, "a", "--pictures", "out")
    assert isinstance(done.exception, SetupError)
    assert len(list((runs / "out").glob("*.svg"))) == 7
    assert (runs / "a" / "report.html").exists()


def test_a_comparison_is_a_table(runs: Path) -> None:
    done = call(compare, "a", "b")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split()[:5] == ["metric", "A", "B", "B", "−"]
    row = next(line for line in lines if line.startswith("S_l "))
    assert "+5.00" in row
    assert "A: small. B: agent." in done.stderr
    found = json.loads(call(compare, "a", "b", "--json").stdout)
    assert found["base"] == "small"
    assert found["metrics"][0]["difference"] == pytest.approx(5)
    assert found["cautions"] == []
    with pytest.raises(InputError, match="at least two"):
        raise call(compare, "a").exception or AssertionError
    saved(runs / "short", made("few", 1.0, 6))
    assert "item-10, item-11, item-6, item-7, item-8 and 1 more only in small" in str(
        call(compare, "a", "short").exception
    )


def test_a_leaderboard_grows(runs: Path) -> None:
    done = call(leaderboard, "board.md", "--add", "a", "b")
    assert done.exit_code == 0, done.output
    assert "2 rows added" in done.stderr
    assert done.stdout.count("| small |") == 1
    again = call(leaderboard, "board.md", "--add", "a", "--add", "b", "--json")
    assert "0 rows added to board.jsonl, 2 were there" in again.stderr
    assert {row["system"] for row in json.loads(again.stdout)} == {"small", "agent"}
    assert {row["commit"] for row in json.loads(again.stdout)} == {"-"}
    assert call(leaderboard, "board.md").stdout == done.stdout
    assert "--add" in str(call(leaderboard, "board.md", "a").exception)
    assert "does not exist" in str(call(leaderboard, "other.md").exception)


def test_the_commit_is_that_of_the_folder(runs: Path) -> None:
    assert commit_here() == "-"
    if shutil.which("git") is None:
        pytest.skip("no git on this machine")
    name = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "a/scores.json"], [*name, "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=runs, check=True)
    found = commit_here()
    assert len(found) == 12
    (runs / "a" / "scores.json").write_text("changed", "utf-8")
    assert commit_here() == f"{found}-dirty"
