"""transformers' Trainer with a loss that does not depend on how rows are packed, accumulated or spread over processes.

    loss = sum_t(w_t * CE_t) / sum_t(w_t)       over all target tokens t of the global batch

w_t = 1 is the mean over target tokens (LongWriter, section 4.2); w_t = 1 / T_i, with T_i the target tokens of t's
sequence, is the mean over sequences (LongAlign). The sums run over accumulation steps and processes.
"""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from longwriter.errors import RunError
from longwriter.train.data.rows import IGNORE
from longwriter.train.recipe import OptimSettings
from longwriter.train.run.optimizer import MuonAdamW

COMPLETE = "complete"  # an empty file that stands in a checkpoint once all of it is written


def log_probs(model: nn.Module, batch: dict[str, Tensor], *, lean: bool) -> Tensor:
    """Log-probability of each label under the tokens before it, (rows, tokens - 1); 0 where the label is ignored.

    `lean` needs a model with TRL's fused head, which never holds a whole (tokens, vocabulary) matrix.
    """
    if lean:
        found: Tensor = model(**batch, fused_lm_head=True).log_probs
        return found
    labels = batch.pop("labels")[:, 1:]
    logits = model(**batch).logits[:, :-1].float()
    losses = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORE, reduction="none")
    return -losses.view(labels.shape)


class SoundTrainer(Trainer):
    """Stops before a gradient that is no number reaches the weights; a base of every trainer here."""

    def _get_grad_norm(self, model: nn.Module, grad_norm: Tensor | float | None = None) -> Tensor | float | None:
        found: Tensor | float | None = super()._get_grad_norm(model, grad_norm=grad_norm)
        if found is not None and not math.isfinite(found):
            raise unsound("gradient", float(found), self.state.global_step + 1, self.args)
        return found


def unsound(what: str, value: float, step: int, args: TrainingArguments) -> RunError:
    """The error for a number that is none."""
    return RunError(
        f"the {what} is {value} at step {step}; the last checkpoint in {args.output_dir} is sound: "
        "lower optim.lr, lengthen optim.warmup or look at the data there, then start again"
    )


class WeightedTrainer(SoundTrainer):
    """Trains on rows with weights; see the formula above."""

    loss_is_scaled_for_ga = True

    def __init__(self, *args: object, optim: OptimSettings, lean: bool, **kwargs: object) -> None:
        """As transformers' Trainer, with a recipe's [optim] and whether logits are lean."""
        self.optim, self.lean = optim, lean
        super().__init__(*args, **kwargs)
        self.model_accepts_loss_kwargs = True

    def _get_num_items_in_batch(self, batch_samples: list[dict[str, Tensor]], device: torch.device) -> Tensor | None:
        """The sum of weights over all micro-batches of a step and all processes."""
        if not batch_samples:
            return None
        total = sum(batch["weights"][:, 1:].sum() for batch in batch_samples).to(device)
        return self.accelerator.gather(total).sum()

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | None = None,
    ) -> Tensor | tuple[Tensor, dict[str, Tensor]]:
        """This micro-batch's part of the loss; gradients are averaged over processes, hence the factor."""
        batch = dict(inputs)
        weights = batch.pop("weights")[:, 1:]
        lost = -(log_probs(model, batch, lean=self.lean) * weights).sum()
        if num_items_in_batch is None:
            loss = lost / weights.sum().clamp(min=1e-9)
        else:
            loss = lost / num_items_in_batch * self.accelerator.num_processes
        return (loss, {"loss": loss}) if return_outputs else loss

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """As the recipe says."""
        if self.optim.name != "muon":
            optimizer: torch.optim.Optimizer = super().create_optimizer(model)
            return optimizer
        o = self.optim
        self.optimizer = MuonAdamW(self.model, lr=o.lr, muon_lr=o.muon_lr, betas=o.betas, weight_decay=o.weight_decay)
        return self.optimizer


class Finished(Exception):  # noqa: N818 - nothing is wrong
    """All steps were taken before the run was started again."""


class Watch(TrainerCallback):
    """Marks checkpoints that are whole; stops at a loss that is no number, and at the last step."""

    def on_step_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Raises Finished: transformers would take a step more before it looks whether there are enough."""
        if state.global_step >= state.max_steps:
            raise Finished

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """A checkpoint comes with a report, so that a run that goes on averages its reports over the same steps."""
        control.should_log |= control.should_save

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict[str, float], **_: object
    ) -> None:
        """Raises RunError at NaN or infinity."""
        for name in ("loss", "eval_loss"):
            value = logs.get(name)
            if value is not None and not math.isfinite(value):
                raise unsound("loss", value, state.global_step, args)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """The checkpoint is on the disk."""
        if state.is_world_process_zero:
            (Path(args.output_dir) / f"checkpoint-{state.global_step}" / COMPLETE).touch()


def last_checkpoint(folder: Path) -> Path | None:
    """The latest checkpoint that was written to its end."""
    whole = [p.parent for p in folder.glob(f"checkpoint-*/{COMPLETE}")]
    return max(whole, key=lambda p: int(p.name.rpartition("-")[2]), default=None)
