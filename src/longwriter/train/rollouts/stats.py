"""Numbers of a step's rollouts, and which of them are worth a look. No torch here: a laptop browses a cluster's run."""

from collections.abc import Iterable, Sequence
from statistics import fmean, stdev

from longwriter.rewards.tags import read_tags
from longwriter.train.rollouts.store import Rollout
from longwriter.types import Record

SORTS = ("reward", "length", "advantage")


class RewardStats(Record):
    """One reward over a step's rollouts; None where there is no value."""

    mean: float | None
    spread: float | None
    """Standard deviation within a group (over G - 1), mean of the groups: what there is to learn from."""
    missing: int


class StepStats(Record):
    """One step. Shares are of its rollouts, 0 to 1."""

    step: int
    rollouts: int
    groups: int
    rewards: dict[str, RewardStats]
    think_words: float | None
    answer_words: float | None
    cut: float | None
    malformed: float | None
    repeated: float | None
    """Mean share of repeated text, of the rollouts whose format reward tells it."""
    flat: float | None
    """Share of groups in which every advantage is 0; None where no request has two rollouts, as of held-out ones."""


def by_group(rollouts: Iterable[Rollout]) -> dict[int, list[Rollout]]:
    """A step's rollouts by their group, in the order of the file."""
    groups: dict[int, list[Rollout]] = {}
    for rollout in rollouts:
        groups.setdefault(rollout.group, []).append(rollout)
    return groups


def step_stats(step: int, rollouts: Sequence[Rollout]) -> StepStats:
    """The numbers of one step."""
    groups = by_group(rollouts)
    names = list(dict.fromkeys(name for r in rollouts for name in r.rewards))
    return StepStats(
        step=step,
        rollouts=len(rollouts),
        groups=len(groups),
        rewards={name: _reward(name, list(groups.values())) for name in names},
        think_words=mean(r.think_words for r in rollouts),
        answer_words=mean(r.answer_words for r in rollouts),
        cut=mean(r.cut for r in rollouts),
        malformed=mean(bool(read_tags(r.completion, r.mode).fault) for r in rollouts),
        repeated=mean(repeated(r) for r in rollouts),
        flat=mean(all(r.advantage == 0 for r in group) for group in groups.values() if len(group) > 1),
    )


def _reward(name: str, groups: Sequence[Sequence[Rollout]]) -> RewardStats:
    values = [[v for r in group if (v := r.rewards.get(name)) is not None] for group in groups]
    flat = [v for group in values for v in group]
    return RewardStats(
        mean=mean(flat),
        spread=mean(stdev(group) for group in values if len(group) > 1),
        missing=sum(len(group) for group in groups) - len(flat),
    )


def mean(values: Iterable[float | None]) -> float | None:
    """Mean of the values that there are; None for none."""
    known = [v for v in values if v is not None]
    return fmean(known) if known else None


def repeated(rollout: Rollout) -> float | None:
    """Share of repeated text, 0 to 1, as a reward that looked for it says under `repeated`; None where none did."""
    found = (why.get("repeated") for why in rollout.why.values())
    return next((float(value) for value in found if isinstance(value, int | float)), None)


def reward_mean(rollout: Rollout) -> float | None:
    """Mean of a rollout's rewards that are not missing."""
    return mean(rollout.rewards.values())


def ordered(rollouts: Sequence[Rollout], sort: str) -> list[Rollout]:
    """The highest first, by one of `SORTS`: mean reward, words of the answer, or advantage."""
    keys = {
        "reward": lambda r: -1.0 if (found := reward_mean(r)) is None else found,
        "length": lambda r: r.answer_words,
        "advantage": lambda r: r.advantage,
    }
    return sorted(rollouts, key=keys[sort], reverse=True)


def chosen(rollouts: Sequence[Rollout], most: int, turn: int) -> list[Rollout]:
    """At most so many rollouts of a step: of each group the best, the worst and some between, by advantage.

    `turn`: where there are more groups than `most`, which of them come; with the number of the step all have their turn.
    """
    groups = list(by_group(rollouts).values())
    if not groups or most < 1:
        return []
    first = turn * most % len(groups) if most < len(groups) else 0
    groups = (groups[first:] + groups[:first])[:most]
    out = []
    for place, group in enumerate(groups):
        ranked = ordered(group, "advantage")
        quota = min(len(ranked), most // len(groups) + (place < most % len(groups)))
        ranks = [round(i * (len(ranked) - 1) / max(1, quota - 1)) for i in range(quota)]
        out += [ranked[rank] for rank in ranks]
    return sorted(out, key=lambda r: (r.group, -r.advantage))
