"""Rollouts on the disk: read back as written, replaced whole, and named where damaged."""

from pathlib import Path

import pytest

from longwriter.errors import RunError
from longwriter.train.rollouts.store import FOLDER, Rollout, read_steps, write_step


def rollout(step: int, **changes: object) -> Rollout:
    base: dict[str, object] = {
        "step": step,
        "group": 0,
        "id": "a",
        "request": "Write on lamps.",
        "prompt": "Request: Write on lamps.\n",
        "completion": "<answer>灯 and\nlamps\u2028</answer>",
        "mode": "direct",
        "lower": 10,
        "upper": 20,
        "cut": False,
        "think_words": 0,
        "answer_words": 3,
        "rewards": {"length": 0.3, "writing": None},
        "why": {"length": {"words": 3}, "writing": {"missing": "the judge gave no verdict"}},
        "advantages": {"length": -0.5, "writing": None},
        "advantage": -0.5,
    }
    return Rollout.model_validate(base | changes)


def test_what_is_written_is_read_in_order_of_steps(tmp_path: Path) -> None:
    for step in (10, 9, 2):
        write_step(tmp_path, step, [rollout(step), rollout(step, group=1)])
    assert [(n, len(found)) for n, found in read_steps(tmp_path)] == [(2, 2), (9, 2), (10, 2)]
    assert next(read_steps(tmp_path))[1][0] == rollout(2)
    assert [n for n, _ in read_steps(tmp_path, below=10)] == [2, 9]
    assert (tmp_path / FOLDER / "000009.jsonl").is_file()


def test_a_step_done_again_replaces_its_file(tmp_path: Path) -> None:
    write_step(tmp_path, 3, [rollout(3), rollout(3)])
    write_step(tmp_path, 3, [rollout(3, advantage=0.25)])
    assert [r.advantage for _, found in read_steps(tmp_path) for r in found] == [0.25]
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


@pytest.mark.parametrize(
    ("damage", "message"),
    [("{half", "000002.jsonl:2: damaged"), ('{"step": 2}', "000002.jsonl:2: damaged: group"), ("", ":2: damaged")],
)
def test_a_damaged_line_is_named(tmp_path: Path, damage: str, message: str) -> None:
    write_step(tmp_path, 1, [rollout(1)])
    write_step(tmp_path, 2, [rollout(2)])
    file = tmp_path / FOLDER / "000002.jsonl"
    file.write_text(file.read_text("utf-8") + damage + "\n", "utf-8")
    steps = read_steps(tmp_path)
    assert next(steps)[0] == 1
    with pytest.raises(RunError, match=message):
        next(steps)


def test_a_folder_without_rollouts_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no rollouts in"):
        list(read_steps(tmp_path))
