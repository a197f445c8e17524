"""longwriter rollouts as a person or a script meets it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from longwriter.cli.train.rollouts import rollouts
from longwriter.errors import InputError, RunError
from longwriter.train.rollouts.store import Rollout, write_step


def rollout(step: int, number: int, **more: Any) -> Rollout:
    """Number 0 to 3 of a step: two groups of two, of which the second is Chinese."""
    answer = f"Tin is soft, said {number}." if number < 2 else f"锡很软，{number}说。"
    row = {
        "step": step, "group": number // 2, "id": f"p{number // 2}",
        "request": ("Write about [bold]tin[/bold]", "写锡")[number // 2],
        "prompt": "...", "completion": f"<think>plan {number}</think><answer>{answer}</answer>", "mode": "think", "lower": 3,
        "upper": 9, "cut": False, "think_words": 2, "answer_words": 10 * (number + 1), "advantage": (0.5, -0.5)[number % 2],
        "rewards": {"length": 0.25 * number, "writing": None if number == 3 else 0.5},
        "why": {"length": {"words": 10 * (number + 1)}, "writing": {"failed": "no answer"} if number == 3 else {"logit": 1}},
        "advantages": {"length": 1.0, "writing": None},
    }  # fmt: skip
    return Rollout.model_validate(row | more)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    for step in (1, 2, 12):
        write_step(tmp_path / "zero", step, [rollout(step, n) for n in range(4)])
    return tmp_path / "zero"


def call(*arguments: object) -> Result:
    return CliRunner().invoke(rollouts, [str(a) for a in arguments], env={"COLUMNS": "120"})


def test_a_table_of_the_steps(run: Path) -> None:
    done = call(run)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split() == [
        "step",
        "n",
        "length",
        "writing",
        "answer",
        "think",
        "rep.",
        "cut",
        "bad",
        "flat",
        "miss.",
    ]
    assert lines[3].split() == ["12", "4", "0.38", "±0.18", "0.50", "±0.00", "25", "2", "–", "0%", "0%", "0%", "1"]
    assert "--step 12" in done.stderr


def test_signs_of_a_gamed_reward_are_told_under_the_table(tmp_path: Path) -> None:
    row = {"group": 0, "request": "Write.", "prompt": "Write.", "mode": "plain", "lower": None, "upper": None, "cut": False,
           "think_words": 0, "answer_words": 4, "why": {}, "advantages": {}, "advantage": 0.0}  # fmt: skip
    for step in range(20):
        said = "the lamp burned low" if step < 10 else "tapestry tapestry burned low"
        rewards = {"writing": 0.2 + 0.03 * step}
        made = [Rollout(step=step, id=str(n), completion=said, rewards=rewards, **row) for n in range(2)]  # type: ignore[arg-type]
        write_step(tmp_path, step, made)
    done = call(tmp_path)
    assert "is the reward gamed? writing went from 0.335 to 0.635, with favoured words: tapestry x" in done.stdout


def test_the_table_for_scripts(run: Path) -> None:
    found = json.loads(call(run, "--json").stdout)
    assert [s["step"] for s in found] == [1, 2, 12]
    assert found[0]["rewards"]["writing"] == {"mean": 0.5, "spread": 0.0, "missing": 1}


def test_the_rollouts_of_a_step(run: Path) -> None:
    done = call(run, "--step", 2, "--sort", "length", "--show", 3)
    lines = done.stdout.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("group"))
    rows = [line.split() for line in lines[at + 1 :]]
    assert [row[4] for row in rows] == ["40", "30", "20"]
    assert rows[0][:4] == ["1", "-0.50", "0.750", "missing"]
    assert "[bold]tin[/bold]" in lines[-1]  # as it stands, not as markup
    assert "3 of 4" in done.stderr


@pytest.mark.parametrize(
    ("sort", "order"), [("reward", [2, 3, 1, 0]), ("length", [3, 2, 1, 0]), ("advantage", [0, 2, 1, 3])]
)
def test_orders_and_groups_for_scripts(run: Path, sort: str, order: list[int]) -> None:
    if sort == "reward":
        order = [3, 2, 1, 0]  # 0.75; (0.5 + 0.5) / 2; (0.25 + 0.5) / 2; 0.25
    found = json.loads(call(run, "--sort", sort, "--json").stdout)
    assert found["stats"]["step"] == 12
    assert [r["answer_words"] // 10 - 1 for r in found["rollouts"]] == order
    group = json.loads(call(run, "--group", 1, "--sort", sort, "--json").stdout)
    assert [r["answer_words"] // 10 - 1 for r in group["rollouts"]] == [n for n in order if n > 1]


def test_one_rollout_in_full(run: Path) -> None:
    done = call(run, "--step", 1, "--group", 1, "--show", 1, "--full")
    for part in (
        "锡很软，2说。",
        "plan 2",
        "写锡",
        "advantage +0.500",
        "advantage +1.000",
        "no advantage",
        '{"logit": 1}',
        "3–9",
    ):
        assert part in done.stdout, part
    assert "锡很软，3说。" not in done.stdout
    assert "锡很软，3说。" in call(run, "--step", 1, "--group", 1, "--full", "--show", 2).stdout


def test_malformed_cut_and_hostile_texts_are_told_and_do_not_steer_the_terminal(run: Path) -> None:
    evil = "\x1b[2J\x1b]0;title\x07 no tags \x9b31m [red]x[/red]"
    write_step(run, 13, [rollout(13, 0, completion=evil, request=evil, cut=True)])
    for arguments in (("--full",), ()):
        done = call(run, "--step", 13, *arguments)
        assert done.exit_code == 0, done.output
        assert not set("\x1b\x07\x9b") & set(done.stdout)
        assert "malformed" in done.stdout
        assert "cut" in done.stdout
        assert "␛[2J" in done.stdout


def test_a_step_or_group_that_is_not_there_is_named(run: Path) -> None:
    for arguments, kind, said in (
        (("--step", 3), RunError, "no rollouts of step 3; there are 1, 2, 12"),
        (("--step", 2, "--group", 9), InputError, "step 2 has no group 9; there are 0, 1"),
    ):
        failure = call(run, *arguments).exception
        assert isinstance(failure, kind)
        assert said in str(failure)
    assert isinstance(call(run / "nothing").exception, RunError)


def test_the_page_is_written_and_nothing_else_is_replaced(run: Path, tmp_path: Path) -> None:
    page = tmp_path / "zero.html"
    assert call(run, "--html", page).exit_code == 0
    first = page.read_text("utf-8")
    assert first.startswith("<!doctype html>")
    assert json.loads(call(run, "--html", page, "--samples", 1, "--json").stdout) == {"html": str(page)}
    assert len(page.read_text("utf-8")) < len(first)
    (tmp_path / "mine.html").write_text("<!doctype html>my own")
    for bad, said in (
        ("mine.html", "is no page of this command"),
        (".", "is a folder"),
        ("no/where.html", "does not exist"),
    ):
        failure = call(run, "--html", tmp_path / bad).exception
        assert isinstance(failure, InputError)
        assert said in str(failure)


def test_help_has_examples() -> None:
    assert "longwriter rollouts build/zero --html zero.html" in call("--help").stdout
