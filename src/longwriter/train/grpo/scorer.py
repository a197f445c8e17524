"""One step's rollouts judged: scored, turned into advantages, measured and written down. Runs on the main process."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from longwriter.rewards.base import Sample
from longwriter.rewards.format import read_tags
from longwriter.text import count_words
from longwriter.train.grpo.advantage import Floats, advantages, flat_groups, normalised
from longwriter.train.grpo.drift import drift, word_counts
from longwriter.train.grpo.scoring import Scores, Scoring
from longwriter.train.grpo.settings import GrpoSettings
from longwriter.train.rollouts.stats import repeated
from longwriter.train.rollouts.store import FOLDER, Rollout, read_steps, write_step

PUNISHED = ("length", "format")
"""Rewards that a cut rollout loses with `overlong = "punish"`."""


REFERENCE_WORDS = 500
"""Words of a step's answers that make a reference for overused words; malformed completions have no answer."""


class Judged(NamedTuple):
    """What every process is told of a step."""

    advantages: list[float]
    """Of all rollouts, in the order of the processes."""
    measures: dict[str, float]


class Judge:
    """Judges the rollouts of a run, and keeps them."""

    def __init__(self, settings: GrpoSettings, scoring: Scoring, out: Path) -> None:
        """`out`: the run's folder."""
        self.settings, self.scoring, self.out = settings, scoring, out
        self.names = settings.objectives
        self.weights = None if settings.weights is None else np.array(settings.weights)
        self.usual: Counter[str] = Counter()
        self.begun = False

    def judge(self, step: int, rows: Sequence[Mapping[str, object]]) -> Judged:
        """`rows`: all rollouts of a step, a group's together, with the fields of Rollout that are known.

        Raises what rewards raise, and RunError where the disk is full.
        """
        g = self.settings.group
        samples = [Sample.model_validate({k: row[k] for k in Sample.model_fields}) for row in rows]
        scores = self.scoring.score(samples)
        values = self._punished(scores.values, samples)
        scaled = normalised(values, g)
        used = advantages(values, g, self.settings.advantage, self.weights)
        if self.settings.overlong == "mask":  # they leave the loss, so nothing is learnt from them
            used[np.array([s.cut for s in samples])] = 0.0
        tagged = [read_tags(s.completion, s.mode) for s in samples]
        words = [(count_words(t.think), count_words(t.answer)) for t in tagged]
        rollouts = [
            Rollout.model_validate(
                dict(row)
                | {"step": step, "group": i // g, "think_words": words[i][0], "answer_words": words[i][1]}
                | {"rewards": self._named(values[i]), "advantages": self._named(scaled[i]), "why": scores.why[i]}
                | {"advantage": float(used[i])}
            )
            for i, row in enumerate(rows)
        ]
        write_step(self.out, step, rollouts)
        measures = self._measures(values, scores, used)
        measures |= {
            "cut": float(np.mean([s.cut for s in samples])),
            "malformed": float(np.mean([bool(t.fault) for t in tagged])),
        }
        answers = [t.answer for t in tagged]
        shares = [repeated(rollout) for rollout in rollouts]
        measures |= drift(answers, [t.think for t in tagged], self._usual_before(step), shares)
        self._learn_usual(answers)
        return Judged(used.tolist(), measures)

    def _usual_before(self, step: int) -> Counter[str]:
        """How often words stood in the first answers of the run; after a restart, in those that were kept."""
        if not self.begun and any((self.out / FOLDER).glob("*.jsonl")):
            for _, rollouts in read_steps(self.out, below=step):
                if self.usual:
                    break
                self._learn_usual([read_tags(r.completion, r.mode).answer for r in rollouts])
        self.begun = True
        return self.usual

    def _learn_usual(self, answers: Sequence[str]) -> None:
        if not self.usual:
            counts = word_counts(answers)
            self.usual = counts if counts.total() >= REFERENCE_WORDS else self.usual

    def _punished(self, values: Floats, samples: Sequence[Sample]) -> Floats:
        """Cut rollouts have 0 where the settings say so; what is missing stays missing."""
        if self.settings.overlong != "punish":
            return values
        out = values.copy()
        cut = np.array([s.cut for s in samples])
        for column, name in enumerate(self.names):
            if name in PUNISHED:
                out[cut & ~np.isnan(out[:, column]), column] = 0.0
        return out

    def _named(self, values: Floats) -> dict[str, float | None]:
        return {n: None if np.isnan(v) else float(v) for n, v in zip(self.names, values, strict=True)}

    def _measures(self, values: Floats, scores: Scores, used: Floats) -> dict[str, float]:
        """Each reward's mean, std, share of groups without spread and share of missing values."""
        g, out = self.settings.group, {}
        flat = flat_groups(values, g)
        for column, name in enumerate(self.names):
            found = values[:, column][~np.isnan(values[:, column])]
            if len(found):
                out[f"rewards/{name}/mean"] = float(found.mean())
                out[f"rewards/{name}/std"] = float(found.std())
            out[f"rewards/{name}/flat"] = float(flat[:, column].mean())
            out[f"rewards/{name}/missing"] = float(1 - len(found) / len(values))
        out["flat"] = float((used.reshape(-1, g) == 0).all(1).mean())
        return out | ({"waited": scores.waited} if scores.waited else {})
