"""What a training left as one model in memory: adapters merged, in the type asked for, with tokenizer and ends of a reply."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from longwriter.errors import InputError
from longwriter.models.local.hf_weights import ADAPTER, Weights
from longwriter.train.data.ends import stop_tokens
from longwriter.train.export.gguf_files import Dtype
from longwriter.train.run.callbacks import last_checkpoint

TYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


class MergedModel(NamedTuple):
    """A model without adapters."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase


def merged(source: Path, dtype: Dtype | None = None) -> MergedModel:
    """The model in a run's folder, a checkpoint, another folder of weights, or a GGUF file.

    `dtype` None: as it is kept. Adapters are merged in float32, into the base as its own folder has it. Raises
    InputError, or SetupError for what cannot be read.
    """
    if not source.exists():
        raise InputError(f"there is no {source}; give the folder of a run")
    adapted = (source / ADAPTER).is_file()
    if source.is_dir() and not adapted and not (source / "config.json").is_file():
        left = last_checkpoint(source)
        way = f"finish it, or export its last checkpoint: {left}" if left else "give the folder of a run"
        raise InputError(f"{source} holds no model: {way}")
    weights = Weights(str(source))
    shape = weights.shape()
    heads = shape.get("architectures") or []
    if any(name.endswith("ForSequenceClassification") for name in heads):
        raise InputError(
            f"{source} is a reward model: it writes no text, and is used as it is (grpo.rewards.reward_model)"
        )
    full = adapted or source.suffix == ".gguf"
    model = weights.model(dtype=torch.float32 if full else TYPES[dtype] if dtype else "auto", device="cpu")
    model.hf_quantizer = None  # of a GGUF file: what was unpacked is not quantised any more, and may be saved
    with suppress(AttributeError):
        del model.config.quantization_config
    if dtype is not None:
        model.to(TYPES[dtype])
    model.config.use_cache = True  # trainers write false
    made = MergedModel(model, weights.tokenizer())
    if adapted:  # an adapter's folder does not say where the model stopped; its base may not know the template's end
        learnt = stop_tokens(made.tokenizer, None)
        ends = dict.fromkeys([*ends_of(made), *(learnt if isinstance(learnt, list) else [learnt])])
        model.generation_config.eos_token_id = list(ends)
    return made


def ends_of(merged: MergedModel) -> list[int]:
    """Tokens that end a reply: the tokenizer's, then those of generation_config."""
    named = merged.model.generation_config.eos_token_id
    named = named if isinstance(named, list) else [named]
    return [end for end in dict.fromkeys([merged.tokenizer.eos_token_id, *named]) if end is not None]
