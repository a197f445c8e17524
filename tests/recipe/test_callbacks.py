"""What is kept of the log where a run begins or goes on, and which losses stop it."""

import math
from pathlib import Path

import pytest

pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import write_lines
from transformers import TrainerControl, TrainerState, TrainingArguments

from longwriter.errors import RunError
from longwriter.train.run.callbacks import CheckpointWatch, LogWriter
from longwriter.train.run.log import read_log

pytestmark = pytest.mark.recipe


@pytest.mark.parametrize(("step", "kept"), [(0, []), (2, [0, 1, 2])])
def test_lines_whose_steps_are_taken_again_go(tmp_path: Path, step: int, kept: list[int]) -> None:
    """Begun anew, the held-out requests are answered before the first step again."""
    lines = [{"step": 0, "eval_cut": 0.5}, *({"step": n, "loss": 1.0} for n in (1, 2, 3))]
    write_lines(tmp_path / "log.jsonl", lines)
    args = TrainingArguments(str(tmp_path / "out"), use_cpu=True, report_to=[])
    state = TrainerState(global_step=step, is_world_process_zero=True)
    LogWriter(tmp_path, lambda _: None, 8).on_train_begin(args, state, TrainerControl())
    assert [entry.step for entry in read_log(tmp_path)] == kept


def test_small_numbers_are_kept(tmp_path: Path) -> None:
    """A learning rate of reinforcement at 32B: 1e-6, after a twentieth of its warmup."""
    args = TrainingArguments(str(tmp_path / "out"), use_cpu=True, report_to=[])
    writer, control, state = LogWriter(tmp_path, lambda _: None, 8), TrainerControl(), TrainerState(global_step=1)
    state.max_steps = 9
    writer.on_log(args, state, control, {"learning_rate": 5e-8, "loss": 1.23456789})
    assert read_log(tmp_path)[0].values == {"learning_rate": 5e-8, "loss": 1.23457}


@pytest.mark.parametrize("name", ["loss", "eval_loss", "eval_books_loss"])
def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path, name: str) -> None:
    args = TrainingArguments(str(tmp_path / "out"), use_cpu=True, report_to=[])
    control, state = TrainerControl(), TrainerState(global_step=4)
    CheckpointWatch().on_log(args, state, control, {name: 2.5, "eval_margin": math.nan})
    with pytest.raises(RunError, match=f"the {name} is nan at step 4"):
        CheckpointWatch().on_log(args, state, control, {name: math.nan})
