"""A training run's folder: settings compared on resume, the last whole checkpoint, and what stands there at the end.

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
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import PrinterCallback, Trainer
from transformers.utils import logging

from longwriter import __version__
from longwriter.config import Tree, changed_keys
from longwriter.errors import RunError
from longwriter.runs.folders import write_file
from longwriter.train.recipe import Recipe
from longwriter.train.run.curves import Curves, Tell, draw
from longwriter.train.run.log import read_log
from longwriter.train.run.setup import world_size
from longwriter.train.run.trainer import COMPLETE, Finished, Watch, last_checkpoint

SETTINGS, DATA = "recipe.json", "data.json"
DISK = ("inline_container", "No space left", "File too large", "I/O error", "IoError")
"""What a failed write is called by torch.save and safetensors."""
FREE = {f"run.{key}" for key in ("save_every", "evaluate_every", "log_every", "device_batch", "cpu", "lean_logits")}
FREE |= {f"grpo.{key}" for key in ("kl_every", "entropy_floor", "collapse_after", "vllm_url", "vllm_memory")}
FREE |= {
    f"grpo.rewards.{key}"
    for key in ("reward_url", "judge_url", "judge_headers", "calls", "timeout_s", "retry_s", "device_batch")
}
"""Settings that may change when a run goes on: they do not change its losses, or say where a judge is."""


def start(recipe: Recipe, out: Path, data: Tree) -> None:
    """Make or check the run's folder; `data`: what the data is, by source.

    Raises RunError where another recipe, or other data, was trained there, or it cannot be written.
    """
    tree: Tree = json.loads(recipe.model_dump_json())
    os.environ.setdefault("TENSORBOARD_LOGGING_DIR", str(out / "tensorboard"))
    begun = any(found for pattern in ("checkpoint-*", "rollouts/*", "README.md") for found in out.glob(pattern))
    begun = begun or bool(read_log(out))  # a run that was refused before its first step may be given other settings
    for name, content in ((SETTINGS, tree), (DATA, data)):
        try:
            out.mkdir(parents=True, exist_ok=True)
            before = json.loads((out / name).read_text("utf-8")) if begun and (out / name).exists() else content
        except OSError as error:
            raise RunError(f"cannot write to {out}: {error.strerror}; choose another --out") from error
        except ValueError as error:
            raise RunError(f"{out / name}: damaged: {error}; choose another --out") from error
        differ = changed_keys(before, content, FREE)
        if differ:
            what = "settings" if name == SETTINGS else "data"
            raise RunError(
                f"{out} was started with other {what}: {', '.join(differ)}; give the old ones to go on, or choose another --out"
            )
        if int(os.environ.get("RANK", "0")) == 0:
            write_file(out / name, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def go(trainer: Trainer, recipe: Recipe, out: Path, tell: Tell) -> None:
    """Train, from the last whole checkpoint if there is one."""
    trainer.remove_callback(PrinterCallback)  # Curves tells
    trainer.add_callback(Watch())
    trainer.add_callback(Curves(out, tell, recipe.run.batch * recipe.data.max_tokens))
    logging.disable_progress_bar()
    whole = last_checkpoint(out)
    if trainer.args.process_index == 0:
        for folder in out.glob("checkpoint-*"):  # what a kill left half-written
            if not (folder / COMPLETE).exists():
                shutil.rmtree(folder)
    trainer.accelerator.wait_for_everyone()
    with _writing(out), suppress(Finished):
        trainer.train(resume_from_checkpoint=None if whole is None else str(whole))


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    """Names a disk that is full. torch and safetensors say it in errors of their own."""
    try:
        yield
    except (OSError, SafetensorError, RuntimeError) as error:
        if not isinstance(error, OSError) and not any(sign in str(error) for sign in DISK):
            raise
        reason = str(error).strip().splitlines()[0]
        raise RunError(
            f"cannot write to {out}: {reason}; the last whole checkpoint is kept: make room, then run the same command again"
        ) from error


def finish(trainer: Trainer, recipe: Recipe, out: Path) -> None:
    """Save the model, its card and the curves, and leave the process group."""
    with _writing(out):
        trainer.save_model(str(out))
    if trainer.args.process_index == 0:
        draw(out, out.name)
        write_file(out / "README.md", _card(recipe, out, type(trainer.model_wrapped).__name__))
    # A thread of gloo that still holds a tensor when the interpreter ends aborts the process (18 of 240 on a busy
    # machine, as each left right after its last reduction). A barrier holds none, and nothing is asked after it.
    trainer.accelerator.wait_for_everyone()
    trainer.accelerator.end_training()


def _card(recipe: Recipe, out: Path, wrapper: str) -> str:
    """A model card with what made the model; `wrapper`: what the model ran in, which tells how it was spread."""
    log = read_log(out)
    last = {
        k: v for entry in log for k, v in entry.items() if "loss" in k or k.startswith(("rewards/", "eval_rewards/"))
    }
    losses = "\n".join(f"| {k} | {v:.4f} |" for k, v in last.items())
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
| data | {", ".join(f"{s.label} ({s.path or s.kind}, share {s.share:g})" for s in recipe.data.sources)} |
| seed | {recipe.run.seed} |
| processes | {world_size()}, {wrapper} |
| hardware | {_hardware()} |
| minutes | {log[-1]["seconds"] / 60 if log else 0:.0f} |

| measure | value |
|---|---|
{losses}

![curves](curves.png)
"""


def _commit() -> str:
    """Of the checkout that this package runs from; "unknown" for an installed one."""
    try:
        told = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
        )
    except OSError:
        return "unknown"
    return told.stdout.strip() or "unknown"


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
