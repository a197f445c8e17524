"""nano's arithmetic in numpy: token ids in, logits of the next token out.

The same model as `longwriter.train.nano_model`, one text at a time, in float32. `Engine.prompt` reads a prompt,
`Engine.extend` what follows; what was read lives in a `State`, of which an engine may have several. Leaves out:
sampling, text, training, batches.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from longwriter.errors import SetupError
from longwriter.types import Record

Array = NDArray[np.float32]

NORM_EPS = 1e-6
BLOCK = 32  # prompt tokens computed together, see `Engine.prompt`


class Shape(Record):
    """Sizes of a nano, as in `config.json`."""

    vocab: int
    hidden: int
    layers: int
    heads: int
    ffn: int
    context: int
    """Tokens, prompt and reply together."""
    rope_theta: float

    @classmethod
    def of(cls, config: dict[str, Any]) -> "Shape":
        """From a `config.json` as transformers writes it. Raises KeyError for one that is no nano's."""
        return cls(
            vocab=config["vocab_size"],
            hidden=config["hidden_size"],
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            ffn=config["intermediate_size"],
            context=config["max_position_embeddings"],
            rope_theta=config["rope_parameters"]["rope_theta"],
        )


@dataclass(frozen=True)
class Layer:
    """One block's weights, (inputs, outputs) each, with everything constant multiplied into them.

    The norms' scales are in the matrices that follow them, the keys' and queries' in the rotation tables; half of
    `gate_up`'s gate is stored, because silu(2g) = g + g * tanh(g), which cannot overflow.
    """

    qkv: Array
    out: Array
    gate_up: Array
    down: Array
    key_mix: Array
    """(heads, 1): share of the key before."""
    cos: Array
    """(context, query or key, 1, halves, size / 2)."""
    sin: Array


class State:
    """The keys and values of what an engine has read. 16 MB for the shipped model."""

    def __init__(self, shape: Shape) -> None:
        """Nothing read yet."""
        size = shape.hidden // shape.heads
        self.tokens: list[int] = []
        self.in_blocks = 0
        """How many of the leading tokens were computed in whole blocks."""
        self.keys: Array = np.zeros((shape.layers, shape.heads, shape.context, size), np.float32)
        self.values: Array = np.zeros_like(self.keys)
        self.raw: Array = np.zeros((shape.layers, shape.context + 1, shape.heads, size), np.float32)
        """Keys before mixing; position p stands at p + 1, so that position 0 has a key of zeros before it."""

    def truncate(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        del self.tokens[length:]
        self.in_blocks = min(self.in_blocks, length // BLOCK * BLOCK)


class Engine:
    """A nano that can be run."""

    def __init__(self, folder: Path) -> None:
        """Read `config.json` and `model.safetensors`. Raises SetupError where they are missing or do not fit."""
        try:
            self.shape = Shape.of(json.loads((folder / "config.json").read_text(encoding="utf-8")))
            weights = {name: w.astype(np.float32) for name, w in load_file(folder / "model.safetensors").items()}
            embedding = weights["model.embed_tokens.weight"]
            if embedding.shape != (self.shape.vocab, self.shape.hidden):
                raise ValueError(f"the embedding is {embedding.shape}, config.json says otherwise")
            self.layers = [_layer(weights, f"model.layers.{i}.", self.shape) for i in range(self.shape.layers)]
            self.head: Array = np.ascontiguousarray((embedding * weights["model.norm.weight"]).T)
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise SetupError(f"no usable nano in {folder}: {type(error).__name__}: {error}") from error
        self.embedding: Array = (embedding * self.shape.hidden**0.5).astype(np.float32)
        self.future: Array = np.triu(np.full((BLOCK, BLOCK), -np.inf, np.float32), 1)

    def prompt(self, state: State, tokens: list[int]) -> Array:
        """Make `tokens` (at least one) what the state has read; (vocab,) logits after the last of them.

        Tokens are computed in blocks that start at multiples of BLOCK, and only whole blocks that both prompts share
        are kept: the order of float additions, and with it the text, depends on the prompt and not on the one before.
        The last token is always computed, because logits are not kept.
        """
        shared = 0
        while shared < min(state.in_blocks, len(tokens) - 1) and state.tokens[shared] == tokens[shared]:
            shared += 1
        state.truncate(shared // BLOCK * BLOCK)
        logits = self.extend(state, tokens[len(state.tokens) :])
        state.in_blocks = len(tokens) // BLOCK * BLOCK
        return logits

    def extend(self, state: State, tokens: list[int]) -> Array:
        """Read more tokens, at least one; (vocab,) logits after the last. Raises ValueError beyond the window."""
        for start in range(0, len(tokens) - BLOCK, BLOCK):
            self._read(state, tokens[start : start + BLOCK])
        return self._read(state, tokens[(len(tokens) - 1) // BLOCK * BLOCK :])

    def _read(self, state: State, tokens: list[int]) -> Array:
        """At most BLOCK tokens at once; the logits after the last."""
        shape, start, count = self.shape, len(state.tokens), len(tokens)
        end = start + count
        if end > shape.context:
            raise ValueError(f"{end} tokens do not fit into a window of {shape.context}")
        x = self.embedding[tokens]
        for layer, keys, values, raw in zip(self.layers, state.keys, state.values, state.raw, strict=True):
            qkv = (_scaled(x) @ layer.qkv).reshape(count, 3, shape.heads, -1)
            key = qkv[:, 1]
            raw[start + 1 : end + 1] = key
            key += layer.key_mix * (raw[start:end] - key)
            halves = _scaled(qkv[:, :2]).reshape(count, 2, shape.heads, 2, -1)
            turned = halves * layer.cos[start:end] + halves[..., ::-1, :] * layer.sin[start:end]
            turned = turned.reshape(count, 2, shape.heads, -1)
            keys[:, start:end] = turned[:, 1].swapaxes(0, 1)
            values[:, start:end] = qkv[:, 2].swapaxes(0, 1)
            scores = turned[:, 0].swapaxes(0, 1) @ keys[:, :end].swapaxes(1, 2)  # (heads, count, end)
            if count > 1:
                scores[:, :, start:] += self.future[:count, :count]
            scores -= scores.max(-1, keepdims=True)
            np.exp(scores, out=scores)
            mixed = (scores @ values[:, :end]) / scores.sum(-1, keepdims=True)
            x += mixed.swapaxes(0, 1).reshape(count, shape.hidden) @ layer.out
            gate_up = _scaled(x) @ layer.gate_up
            gate, up = gate_up[:, : shape.ffn], gate_up[:, shape.ffn :]
            x += ((gate + gate * np.tanh(gate)) * up) @ layer.down
        state.tokens += tokens
        logits: Array = (_scaled(x[-1:]) @ self.head)[0]
        return logits


def _scaled(x: Array) -> Array:
    """RMSNorm of the last dimension, without its learnt scale."""
    square: Array = (x * x).sum(-1, keepdims=True)
    scaled: Array = x / np.sqrt(square / np.float32(x.shape[-1]) + np.float32(NORM_EPS))
    return scaled


def _layer(weights: dict[str, Array], prefix: str, shape: Shape) -> Layer:
    """Fuse one layer's matrices, see `Layer`."""
    size = shape.hidden // shape.heads
    own = {name.removeprefix(prefix): w for name, w in weights.items() if name.startswith(prefix)}
    before, after = own["input_layernorm.weight"][:, None], own["post_attention_layernorm.weight"][:, None]
    qkv = np.concatenate([own[f"self_attn.{n}_proj.weight"] for n in "qkv"]).T
    gate_up = np.concatenate([own["mlp.gate_proj.weight"] / 2, own["mlp.up_proj.weight"]]).T
    scale = np.stack([own["self_attn.q_norm.weight"] / size**0.5, own["self_attn.k_norm.weight"]]).reshape(2, 1, 2, -1)
    angle = np.arange(shape.context)[:, None] * shape.rope_theta ** (-np.arange(0, size, 2) / size)
    angle = angle[:, None, None, None, :]
    turn = np.sin(angle) * np.array([[-1.0], [1.0]])
    return Layer(
        qkv=np.ascontiguousarray(qkv * before),
        out=np.ascontiguousarray(own["self_attn.o_proj.weight"].T),
        gate_up=np.ascontiguousarray(gate_up * after),
        down=np.ascontiguousarray(own["mlp.down_proj.weight"].T),
        key_mix=(1 / (1 + np.exp(-own["self_attn.key_mix"][:, None]))).astype(np.float32),
        cos=(np.cos(angle) * scale).astype(np.float32),
        sin=(turn * scale[..., ::-1, :]).astype(np.float32),
    )
