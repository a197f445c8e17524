"""The sizes of a model, from its config.json alone: exact counts of parameters, and of the weights each token multiplies.

It knows decoders of Llama's architecture: RMSNorm, rotary attention with shared keys and values, a gated feed-forward layer.
Counts are those of transformers' own classes (tested against them), `chatglm` those of GLM-4's first release.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pydantic import Field

from longwriter.errors import InputError
from longwriter.types import Record


class Build(NamedTuple):
    """How a model type differs from Llama."""

    qkv_bias: bool | None = None
    """Bias of queries, keys and values; None: as `attention_bias` says."""
    out_bias: bool = True
    """Whether `attention_bias` gives the output projection a bias too."""
    mlp_bias: bool = False
    """Whether `mlp_bias` gives the feed-forward layer biases."""
    norms: int = 2
    """RMSNorms of the hidden size in a layer."""
    head_norms: bool = False
    """RMSNorms over each head's queries and keys."""
    tied: bool = False
    """Whether the head is the embedding where the config does not say."""


BUILDS = {
    "llama": Build(mlp_bias=True),
    "mistral": Build(qkv_bias=False, out_bias=False),
    "granite": Build(mlp_bias=True),
    "smollm3": Build(mlp_bias=True, tied=True),
    "qwen2": Build(qkv_bias=True, out_bias=False),
    "qwen3": Build(head_norms=True),
    "phi3": Build(qkv_bias=False, out_bias=False),
    "glm": Build(out_bias=False),
    "glm4": Build(out_bias=False, norms=4),
    "chatglm": Build(out_bias=False),
}
FUSED: dict[
    str, dict[str, tuple[str, ...]]
] = {  # type -> projections that are one matrix there; adapters count by matrix
    "phi3": {"qkv_proj": ("q_proj", "k_proj", "v_proj"), "gate_up_proj": ("gate_proj", "up_proj")},
    "glm": {"gate_up_proj": ("gate_proj", "up_proj")},
    "glm4": {"gate_up_proj": ("gate_proj", "up_proj")},
    "chatglm": {"query_key_value": ("q_proj", "k_proj", "v_proj"), "dense_h_to_4h": ("gate_proj", "up_proj")},
}
CHATGLM = {  # its names -> transformers' names
    "num_layers": "num_hidden_layers",
    "ffn_hidden_size": "intermediate_size",
    "multi_query_group_num": "num_key_value_heads",
    "padded_vocab_size": "vocab_size",
    "kv_channels": "head_dim",
    "add_qkv_bias": "attention_bias",
}
SIZES = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size")


class ModelShape(Record):
    """A decoder's sizes."""

    hidden: int = Field(gt=0)
    layers: int = Field(gt=0)
    heads: int = Field(gt=0)
    """Heads of queries."""
    kv_heads: int = Field(gt=0)
    """Heads of keys and values."""
    head_dim: int = Field(gt=0)
    ffn: int = Field(gt=0)
    """Width of the feed-forward layer."""
    vocab: int = Field(gt=0)
    tied: bool
    """The head is the embedding."""
    model_type: str = "llama"
    """One of BUILDS."""
    biases: int = 0
    """Bias parameters of a layer."""

    @classmethod
    def of(cls, config: Mapping[str, object]) -> "ModelShape":
        """The sizes in a config.json. Raises InputError where a size is missing or the model is not of a known build."""
        kind = str(config.get("model_type", ""))
        if kind not in BUILDS:
            raise InputError(
                f"no estimate for model_type {kind or 'missing'!r}: only for {', '.join(BUILDS)}; "
                "give --config with one of these that is near it"
            )
        named = {(CHATGLM.get(k, k) if kind == "chatglm" else k): v for k, v in config.items()}
        hidden, layers, heads, ffn, vocab = (_size(named, key) for key in SIZES)
        kv_heads = _size(named, "num_key_value_heads") if named.get("num_key_value_heads") else heads
        head_dim = _size(named, "head_dim") if named.get("head_dim") else hidden // heads
        build = BUILDS[kind]
        bias = bool(named.get("attention_bias")) if build.qkv_bias is None else build.qkv_bias
        biases = bias * (head_dim * (heads + 2 * kv_heads) + build.out_bias * hidden)
        if build.mlp_bias and named.get("mlp_bias"):
            biases += 2 * ffn + hidden
        return cls(
            hidden=hidden,
            layers=layers,
            heads=heads,
            kv_heads=kv_heads,
            head_dim=head_dim,
            ffn=ffn,
            vocab=vocab,
            tied=bool(named.get("tie_word_embeddings", build.tied)),
            model_type=kind,
            biases=biases,
        )

    @property
    def build(self) -> Build:
        """The parts besides matrices."""
        return BUILDS[self.model_type]

    @property
    def linears(self) -> dict[str, tuple[int, int]]:
        """A layer's matrices: name -> (inputs, outputs)."""
        q, kv = self.heads * self.head_dim, self.kv_heads * self.head_dim
        apart = {
            "q_proj": (self.hidden, q),
            "k_proj": (self.hidden, kv),
            "v_proj": (self.hidden, kv),
            "o_proj": (q, self.hidden),
            "gate_proj": (self.hidden, self.ffn),
            "up_proj": (self.hidden, self.ffn),
            "down_proj": (self.ffn, self.hidden),
        }
        fused = {
            name: (apart[parts[0]][0], sum(apart[part][1] for part in parts))
            for name, parts in FUSED.get(self.model_type, {}).items()
        }
        gone = {part for parts in FUSED.get(self.model_type, {}).values() for part in parts}
        return {name: size for name, size in apart.items() if name not in gone} | fused

    @property
    def layer_matrices(self) -> int:
        """Weights of a layer that multiply every token."""
        return sum(i * o for i, o in self.linears.values())

    @property
    def layer(self) -> int:
        """Parameters of one layer."""
        b = self.build
        norms = b.norms * self.hidden + b.head_norms * 2 * self.head_dim
        return self.layer_matrices + self.biases + norms

    @property
    def embedding(self) -> int:
        """Parameters of the embedding; the head has as many."""
        return self.vocab * self.hidden

    @property
    def parameters(self) -> int:
        """Number of all parameters."""
        return self.layers * self.layer + self.embedding * (1 if self.tied else 2) + self.hidden

    def adapters(self, rank: int, targets: str | Iterable[str] = "all-linear") -> int:
        """Parameters of low-rank adapters on the named matrices of every layer. Raises InputError for unknown names."""
        names = (
            set(self.linears) if targets == "all-linear" else {targets} if isinstance(targets, str) else set(targets)
        )
        if names - set(self.linears):
            raise InputError(
                f"no matrix {', '.join(sorted(names - set(self.linears)))}: there are {', '.join(self.linears)}"
            )
        return self.layers * rank * sum(i + o for name, (i, o) in self.linears.items() if name in names)


def _size(config: Mapping[str, object], key: str) -> int:
    value = config.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"the model's config has no usable {key}: {value!r}; a whole number above 0 is needed")
    return value
