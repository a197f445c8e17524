"""What the verdicts on pairs come to: accuracy, ties, length, and the same for each language and genre.

Accuracy is the mean of points: 1 where the text that people chose is preferred, 0.5 for a tie, 0 else. A judge that always
ties, or prefers what stands first, has 0.5. Beside it stands what a rule would get that prefers the longer text.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from longwriter.bench.aggregate import correlation
from longwriter.bench.preferences.worker import PairOutcome
from longwriter.bench.records import Metric
from longwriter.bench.stats.bootstrap import metric
from longwriter.rewards.preference.pair import PreferencePair
from longwriter.text import count_words
from longwriter.types import Record

ALIKE = 0.1
"""Texts whose lengths differ by less than this share of the longer one count as equally long."""

MOST_FAULTS = 10


class PreferencePart(Record):
    """Some of the pairs."""

    pairs: int
    accuracy: Metric
    """`missing`: pairs without a verdict."""
    ties: float | None
    """Share of the verdicts."""
    longer: Metric
    """Accuracy of the rule that prefers the text with more words."""


class PreferenceReport(Record):
    """The whole."""

    whole: PreferencePart
    languages: dict[str, PreferencePart]
    genres: dict[str, PreferencePart]
    """By the rows' own names; empty where they have none."""
    lengths: dict[str, PreferencePart]
    """By which text is longer, by over `ALIKE`: chosen, rejected, neither."""
    longer_preferred: Metric
    """How often the longer text is preferred, ties as halves, of the pairs that differ by over `ALIKE`; 0.5: no bias."""
    length_correlation: Metric
    """Pearson's r of points, or of the difference of scores, with ln(words of the chosen / words of the rejected)."""
    score_words_correlation: Metric | None
    """Of a reward model: Pearson's r of score and words over all texts."""
    order_agreement: Metric | None
    """Of a judge: share of the pairs of which both orders say the same."""
    first_preferred: Metric | None
    """Of a judge: points of the text that is shown first, over all orders; 0.5: no bias."""
    left_out: dict[str, int]
    """Rows of the file that were not compared, by reason."""
    faults: dict[str, int]
    """Why pairs have no verdict, the most frequent first, `MOST_FAULTS` at most."""


class _Row(NamedTuple):
    """A pair with its verdict."""

    pair: PreferencePair
    outcome: PairOutcome
    words: tuple[int, int]

    @property
    def longer(self) -> str:
        """Which text is longer."""
        a, b = self.words
        return "neither" if abs(a - b) <= ALIKE * max(a, b) else "chosen" if a > b else "rejected"

    @property
    def margin(self) -> float | None:
        """The difference of scores, else the points."""
        o = self.outcome
        return o.points if o.chosen is None or o.rejected is None else o.chosen - o.rejected

    @property
    def log_ratio(self) -> float:
        """ln(words of the chosen / words of the rejected)."""
        return math.log(max(1, self.words[0]) / max(1, self.words[1]))


def report(
    pairs: Sequence[PreferencePair], outcomes: Mapping[str, PairOutcome], left_out: Mapping[str, int]
) -> PreferenceReport:
    """The report on some pairs; one without an outcome counts as missing."""
    rows = [
        _Row(
            p,
            outcomes.get(p.id, PairOutcome(id=p.id, fault="failed")),
            (count_words(p.chosen), count_words(p.rejected)),
        )
        for p in pairs
    ]
    known = [r for r in rows if r.outcome.points is not None]
    unequal = [r for r in known if r.longer != "neither"]
    judged = [r.outcome.orders for r in known if r.outcome.orders is not None]
    scored = [(score, words) for r in known for score, words in zip(_scores(r), r.words, strict=False)]
    return PreferenceReport(
        whole=_part(rows),
        languages={name: _part(own) for name, own in _split(rows, lambda r: r.pair.language)},
        genres={name: _part(own) for name, own in _split(rows, lambda r: r.pair.genre) if name},
        lengths={name: _part(own) for name, own in _split(rows, lambda r: r.longer)},
        longer_preferred=metric([_for_longer(r) for r in unequal]),
        length_correlation=correlation([(r.margin, r.log_ratio) for r in known if r.margin is not None]),
        score_words_correlation=correlation(scored) if scored else None,
        order_agreement=metric([float(one == other) for one, other in judged]) if judged else None,
        first_preferred=metric([(one + 1 - other) / 2 for one, other in judged]) if judged else None,
        left_out=dict(left_out),
        faults=_faults(rows),
    )


def _part(rows: Sequence[_Row]) -> PreferencePart:
    known = [r.outcome.points for r in rows if r.outcome.points is not None]
    return PreferencePart(
        pairs=len(rows),
        accuracy=metric([r.outcome.points for r in rows]),
        ties=sum(points == 0.5 for points in known) / len(known) if known else None,
        longer=metric([float(np.sign(r.words[0] - r.words[1]) + 1) / 2 for r in rows]),
    )


def _split(rows: Sequence[_Row], key: Callable[[_Row], str]) -> Iterator[tuple[str, list[_Row]]]:
    """The rows by a key, the largest part first."""
    parts: dict[str, list[_Row]] = {}
    for row in rows:
        parts.setdefault(key(row), []).append(row)
    return iter(sorted(parts.items(), key=lambda part: (-len(part[1]), part[0])))


def _for_longer(row: _Row) -> float:
    """Points of the longer text."""
    points = row.outcome.points
    assert points is not None
    return points if row.longer == "chosen" else 1 - points


def _scores(row: _Row) -> list[float]:
    """The scores of both texts; empty where there are none."""
    both = row.outcome.chosen, row.outcome.rejected
    return [score for score in both if score is not None]


def _faults(rows: Sequence[_Row]) -> dict[str, int]:
    faults = Counter(r.outcome.fault for r in rows if r.outcome.points is None)
    return dict(faults.most_common(MOST_FAULTS))
