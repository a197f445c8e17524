"""Evaluation on held-out requests: what is drawn, judged, kept and logged, and that the training is the same without it."""

import json
import statistics
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import losses, trained, write_lines
from tests.helpers.tiny_grpo import PLANTED, log, made, recipe_of, run  # noqa: F401

from longwriter.errors import InputError
from longwriter.train.rollouts.store import read_steps
from longwriter.train.run.log import TrainingProgress

pytestmark = pytest.mark.recipe

OBJECTIVES = ["length", PLANTED + "Planted"]


def with_held_out(folder: Path, requests: int = 5, **data: object) -> dict[str, object]:
    """The data table of a recipe with as many held-out requests."""
    rows = [{"id": f"h{i}", "prompt": f"Say {i} words.", "lower": 3, "upper": 8} for i in range(requests)]
    held_out = str(write_lines(folder / "held.jsonl", rows))
    return {"sources": [{"kind": "prompts", "path": str(folder / "prompts.jsonl"), "held_out": held_out}]} | data


@pytest.mark.slow
def test_held_out_requests_are_judged_and_change_nothing(folder: Path) -> None:
    grpo = {"objectives": OBJECTIVES, "advantage": "sum"}
    steps = run(folder, data=with_held_out(folder), run={"steps": 5, "evaluate_every": 2}, grpo=grpo)
    found = dict(read_steps(folder / "out" / "held_out"))
    assert list(found) == [0, 2, 4, 5], "before the first step, every second, and at the end"
    lines = {e["step"]: e for e in log(folder) if "loss" not in e}
    assert list(lines) == [0, 2, 4, 5]
    for step, rollouts in found.items():
        assert sorted(r.id for r in rollouts) == [f"h{i}" for i in range(5)]
        line = lines[step]
        assert line["eval_answer_words"] == pytest.approx(statistics.mean(r.answer_words for r in rollouts), abs=1e-5)
        for name in OBJECTIVES:
            mean = statistics.mean(r.rewards[name] for r in rollouts)
            assert line[f"eval_rewards/{name}/mean"] == pytest.approx(mean, abs=1e-5)
        assert not any(key.endswith(("flat", "std")) or not key.startswith("eval_") for key in line.keys() - BESIDE)
    assert json.loads((folder / "out" / "data.json").read_text())["prompts held out"]["prompts"] == 5
    told = (folder / "out" / "README.md").read_text()
    assert f"eval_rewards/{OBJECTIVES[1]}/mean" in told
    with_evaluation = losses(folder / "out")
    (folder / "out").rename(folder / "evaluated")
    assert run(folder, run={"steps": 5}, grpo=grpo) == steps
    assert losses(folder / "out") == pytest.approx(with_evaluation, abs=1e-6)


BESIDE = {"step", "tokens", "seconds", "epoch"}


@pytest.mark.slow
def test_two_processes_share_the_held_out_requests(folder: Path) -> None:
    """Three of them: each process draws two, and the fourth draw is not counted."""
    data = with_held_out(folder, 3)
    file = recipe_of(folder, data=data, run={"steps": 2, "evaluate_every": 1}, grpo={"objectives": OBJECTIVES})
    trained("grpo", file, folder / "out", processes=2)
    found = dict(read_steps(folder / "out" / "held_out"))
    assert {step: [r.id for r in rollouts] for step, rollouts in found.items()} == {
        step: [r.id for r in found[0]] for step in (0, 1, 2)
    }
    assert sorted(r.id for r in found[0]) == ["h0", "h1", "h2"]


def test_as_many_as_wanted_are_drawn_and_none_that_is_trained_on(folder: Path) -> None:
    told: list[TrainingProgress | str] = []
    data = with_held_out(folder, 9, held_out_rows=2)
    run(folder, told.append, data=data, run={"steps": 1}, grpo={"objectives": OBJECTIVES})
    first = next(report for report in told if isinstance(report, TrainingProgress))
    assert {"eval_rewards/length/mean", "eval_answer_words"} <= first.entry.values.keys(), "seen, not kept alone"
    assert [len(rollouts) for _, rollouts in read_steps(folder / "out" / "held_out")] == [2, 2]
    rows = [{"id": "x", "prompt": "Write 3 words.", "lower": 3, "upper": 8}]
    data = with_held_out(folder)
    write_lines(folder / "held.jsonl", rows)
    with pytest.raises(InputError, match="1 of 1 requests are trained on too, such as id x"):
        run(folder, data=data)
