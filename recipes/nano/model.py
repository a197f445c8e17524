"""nano in PyTorch: a Llama-type decoder (RMSNorm, RoPE, SwiGLU, QK-norm, tied head) with mixed keys.

Each head's key is mixed with the key of the token before, by one learnt weight a head. Copying a word from the prompt
needs "what stood before it" in the key; with the mix one layer can do it, and a model of this size learns and keeps it
(without it, it does not within these token counts). Parameter names follow Qwen3's; `key_mix` is the one addition.
The same arithmetic, without PyTorch, is in `longwriter.models.nano.engine`.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Norm(nn.Module):
    """RMSNorm over the last dimension."""

    def __init__(self, size: int) -> None:
        """One learnt scale a channel."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        """x: (..., size)."""
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), 1e-6)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position. x: (batch, heads, tokens, head size); cos, sin: (tokens, head size / 2)."""
    a, b = x.chunk(2, -1)
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


class Attention(nn.Module):
    """Causal self-attention with mixed keys."""

    def __init__(self, hidden: int, heads: int) -> None:
        """`heads` divides `hidden`."""
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (nn.Linear(hidden, hidden, bias=False) for _ in range(4))
        self.q_norm, self.k_norm = Norm(hidden // heads), Norm(hidden // heads)
        self.key_mix = nn.Parameter(torch.zeros(heads))

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """x: (batch, tokens, hidden)."""
        batch, tokens, hidden = x.shape
        q, k, v = (
            p(x).view(batch, tokens, self.heads, -1).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj)
        )
        before = torch.cat([torch.zeros_like(k[:, :, :1]), k[:, :, :-1]], 2)
        weight = torch.sigmoid(self.key_mix).to(k.dtype)[:, None, None]
        k = (1 - weight) * k + weight * before
        q, k = rotate(self.q_norm(q), cos, sin), rotate(self.k_norm(k), cos, sin)
        y = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, is_causal=True)
        return self.o_proj(y.transpose(1, 2).reshape(batch, tokens, hidden))


class Block(nn.Module):
    """Attention, then SwiGLU, each on the normalised residual stream."""

    def __init__(self, hidden: int, heads: int, ffn: int) -> None:
        """Sizes as in nano.toml."""
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = Norm(hidden), Norm(hidden)
        self.self_attn = Attention(hidden, heads)
        self.mlp = nn.ModuleDict(
            {
                "gate_proj": nn.Linear(hidden, ffn, bias=False),
                "up_proj": nn.Linear(hidden, ffn, bias=False),
                "down_proj": nn.Linear(ffn, hidden, bias=False),
            }
        )

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """x: (batch, tokens, hidden)."""
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        h = self.post_attention_layernorm(x)
        return x + self.mlp["down_proj"](F.silu(self.mlp["gate_proj"](h)) * self.mlp["up_proj"](h))


class Nano(nn.Module):
    """Token ids in, mean loss over the marked tokens out."""

    def __init__(
        self, vocab: int, hidden: int, layers: int, heads: int, ffn: int, context: int, rope_theta: float
    ) -> None:
        """Output projections start at zero, so that every block starts as the identity."""
        super().__init__()
        self.scale = math.sqrt(hidden)
        self.embed_tokens = nn.Embedding(vocab, hidden)
        self.layers = nn.ModuleList(Block(hidden, heads, ffn) for _ in range(layers))
        self.norm = Norm(hidden)
        size = hidden // heads
        angle = torch.arange(context).float()[:, None] * rope_theta ** (-torch.arange(0, size, 2).float() / size)
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)
        for name, p in self.named_parameters():
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                nn.init.zeros_(p)
            elif p.dim() == 2:
                nn.init.normal_(p, std=0.02 if name.startswith("embed") else 0.8 / math.sqrt(p.shape[1]))

    def logits(self, ids: Tensor) -> Tensor:
        """ids: (batch, tokens) -> (batch, tokens, vocab)."""
        x = self.embed_tokens(ids) * self.scale
        for layer in self.layers:
            x = layer(x, self.cos[: ids.shape[1]], self.sin[: ids.shape[1]])
        return F.linear(self.norm(x), self.embed_tokens.weight)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """ids, mask: (batch, tokens + 1); mean cross-entropy, in nats, of the tokens whose mask is 1."""
        losses = F.cross_entropy(self.logits(ids[:, :-1]).float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
        weight = mask[:, 1:].flatten().float()
        return (losses * weight).sum() / weight.sum().clamp(min=1)
