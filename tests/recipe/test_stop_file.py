"""A file `stop` in a run's folder ends it after a step, with a checkpoint from which the same command goes on exactly."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import (
    LLAMA,
    conversations,
    environment,
    losses,
    recipe,
    tokenizer,
    write_lines,
)

from longwriter.errors import Stopped
from longwriter.train.methods.sft import sft
from longwriter.train.recipe import read_recipe
from longwriter.train.run.log import TrainingProgress

pytestmark = pytest.mark.recipe


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tokenizer(tmp_path)
    write_lines(tmp_path / "train.jsonl", conversations(20))
    return tmp_path


def tuned(folder: Path, steps: int, **run: object) -> Path:
    return recipe(folder / "r.toml", model={"new": LLAMA}, run={"steps": steps, "save_every": 100, "batch": 4, **run})


def test_a_run_that_was_told_to_stop_goes_on_exactly(folder: Path) -> None:
    read = read_recipe(tuned(folder, 5))
    sft(read, folder / "whole", lambda _: None)
    out = folder / "out"

    def stop_after_two(line: TrainingProgress | str) -> None:
        if isinstance(line, TrainingProgress) and line.entry.step == 2:
            (out / "stop").touch()

    with pytest.raises(Stopped, match=r"out/stop asked for it: stopped after step 3, whose checkpoint is whole"):
        sft(read, out, stop_after_two)
    assert (out / "checkpoint-3" / "complete").exists()
    assert not (out / "README.md").exists()
    assert list(losses(out)) == [1, 2, 3]
    sft(read, out, lambda _: None)  # and forgets the file
    assert losses(out) == pytest.approx(losses(folder / "whole"), abs=1e-6)
    assert not (out / "stop").exists()
    assert (out / "README.md").exists()


def test_who_goes_on_may_report_and_save_at_other_steps(folder: Path) -> None:
    """transformers would take the numbers of steps from the checkpoint."""
    out = folder / "out"

    def stop_after_three(line: TrainingProgress | str) -> None:
        if isinstance(line, TrainingProgress) and line.entry.step == 3:
            (out / "stop").touch()

    with pytest.raises(Stopped):
        sft(read_recipe(tuned(folder, 8, log_every=3)), out, stop_after_three)
    sft(read_recipe(tuned(folder, 8, log_every=1, save_every=3)), out, lambda _: None)
    assert list(losses(out)) == [1, 3, 4, 5, 6, 7, 8]
    assert {p.parent.name for p in out.glob("checkpoint-*/complete")} == {"checkpoint-6", "checkpoint-8"}


def test_all_processes_stop_after_the_same_step_with_exit_code_3(folder: Path) -> None:
    file, out = tuned(folder, 400), folder / "out"
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        "-m",
        "longwriter",
    ]
    command += ["train", "sft", str(file), "--out", str(out)]
    running = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True)
    while not (out / "log.jsonl").exists() and running.poll() is None:
        time.sleep(0.05)
    (out / "stop").touch()
    said = running.communicate(timeout=120)[1]
    assert running.returncode == 1, said  # torchrun's, for any but 0
    assert "exitcode  : 3" in said
    (kept,) = out.glob("checkpoint-*/complete")
    step = int(kept.parent.name.rpartition("-")[2])
    assert f"stopped after step {step}" in said
    assert max(losses(out)) == step < 400


def test_at_the_last_step_there_is_nothing_to_stop(folder: Path) -> None:
    out = folder / "out"

    def stop(line: TrainingProgress | str) -> None:
        if isinstance(line, TrainingProgress) and line.entry.step == 2:
            (out / "stop").touch()

    sft(read_recipe(tuned(folder, 3)), out, stop)
    assert (out / "README.md").exists()
