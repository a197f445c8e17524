"""A trainer of verl with LongWriter-Zero's advantages: trainer.v1.trainer_mode = longwriter.

verl names advantage estimators, but gives one of another's making only the sum of the rewards, and its `gdpo` whitens the
batch at the end. So this takes the verdicts that `reward` handed over, and writes the advantages of `grpo.scorer` in the
place of verl's. Rollouts are kept as those of every longwriter run, under trainer.default_local_dir.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
import transfer_queue as tq
from omegaconf import DictConfig
from tensordict import TensorDict
from transfer_queue import KVBatchMeta
from transformers import PreTrainedTokenizerBase
from verl.trainer.ppo.v1 import PPOTrainerSync, register_trainer

from longwriter.errors import RunError
from longwriter.rewards.base import Verdict
from longwriter.rewards.scoring import RewardScores
from longwriter.train.grpo.scorer import Completion, RolloutScorer
from longwriter.train.recipe import read_recipe
from longwriter.train.verl.advantage import by_group
from longwriter.train.verl.reward import ERROR, WHY

NAME = "longwriter"
FIELDS = ["uid", "prompts", "responses", "response_mask", "extra_fields", "extra_info"]
Row = Mapping[str, object]


@register_trainer(NAME)
class LongWriterTrainer(PPOTrainerSync):
    """verl's synchronous trainer, with longwriter's advantages."""

    def __init__(self, config: DictConfig) -> None:
        """As verl's; the name that chose this class gives way to `sync`, which alone verl runs in step."""
        config.trainer.v1.trainer_mode = "sync"
        self._scorer: RolloutScorer | None = None
        super().__init__(config)

    def _compute_advantage(self, batch: KVBatchMeta, metrics: dict[str, object]) -> KVBatchMeta:
        """First verl's advantages, for what else it does there; then ours over them.

        Raises RunError for a reward that cannot work and for groups that are not whole.
        """
        batch = super()._compute_advantage(batch, metrics)
        settings = read_recipe(Path(self.config.reward.custom_reward_function.reward_kwargs.recipe)).grpo
        data = tq.kv_batch_get(keys=batch.keys, partition_id=batch.partition_id, select_fields=FIELDS)
        real = [i for i, tag in enumerate(batch.tags) if not tag.get("is_padding", False)]
        uids, extra = list(data["uid"]), list(data["extra_fields"])
        order = [real[i] for i in by_group([uids[i] for i in real], settings.group)]
        rows = batch_rows(data, order, self.tokenizer, self.config.data.max_response_length)
        infos = [extra[i].get("reward_extra_info", {}) for i in order]
        scores = carried(settings.objectives, infos)
        folder = Path(self.config.trainer.default_local_dir)
        # kept, since a new one reads all rollouts of earlier steps
        self._scorer = self._scorer or RolloutScorer(settings, lambda _: scores, folder, print)
        self._scorer.ask = lambda _: scores
        scored = self._scorer.score(self.global_steps, rows)
        values = np.zeros(len(batch.keys))
        values[order] = scored.advantages  # 0 for a masked rollout, which with beta 0 then moves nothing
        metrics.update({f"longwriter/{name}": value for name, value in scored.measures.items()})
        return put(batch, data["response_mask"], values.tolist())


def carried(names: Sequence[str], infos: Sequence[Row]) -> RewardScores:
    """The verdicts that the reward workers gave; nothing is asked again.

    `infos`: results of `reward.compute_score`. Raises RunError for an error in one, or a reward that is missing from one.
    """
    errors = [str(info[ERROR]) for info in infos if info.get(ERROR)]
    if errors:
        raise RunError(f"{errors[0]}; the last checkpoint is sound: see to it, then run the same command again")
    absent = [name for name in names if any(name not in info for info in infos)]
    if absent:
        raise RunError(
            f"no reward {', '.join(absent)} with the rollouts; set reward.custom_reward_function.path to "
            "pkg://longwriter.train.verl.reward and its recipe to the trainer's"
        )
    return RewardScores([_verdicts(names, info) for info in infos])


def _verdicts(names: Sequence[str], info: Row) -> dict[str, Verdict]:
    """One rollout's, from the numbers of verl and the reasons as JSON."""
    why = json.loads(str(info[WHY]))
    values = {name: float(str(info[name])) for name in names}
    return {n: Verdict(None if math.isnan(value) else value, why.get(n, {})) for n, value in values.items()}


def batch_rows(
    data: TensorDict, order: Sequence[int], tokenizer: PreTrainedTokenizerBase, longest: int
) -> list[Completion]:
    """The rollouts in the given order; `longest`: tokens at which verl cuts."""
    prompts, responses = data["prompts"].unbind(), data["responses"].unbind()
    infos = list(data["extra_info"])
    out = []
    for i in order:
        ids = responses[i].tolist()
        out.append(
            Completion(
                **{k: infos[i][k] for k in ("id", "request", "mode", "lower", "upper")},
                prompt=tokenizer.decode(prompts[i]),
                completion=(infos[i].get("opened") or "") + tokenizer.decode(ids, skip_special_tokens=True),
                cut=len(ids) >= longest and ids[-1] != tokenizer.eos_token_id,
            )
        )
    return out


def put(batch: KVBatchMeta, response_mask: torch.Tensor, values: Sequence[float]) -> KVBatchMeta:
    """Write each rollout's advantage to all of its tokens."""
    rows = [mask.float() * value for mask, value in zip(response_mask.unbind(), values, strict=True)]
    nested = torch.nested.as_nested_tensor(rows, layout=torch.jagged)
    fields = TensorDict({"advantages": nested, "returns": nested.clone()}, batch_size=len(rows))
    return tq.kv_batch_put(keys=batch.keys, partition_id=batch.partition_id, fields=fields)
