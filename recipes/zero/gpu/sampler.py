"""Rollouts on one GPU without vLLM: a Llama's step as one CUDA graph, some ten times as fast as transformers' generate.

A small model's step is bound by the launching of its kernels (some 900), not by its arithmetic; a graph launches them all at
once. Weights, LoRA merged in, are copied into the graph's own buffers by `refresh`. On a CPU the same code runs without a
graph, so that tests can compare it with transformers; there a step costs what its rows cost, so rows that have ended leave.
Leaves out: models other than Llama's shape without biases, beams, top-k, several GPUs.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from peft import PeftModel
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import PretrainedConfig

BUCKETS = (256, 384, 512, 640, 768, 1024, 1280, 1536, 2048, 2560, 3072, 4096)
"""Lengths up to which a step's attention looks; a graph each."""
CHECKED = 16
"""Steps between looks at whether all rows have ended; each look waits for the GPU."""
PREFILL = 64
"""Prompts read at once."""


@dataclass
class Layer:
    """One layer's weights, fused."""

    qkv: Tensor
    o: Tensor
    up: Tensor
    """Gate and up."""
    down: Tensor
    norm1: Tensor
    norm2: Tensor


class Sampler:
    """Samples for up to `rows` prompts at once, `room` tokens of prompt and completion each."""

    def __init__(self, model: nn.Module, rows: int, room: int, end: int, *, quick: bool = False) -> None:
        """`model`: a Llama of transformers whose head is its table of words, with adapters or without.

        `end`: the token that ends a completion.

        `quick`: bfloat16 on a CPU too.
        """
        config = model.config
        if not config.tie_word_embeddings:
            raise ValueError("a head of its own is not read")
        self.rows, self.room, self.end = rows, room, end
        self.heads, self.kv = config.num_attention_heads, config.num_key_value_heads
        self.size = config.hidden_size // self.heads
        self.eps = config.rms_norm_eps
        self.device = next(model.parameters()).device
        self.type = torch.bfloat16 if quick or self.device.type == "cuda" else torch.float32
        self.layers: list[Layer] = []
        self.graphs: dict[int, Any] = {}
        self.pool: Any = None
        new = {"device": self.device, "dtype": self.type}
        self.table = torch.zeros(config.vocab_size, config.hidden_size, **new)
        self.norm = torch.zeros(config.hidden_size, device=self.device)
        self.refresh(model)
        theta = _theta(config)
        steps = theta ** (-torch.arange(0, self.size, 2, device=self.device).float() / self.size)
        angles = torch.outer(torch.arange(room, device=self.device).float(), steps)
        self.cos, self.sin = torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)
        self.slot = torch.zeros(1, device=self.device, dtype=torch.long)
        self.temperature = torch.ones(1, device=self.device)
        self.floor = torch.full((1,), -torch.inf, device=self.device)
        self.penalty = torch.ones(1, device=self.device)
        self.clear(rows)
        self.slots = torch.arange(room, device=self.device)

    def clear(self, rows: int) -> None:
        """Fresh memory for so many rows. A graph writes where it was recorded: none may be there yet."""
        new = {"device": self.device, "dtype": self.type}
        whole = {"device": self.device, "dtype": torch.long}
        shape = (rows, self.kv, self.room, self.size)
        self.cache = [(torch.zeros(shape, **new), torch.zeros(shape, **new)) for _ in self.layers]
        self.token, self.pad = torch.zeros(rows, **whole), torch.zeros(rows, **whole)
        self.out = torch.zeros(rows, self.room, **whole)
        self.done = torch.zeros(rows, dtype=torch.bool, device=self.device)
        self.said = torch.zeros(rows, self.table.shape[0], dtype=torch.bool, device=self.device)

    def _keep(self, rows: Tensor, seen: int) -> None:
        """Go on with these rows alone. rows: whole numbers; seen: slots that are filled, at least."""
        for pair in self.cache:
            for filled in pair:  # in place, from the front: a row never moves behind itself
                filled[: len(rows), :, :seen] = filled[rows, :, :seen]
        self.cache = [(keys[: len(rows)], values[: len(rows)]) for keys, values in self.cache]
        self.token, self.pad, self.out = self.token[rows], self.pad[rows], self.out[rows]
        self.done, self.said = self.done[rows], self.said[rows]

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def refresh(self, model: nn.Module) -> None:
        """Take over the model's weights as they are now."""
        inner = model.get_base_model() if isinstance(model, PeftModel) else model
        inner = inner.model
        for i, block in enumerate(inner.layers):
            a, m = block.self_attn, block.mlp
            fresh = Layer(
                torch.cat([self._merged(x) for x in (a.q_proj, a.k_proj, a.v_proj)]),
                self._merged(a.o_proj),
                torch.cat([self._merged(m.gate_proj), self._merged(m.up_proj)]),
                self._merged(m.down_proj),
                block.input_layernorm.weight.float().clone(),
                block.post_attention_layernorm.weight.float().clone(),
            )
            if i == len(self.layers):
                self.layers.append(fresh)
            else:
                for name, value in vars(fresh).items():
                    getattr(self.layers[i], name).copy_(value)
        self.table.copy_(inner.embed_tokens.weight)
        self.norm.copy_(inner.norm.weight)

    def _merged(self, linear: nn.Module) -> Tensor:
        """A linear layer's weight with its adapter."""
        if not isinstance(linear, LoraLayer):
            return linear.weight.detach().to(self.type, copy=True)
        weight = linear.base_layer.weight.detach().float()
        for name in linear.active_adapters:
            weight = weight + linear.scaling[name] * (linear.lora_B[name].weight @ linear.lora_A[name].weight).float()
        return weight.to(self.type)

    def _rms(self, x: Tensor, weight: Tensor) -> Tensor:
        return F.rms_norm(x, (x.shape[-1],), weight, self.eps).to(self.type)

    def _turns(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Cosines and sines of the rotary embedding. positions: (rows, tokens)."""
        return self.cos[positions].unsqueeze(1), self.sin[positions].unsqueeze(1)

    def _split(self, x: Tensor, layer: Layer, turns: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values, (rows, heads, tokens, size) each. x: (rows, tokens, width)."""
        b, t, _ = x.shape
        made = F.linear(self._rms(x, layer.norm1), layer.qkv)
        made = made.view(b, t, self.heads + 2 * self.kv, self.size).transpose(1, 2)
        turned = made[:, : self.heads + self.kv].float()  # queries and keys alike
        half = self.size // 2
        other = torch.cat([-turned[..., half:], turned[..., :half]], -1)
        turned = (turned * turns[0] + other * turns[1]).to(self.type)
        return turned[:, : self.heads], turned[:, self.heads :], made[:, self.heads + self.kv :]

    def _rest(self, x: Tensor, attended: Tensor, layer: Layer) -> Tensor:
        """After attention. The stream is float32, as it is under autocast in training."""
        x = x + F.linear(attended, layer.o)
        gate, up = F.linear(self._rms(x, layer.norm2), layer.up).chunk(2, -1)
        return x + F.linear(F.silu(gate) * up, layer.down)

    def _read(self, ids: Tensor, pad: Tensor, first: int) -> Tensor:
        """Prompts into the cache, from row `first` on. ids: (rows, tokens), padded in front. Logits of the last token."""
        b, t = ids.shape
        rows = slice(first, first + b)
        turns = self._turns((torch.arange(t, device=self.device) - pad.unsqueeze(1)).clamp(min=0))
        place = torch.arange(t, device=self.device)
        seen = (place.view(1, 1, t) <= place.view(1, t, 1)) & (place.view(1, 1, t) >= pad.view(b, 1, 1))
        seen = (seen | (place.view(1, 1, t) == place.view(1, t, 1))).unsqueeze(
            1
        )  # padding sees itself: no row of nothing
        x = self.table[ids].float()
        for layer, (keys, values) in zip(self.layers, self.cache, strict=True):
            q, k, v = self._split(x, layer, turns)
            keys[rows, :, :t], values[rows, :, :t] = k, v
            many = self.heads // self.kv
            k, v = k.repeat_interleave(many, 1), v.repeat_interleave(many, 1)
            found = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
            x = self._rest(x, found.transpose(1, 2).reshape(b, t, -1), layer)
        return F.linear(self._rms(x[:, -1], self.norm), self.table).float()

    def _draw(self, logits: Tensor) -> None:
        """The next tokens, written down. logits: (rows, vocabulary)."""
        punished = torch.where(logits > 0, logits / self.penalty, logits * self.penalty)
        scaled = torch.where(self.said, punished, logits) / self.temperature
        scaled = scaled.masked_fill(scaled < scaled.amax(-1, keepdim=True) + self.floor, -torch.inf)
        noise = -torch.log(-torch.log(torch.rand_like(scaled).clamp_(1e-20, 1 - 1e-7)))
        token = torch.where(self.done, self.end, (scaled + noise).argmax(-1))
        self.done |= token == self.end
        self.said.scatter_(1, token.unsqueeze(1), torch.ones_like(self.done).unsqueeze(1))
        self.token.copy_(token)
        self.out.index_copy_(1, self.slot, token.unsqueeze(1))

    def _step(self, seen: int) -> None:
        """One token of every row; attention looks at the first `seen` slots."""
        b = len(self.token)
        turns = self._turns((self.slot - self.pad).unsqueeze(1))
        mask = (self.slots[:seen] <= self.slot) & (self.slots[:seen] >= self.pad.unsqueeze(1))
        bias = torch.zeros_like(mask, dtype=self.type).masked_fill(~mask, -torch.inf)
        bias = bias.view(b, 1, 1, seen).expand(b, self.kv, self.heads // self.kv, seen).reshape(b * self.kv, -1, seen)
        x = self.table[self.token].float().unsqueeze(1)
        for layer, (keys, values) in zip(self.layers, self.cache, strict=True):
            q, k, v = self._split(x, layer, turns)
            keys.index_copy_(2, self.slot, k)
            values.index_copy_(2, self.slot, v)
            x = self._rest(x, self._attend(q, keys, values, bias, seen), layer)
        self.slot += 1
        self._draw(F.linear(self._rms(x[:, 0], self.norm), self.table).float())

    def _attend(self, q: Tensor, keys: Tensor, values: Tensor, bias: Tensor, seen: int) -> Tensor:
        """What one token of every row attends to. q: (rows, heads, 1, size); out: (rows, 1, width)."""
        b, many = len(q), self.heads // self.kv
        q = q.reshape(b * self.kv, many, self.size)
        k, v = (c[:, :, :seen].view(b * self.kv, seen, self.size) if seen == self.room else
                c[:, :, :seen].flatten(0, 1) for c in (keys, values))  # fmt: skip
        weights = torch.baddbmm(bias, q, k.transpose(1, 2), alpha=self.size**-0.5).softmax(-1)
        return (weights @ v).reshape(b, 1, -1)

    def _run(self, seen: int) -> None:
        if self.device.type != "cuda":
            self._step(seen)
            return
        if seen not in self.graphs:
            self._capture(seen)
        self.graphs[seen].replay()

    def _capture(self, seen: int) -> None:
        """Record a step. What it writes while recording is put back."""
        changed = (self.token, self.slot, self.done, self.out, self.said)
        kept = [t.clone() for t in changed]
        state = torch.cuda.get_rng_state()
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            self._step(seen)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self.pool):
            self._step(seen)
        self.pool = self.pool or graph.pool()
        self.graphs[seen] = graph
        for target, value in zip(changed, kept, strict=True):
            target.copy_(value)
        torch.cuda.set_rng_state(state)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def __call__(
        self, ids: list[list[int]], most: int, temperature: float, min_p: float = 0.0, penalty: float = 1.0
    ) -> list[list[int]]:
        """A completion of each prompt, its end token included; one of `most` tokens without one is cut.

        `penalty`: divides the chance of every token that the completion has already (its positive logit by it, or a
        negative one times it); 1 is none.
        """
        self.temperature.fill_(temperature)
        self.floor.fill_(math.log(min_p) if min_p else -torch.inf)
        self.penalty.fill_(penalty)
        out: list[list[int]] = []
        for start in range(0, len(ids), self.rows):
            out += self._batch(ids[start : start + self.rows], most)
        return out

    def _batch(self, ids: list[list[int]], most: int) -> list[list[int]]:
        count, rows = len(ids), self.rows
        longest = max(map(len, ids))
        most = min(most, self.room - longest)
        if self.device.type == "cuda":
            ids = ids + [ids[-1]] * (rows - count)
        else:
            rows = count
            self.clear(rows)
        pads = [longest - len(row) for row in ids]
        self.pad.copy_(torch.tensor(pads, device=self.device))
        self.done.zero_()
        self.said.zero_()
        self.slot.fill_(longest)
        table = torch.tensor([[self.end] * p + row for p, row in zip(pads, ids, strict=True)], device=self.device)
        found = [self._read(table[i : i + PREFILL], self.pad[i : i + PREFILL], i) for i in range(0, rows, PREFILL)]
        self.done[count:] = True
        self._draw(torch.cat(found))
        written = self._write(count, longest, most).tolist()
        return [row[: row.index(self.end) + 1] if self.end in row else row for row in written]

    def _write(self, count: int, longest: int, most: int) -> Tensor:
        """Step by step until all have ended.

        The token drawn last stands at slot `longest`; a step reads it there and draws the next.
        """
        written = self.out[:count, longest : longest + most].clone()
        here = torch.arange(count, device=self.device)
        for step in range(1, most):
            if step % CHECKED == 0 and bool(self.done.any()):
                if bool(self.done.all()):
                    break
                if self.device.type != "cuda":
                    written[here] = self.out[:, longest : longest + most]
                    left = (~self.done).nonzero().flatten()
                    here = here[left]
                    self._keep(left, longest + step)
            self._run(min(self._looked_at(longest + step), self.room))
        written[here] = self.out[: len(here), longest : longest + most]
        return written

    def _looked_at(self, filled: int) -> int:
        """Slots that a step's attention reads: as few shapes as there are graphs, or on a CPU little more than are filled."""
        if self.device.type != "cuda":
            return -(-filled // CHECKED) * CHECKED
        return next(s for s in (*BUCKETS, self.room) if s >= filled)


def _theta(config: PretrainedConfig) -> float:
    """The base of the rotary embedding, wherever this version of transformers keeps it."""
    told = config.to_dict()
    return float((told.get("rope_parameters") or told)["rope_theta"])
