"""run.report_to: reports reach the trackers that a team reads; one that is not installed is named before training."""

import json
import os
import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tests.helpers.tiny import LLAMA, conversations, losses, recipe, tokenizer, train, trained, write_lines

from longwriter.train.methods.sft import sft
from longwriter.train.recipe import read_recipe
from longwriter.train.run import setup

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
    missing = next((name for name in ("mlflow", "wandb", "trackio") if find_spec(name) is None), None)
    if missing is None:
        pytest.skip("every tracker is installed")
    done = train("sft", tuned(folder, "tensorboard", missing), folder / "out")
    assert done.returncode == 2, done.stderr
    assert f"run.report_to: {missing} is not installed: pip install {missing}" in done.stderr.splitlines()[-1]
    assert not list((folder / "out").glob("checkpoint-*"))


@pytest.mark.slow
def test_trackio_has_the_losses_of_the_log(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("trackio") is None:
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
    if find_spec("mlflow") is None:
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
