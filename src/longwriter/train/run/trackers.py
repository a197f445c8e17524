"""Where a run's reports go beside its log: `run.report_to`, by transformers' callbacks.

One that cannot begin is told of before the first step. One that fails later is told of once, and the training goes on.
"""

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.integrations import MLflowCallback, TensorBoardCallback, TrackioCallback, WandbCallback

from longwriter.errors import SetupError, first_line
from longwriter.train.run.log import LOG, ReportProgress

RETRIES = 3
"""Of MLflow's first request, some 15 s; its own 7 wait for four minutes without a word."""


def installed(name: str) -> bool:
    """Whether a tracker's package is there. A folder `wandb`, where wandb kept its files, is none."""
    spec = find_spec(name)
    return spec is not None and spec.origin is not None


class Board(TensorBoardCallback):
    """TensorBoard's files, in the run's folder where TENSORBOARD_LOGGING_DIR names no other."""

    def __init__(self, folder: Path) -> None:
        """`folder`: the run's."""
        super().__init__()
        if "TENSORBOARD_LOGGING_DIR" not in os.environ:
            self.logging_dir = str(folder / "tensorboard")


class Experiment(MLflowCallback):
    """MLflow's run, in the experiment that is called as the project where MLFLOW_EXPERIMENT_NAME names no other."""

    def setup(self, args: TrainingArguments, state: TrainerState, model: object) -> None:
        """Begin the run. What MLflow is told by the environment holds for this call alone: a process may train several."""
        told = {"MLFLOW_EXPERIMENT_NAME": args.project, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": str(RETRIES)}
        fresh = [name for name in told if name not in os.environ]
        os.environ.update({name: told[name] for name in fresh})
        try:
            super().setup(args, state, model)
        finally:
            for name in fresh:
                del os.environ[name]


class TrackerKind(NamedTuple):
    """A tracker that `run.report_to` may name."""

    opened: Callable[[Path], TrainerCallback]
    error: str | None
    """Its own kind of error, beside OSError: module:Class."""
    way_out: str


KINDS = {
    "tensorboard": TrackerKind(Board, None, "TENSORBOARD_LOGGING_DIR names another folder"),
    "wandb": TrackerKind(
        lambda _: WandbCallback(), "wandb.errors:Error",
        "log in by `wandb login` or WANDB_API_KEY, or keep the reports here with WANDB_MODE=offline",
    ),
    "trackio": TrackerKind(lambda _: TrackioCallback(), "httpx:HTTPError", "without TRACKIO_SPACE_ID the reports stay here"),
    "mlflow": TrackerKind(lambda _: Experiment(), "mlflow.exceptions:MlflowException", "MLFLOW_TRACKING_URI names the server"),
}  # fmt: skip


class Tracker:
    """One of them."""

    def __init__(self, name: str, folder: Path) -> None:
        """`folder`: the run's. `name`: a key of KINDS, of a package that is installed."""
        self.name, self.kind = name, KINDS[name]
        self.callback = self.kind.opened(folder)
        module, _, kind = (self.kind.error or "builtins:OSError").partition(":")
        self.errors: tuple[type[Exception], ...] = (OSError, getattr(import_module(module), kind))


class Trackers(TrainerCallback):
    """All that a run reports to."""

    def __init__(self, names: Sequence[str], folder: Path, report_progress: ReportProgress) -> None:
        """`folder`: the run's. `names`: keys of KINDS."""
        self.open, self.report_progress = [Tracker(name, folder) for name in names], report_progress

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: object
    ) -> None:
        """Begin. Raises SetupError where one refuses, or does not answer."""
        for tracker in self.open:
            try:
                tracker.callback.on_train_begin(args, state, control, **given)
            except tracker.errors as error:
                raise SetupError(
                    f"run.report_to: {tracker.name}: {first_line(error).rstrip('. ')}; {tracker.kind.way_out}, or leave it "
                    "out: --set 'run.report_to=[]'"
                ) from error

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: object) -> None:
        """Pass a report on."""
        self._tell(lambda callback: callback.on_log(args, state, control, **given))

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: object) -> None:
        """Pass a checkpoint on, to those that are told to keep them."""
        self._tell(lambda callback: callback.on_save(args, state, control, **given))

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: object
    ) -> None:
        """Let them finish."""
        self._tell(lambda callback: callback.on_train_end(args, state, control, **given))

    def _tell(self, event: Callable[[TrainerCallback], None]) -> None:
        for tracker in list(self.open):
            try:
                event(tracker.callback)
            except tracker.errors as error:
                self.open.remove(tracker)
                self.report_progress(f"{tracker.name} gets no more reports; {LOG} has all: {first_line(error)}")
