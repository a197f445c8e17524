"""Rollouts: completions sampled from the policy, by transformers or vLLM, with seeds that depend on the step alone."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypedDict

import torch
from torch import Tensor
from transformers import (
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    StoppingCriteria,
    StoppingCriteriaList,
)
from trl.models.utils import unwrap_model_for_generation

from longwriter.train.grpo.prompts import encode_prompts
from longwriter.train.grpo.settings import GrpoSettings

if TYPE_CHECKING:
    from trl import GRPOTrainer

TAG = "</answer>"
TAIL = 16
"""Tokens that are looked at for the tag; byte-level tokenizers need at most one per character."""


class AtTag(StoppingCriteria):
    """Stops a row whose last token completes the tag, and remembers where."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, begin: int, rows: int) -> None:
        """`begin`: tokens of the prompt, in which the tag may stand."""
        self.tokenizer, self.begin = tokenizer, begin
        self.lengths: list[int | None] = [None] * rows

    def __call__(self, input_ids: Tensor, scores: Tensor, **_: object) -> Tensor:
        """input_ids: (rows, tokens so far)."""
        tails = input_ids[:, max(self.begin, input_ids.shape[1] - TAIL) :].tolist()
        for row, tail in enumerate(tails):
            if self.lengths[row] is None and TAG in self.tokenizer.decode(tail):
                self.lengths[row] = input_ids.shape[1] - self.begin
        return torch.tensor([n is not None for n in self.lengths], device=input_ids.device)


class DrawnRollouts(TypedDict):
    """Completions of some prompts, as TRL takes them, and for each whether it was cut at its limit."""

    prompt_ids: list[list[int]]
    completion_ids: list[list[int]]
    logprobs: list[list[float]] | None
    cut: list[bool]


class Sampling:
    """TRL's `rollout_func`: prompts in, completions out."""

    def __init__(self, settings: GrpoSettings, tokenizer: PreTrainedTokenizerBase, seed: int) -> None:
        """`seed`: the run's."""
        self.settings, self.tokenizer, self.seed = settings, tokenizer, seed

    def __call__(self, prompts: list[str], trainer: "GRPOTrainer") -> DrawnRollouts:
        """One completion of each prompt.

        The draws of transformers depend on the run's seed, the step and the process, so a run that goes on draws what it
        would have. vLLM draws by a state of its own, which no checkpoint holds.
        """
        return self.draw(prompts, trainer, "", trainer.num_generations)

    def draw(self, prompts: list[str], trainer: "GRPOTrainer", purpose: str, times: int) -> DrawnRollouts:
        """As a call. `purpose`: draws for another one differ. `times`: that each prompt follows itself."""
        # those that share one vLLM draw alike
        sharers = (self.settings.vllm_tensor_parallel_size or 1) if trainer.use_vllm else 1
        key = f"{purpose}{self.seed}/{trainer.state.global_step}/{trainer.accelerator.process_index // sharers}"
        torch.manual_seed(int.from_bytes(hashlib.sha256(key.encode()).digest()[:7]))
        ids = encode_prompts(prompts, self.tokenizer, chat=self.settings.chat)
        completions, logprobs = (
            self._vllm(ids, trainer, times) if trainer.use_vllm else (self._here(ids, trainer), None)
        )
        end = self.tokenizer.eos_token_id
        completions = [c or [end] for c in completions]
        cut = [not self._ended(c, trainer.eos_token_ids) for c in completions]
        return {"prompt_ids": ids, "completion_ids": completions, "logprobs": logprobs, "cut": cut}

    def text(self, ids: list[int], ends: list[int]) -> str:
        """A completion's text, every token of it but the end token."""
        kept = ids[:-1] if ids and ids[-1] in ends else ids
        return str(self.tokenizer.decode(kept, skip_special_tokens=False))

    def _ended(self, ids: list[int], ends: list[int]) -> bool:
        """Whether the model ended the completion itself."""
        return ids[-1] in ends or (self.settings.stop_at_answer and TAG in self.tokenizer.decode(ids[-TAIL:]))

    def _vllm(
        self, ids: list[list[int]], trainer: "GRPOTrainer", times: int
    ) -> tuple[list[list[int]], list[list[float]]]:
        """VLLM's weights are up to date."""
        _, completions, logprobs, _ = trainer.vllm_generation.generate(prompts=ids, images=None, num_generations=times)
        return completions, [[of_token[0] for of_token in row] for row in logprobs]

    def _here(self, ids: list[list[int]], trainer: "GRPOTrainer") -> list[list[int]]:
        out = []
        with (
            torch.no_grad(),
            trainer.accelerator.autocast(),  # an adapter's generate() passes by the forward that accelerate wraps
            unwrap_model_for_generation(
                trainer.model_wrapped, trainer.accelerator, generation_kwargs=trainer.generation_kwargs
            ) as model,
            kept_casts(model),
        ):
            for start in range(0, len(ids), self.settings.rollout_batch):
                rows = ids[start : start + self.settings.rollout_batch]
                out += self._batch(model, rows, trainer.generation_config, trainer.eos_token_ids)
        return out

    def _batch(
        self, model: PreTrainedModel, ids: list[list[int]], config: GenerationConfig, ends: list[int]
    ) -> list[list[int]]:
        longest = max(map(len, ids))
        pad = self.tokenizer.pad_token_id
        tokens = torch.tensor([[pad] * (longest - len(row)) + row for row in ids], device=model.device)
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in ids], device=model.device)
        at_tag = AtTag(self.tokenizer, longest, len(ids))
        stop = StoppingCriteriaList([at_tag] if self.settings.stop_at_answer else [])
        found = model.generate(input_ids=tokens, attention_mask=mask, generation_config=config, stopping_criteria=stop)
        return [row[: _length(row, ends, at_tag.lengths[i])] for i, row in enumerate(found[:, longest:].tolist())]


@contextmanager
def kept_casts(model: PreTrainedModel) -> Iterator[None]:
    """Let autocast keep what it casts of frozen weights: it does so where gradients are wanted, else casts for every token."""
    frozen = [p for p in model.parameters() if torch.is_autocast_enabled(p.device.type) and not p.requires_grad]
    frozen = [p for p in frozen if p.dtype == torch.float32]
    for parameter in frozen:
        parameter.requires_grad_(True)
    try:
        yield
    finally:
        for parameter in frozen:
            parameter.requires_grad_(False)


def _length(row: list[int], ends: list[int], at_tag: int | None) -> int:
    """Tokens of a completion, its end token included; what follows is padding."""
    end = next((i + 1 for i, token in enumerate(row) if token in ends), len(row))
    return end if at_tag is None else min(end, at_tag)
