"""run.report_to: reports reach the trackers that a team reads; one that is not installed is named before training."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tests.helpers.tiny import LLAMA, conversations, losses, recipe, tokenizer, train, trained, write_lines
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from longwriter.errors import SetupError
from longwriter.train.methods.sft import sft
from longwriter.train.recipe import read_recipe
from longwriter.train.run import setup, trackers

pytestmark = pytest.mark.recipe


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tokenizer(tmp_path)
    write_lines(tmp_path / "train.jsonl", conversations(20))
    return tmp_path


def tuned(folder: Path, *trackers: str) -> Path:
    return recipe(folder / "r.toml", model={"new": LLAMA}, run={"steps": 3, "report_to": list(trackers)})


def on_board(folder: Path) -> dict[int, float]:
    events = EventAccumulator(str(folder))
    events.Reload()
    return {event.step: event.value for event in events.Scalars("train/loss")}


def test_tensorboard_has_the_losses_of_the_log(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TENSORBOARD_LOGGING_DIR", raising=False)
    for out in (folder / "first", folder / "second"):  # in one process, as a notebook trains them
        sft(read_recipe(tuned(folder, "tensorboard")), out, lambda _: None)
        assert on_board(out / "tensorboard") == pytest.approx(losses(out), abs=1e-5)
    assert "TENSORBOARD_LOGGING_DIR" not in os.environ


def test_tensorboard_may_have_a_folder_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(folder / "board"))
    trained("sft", tuned(folder, "tensorboard"), folder / "out")
    assert on_board(folder / "board") == pytest.approx(losses(folder / "out"), abs=1e-5)
    assert not (folder / "out" / "tensorboard").exists()


def test_a_run_may_report_to_its_log_alone(folder: Path) -> None:
    trained("sft", tuned(folder), folder / "out")
    assert list(losses(folder / "out")) == [1, 2, 3]
    assert not (folder / "out" / "tensorboard").exists()


def test_a_tracker_that_is_not_installed_is_named_before_anything_is_trained(folder: Path) -> None:
    missing = next((name for name in ("mlflow", "wandb", "trackio") if not trackers.installed(name)), None)
    if missing is None:
        pytest.skip("every tracker is installed")
    done = train("sft", tuned(folder, "tensorboard", missing), folder / "out")
    assert done.returncode == 2, done.stderr
    assert f"run.report_to: {missing} is not installed: pip install {missing}" in done.stderr.splitlines()[-1]
    assert not list((folder / "out").glob("checkpoint-*"))


def test_a_tracker_that_cannot_begin_is_named_before_the_first_step(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "board").write_text("a file")
    monkeypatch.setenv("TENSORBOARD_LOGGING_DIR", str(folder / "board" / "runs"))
    with pytest.raises(SetupError, match=r"run\.report_to: tensorboard: .*Not a directory.*TENSORBOARD_LOGGING_DIR"):
        sft(read_recipe(tuned(folder, "tensorboard")), folder / "out", lambda _: None)
    assert losses(folder / "out") == {}


class Lines(TrainerCallback):  # type: ignore[misc]
    """A tracker that writes a line a report into a folder, which goes away after the second step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "lines"
        self.folder.mkdir(exist_ok=True)

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        with (self.folder / "all").open("a") as file:
            file.write(f"{state.global_step}\n")
        if state.global_step == 2:
            self.folder.rename(self.folder.with_name("moved"))


def test_a_tracker_that_fails_later_is_told_of_once_and_the_training_ends_well(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(trackers.KINDS, "tensorboard", trackers.TrackerKind(Lines, None, ""))
    said: list[str] = []
    sft(read_recipe(tuned(folder, "tensorboard")), folder / "out", lambda line: said.append(str(line)))
    assert (folder / "out" / "moved" / "all").read_text() == "1\n2\n"
    assert list(losses(folder / "out")) == [1, 2, 3]
    [told] = [line for line in said if line.startswith("tensorboard gets no more reports; log.jsonl has all: ")]
    assert "No such file" in told
    assert (folder / "out" / "README.md").exists()


@pytest.mark.parametrize(
    ("name", "variable", "value", "way_out"),
    [
        ("mlflow", "MLFLOW_TRACKING_URI", "http://127.0.0.1:9", "MLFLOW_TRACKING_URI names the server"),
        ("wandb", "WANDB_API_KEY", "short", "WANDB_MODE=offline"),
    ],
)
def test_a_tracker_that_refuses_or_does_not_answer_is_named_before_the_first_step(
    name: str, variable: str, value: str, way_out: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not trackers.installed(name):
        pytest.skip(f"needs {name}: pip install {name}")
    monkeypatch.setenv(variable, value)
    with pytest.raises(SetupError, match=rf"run\.report_to: {name}: .*{way_out}"):
        sft(read_recipe(tuned(folder, name)), folder / "out", lambda _: None)


def test_a_folder_that_a_tracker_left_is_not_the_tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "left_by_a_tracker").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert not trackers.installed("left_by_a_tracker")
    assert trackers.installed("json")


@pytest.mark.slow
def test_trackio_has_the_losses_of_the_log(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not trackers.installed("trackio"):
        pytest.skip("needs trackio: pip install trackio")
    monkeypatch.setenv("TRACKIO_DIR", str(folder / "trackio"))
    trained("sft", tuned(folder, "trackio"), folder / "out")
    with closing(sqlite3.connect(folder / "trackio" / f"{setup.PROJECT}.db")) as kept:
        rows = kept.execute("SELECT run_name, metrics FROM metrics").fetchall()
    assert {name for name, _ in rows} == {"out"}
    reports = [json.loads(metrics) for _, metrics in rows]
    seen = {report["train/global_step"]: report["train/loss"] for report in reports if "train/loss" in report}
    assert seen == pytest.approx(losses(folder / "out"), abs=1e-5)


@pytest.mark.slow
def test_mlflow_has_the_losses_of_the_log(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not trackers.installed("mlflow"):
        pytest.skip("needs mlflow: pip install mlflow")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", (folder / "mlruns").as_uri())
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    sft(read_recipe(tuned(folder, "mlflow")), folder / "out", lambda _: None)
    [kept] = (folder / "mlruns").rglob("metrics/loss")
    rows = [line.split() for line in kept.read_text("utf-8").splitlines()]  # time, value, step
    assert {int(step): float(value) for _, value, step in rows} == pytest.approx(losses(folder / "out"), abs=1e-5)
    run = kept.parents[1]
    assert "run_name: out" in (run / "meta.yaml").read_text("utf-8")
    assert f"name: {setup.PROJECT}" in (run.parent / "meta.yaml").read_text("utf-8")
    assert "MLFLOW_EXPERIMENT_NAME" not in os.environ
