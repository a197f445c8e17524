"""`longwriter train grpo` with rollouts by the sampler of this folder, for as long as there is time.

Run: python recipes/zero/gpu/reinforce.py RECIPE.toml --out DIR [--set key=value ...] [--until EPOCH_SECONDS]
With --until the run ends then, after as many steps as it made, its learning rate falling to 0 by the clock.
"""

import argparse
import time
from pathlib import Path
from typing import Any

from sampler import Sampler
from torch.optim import Optimizer
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import GRPOTrainer

import longwriter.train.grpo.grpo as product
from longwriter.train.grpo.sampling import Sampling
from longwriter.train.grpo.trainer import GroupTrainer
from longwriter.train.recipe import dotted, read_recipe
from longwriter.train.run.log import TrainingProgress

SAVING_S = 8
"""What is left for saving."""


class GraphSampling(Sampling):
    """Rollouts by graphs; draws depend on the run's seed and the step, as the product's do."""

    sampler: Sampler | None = None

    def _here(self, ids: list[list[int]], trainer: GRPOTrainer) -> list[list[int]]:
        model = trainer.accelerator.unwrap_model(trainer.model)
        if self.sampler is None:
            room = trainer.args.max_completion_length + 384
            self.sampler = Sampler(model, len(ids), room, self.tokenizer.eos_token_id, quick=trainer.args.bf16)
        else:
            self.sampler.refresh(model)
        found: list[list[int]] = self.sampler(ids, self.settings.completion_tokens, self.settings.temperature)
        return found


class Clock(TrainerCallback):  # type: ignore[misc]
    """Ends a run in time, its learning rate falling linearly by the clock from its peak."""

    def __init__(self, until: float) -> None:
        """`until`: seconds since the epoch."""
        self.until, self.begun = until - SAVING_S, time.time()
        self.last = self.begun

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Optimizer
    ) -> None:
        """The rate of this step."""
        del control
        left = max(0.0, self.until - time.time()) / max(1.0, self.until - self.begun)
        for group in kwargs["optimizer"].param_groups:
            group["lr"] = args.learning_rate * min(1.0, (state.global_step + 1) / 4) * max(0.02, left)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        """Stop where another step would come too late."""
        del args, state, kwargs
        now = time.time()
        if now + 1.3 * (now - self.last) > self.until:
            control.should_training_stop = True
        self.last = now


def main() -> None:
    """One run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--set", dest="settings", action="append", default=[])
    parser.add_argument("--until", type=float)
    args = parser.parse_args()

    class TimedTrainer(GroupTrainer):
        """Ends by the clock."""

        def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401
            super().__init__(*given, **named)
            if args.until:
                self.add_callback(Clock(args.until))

    def report(line: TrainingProgress | str) -> None:
        print(line if isinstance(line, str) else line.entry.line().strip(), flush=True)

    product.Sampling, product.GroupTrainer = GraphSampling, TimedTrainer  # type: ignore[attr-defined]
    product.grpo(read_recipe(args.recipe, dotted(tuple(args.settings))), args.out, report)


if __name__ == "__main__":
    main()
