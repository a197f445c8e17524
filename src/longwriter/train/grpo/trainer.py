"""TRL's GRPOTrainer with LongWriter-Zero's advantages, rollouts that are kept, and measures that show a collapse.

TRL asks a reward function about each process's own completions. Here it gathers those of all processes, the main process
scores them (`scorer`) and sends back every advantage, and these replace the ones that TRL would have made of them.
"""

import math
from pathlib import Path

import torch
from accelerate.utils import gather_object
from torch import Tensor, nn
from transformers import PreTrainedModel, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_callback import ExportableState
from trl import GRPOTrainer
from trl.trainer.utils import add_fused_lm_head

from longwriter.errors import RunError
from longwriter.train.grpo.padding import by_length, count_positions, trimmed
from longwriter.train.grpo.sampling import Sampling
from longwriter.train.grpo.scorer import Completion, RolloutScorer, ScoredStep
from longwriter.train.grpo.settings import GrpoSettings
from longwriter.train.run.signs import from_main_process
from longwriter.train.run.trainer import FiniteGradTrainer

RENAMED = {
    "clip_ratio/region_mean": "clipped",
    "completions/mean_length": "completion_tokens",
    "kl": "kl_penalty",
    "sampling/sampling_logp_difference/mean": "vllm_difference",
    "sampling/importance_sampling_ratio/mean": "vllm_ratio",
}
"""TRL's measures that are kept; its rewards are advantages here and would mislead."""
COLUMNS = ("id", "request", "prompt", "mode", "lower", "upper", "cut")
"""What a rollout is judged by, beside its text, which begins with the tags that its prompt opened."""


class GroupTrainer(FiniteGradTrainer, GRPOTrainer):
    """TRL's trainer on the advantages of a `RolloutScorer`."""

    _buffered_inputs: list[dict[str, Tensor]] | None

    def __init__(
        self, *args: object, settings: GrpoSettings, sampling: Sampling, scorer: RolloutScorer | None, **kwargs: object
    ) -> None:
        """`scorer`: on the main process, None on the others."""
        self.settings, self.sampling, self.scorer = settings, sampling, scorer
        self.scored = ScoredStep([], {})
        self.start: PreTrainedModel | None = None
        self.measures: dict[str, list[float]] = {}
        self.entropies: list[tuple[float, float]] = []
        """Of each micro-batch of a step: nats per token, and tokens of all processes."""
        super().__init__(*args, reward_funcs=[self.score_all], rollout_func=sampling, **kwargs)
        for model in (self.model, self.ref_model):
            if model is not None:
                count_positions(self.accelerator.unwrap_model(model))  # DeepSpeed has wrapped the reference
        self.add_callback(Collapse(self))

    def score_all(
        self, prompts: list[str], completions: list[str], completion_ids: list[list[int]], **columns: list[object]
    ) -> list[float]:
        """The advantage of each of this process's completions; the reward function that TRL calls."""
        columns |= {"prompt": list(prompts)}
        rows = [
            self._row(ids, {name: columns[name][i] for name in (*COLUMNS, "opened")})
            for i, ids in enumerate(completion_ids)
        ]
        every = [Completion.model_validate(row) for row in gather_object(rows)]
        self.scored = self.from_scorer(self.scorer, self.state.global_step + 1, every)
        return self._own(len(rows))

    def _row(self, ids: list[int], columns: dict[str, object]) -> dict[str, object]:
        """A completion's fields; `columns`: `COLUMNS`, and the tags that its prompt opened."""
        text = f"{columns['opened']}{self.sampling.text(ids, self.eos_token_ids)}"
        return {"completion": text} | {name: columns[name] for name in COLUMNS}

    def rollouts(self, prompts: list[dict[str, object]]) -> list[dict[str, object]]:
        """Completions of other requests than those of the step, one each, drawn by the policy as it is now."""
        if self.use_vllm:
            self.vllm_generation.sync_weights()
        drawn = self.sampling.draw([str(row["prompt"]) for row in prompts], self, "held out", 1)
        return [
            self._row(ids, row | {"cut": cut})
            for row, ids, cut in zip(prompts, drawn["completion_ids"], drawn["cut"], strict=True)
        ]

    def report(self, values: dict[str, float]) -> None:
        """A line of the log of its own; TRL would put what it has of the step into it."""
        due = self.control.should_log  # a report takes it that the step's is done
        super(GRPOTrainer, self).log(values | {"tokens": float(self.state.num_input_tokens_seen)})
        self.control.should_log = due

    def from_scorer(self, scorer: RolloutScorer | None, step: int, every: list[Completion]) -> ScoredStep:
        """What the main process's scorer says of all processes' completions, on every process."""

        def score() -> ScoredStep:
            assert scorer is not None
            return scorer.score(step, every)

        return from_main_process(score, self.accelerator.num_processes, self.accelerator.process_index)

    def _own(self, count: int) -> list[float]:
        """The advantages of this process's `count` completions."""
        first = self.accelerator.process_index * count
        return self.scored.advantages[first : first + count]

    def _generate_and_score_completions(self, inputs: list[dict[str, object]]) -> dict[str, Tensor]:
        out: dict[str, Tensor] = super()._generate_and_score_completions(inputs)
        mask = out["completion_mask"]
        out["advantages"] = torch.tensor(self._own(len(inputs)), dtype=torch.float32, device=mask.device)
        measures = dict(self.scored.measures)
        if self.settings.kl_every and self.state.global_step % self.settings.kl_every == 0:
            measures["kl"] = self._kl_to_start(out)
        if self.settings.overlong == "mask":  # not by TRL, which would take a stop at the tag for a cut
            cut = torch.tensor([bool(row["cut"]) for row in inputs], device=mask.device)
            out["completion_mask"] = mask * (~cut).unsqueeze(1)
            out["num_items_in_batch"] = self.accelerator.gather(out["completion_mask"].sum()).sum()
        for name, value in measures.items():
            self.measures.setdefault(name, []).append(value)
        return out

    def _prepare_inputs(self, generation_batch: dict[str, Tensor]) -> dict[str, Tensor]:
        before = self._buffered_inputs
        inputs: dict[str, Tensor] = super()._prepare_inputs(generation_batch)
        batches, window = self._buffered_inputs, self.args.gradient_accumulation_steps
        if batches is None or batches is before or self.settings.loss == "bnpo":
            return inputs
        self._buffered_inputs = [b for i in range(0, len(batches), window) for b in by_length(batches[i : i + window])]
        return self._buffered_inputs[self._step % len(batches)]

    def _compute_loss(self, model: nn.Module, inputs: dict[str, Tensor]) -> Tensor:
        loss: Tensor = super()._compute_loss(model, trimmed(inputs))
        entropy = self._metrics["train"]["entropy"].pop()
        tokens = self.accelerator.reduce(inputs["completion_mask"].sum(), reduction="sum").item()
        self.entropies.append((entropy, tokens))  # TRL gives 0 where all are masked: no tokens
        return loss

    def _kl_to_start(self, rollouts: dict[str, Tensor]) -> float:
        """KL of the policy to the model it began from, in nats per token, at the run's temperature.

        Estimated on the tokens that the policy drew: mean of log pi - log pi_start over all of them.
        """
        ids = torch.cat([rollouts["prompt_ids"], rollouts["completion_ids"]], 1)
        seen = torch.cat([rollouts["prompt_mask"], rollouts["completion_mask"]], 1)
        mask, rows = rollouts["completion_mask"], self.args.per_device_train_batch_size
        with torch.no_grad():
            now, *_ = self._get_per_token_logps_and_entropies(self.model, ids, seen, mask.shape[1], rows)
            if self.start is None:
                with self.accelerator.unwrap_model(self.model).disable_adapter():
                    then, *_ = self._get_per_token_logps_and_entropies(self.model, ids, seen, mask.shape[1], rows)
            else:
                then, *_ = self._get_per_token_logps_and_entropies(self.start, ids, seen, mask.shape[1], rows)
        sums = torch.stack([((now - then) * mask).sum(), mask.sum()])
        total, count = self.accelerator.reduce(sums, reduction="sum").tolist()
        return float(total / max(count, 1))

    def measure_against(self, start: PreTrainedModel) -> None:
        """Hold the model that the run began from; without it, adapters are switched off instead."""
        add_fused_lm_head(start, temperature=self.temperature)
        count_positions(start)
        self.start = start.eval().requires_grad_(False).to(self.accelerator.device)

    def release(self) -> None:
        """End vLLM where it lives in this process: at the interpreter's end it would miss the groups that are gone by then."""
        if self.use_vllm and self.vllm_mode == "colocate":
            self.vllm_generation.llm.llm_engine.engine_core.shutdown()

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """The measures of the steps since the last report, averaged."""
        found = self._metrics["train"]
        kept = {new: found[old] for old, new in RENAMED.items() if found.get(old)}
        found.clear()
        found.update(kept | self.measures | {"tokens": [float(self.state.num_input_tokens_seen)]})
        self.measures = {}
        super().log(logs, start_time)


class Collapse(TrainerCallback, ExportableState):
    """Stops a run that no longer learns; checkpoints keep the count."""

    def __init__(self, trainer: GroupTrainer) -> None:
        """`trainer`: whose steps are watched."""
        self.trainer, self.flat, self.certain = trainer, 0, 0

    def state(self) -> dict[str, dict[str, int]]:
        """The counts, for the checkpoint."""
        return {"args": {}, "attributes": {"flat": self.flat, "certain": self.certain}}

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object
    ) -> None:
        """Take up the count where the checkpoint was."""
        kept = state.stateful_callbacks.setdefault(type(self).__name__, self.state())["attributes"]
        self.flat, self.certain = kept["flat"], kept["certain"]

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: object) -> None:
        """Raises RunError after `collapse_after` such steps in a row; all processes see the same numbers."""
        settings, entropies = self.trainer.settings, self.trainer.entropies
        tokens = sum(count for _, count in entropies)
        entropy = sum(value * count for value, count in entropies) / tokens if tokens else math.inf
        if tokens:
            self.trainer.measures.setdefault("entropy", []).append(entropy)
        self.trainer.entropies = []
        self.flat = self.flat + 1 if not any(self.trainer.scored.advantages) else 0
        self.certain = self.certain + 1 if entropy < settings.entropy_floor else 0
        if max(self.flat, self.certain) < settings.collapse_after:
            return
        why = (
            f"in no group of {self.flat} steps did rewards differ, so there is nothing to learn from"
            if self.flat >= self.certain
            else f"the entropy was below grpo.entropy_floor = {settings.entropy_floor:g} for {self.certain} steps"
        )
        raise RunError(
            f"the run has collapsed at step {state.global_step}: {why}; rollouts and checkpoints are kept in "
            f"{Path(args.output_dir)}: look at the rollouts, then try another temperature, group size, optim.lr or reward"
        )
