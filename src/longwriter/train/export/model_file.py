"""A model of transformers as a GGUF file, for llama.cpp, `gguf:` and Ollama."""

import math
from functools import partial
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from numpy.typing import NDArray

from longwriter.errors import InputError
from longwriter.train.export.gguf_files import FILE_TYPES, Quantity, Tensor, write_gguf
from longwriter.train.export.kinds import TensorNames
from longwriter.train.export.vocabulary import add_vocabulary
from longwriter.train.export.weights import MergedModel, ends_of

FREQUENCIES = "rope_freqs.weight"
"""Divisors of the rotary frequencies, (head / 2,): how llama.cpp is told of Llama 3's stretched positions."""


def write_model(merged: MergedModel, out: Path, wanted: Quantity) -> None:
    """Write a model, with its tokenizer and chat template, as `out`.

    Raises InputError for a kind of model, tokenizer or position that llama.cpp would read otherwise, and RunError.
    """
    shape: dict[str, Any] = merged.model.config.get_text_config().to_dict()
    names = TensorNames(shape)
    writer = gguf.GGUFWriter(None, names.arch)
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(out.stem)
    writer.add_file_type(FILE_TYPES[wanted])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    tensors = [*_add_shape(writer, shape), *_tensors(merged, names)]
    add_vocabulary(writer, merged.tokenizer, shape["vocab_size"], ends_of(merged))
    write_gguf(writer, tensors, out, wanted)


def _add_shape(writer: gguf.GGUFWriter, shape: dict[str, Any]) -> list[Tensor]:
    """Sizes and positions; the tensors that say the latter where keys cannot."""
    if shape.get("hidden_act", "silu") != "silu":
        raise InputError(f"hidden_act = {shape['hidden_act']}: llama.cpp computes silu in models of this kind")
    window, room = shape.get("sliding_window"), shape["max_position_embeddings"]
    if window and window < room and shape.get("use_sliding_window", True):
        raise InputError(f"sliding_window = {window:,}: llama.cpp would attend to all {room:,} positions")
    heads = shape["num_attention_heads"]
    head = shape.get("head_dim") or shape["hidden_size"] // heads
    writer.add_vocab_size(shape["vocab_size"])
    writer.add_context_length(room)
    writer.add_embedding_length(shape["hidden_size"])
    writer.add_block_count(shape["num_hidden_layers"])
    writer.add_feed_forward_length(shape["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(shape.get("num_key_value_heads") or heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_layer_norm_rms_eps(shape["rms_norm_eps"])
    writer.add_rope_dimension_count(head)
    return _add_positions(writer, shape.get("rope_parameters") or {}, head)


def _add_positions(writer: gguf.GGUFWriter, rope: dict[str, Any], head: int) -> list[Tensor]:
    kind = rope.get("rope_type", "default")
    writer.add_rope_freq_base(rope.get("rope_theta", 10000.0))
    if kind == "default":
        return []
    if kind == "llama3":
        divisors = _llama3(rope, head)
        return [Tensor(FREQUENCIES, divisors.shape, partial(np.asarray, divisors))]
    own = set(rope) - {"rope_type", "rope_theta", "factor", "original_max_position_embeddings"}
    if kind not in ("linear", "yarn") or own:
        raise InputError(f"rope_parameters: {kind} {' '.join(sorted(own))}: no GGUF is made of such positions here")
    writer.add_rope_scaling_type(gguf.RopeScalingType(kind))
    writer.add_rope_scaling_factor(rope["factor"])
    if before := rope.get("original_max_position_embeddings"):
        writer.add_rope_scaling_orig_ctx_len(before)
    return []


def _llama3(rope: dict[str, Any], head: int) -> NDArray[np.float32]:
    """By how much each frequency is divided (Llama 3.1): not at all where it turns fast, by the factor where slowly."""
    waves = 2 * math.pi * rope["rope_theta"] ** (np.arange(0, head, 2) / head)
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    between = np.clip((rope["original_max_position_embeddings"] / waves - low) / (high - low), 0, 1)
    return (1 / ((1 - between) / rope["factor"] + between)).astype(np.float32)


def _tensors(merged: MergedModel, names: TensorNames) -> list[Tensor]:
    """Every tensor under its name in GGUF; a head that is the table of words is left out."""
    out = []
    for key, values in merged.model.state_dict().items():
        if key == "lm_head.weight" and merged.model.config.tie_word_embeddings:
            continue
        name = names.of(key)
        out.append(Tensor(name, tuple(values.shape), partial(_read, values, name, names)))
    return out


def _read(values: torch.Tensor, name: str, names: TensorNames) -> NDArray[np.float32]:
    return names.rows(name, values.detach().float().numpy())
