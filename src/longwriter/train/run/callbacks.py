"""What happens between a training's steps: the log, checkpoints marked as whole, and reasons to stop."""

import math
import time
from pathlib import Path

import torch
from accelerate import PartialState
from accelerate.utils import broadcast
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from longwriter.runs.folders import write_file
from longwriter.train.run.log import LOG, LogEntry, ReportProgress, TrainingProgress, read_log
from longwriter.train.run.trainer import not_finite

STOP = "stop"
"""A file that a person, or a scheduler's signal, puts into the folder of a run."""
COMPLETE = "complete"  # an empty file that is put into a checkpoint once all of it is written


class LogWriter(TrainerCallback):
    """Keeps the log. On resume, lines after the checkpoint are dropped: their steps are taken again."""

    def __init__(self, folder: Path, report_progress: ReportProgress, tokens_per_step: int) -> None:
        """`report_progress` is called on the main process with each report."""
        self.folder, self.report_progress, self.tokens_per_step = folder, report_progress, tokens_per_step
        self.begun, self.before, self.first = 0.0, 0.0, 0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        """Take up the log where the checkpoint was."""
        self.begun, self.first = time.monotonic(), state.global_step
        if state.is_world_process_zero:
            # of a run that begins anew nothing, not even what was measured before its first step
            kept = [entry for entry in read_log(self.folder) if entry.step <= state.global_step and state.global_step]
            self.before = kept[-1].seconds if kept else 0.0
            write_file(self.folder / LOG, "".join(entry.line() for entry in kept))

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict[str, float], **_: object
    ) -> None:
        """Write one line: step, tokens, seconds of training, and what is reported."""
        if not state.is_world_process_zero or "train_runtime" in logs:
            return
        spent = time.monotonic() - self.begun
        tokens = logs.get("tokens", state.global_step * self.tokens_per_step)
        values = {
            k: float(f"{v:.6g}")
            for k, v in logs.items()
            if isinstance(v, int | float) and k != "tokens" and not k.endswith(("_runtime", "_second"))
        }
        entry = LogEntry(
            step=state.global_step,
            tokens=tokens,
            seconds=round(self.before + spent, 1),
            values=values,
        )
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(entry.line())
        left = spent / max(1, state.global_step - self.first) * (state.max_steps - state.global_step)
        self.report_progress(TrainingProgress(entry=entry, steps=state.max_steps, seconds_left=left))


class AlreadyFinished(Exception):  # noqa: N818 - nothing is wrong
    """All steps were taken before the run was started again."""


class CheckpointWatch(TrainerCallback):
    """Marks checkpoints that are whole; stops at a loss that is not finite, at the last step, and where a file asks for it."""

    def __init__(self, every: int = 1) -> None:
        """`every`: steps between places where a run can go on."""
        self.every, self.stopped = every, False

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        """Let the checkpoint's numbers of steps give way to those of now."""
        state.compute_steps(args, state.max_steps)

    def on_step_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Raises AlreadyFinished: transformers would take a step more before it looks whether there are enough."""
        if state.global_step >= state.max_steps:
            raise AlreadyFinished

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Save and end where that is asked for. A save is reported, so that a resumed run averages over the same steps."""
        if state.global_step % self.every == 0 and state.global_step < state.max_steps and self._asked(args, state):
            self.stopped = control.should_save = control.should_training_stop = True
        control.should_log |= control.should_save

    def _asked(self, args: TrainingArguments, state: TrainerState) -> bool:
        """The same on every process: a shared disk shows them a new file at different times."""
        asked = state.is_world_process_zero and (Path(args.output_dir) / STOP).exists()
        if args.world_size == 1:
            return asked
        return bool(broadcast(torch.tensor([asked], dtype=torch.int32, device=args.device)).item())

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict[str, float], **_: object
    ) -> None:
        """Raises RunError at NaN or infinity."""
        for name, value in logs.items():
            held_out = name.startswith("eval_") and name.endswith("_loss")  # eval_loss, or of each source its own
            if (held_out or name == "loss") and not math.isfinite(value):
                raise not_finite(name, value, state.global_step, args)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Mark the checkpoint, once every process has written its part of it."""
        PartialState().wait_for_everyone()
        if state.is_world_process_zero:
            (Path(args.output_dir) / f"checkpoint-{state.global_step}" / COMPLETE).touch()


def last_checkpoint(folder: Path) -> Path | None:
    """The latest checkpoint that was written to its end."""
    whole = [p.parent for p in folder.glob(f"checkpoint-*/{COMPLETE}")]
    return max(whole, key=lambda p: int(p.name.rpartition("-")[2]), default=None)
