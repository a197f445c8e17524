"""A training run from its folder to the model: what every method does alike.

    run = open_run(recipe, out, data, report_progress)      settings and data compared with those of before
    run.train(trainer)                                      from the last whole checkpoint
    run.close(trainer)                                      model, card and curves

recipe.json   the resolved recipe       data.json                             what the data is
log.jsonl     every report              curves.png, tensorboard/              the same to look at
checkpoint-N/ model, optimizer, RNG     model files, README.md                the result, once the run is done
"""

import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from transformers import PrinterCallback, Trainer
from transformers.utils import logging

from longwriter import __version__
from longwriter.config import Tree, changed_keys
from longwriter.errors import RunError, Stopped, first_line
from longwriter.runs.folders import write_file
from longwriter.train.recipe import MixtureSource, Recipe
from longwriter.train.run.callbacks import (
    COMPLETE,
    STOP,
    AlreadyFinished,
    CheckpointWatch,
    LogWriter,
    last_checkpoint,
)
from longwriter.train.run.curves import draw_losses
from longwriter.train.run.log import ReportProgress, read_log
from longwriter.train.run.setup import world_size
from longwriter.train.run.trackers import Trackers

SETTINGS, DATA = "recipe.json", "data.json"
FULL_DISK = ("inline_container", "No space left", "File too large", "I/O error", "IoError")
"""Signs of a failed write in the errors of torch.save and safetensors."""
MAY_CHANGE_ON_RESUME = {
    "data.cache",
    *(f"run.{key}" for key in ("save_every", "evaluate_every", "log_every", "device_batch", "cpu", "lean_logits")),
    *(f"run.{key}" for key in ("activation_offload", "timeout_s", "report_to", "push")),
    *(f"grpo.{key}" for key in ("kl_every", "entropy_floor", "collapse_after", "vllm_url", "vllm_memory")),
    *(f"grpo.vllm_{key}" for key in ("tensor_parallel_size", "enable_sleep_mode", "max_model_length")),
    *(f"grpo.vllm_{key}" for key in ("group_port", "server_timeout")),
    *(
        f"grpo.rewards.{key}"
        for key in ("reward_url", "judge_url", "judge_headers", "calls", "timeout_s", "retry_s", "device_batch")
    ),
}
"""Settings that do not change a run's losses, or say where a judge is."""
LEAVING_S = 1.0


class TrainingRun(NamedTuple):
    """A run whose folder is open."""

    recipe: Recipe
    out: Path
    report_progress: ReportProgress

    def train(self, trainer: Trainer, release: Callable[[], None] = lambda: None) -> None:
        """Train, from the last whole checkpoint if there is one.

        `release`: as of `close`. Raises RunError where the folder cannot be written, Stopped where a file `stop` in it asked
        for that.
        """
        trainer.remove_callback(PrinterCallback)  # LogWriter reports
        watch = CheckpointWatch(self.recipe.grpo.iterations)
        trainer.add_callback(watch)
        tokens_per_step = self.recipe.run.batch * self.recipe.data.max_tokens
        trainer.add_callback(LogWriter(self.out, self.report_progress, tokens_per_step))
        trainer.add_callback(Trackers(self.recipe.run.report_to, self.out, self.report_progress))
        logging.disable_progress_bar()
        whole = last_checkpoint(self.out)
        if trainer.args.process_index == 0:
            for folder in self.out.glob("checkpoint-*"):  # what a kill left half-written
                if not (folder / COMPLETE).exists():
                    shutil.rmtree(folder)
        trainer.accelerator.wait_for_everyone()
        with _writing(self.out), suppress(AlreadyFinished):
            trainer.train(resume_from_checkpoint=None if whole is None else str(whole))
        if watch.stopped:
            self._leave(trainer, release)
            raise Stopped(
                f"{self.out / STOP} asked for it: stopped after step {trainer.state.global_step:,}, whose checkpoint is whole; "
                "the same command goes on"
            )

    def close(
        self,
        trainer: Trainer,
        draw: Callable[[Path, str], None] = draw_losses,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        """Save the model, its card and the curves, and leave the process group.

        `draw`: puts curves.png into a folder. `release`: gives up what holds process groups of its own.
        """
        with _writing(self.out):
            trainer.save_model(str(self.out))
        if trainer.args.process_index == 0:
            draw(self.out, self.out.name)
            write_file(self.out / "README.md", _card(self.recipe, self.out, type(trainer.model_wrapped).__name__))
        self._leave(trainer, release)

    def _leave(self, trainer: Trainer, release: Callable[[], None] = lambda: None) -> None:
        # A thread of gloo that still holds a tensor when the interpreter ends aborts the process (18 of 240 on a busy
        # machine, as each left right after its last reduction). A barrier holds none, and nothing is asked after it; but
        # gloo has two threads, DDP never lets them end, and the other one may still wait for its turn on the CPU.
        trainer.accelerator.wait_for_everyone()
        release()
        trainer.accelerator.end_training()
        if trainer.args.world_size > 1:
            time.sleep(LEAVING_S)


def open_run(recipe: Recipe, out: Path, data: Mapping[str, object], report_progress: ReportProgress) -> TrainingRun:
    """Create or check the run's folder.

    Args:
        recipe: the settings.
        out: the folder.
        data: what the data is, by source: data.json.
        report_progress: is called with each report.

    Raises:
        RunError: another recipe, or other data, was trained there, or it cannot be written; or a checkpoint of DeepSpeed
            is from another number of processes.
    """
    _as_many_processes(out)
    tree: Tree = json.loads(recipe.model_dump_json())
    begun = any(found for pattern in ("checkpoint-*", "rollouts/*", "README.md") for found in out.glob(pattern))
    begun = begun or bool(read_log(out))  # a run that was refused before its first step may be given other settings
    for name, content in ((SETTINGS, tree), (DATA, dict(data))):
        try:
            out.mkdir(parents=True, exist_ok=True)
            if os.environ.get("RANK", "0") == "0":
                (out / STOP).unlink(missing_ok=True)  # asked of the run before; from now on it is of this one
            before = json.loads((out / name).read_text("utf-8")) if begun and (out / name).exists() else content
        except OSError as error:
            raise RunError(f"cannot write to {out}: {error.strerror}; choose another --out") from error
        except ValueError as error:
            raise RunError(f"{out / name}: damaged: {error}; choose another --out") from error
        differ = changed_keys(_filled(before) if name == SETTINGS else before, content, MAY_CHANGE_ON_RESUME)
        if differ:
            what = "settings" if name == SETTINGS else "data"
            raise RunError(
                f"{out} was started with other {what}: {', '.join(differ)}; give the old ones to go on, or choose another --out"
            )
        if int(os.environ.get("RANK", "0")) == 0:
            write_file(out / name, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return TrainingRun(recipe, out, report_progress)


def _filled(before: Tree) -> Tree:
    """A recipe.json with the keys that came since at their defaults; as it is where it is no recipe of today's."""
    with suppress(ValidationError):
        filled: Tree = json.loads(Recipe.model_validate(before).model_dump_json())
        return filled
    return before


def _as_many_processes(out: Path) -> None:
    """Raises RunError where the last checkpoint can be read by another number of processes alone.

    DeepSpeed has a file of optimizer states for each process (so for every stage of ZeRO). Other checkpoints hold one
    whole state, which any number reads.
    """
    whole = last_checkpoint(out)
    before = 0 if whole is None else len(list(whole.glob("global_step*/*_optim_states.pt")))
    if before not in (0, world_size()):
        raise RunError(
            f"{whole} was saved by {before} processes, and DeepSpeed goes on with as many alone, not {world_size()}: start "
            f"{before} (torchrun --nproc-per-node), or begin another run from its weights (model.init, --out)"
        )


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    """Turn errors of a disk that is full, for which torch and safetensors have types of their own, into RunError."""
    try:
        yield
    except (OSError, SafetensorError, RuntimeError) as error:
        if not isinstance(error, OSError) and not any(sign in str(error) for sign in FULL_DISK):
            raise
        raise RunError(
            f"cannot write to {out}: {first_line(error)}; the last whole checkpoint is kept: make room, then run the "
            "same command again"
        ) from error


def _card(recipe: Recipe, out: Path, wrapper: str) -> str:
    """The model card, with all that the model depends on; `wrapper`: class around the model, which shows how it was sharded."""
    log = read_log(out)
    last = {name: value for entry in log for name, value in entry.values.items()}
    shown = [name for name in last if "loss" in name or name.startswith(("rewards/", "eval_rewards/"))]
    losses = "\n".join(f"| {name} | {last[name]:.4f} |" for name in shown)
    return f"""---
library_name: transformers
tags: [longwriter]
---
# {out.name}

The whole recipe is in `recipe.json`, what the data was in `data.json`, every report in `log.jsonl`.

| | |
|---|---|
| command | `{shlex.join(["longwriter", *sys.argv[1:]])}` |
| longwriter | {__version__}, commit {_commit()} |
| began from | {recipe.model.init or f"new weights: {json.dumps(recipe.model.new)}"} |
| data | {", ".join(map(_source, recipe.data.sources))} |
| seed | {recipe.run.seed} |
| processes | {world_size()}, {wrapper} |
| hardware | {_hardware()} |
| minutes | {log[-1].seconds / 60 if log else 0:.0f} |

| measure | value |
|---|---|
{losses}

![curves](curves.png)
"""


def _source(source: MixtureSource) -> str:
    """One source in the card's words."""
    held_out = f", held out: {source.held_out}" if source.held_out else ""
    return f"{source.label} ({source.path or source.kind}, share {source.share:g}{held_out})"


def _commit() -> str:
    """The commit of the checkout that this package runs from; "unknown" for an installed one."""
    try:
        shown = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
        )
    except OSError:
        return "unknown"
    return shown.stdout.strip() or "unknown"


def _hardware() -> str:
    """The GPU's name, else the processor's."""
    if torch.cuda.is_available():
        return f"{torch.cuda.device_count()} x {torch.cuda.get_device_name()}"
    info = Path("/proc/cpuinfo")
    names = (
        [line for line in info.read_text("utf-8").splitlines() if line.startswith("model name")]
        if info.exists()
        else []
    )
    return f"{names[0].partition(':')[2].strip() if names else platform.processor()}, {os.cpu_count()} cores"
