"""How likely a text is to local weights as the reply to a request: `hf:` names, through transformers.

Needs the extra `local`. A text is read in stretches, over the cache of what came before: memory holds the logits of one.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from longwriter.errors import InputError, PromptTooLong, SetupError, first_line
from longwriter.models.base import need
from longwriter.models.local.hf import positions
from longwriter.models.local.hf_weights import Failures, Weights

STRETCH = 512
"""Tokens read at once: of a vocabulary of 150,000, 300 MB of logits."""


class Nats(NamedTuple):
    """How unlikely a stretch of text is."""

    nats: float
    """Sum over its tokens of -ln p."""
    tokens: int


def check_scorer(name: str) -> None:
    """Raises InputError for what cannot say how likely a text is."""
    if not name.startswith("hf:") or not name.removeprefix("hf:").strip():
        raise InputError(
            f"{name} cannot say how likely a text is; name weights: hf:FOLDER, hf:FILE.gguf or hf:ORG/NAME"
        )


class Likelihood:
    """One set of weights that reads. The tokenizer is opened at once, the weights at the first text."""

    def __init__(self, name: str) -> None:
        """`name`: as `hf:` models are named. Raises InputError for another kind, SetupError where it cannot be opened."""
        check_scorer(name)
        self.name = name
        self._weights = Weights(name.removeprefix("hf:"))
        self._torch = need("torch", "local")
        self._tokenizer: Any = self._weights.tokenizer()
        if not self._tokenizer.chat_template:
            raise SetupError(f"{name} has no chat template: it knows no replies to requests")
        if not self._tokenizer.is_fast:
            raise SetupError(
                f"the tokenizer of {name} does not tell which characters its tokens are; name other weights"
            )
        self._window = positions(self._weights.shape())
        self._model: Any = None

    def asked(self, request: str) -> str:
        """A request as the chat template writes it, up to where the reply begins. Raises SetupError."""
        turns = [{"role": "user", "content": request}]
        try:
            return str(self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))
        except (need("jinja2", "local").TemplateError, ValueError, TypeError) as error:
            raise SetupError(f"the chat template of {self.name} refuses a request: {first_line(error)}") from error

    def of(self, asked: str, begun: str, pieces: Sequence[str]) -> list[Nats]:
        """Of pieces of a reply, each after those before it. `begun`: what of the reply stands before the first.

        Prompt and reply are tokenised apart, as in training; a token that joins two pieces counts for the second. Raises
        PromptTooLong where all do not fit the window, SetupError, Unavailable for a GPU that failed.
        """
        with Failures(self.name, f"{self.name} cannot read a text"):
            prompt = self._tokenizer(asked, add_special_tokens=False)["input_ids"]
            reply = self._tokenizer("".join([begun, *pieces]), add_special_tokens=False, return_offsets_mapping=True)
            length = len(prompt) + len(reply["input_ids"])
            if self._window is not None and length > self._window:
                raise PromptTooLong(f"{length:,} tokens do not fit the {self._window:,} of {self.name}")
            each = self._each([*prompt, *reply["input_ids"]])[len(prompt) - 1 :]
        ends = [end for _, end in reply["offset_mapping"]]
        places = [bisect_right(ends, edge) for edge in accumulate(map(len, pieces), initial=len(begun))]
        return [Nats(sum(each[a:b]), b - a) for a, b in pairwise(places)]

    def _each(self, ids: list[int]) -> list[float]:
        """-ln p of each token but the first: len(ids) - 1 numbers."""
        torch = self._torch
        if self._model is None:
            self._model = self._weights.model()
        rows, cache, out = torch.tensor([ids], device=self._model.device), None, list[float]()
        with torch.inference_mode():
            for start in range(0, len(ids) - 1, STRETCH):
                end = min(start + STRETCH, len(ids) - 1)
                read = self._model(rows[:, start:end], past_key_values=cache, use_cache=True)
                cache = read.past_key_values
                wanted = rows[0, start + 1 : end + 1]
                out += torch.nn.functional.cross_entropy(read.logits[0].float(), wanted, reduction="none").tolist()
        return out

    def close(self) -> None:
        """Let go of the weights."""
        self._model = None
