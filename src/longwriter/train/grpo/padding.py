"""Rollouts of like length share a micro-batch, and none pays for padding that its longest does not need.

TRL pads a step's rollouts to its longest, a process at a time, and shuffles them: where answers go from 100 to 10,000 tokens,
most of what the model then reads is padding. Which rollouts are in which micro-batch changes no step, since the losses are sums
over all of them; "bnpo" is a mean of means, and is left in TRL's order.
"""

import inspect
from typing import Any

import torch
from peft import PeftModel
from torch import Tensor, nn

BY_TOKEN = (
    *("old_per_token_logps", "ref_per_token_logps", "sampling_per_token_logps", "importance_sampling_ratio"),
    "tool_mask",
)
"""Beside the completion's own; a ratio of whole rollouts has one column and stays as it is."""


def count_positions(model: nn.Module) -> None:
    """Let a model that is read with padding before its rows count positions from the first token, as it does when it writes.

    By itself it counts from the first column: learnt positions (GPT-2's) would be others than those it wrote at.
    """
    inner = model.get_base_model() if isinstance(model, PeftModel) else model
    if "position_ids" in inspect.signature(inner.forward).parameters:
        model.register_forward_pre_hook(_counted, with_kwargs=True)


def _counted(_: nn.Module, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:  # noqa: ANN401
    ids, mask = kwargs.get("input_ids"), kwargs.get("attention_mask")
    given = (
        isinstance(ids, Tensor) and isinstance(mask, Tensor) and mask.shape == ids.shape
    )  # else a step of generation
    if given and kwargs.get("position_ids") is None:
        kwargs = kwargs | {"position_ids": (kwargs["attention_mask"].long().cumsum(1) - 1).clamp(min=0)}
    return args, kwargs


def by_length(batches: list[dict[str, Tensor]]) -> list[dict[str, Tensor]]:
    """The same rows in micro-batches of the same sizes, the shortest completions first."""
    sizes = [len(batch["completion_mask"]) for batch in batches]
    order = torch.cat([batch["completion_mask"].sum(1) for batch in batches]).argsort(stable=True)
    out: list[dict[str, Tensor]] = [{} for _ in batches]
    for name, value in batches[0].items():
        rows = isinstance(value, Tensor) and value.dim() > 0
        parts = torch.cat([b[name] for b in batches])[order].split(sizes) if rows else [b[name] for b in batches]
        for batch, part in zip(out, parts, strict=True):
            batch[name] = part
    return out


def trimmed(batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Without the columns that are padding in every row: before the prompts, after the completions. One token stays of each.

    What was read before, at whole width, can be compared with what is read here: `count_positions`.
    """
    prompt, completion = batch["prompt_mask"], batch["completion_mask"]
    first = min(int((prompt.sum(0) == 0).int().cumprod(0).sum()), prompt.shape[1] - 1)
    seen = (completion.sum(0) > 0).nonzero()
    last = int(seen[-1]) + 1 if len(seen) else 1
    out = dict(batch)
    for name in ("prompt_ids", "prompt_mask"):
        out[name] = batch[name][:, first:]
    for name in ("completion_ids", "completion_mask", *BY_TOKEN):
        value = batch.get(name)
        if value is not None and value.shape[1] == completion.shape[1]:
            out[name] = value[:, :last]
    return out
