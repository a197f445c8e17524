"""How the policy does on requests that it does not learn from: before the first step, every so many steps, and at the end.

The same rewards judge rollouts that are drawn as in training, one a request. Nothing of it reaches the weights, and with
transformers the training draws what it would have drawn without it; vLLM's draws hang on all that it drew before.
RUN/held_out/rollouts has the rollouts, log.jsonl the numbers, as eval_*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import torch
from accelerate.utils import gather_object
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from longwriter.errors import InputError
from longwriter.rewards.base import Traits
from longwriter.train.grpo.prompts import Prompt
from longwriter.train.grpo.scorer import Completion, RolloutScorer
from longwriter.train.grpo.settings import GrpoSettings
from longwriter.train.grpo.trainer import GroupTrainer

FOLDER = "held_out"
IN_GROUPS = ("flat", "/flat", "/std", "/length_slope", "/same_length", "hacking_signs")
"""Ends of measures that say something of groups alone, and here each rollout is its own."""


def alone(settings: GrpoSettings, traits: Mapping[str, Traits]) -> GrpoSettings:
    """The settings by which rollouts are scored that have no group, so that nothing is compared within one.

    `traits`: of the rewards. Raises InputError where all of them compare.
    """
    names = tuple(name for name in settings.objectives if not traits[name].compares)
    if not names:
        raise InputError(
            f"data.sources.held_out: grpo.objectives = {settings.objectives[0]} compares the answers to one request, of which "
            "an evaluation has one; name a reward more, or leave held_out out"
        )
    return settings.model_copy(update={"group": 1, "objectives": names, "weights": None})


class HeldOut(TrainerCallback):
    """Draws and scores rollouts of the held-out requests when it is time."""

    def __init__(
        self, trainer: GroupTrainer, prompts: Sequence[Prompt], every: int, scorer: RolloutScorer | None
    ) -> None:
        """`every`: steps; `scorer`: by `alone` settings, on the main process, None on the others."""
        self.trainer, self.prompts, self.every, self.scorer = trainer, prompts, every, scorer

    def on_step_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """What the model can before the first step."""
        if state.global_step == 0:
            self.evaluate(0)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Before a checkpoint of that step, so that a run which goes on from it has the evaluation."""
        if state.global_step % self.every == 0 or state.global_step == state.max_steps:
            self.evaluate(state.global_step)

    def evaluate(self, step: int) -> None:
        """Draw, score, keep and log. All processes draw equally many, some a request twice, which is not counted."""
        trainer, accelerator = self.trainer, self.trainer.accelerator
        each = -(-len(self.prompts) // accelerator.num_processes)
        first = accelerator.process_index * each
        own = [self.prompts[i % len(self.prompts)] for i in range(first, first + each)]
        devices = [accelerator.device] if accelerator.device.type == "cuda" else []
        with torch.random.fork_rng(devices):
            rows = trainer.rollouts([asdict(prompt) for prompt in own])
        every = [Completion.model_validate(row) for row in gather_object(rows)][: len(self.prompts)]
        measures = trainer.from_scorer(self.scorer, step, every).measures
        trainer.report({f"eval_{k}": v for k, v in measures.items() if not k.endswith(IN_GROUPS)})
