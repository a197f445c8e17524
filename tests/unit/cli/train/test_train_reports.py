"""What train writes on the terminal for each report."""

import pytest

from longwriter.cli.train.run import show
from longwriter.train.run.log import LogEntry, TrainingProgress


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"loss": 2.25, "learning_rate": 0.001, "epoch": 0.5}, "step 3/6  loss 2.25  learning_rate 0.001   1:05 left"),
        ({"eval_train_loss": 1.5, "epoch": 0.5}, "step 3/6  held out:  train_loss 1.5   1:05 left"),
        ({"loss": -0.0}, "step 3/6  loss 0   1:05 left"),
        ({"loss": 2.0, "eval_text_loss": 1.5}, "step 3/6  loss 2  eval_text_loss 1.5   1:05 left"),
    ],
)
def test_held_out_rows_are_told_apart(values: dict[str, float], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A source called "train" has a train_loss, which must not look like the training's."""
    show(TrainingProgress(entry=LogEntry(step=3, values=values), steps=6, seconds_left=65))
    assert capsys.readouterr().err == line + "\n"
