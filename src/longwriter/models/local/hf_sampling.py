"""How `hf:` chooses the next token: logits processors for transformers' `generate`, run on scores of shape (1, vocabulary).

In order: `Penalty`, `Grammar`, `Draw`. `Draw` leaves one token, so `generate` itself runs greedily: the draw has a random
generator of its own, which no other thread of this process can disturb, and which disturbs none. Left out: DRY, which
transformers does not have (the penalty held loops back as well: docs/real.md).
"""

import json
from typing import Any

import numpy as np

from longwriter.errors import SetupError
from longwriter.models.base import need
from longwriter.types import Request

TEMPERATURE, TOP_P = 0.8, 0.95
"""Where neither the request nor the weights' generation_config says how to sample. Greedy decoding, transformers' own
default, repeats itself in long texts; above 1.0 small models lose the thread. The field's servers use about these."""
FILTERS = {  # name -> transformers' class, in the order they act in
    "temperature": "TemperatureLogitsWarper",
    "top_k": "TopKLogitsWarper",
    "top_p": "TopPLogitsWarper",
    "min_p": "MinPLogitsWarper",
}
REPEAT_LAST_N = 64
"""Tokens that the penalty looks back where the request does not say: llama.cpp's default."""
JSON_STYLE = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""On one line: where whitespace is free, small models write them until the limit."""


class Penalty:
    """llama.cpp's repeat penalty: over the last tokens, prompt included. transformers' own has no window."""

    def __init__(self, penalty: float, last: int) -> None:
        """Logits above 0 are divided by `penalty`, others multiplied. `last`: tokens; below 0, all."""
        self._penalty, self._first = penalty, -last if last > 0 else 0

    def __call__(self, ids: Any, scores: Any) -> Any:  # noqa: ANN401 - tensors, torch is not typed here
        """(1, tokens so far), (1, vocabulary) -> (1, vocabulary)."""
        recent = ids[:, self._first :].unique().unsqueeze(0)
        found = scores.gather(1, recent)
        return scores.scatter(1, recent, (found / self._penalty).where(found > 0, found * self._penalty))


class Grammar:
    """Lets only those tokens pass that can still become JSON of the schema, and then the end."""

    def __init__(self, tokenizer: Any, schema: dict[str, object], begun: str) -> None:  # noqa: ANN401
        """`tokenizer`: llguidance's. `begun`: the beginning of the JSON. Raises SetupError for what cannot be kept to."""
        matcher = need("llguidance", "local").LLMatcher
        grammar = matcher.grammar_from_json_schema(json.dumps(schema), overrides=JSON_STYLE)
        self._matcher = matcher(tokenizer, grammar)
        self._torch = need("torch", "local")
        self._read: int | None = None
        if self._matcher.is_error():
            raise SetupError(f"the JSON schema cannot be kept to: {' '.join(self._matcher.get_error().split())[:300]}")
        if begun and not self._matcher.consume_tokens(tokenizer.tokenize_str(begun)):
            raise SetupError(f"the begun reply is no beginning of JSON of the schema: {begun[:80]!r}")

    def __call__(self, ids: Any, scores: Any) -> Any:  # noqa: ANN401 - tensors
        """Scores of the next tokens, changed."""
        if self._read is not None:
            self._matcher.consume_tokens(ids[0, self._read :].tolist())
        self._read = ids.shape[1]
        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        allowed = np.unpackbits(bits, bitorder="little")[: scores.shape[1]].astype(bool)
        if self._matcher.is_error() or not allowed.any():
            raise SetupError(f"the JSON grammar broke off: {' '.join(self._matcher.get_error().split())[:300]}")
        return scores.masked_fill(~self._torch.from_numpy(allowed).to(scores.device), float("-inf"))


class Draw:
    """Draws one token, with transformers' own filters, and leaves no other."""

    def __init__(self, sampling: dict[str, float], seed: int | None, device: object) -> None:
        """`sampling`: as `sampling_of` gives it; {} takes the most likely. `seed`: None draws one."""
        library = need("transformers", "local").generation.logits_process
        self._torch = need("torch", "local")
        self._filters = [getattr(library, FILTERS[name])(value) for name, value in sampling.items()]
        self._random = self._torch.Generator(device=device)
        self._random.seed() if seed is None else self._random.manual_seed(seed)

    def __call__(self, ids: Any, scores: Any) -> Any:  # noqa: ANN401 - tensors
        """Scores of the next tokens, unchanged. Raises SetupError where they are not numbers."""
        if scores.isnan().any():
            raise SetupError(
                "the model computes no numbers (NaN): its weights are damaged, or its number type is too small"
            )
        if self._filters:
            for narrowed in self._filters:
                scores = narrowed(ids, scores)
            token = self._torch.multinomial(scores.softmax(-1), 1, generator=self._random)
        else:
            token = scores.argmax(-1, keepdim=True)
        return self._torch.full_like(scores, float("-inf")).scatter_(1, token, 0.0)


def sampling_of(request: Request, own: dict[str, Any]) -> dict[str, float]:
    """The filters of a reply and their numbers; {} takes the most likely token.

    `own`: `do_sample` and the filters of the weights' generation_config, None where it is silent. The request comes first,
    number by number. Where one of the two chose anything, nothing is narrowed beyond that.
    """
    numbers = {"temperature": request.temperature, "top_p": request.top_p, "min_p": request.min_p}
    asked = {name: value for name, value in numbers.items() if value is not None}
    given = {name: own[name] for name in FILTERS if own.get(name) is not None}
    if own.get("do_sample") is False and not asked:
        return {}
    if given or own.get("do_sample"):
        merged = {"temperature": 1.0} | given | asked  # 1.0 is what makers mean who leave it out
    else:
        merged = {"temperature": TEMPERATURE} | (asked or {"top_p": TOP_P})
    off = {"top_k": 0, "top_p": 1.0, "min_p": 0.0}
    if merged["temperature"] == 0:
        return {}
    return {name: merged[name] for name in FILTERS if name in merged and merged[name] != off.get(name)}


def penalty_of(request: Request) -> list[Penalty]:
    """The repeat penalty, if one is asked for."""
    if request.repeat_penalty in (None, 1) or request.repeat_last_n == 0:
        return []
    return [Penalty(request.repeat_penalty, request.repeat_last_n or REPEAT_LAST_N)]
