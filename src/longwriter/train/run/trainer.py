"""transformers' Trainer with a loss that does not depend on how rows are packed, accumulated or spread over processes.

    loss = sum_t(w_t * CE_t) / sum_t(w_t)       over all target tokens t of the global batch

w_t = 1 is the mean over target tokens (LongWriter, section 4.2); w_t = 1 / T_i, with T_i the target tokens of t's
sequence, is the mean over sequences (LongAlign). The sums run over accumulation steps and processes.
"""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from transformers import Trainer, TrainingArguments
from transformers.trainer_utils import EvalLoopOutput
from trl.models import get_act_offloading_ctx_manager

from longwriter.errors import RunError
from longwriter.train.data.rows import IGNORE, Row
from longwriter.train.recipe import OptimSettings
from longwriter.train.run.optimizer import MuonAdamW

LEAST = 1e-9
"""Least sum of weights that a loss is divided by: of rows without a target it is 0, and so is their loss."""


def log_probs(model: nn.Module, batch: dict[str, Tensor], *, lean: bool) -> Tensor:
    """Log-probability of each label under the tokens before it, (rows, tokens - 1); 0 where the label is ignored.

    `lean` needs a model with TRL's fused head, which never holds a whole (tokens, vocabulary) matrix.
    """
    if lean:
        found: Tensor = model(**batch, fused_lm_head=True).log_probs
        return found
    shifted = batch.pop("shift_labels", None)  # where GPUs share rows, since a label may lie on the next one
    labels = batch.pop("labels")[:, 1:] if shifted is None else shifted
    logits = model(**batch).logits[:, : labels.shape[1]].float()
    losses = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORE, reduction="none")
    return -losses.view(labels.shape)


class Filled(Dataset[Row]):
    """Rows, and after them as many without weight as make whole batches on every process.

    accelerate would fill the last batches with rows that were seen, which would count twice.
    """

    def __init__(self, rows: Dataset[Row], at_once: int) -> None:
        """`at_once`: rows of one micro-batch on all processes."""
        self.rows, self.length = rows, math.ceil(len(rows) / at_once) * at_once

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Row:
        if index < len(self.rows):
            return self.rows[index]
        first = self.rows[0]
        return first | {"weights": torch.zeros_like(first["weights"])}


def shiftable(batch: dict[str, Tensor], multiple: int) -> dict[str, Tensor]:
    """Rows lengthened to a multiple of tokens, with labels of their own and `shift_labels`, and weights shifted like them."""
    more = -batch["input_ids"].shape[1] % multiple
    fill = {"labels": IGNORE, "attention_mask": 1}
    longer = {name: F.pad(values, (0, more), value=fill.get(name, 0)) for name, values in batch.items()}
    shifted = F.pad(longer["labels"][:, 1:], (0, 1), value=IGNORE)
    return longer | {"shift_labels": shifted, "weights": F.pad(longer["weights"][:, 1:], (0, 1))}


class FiniteGradTrainer(Trainer):
    """Stops before a gradient that is not finite reaches the weights; a base of every trainer here."""

    def _get_grad_norm(self, model: nn.Module, grad_norm: Tensor | float | None = None) -> Tensor | float | None:
        found: Tensor | float | None = super()._get_grad_norm(model, grad_norm=grad_norm)
        if found is not None and not math.isfinite(found):
            raise not_finite("gradient", float(found), self.state.global_step + 1, self.args)
        return found


def not_finite(what: str, value: float, step: int, args: TrainingArguments) -> RunError:
    """The error for a loss or gradient that is NaN or infinite."""
    return RunError(
        f"the {what} is {value} at step {step}; the last checkpoint in {args.output_dir} is sound: "
        "lower optim.lr, lengthen optim.warmup or look at the data there, then start again"
    )


class WeightedTrainer(FiniteGradTrainer):
    """A trainer on rows with weights: sum(w CE) / sum(w) over the target tokens of the global batch."""

    loss_is_scaled_for_ga = True
    eval_dataset: dict[str, Dataset[Row]] | None

    def __init__(
        self, *args: object, optim: OptimSettings, lean: bool, offload: bool = False, **kwargs: object
    ) -> None:
        """`optim`: a recipe's [optim]; `lean`, `offload`: whether logits are, and activations; the rest: Trainer's."""
        self.optim, self.lean = optim, lean
        super().__init__(*args, **kwargs)
        self.model_accepts_loss_kwargs = True
        at_once = self.args.eval_batch_size * self.args.world_size
        if self.eval_dataset is not None:
            self.eval_dataset = {name: Filled(rows, at_once) for name, rows in self.eval_dataset.items()}
        self.evaluated = torch.zeros(2)
        self.offloading = get_act_offloading_ctx_manager(self.model) if offload else nullcontext()

    def _get_num_items_in_batch(self, batch_samples: list[dict[str, Tensor]], device: torch.device) -> Tensor | None:
        """The sum of weights over all micro-batches of a step and all processes."""
        if not batch_samples:
            return None
        total = sum(batch["weights"][:, 1:].sum() for batch in batch_samples).to(device)
        found = self.accelerator.gather(total).sum().clamp(min=LEAST)
        return found / self.get_cp_size()  # those that share a row all count it

    def training_step(self, *args: object, **kwargs: object) -> Tensor:
        """A step, with activations offloaded where the recipe asks for it."""
        with self.offloading:
            found: Tensor = super().training_step(*args, **kwargs)
            return found

    def _prepare_context_parallel_inputs(
        self, model: nn.Module, inputs: dict[str, Tensor]
    ) -> tuple[Callable[[], AbstractContextManager[None]], dict[str, Tensor]]:
        """Where GPUs share rows, weights are cut as labels are: shifted, then in two pieces for each GPU."""
        if self.get_cp_size() > 1:
            inputs = shiftable(inputs, 2 * self.get_cp_size())
        context, inputs = super()._prepare_context_parallel_inputs(model, inputs)
        if self.get_cp_size() > 1:
            kept = context.keywords
            buffers = [*kept["buffers"], inputs["weights"]]
            dims = [*kept["buffer_seq_dims"], 1]
            context = partial(context, buffers=buffers, buffer_seq_dims=dims, no_restore_buffers=set(buffers))
        return context, inputs

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | None = None,
    ) -> Tensor | tuple[Tensor, dict[str, Tensor]]:
        """This micro-batch's part of the loss; gradients are averaged over processes, hence the factor."""
        batch = dict(inputs)
        weights = batch.pop("weights")
        weights = weights if "shift_labels" in batch else weights[:, 1:]
        lost = -(log_probs(model, batch, lean=self.lean) * weights).sum()
        if num_items_in_batch is None:
            loss = lost / weights.sum().clamp(min=LEAST)
        else:
            loss = lost / num_items_in_batch * self.accelerator.num_processes
        return (loss, {"loss": loss}) if return_outputs else loss

    def prediction_step(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        prediction_loss_only: bool,
        ignore_keys: list[str] | None = None,
    ) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """One micro-batch of an evaluation, added to `evaluated`: the losses so far, and their weights."""
        weights = self._get_num_items_in_batch([inputs], self.args.device)  # of all processes' micro-batches
        loss, _, _ = super().prediction_step(model, inputs, True, ignore_keys)
        share = weights / self.accelerator.num_processes
        self.evaluated += torch.stack([loss * share, share]).to(self.evaluated)
        return loss, None, None

    def evaluation_loop(
        self,
        dataloader: DataLoader[Row],
        description: str,
        prediction_loss_only: bool | None = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> EvalLoopOutput:
        """The loss over all rows, as in training; transformers would give the mean over micro-batches."""
        self.evaluated = torch.zeros(2, dtype=torch.float64)
        output = super().evaluation_loop(dataloader, description, True, ignore_keys, metric_key_prefix)
        lost, weights = self.accelerator.gather(self.evaluated.to(self.args.device)[None]).sum(0).tolist()
        output.metrics[f"{metric_key_prefix}_loss"] = lost / max(weights, LEAST)
        return output

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """The optimizer that the recipe names."""
        if self.optim.name != "muon":
            optimizer: torch.optim.Optimizer = super().create_optimizer(model)
            return optimizer
        o = self.optim
        self.optimizer = MuonAdamW(self.model, lr=o.lr, muon_lr=o.muon_lr, betas=o.betas, weight_decay=o.weight_decay)
        return self.optimizer
