"""How likely a text is to local weights as the reply to a request: `hf:` names, through transformers.

Needs the extra `local`. A text is read in stretches, over the cache of what came before: memory holds the logits of one.
"""

from collections.abc import Sequence
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
        self._window = positions(self._weights.shape())
        self._model: Any = None

    def asked(self, request: str) -> str:
        """A request as the chat template writes it, up to where the reply begins. Raises SetupError."""
        turns = [{"role": "user", "content": request}]
        try:
            return str(self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))
        except (need("jinja2", "local").TemplateError, ValueError, TypeError) as error:
            raise SetupError(f"the chat template of {self.name} refuses a request: {first_line(error)}") from error

    def of(self, before: str, pieces: Sequence[str]) -> list[Nats]:
        """Of pieces of text, each after `before` and those that stand before it.

        Pieces are tokenised apart, so that their tokens are the same whatever `before` is. Raises PromptTooLong where all do
        not fit the window, SetupError, Unavailable for a GPU that failed.
        """
        with Failures(self.name, f"{self.name} cannot read a text"):
            ids = [self._tokenizer(text, add_special_tokens=False)["input_ids"] for text in (before, *pieces)]
            length = sum(map(len, ids))
            if self._window is not None and length > self._window:
                raise PromptTooLong(f"{length:,} tokens do not fit the {self._window:,} of {self.name}")
            each = self._each([i for part in ids for i in part])
        found, start = [], len(ids[0])
        for part in ids[1:]:
            found.append(Nats(float(sum(each[start - 1 : start - 1 + len(part)])), len(part)))
            start += len(part)
        return found

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
