"""What a run tells: a line of log.jsonl a report, a picture of the curves, and a line for a person with the time left."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from longwriter.runs.folders import write_file
from longwriter.train.run.log import LOG, read_log

PICTURE = "curves.png"
Tell = Callable[[dict[str, float] | str], None]
"""Told each report, and a sentence when there is something else to say."""


class Curves(TrainerCallback):
    """Keeps the log. On resume, lines after the checkpoint are dropped: their steps come again."""

    def __init__(self, folder: Path, tell: Tell, tokens_a_step: int) -> None:
        """`tell` is called on the main process with each report."""
        self.folder, self.tell, self.tokens = folder, tell, tokens_a_step
        self.begun, self.before, self.first = 0.0, 0.0, 0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        """Take up the log where the checkpoint was."""
        self.begun, self.first = time.monotonic(), state.global_step
        if state.is_world_process_zero:
            kept = [entry for entry in read_log(self.folder) if entry["step"] <= state.global_step]
            self.before = kept[-1]["seconds"] if kept else 0.0
            write_file(self.folder / LOG, "".join(json.dumps(entry) + "\n" for entry in kept))

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict[str, float], **_: object
    ) -> None:
        """One line: step, tokens, seconds of training, and what is reported."""
        if not state.is_world_process_zero or "train_runtime" in logs:
            return
        spent = time.monotonic() - self.begun
        done = max(1, state.global_step - self.first)
        entry = {
            "step": state.global_step,
            "tokens": state.global_step * self.tokens,
            "seconds": round(self.before + spent, 1),
        }
        entry |= {
            k: round(v, 6)
            for k, v in logs.items()
            if isinstance(v, int | float) and not k.endswith(("_runtime", "_second"))
        }
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")
        self.tell(entry | {"steps": state.max_steps, "left": spent / done * (state.max_steps - state.global_step)})


def draw(folder: Path, title: str) -> None:
    """Loss, held-out losses, and accuracy where pairs are learnt, to curves.png; nothing where there is no report yet."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, and only now wanted

    log = read_log(folder)
    if not log:
        return
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.add_subplot()
    keys = sorted({k for entry in log for k in entry})
    shares = [k for k in keys if k.endswith("accuracy")]
    for key in [k for k in keys if k == "loss" or k.endswith("_loss") or k.startswith("rewards/")] + shares:
        points = [(e["step"], e[key]) for e in log if key in e]
        axes.plot(
            *zip(*points, strict=True),
            label=key.removesuffix("_loss"),
            marker="o" if len(points) < 30 else None,
            markersize=3,
        )
    axes.set(xlabel="step", ylabel="loss, nats a pair; accuracy" if shares else "loss, nats a token", title=title)
    axes.grid(alpha=0.3)
    axes.legend()
    temporary = folder / f".{PICTURE}"
    figure.savefig(temporary, format="png", dpi=120)
    temporary.replace(folder / PICTURE)
