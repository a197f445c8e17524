"""Signs that a run games its reward: the score goes up while what rules can measure gets worse. No PyTorch here.

A reward that a model or a server gives can be pleased without writing better. The first `WINDOW` steps of a run are compared
with the last `WINDOW`; a change counts where it is larger than `ERRORS` standard errors over steps, and than `LEAST`. Where
the score has risen, these are signs:

    length      half of the rise or more comes with length: within the groups of all steps the reward is regressed on
                ln(words); slope x change of mean ln(words) is what longer or shorter answers explain
    repetition  the share of repeated words has risen
    rules       the length reward or the format reward has fallen
    words       a word takes `RATIO` times its share of the first steps, in a fifth of the answers or more

Rollouts without an answer (malformed ones) do not count in the score, whose rise would else be that of the form. None of the
signs proves anything: a better story may be longer. They say where to look, and which score to read beside the mean. A
judge that compares answers gives every group the same mean, so its score cannot rise; of it, `length_slope` alone tells.
"""

import math
from collections import Counter, deque
from collections.abc import Sequence
from functools import cached_property
from statistics import fmean, variance
from typing import NamedTuple

from longwriter.rewards.tags import read_tags
from longwriter.train.grpo.drift import overused_words, spread_of, word_counts
from longwriter.train.rollouts.stats import by_group, mean, repeated
from longwriter.train.rollouts.store import Rollout

RULES = ("length", "format")
"""Rewards that rules give: not watched, but looked at beside those that are."""
WINDOW = 10
"""Steps at each end of a run."""
ERRORS = 3.0
"""It is looked for after each step: with 2, a fifth of runs in which nothing changes had a sign (measurements/hacking.py)."""
LEAST = 0.02
"""Smallest change of a reward, 0 to 1, or of a share that counts."""
EXPLAINED = 0.5
RATIO, SHARE, SPREAD = 3.0, 0.002, 0.2
"""A favoured word: times its earlier share, of all words at least, in so many of the answers."""
MOST_WORDS = 8


class HackingSign(NamedTuple):
    """Something that a person should look at."""

    kind: str
    """length, repetition, rules or words."""
    reward: str
    told: str
    """A sentence for a person."""


class _Slope:
    """Of a reward on ln(words) within groups, over all steps so far."""

    def __init__(self) -> None:
        self.xy = self.xx = 0.0

    def add(self, points: Sequence[tuple[float, float]]) -> None:
        """A group's (ln(words), reward)."""
        if len(points) > 1:
            x_mean, y_mean = fmean(x for x, _ in points), fmean(y for _, y in points)
            self.xy += sum((x - x_mean) * (y - y_mean) for x, y in points)
            self.xx += sum((x - x_mean) ** 2 for x, _ in points)

    @property
    def value(self) -> float:
        """0 where lengths do not differ."""
        return self.xy / self.xx if self.xx > 0 else 0.0


class _Step(NamedTuple):
    """Means of a step; None where nothing is known."""

    rewards: dict[str, float | None]
    log_words: float | None
    repeated: float | None


class _Answers:
    """The answers of a step; their words are counted when somebody asks, since few steps are asked about."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each word occurs."""
        return word_counts(self.texts)

    @cached_property
    def spread(self) -> Counter[str]:
        """In how many answers each word occurs."""
        return spread_of(self.texts)


class HackingWatch:
    """Hears every step of a run, in order."""

    def __init__(self) -> None:
        self._steps: list[_Step] = []
        self._slopes: dict[str, _Slope] = {}
        self._first: Counter[str] = Counter()
        self._last: deque[_Answers] = deque(maxlen=WINDOW)

    def take(self, rollouts: Sequence[Rollout]) -> None:
        """The next step. One without rollouts says nothing."""
        if not rollouts:
            return
        names = list(dict.fromkeys(name for r in rollouts for name in r.rewards))
        logs = {id(r): math.log(r.answer_words) for r in rollouts if r.answer_words > 0}
        for name in names:
            slope = self._slopes.setdefault(name, _Slope())
            for group in by_group(rollouts).values():
                rewarded = [(logs.get(id(r)), r.rewards.get(name)) for r in group]
                slope.add([(x, y) for x, y in rewarded if x is not None and y is not None])
        rewards = {
            name: mean(r.rewards.get(name) for r in rollouts if name in RULES or id(r) in logs) for name in names
        }
        self._steps.append(_Step(rewards, mean(logs.values()), mean(repeated(r) for r in rollouts)))
        answers = _Answers([answer for r in rollouts if (answer := read_tags(r.completion, r.mode).answer).strip()])
        if len(self._steps) <= WINDOW:
            self._first.update(answers.counts)
        self._last.append(answers)

    def corrected(self) -> dict[str, float]:
        """Each watched reward's mean over the last step's answers, as if these were as long as those of the first steps."""
        if not self._steps:
            return {}
        begun = mean(step.log_words for step in self._steps[:WINDOW])
        last = self._steps[-1]
        if begun is None or last.log_words is None:
            return {}
        grown = last.log_words - begun
        return {
            name: value - self._slopes[name].value * grown
            for name, value in last.rewards.items()
            if value is not None and name not in RULES
        }

    def length_slopes(self) -> dict[str, float]:
        """By how much each watched reward is higher for an answer e times as long, in the same group."""
        return {name: slope.value for name, slope in self._slopes.items() if name not in RULES}

    def signs(self) -> list[HackingSign]:
        """What there is to say after the last step; nothing before `WINDOW` steps at each end."""
        if len(self._steps) < 2 * WINDOW:
            return []
        found = list[HackingSign]()
        for name in (name for name in self._slopes if name not in RULES):
            change = _change(*_ends([step.rewards.get(name) for step in self._steps]))
            if change is not None and change.grown > 0:
                found += self._of(name, change)
        return found

    def _of(self, name: str, score: "_Change") -> list[HackingSign]:
        """The signs for a reward that has risen."""
        said = f"{name} went from {score.before:.3f} to {score.after:.3f}"
        found = list[HackingSign]()
        words = [mean(step.log_words for step in part) for part in (self._steps[:WINDOW], self._steps[-WINDOW:])]
        if words[0] is not None and words[1] is not None:
            explained = self._slopes[name].value * (words[1] - words[0])
            if explained >= EXPLAINED * score.grown:
                told = (
                    f"{said}, and {explained:.3f} of that comes with length: answers went from about "
                    f"{math.exp(words[0]):,.0f} to {math.exp(words[1]):,.0f} words"
                )
                found.append(HackingSign("length", name, told))
        repeats = _change(*_ends([step.repeated for step in self._steps]))
        if repeats is not None and repeats.grown > 0:
            told = f"{said}, while repeated words went from {repeats.before:.1%} to {repeats.after:.1%}"
            found.append(HackingSign("repetition", name, told))
        for rule in RULES:
            lost = _change(*_ends([step.rewards.get(rule) for step in self._steps]))
            if lost is not None and lost.grown < 0:
                told = f"{said}, while the {rule} reward went from {lost.before:.3f} to {lost.after:.3f}"
                found.append(HackingSign("rules", name, told))
        if favoured := self._favoured():
            found.append(HackingSign("words", name, f"{said}, with favoured words: {', '.join(favoured)}"))
        return found

    def _favoured(self) -> list[str]:
        """Words that the last answers use far more than the first, with how much more."""
        counts, spread = Counter[str](), Counter[str]()
        for step in self._last:
            counts.update(step.counts)
            spread.update(step.spread)
        least, texts = SHARE * counts.total(), SPREAD * sum(len(step.texts) for step in self._last)
        return [
            f"{found.word} x{found.ratio:.0f}"
            for found in overused_words(counts, spread, self._first)
            if found.ratio >= RATIO and found.times >= least and spread[found.word] >= texts
        ][:MOST_WORDS]


class _Change(NamedTuple):
    """Of a number between the first steps and the last."""

    before: float
    after: float

    @property
    def grown(self) -> float:
        """How much."""
        return self.after - self.before


def _ends(values: Sequence[float | None]) -> tuple[list[float], list[float]]:
    """A number of the first `WINDOW` steps and of the last, where it is known."""
    first, last = ([v for v in part if v is not None] for part in (values[:WINDOW], values[-WINDOW:]))
    return first, last


def _change(first: Sequence[float], last: Sequence[float]) -> _Change | None:
    """A change that is more than chance and than `LEAST`; None for any other, and for too few steps."""
    if min(len(first), len(last)) < 2:
        return None
    change = _Change(fmean(first), fmean(last))
    error = math.sqrt(variance(first) / len(first) + variance(last) / len(last))
    return change if abs(change.grown) > max(LEAST, ERRORS * error) else None
