"""A LoRA adapter of peft as the GGUF file that llama.cpp lays on a base: `gguf:BASE+ADAPTER.gguf`, or ADAPTER in Ollama.

The layout is that of llama.cpp's convert_lora_to_gguf.py: for each matrix W (out, in) of the base, W.lora_a (rank, in)
and W.lora_b (out, rank), and one alpha; what is added to W is lora_b @ lora_a x alpha / rank.
"""

import math
import re
from functools import partial
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors import SafetensorError, safe_open

from longwriter.errors import InputError, SetupError
from longwriter.models.local.hf_weights import ADAPTER, Weights
from longwriter.train.export.gguf_files import FILE_TYPES, Dtype, Tensor, write_gguf
from longwriter.train.export.kinds import TensorNames
from longwriter.train.recipe import read_json

WEIGHTS = "adapter_model.safetensors"
UNKNOWN = (
    *("modules_to_save", "trainable_token_indices", "layer_replication", "target_parameters", "alpha_pattern"),
    *("rank_pattern", "use_dora", "use_qalora", "use_bdlora", "lora_bias", "fan_in_fan_out", "alora_invocation_tokens"),
)
"""Settings of peft that llama.cpp's adapters have no place for."""
SCALE = ("r", "lora_alpha")
_PART = re.compile(r"base_model\.model\.(.+)\.lora_([AB])\.weight")


def write_adapter(folder: Path, out: Path, dtype: Dtype = "f16") -> None:
    """Write the adapter in `folder` as `out`.

    Args:
        folder: adapter_config.json and adapter_model.safetensors, as `train` leaves them.
        out: the GGUF file; is replaced.
        dtype: type of the values; f16 halves the file, and no reply of those that were compared differs from f32.

    Raises:
        SetupError: the base that the adapter names cannot be read.
        InputError: what llama.cpp cannot lay on a base; merging (--merge) can do it.
        RunError: the file cannot be written.
    """
    config: dict[str, Any] = read_json(folder / ADAPTER)
    if config.get("peft_type") != "LORA":
        raise InputError(f"{folder} is an adapter of type {config.get('peft_type')}: llama.cpp knows LORA")
    for name in UNKNOWN:
        if config.get(name):
            raise InputError(f"{folder / ADAPTER}: llama.cpp has no {name}; merge the adapter: --merge")
    shape = Weights(str(folder)).shape()
    names = TensorNames(shape)
    rank, alpha = (config.get(name) for name in SCALE)
    if not isinstance(rank, int) or not isinstance(alpha, int | float):
        raise InputError(
            f"{folder / ADAPTER}: {' and '.join(SCALE)} are not numbers; export the folder that train left"
        )
    tensors = _tensors(folder / WEIGHTS, names, tied=bool(shape.get("tie_word_embeddings")))
    writer = gguf.GGUFWriter(None, names.arch)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, alpha * math.sqrt(rank) if config.get("use_rslora") else alpha)
    writer.add_file_type(FILE_TYPES[dtype])
    write_gguf(writer, tensors, out, dtype)


def _tensors(file: Path, names: TensorNames, *, tied: bool) -> list[Tensor]:
    """Both matrices of every adapted one, by their names in GGUF; `tied`: the head is the table of words."""
    out: list[Tensor] = []
    try:
        with safe_open(file, "pt") as weights:  # numpy has no bfloat16
            for key in weights.keys():  # noqa: SIM118 - no mapping
                part = _PART.fullmatch(key)
                if part is None or "embed_tokens" in key or (tied and "lm_head" in key):
                    raise InputError(f"{file}: {key} has no place in a GGUF adapter; merge it: --merge")
                name, values = names.of(f"{part[1]}.weight"), weights.get_tensor(key).float().numpy()
                values = names.rows(name, values) if part[2] == "B" else values
                out.append(Tensor(f"{name}.lora_{part[2].lower()}", values.shape, partial(np.asarray, values)))
    except (OSError, SafetensorError) as error:
        raise SetupError(f"{file} cannot be read: {error}") from error
    return out
