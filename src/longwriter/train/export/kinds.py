"""Kinds of models that GGUF files are made of: the name of each in llama.cpp, and how its tensors are called there.

A kind stands here once a model of it was exported, opened by llama.cpp and found to write what transformers writes
(tests/recipe/test_export_gguf.py); llama.cpp knows many more.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import gguf
import numpy as np
from numpy.typing import NDArray

from longwriter.errors import InputError

ROTATED = ("attn_q.weight", "attn_q.bias", "attn_k.weight", "attn_k.bias")


class Architecture(NamedTuple):
    """One architecture of llama.cpp."""

    arch: gguf.MODEL_ARCH
    pairs: bool
    """llama.cpp turns neighbouring values of a head together, transformers the first half with the second: rows of
    queries and keys are put into that order."""


KINDS = {  # model_type of transformers -> kind
    "llama": Architecture(gguf.MODEL_ARCH.LLAMA, pairs=True),
    "mistral": Architecture(gguf.MODEL_ARCH.LLAMA, pairs=True),
    "qwen2": Architecture(gguf.MODEL_ARCH.QWEN2, pairs=False),
    "qwen3": Architecture(gguf.MODEL_ARCH.QWEN3, pairs=False),
}


class TensorNames:
    """How the tensors of one model are called and laid out in GGUF."""

    def __init__(self, shape: Mapping[str, Any]) -> None:
        """`shape`: the config of transformers. Raises InputError for a kind that is not known here."""
        model_type = shape.get("model_type")
        if model_type not in KINDS:
            raise InputError(
                f"no GGUF is made of models of type {model_type!r}, but of {', '.join(KINDS)}; merge it (--merge), and "
                "convert it with llama.cpp's own convert_hf_to_gguf.py"
            )
        self.kind = KINDS[model_type]
        self.arch: str = gguf.MODEL_ARCH_NAMES[self.kind.arch]
        self._map = gguf.get_tensor_name_map(self.kind.arch, shape["num_hidden_layers"])
        self._heads = shape["num_attention_heads"], shape.get("num_key_value_heads") or shape["num_attention_heads"]

    def of(self, name: str) -> str:
        """A tensor's name, such as blk.0.attn_q.weight. Raises InputError for one that llama.cpp has no place for."""
        found: str | None = self._map.get_name(name, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise InputError(f"{name}: {self.arch} in llama.cpp has no such tensor")
        return found

    def rows(self, name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The rows of a tensor (out, ...) in llama.cpp's order; `name`: as `of` gives it."""
        if not self.kind.pairs or not name.endswith(ROTATED):
            return values
        heads = self._heads["attn_k" in name]
        halves = values.reshape(heads, 2, values.shape[0] // heads // 2, *values.shape[1:])
        return halves.swapaxes(1, 2).reshape(values.shape)
