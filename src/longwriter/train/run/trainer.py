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
from transformers import Trainer, TrainingArguments
from trl.models import get_act_offloading_ctx_manager

from longwriter.errors import RunError
from longwriter.train.data.rows import IGNORE
from longwriter.train.recipe import OptimSettings
from longwriter.train.run.optimizer import MuonAdamW


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

    def __init__(
        self, *args: object, optim: OptimSettings, lean: bool, offload: bool = False, **kwargs: object
    ) -> None:
        """`optim`: a recipe's [optim]; `lean`, `offload`: whether logits are, and activations; the rest: Trainer's."""
        self.optim, self.lean = optim, lean
        super().__init__(*args, **kwargs)
        self.model_accepts_loss_kwargs = True
        self.offloading = get_act_offloading_ctx_manager(self.model) if offload else nullcontext()

    def _get_num_items_in_batch(self, batch_samples: list[dict[str, Tensor]], device: torch.device) -> Tensor | None:
        """The sum of weights over all micro-batches of a step and all processes."""
        if not batch_samples:
            return None
        total = sum(batch["weights"][:, 1:].sum() for batch in batch_samples).to(device)
        return self.accelerator.gather(total).sum() / self.get_cp_size()  # those that share a row all count it

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
            loss = lost / weights.sum().clamp(min=1e-9)
        else:
            loss = lost / num_items_in_batch * self.accelerator.num_processes
        return (loss, {"loss": loss}) if return_outputs else loss

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """The optimizer that the recipe names."""
        if self.optim.name != "muon":
            optimizer: torch.optim.Optimizer = super().create_optimizer(model)
            return optimizer
        o = self.optim
        self.optimizer = MuonAdamW(self.model, lr=o.lr, muon_lr=o.muon_lr, betas=o.betas, weight_decay=o.weight_decay)
        return self.optimizer
