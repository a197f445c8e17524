"""How far a text is from a style: one number, with what it means beside the writer's own passages and other writers'.

Three kinds of figure are compared, words, rhythm and marks, n-grams of characters. With a reference each text is a
direction from the average writer, and the distance is one less the cosine of the angle between two of them (the cosine
delta: Smith & Aldridge 2011; Evert et al. 2017, doi:10.1093/llc/fqx023); without one it is the mean difference in the
sample's own standard deviations (Burrows' delta). One section is weak evidence: see the table in docs/checks.md.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from longwriter.checks.style.features import SCALARS, Floats, StyleCounts, count_style, levelled, unlevelled
from longwriter.checks.style.profile import GRAM_STEPS, Quantiles, StyleProfile
from longwriter.checks.style.reference import parts, reference_of, vector_of
from longwriter.errors import InputError

WEIGHTS = (1.0, 0.5, 1.5)
"""Of words, of figures, of n-grams; chosen on other pairs of books than the table in docs/checks.md is of."""
LEAST_USUAL = 0.05
"""A sample that says one thing again and again has no distances; people's do not come near this."""
LEAST_WORDS = 50
"""Fewer say nothing of a style."""


class OffFigure(NamedTuple):
    """A figure (`features.SCALARS`) of a text beside those of the sample's passages."""

    name: str
    value: float
    low: float
    high: float
    off: float
    """Standard deviations above the sample's mean, negative below it."""


class StyleDistance(NamedTuple):
    """How far a text is from a style."""

    value: float
    """0: no difference. Values of two profiles do not compare; percentiles do."""
    percentile_own: float
    """Of the sample's own passages of this length, how many per cent are nearer; 100: the text is further off than all."""
    percentile_others: float | None
    """The same of other writers' passages: 0: nearer than all of them. None where there are none for the language."""
    furthest: tuple[OffFigure, ...]
    """Figures outside of what four fifths of the sample's passages have, the furthest first."""


class _Centre(NamedTuple):
    """A profile as numbers."""

    words: tuple[str, ...]
    vector: Floats
    mean: Floats
    deviation: Floats
    compared: bool
    """With others, by a reference."""


def distance(profile: StyleProfile, text: str) -> StyleDistance:
    """How far a text is. Raises InputError for one of fewer than `LEAST_WORDS`, and for a profile of another reference."""
    return distance_of(profile, count_style(text, profile.language))


def distance_of(profile: StyleProfile, counts: StyleCounts) -> StyleDistance:
    """As `distance`, of what was counted in a text in the profile's language."""
    if counts.words < LEAST_WORDS:
        raise InputError(f"the text has {counts.words} words; a style shows in {LEAST_WORDS} at least")
    centre = _centre(profile)
    vector = vector_of(counts, centre.words)
    value = apart(vector, centre.vector, centre)
    own = percentile(value, counts.words, profile.own)
    others = percentile(value, counts.words, profile.others) if profile.others else None
    return StyleDistance(value, own, others, _furthest(profile, counts.scalars()))


def apart(vector: Floats, other: Floats, centre: _Centre) -> float:
    """The distance of two texts' vectors."""
    total = 0.0
    for part, weight in zip(parts(len(centre.words)), WEIGHTS, strict=True):
        a, b = ((v[part] - centre.mean[part]) / centre.deviation[part] for v in (vector, other))
        known = ~(np.isnan(a) | np.isnan(b))
        a, b = a[known], b[known]
        if centre.compared:
            size = float(np.linalg.norm(a) * np.linalg.norm(b))
            total += weight * (1 - (float(a @ b) / size if size else 0.0))
        else:
            total += weight * float(np.abs(a - b).mean()) if len(a) else 0.0
    return total / sum(WEIGHTS)


def centre_of(words: tuple[str, ...], vector: Floats, deviation: Floats, language: str, reference: str) -> _Centre:
    """A style's centre. `deviation` counts without a reference alone. Raises InputError for a reference that is not here."""
    if not reference:
        return _Centre(words, vector, np.zeros(len(vector)), deviation, compared=False)
    found = reference_of(language)
    if found is None or found.name != reference or found.words != words:
        raise InputError(
            f"the style was learnt beside {reference}, which is not here; learn it again: longwriter style learn"
        )
    return _Centre(words, vector, found.mean, found.deviation, compared=True)


def percentile(value: float, words: int, table: Mapping[str, Quantiles]) -> float:
    """Per cent of passages of so many words that are within a distance; lengths between are interpolated."""
    lengths = sorted(map(int, table))
    log = math.log(min(max(words, lengths[0]), lengths[-1]))
    rows = np.array([table[str(length)] for length in lengths])
    quantiles = [float(np.interp(log, np.log(lengths), column)) for column in rows.T]
    return float(np.interp(value, quantiles, np.linspace(0, 100, len(quantiles))))


def usual(profile: StyleProfile, words: int) -> float:
    """How far the sample's own passages of so many words are from the rest of it, at the median; never 0."""
    return max(LEAST_USUAL, _median(profile.own, words))


def usual_of_others(profile: StyleProfile, words: int) -> float | None:
    """How far other writers' passages of so many words are, at the median; None where there are none."""
    return _median(profile.others, words) if profile.others else None


def _median(table: Mapping[str, Quantiles], words: int) -> float:
    lengths = sorted(map(int, table))
    medians = [table[str(length)][5] for length in lengths]
    return float(np.interp(math.log(max(1, words)), np.log(lengths), medians))


def favourites(profile: StyleProfile, most: int = 8) -> tuple[str, ...]:
    """Words that the sample has more often than other writers, the most telling first; none without a reference."""
    centre = _centre(profile)
    if not centre.compared:
        return ()
    of_words = slice(0, len(centre.words))
    off = (centre.vector[of_words] - centre.mean[of_words]) / centre.deviation[of_words]
    return tuple(centre.words[i] for i in np.argsort(-off, kind="stable")[:most] if off[i] > 1)


def _centre(profile: StyleProfile) -> _Centre:
    return _kept(_ProfileKey(profile))


class _ProfileKey:
    """A profile by what it is, not by its fields: they are many, and dictionaries among them."""

    def __init__(self, profile: StyleProfile) -> None:
        self.profile = profile

    def __hash__(self) -> int:
        return hash((self.profile.words, self.profile.grams))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ProfileKey) and (self.profile is other.profile or self.profile == other.profile)


@cache
def _kept(key: _ProfileKey) -> _Centre:
    profile = key.profile
    words = tuple(profile.vocabulary)
    figures = np.array([profile.figures[s].mean if s in profile.figures else float("nan") for s in SCALARS])
    vector = np.concatenate([
        np.sqrt(np.array(list(profile.vocabulary.values())) / 1000), levelled(figures), np.array(profile.grams) / GRAM_STEPS
    ])  # fmt: skip
    spreads = np.array([profile.figures[s].spread if s in profile.figures else 1.0 for s in SCALARS])
    deviation = np.concatenate([
        np.array(profile.vocabulary_spread) / 1000, spreads, np.array(profile.grams_spread) / GRAM_STEPS
    ])  # fmt: skip
    return centre_of(words, vector, deviation, profile.language, profile.reference)


def _furthest(profile: StyleProfile, scalars: Floats) -> tuple[OffFigure, ...]:
    found = []
    for name, level in zip(SCALARS, levelled(scalars).tolist(), strict=True):
        figure = profile.figures.get(name)
        if figure is None or math.isnan(level):
            continue
        value, mean = _one(name, level), _level(name, figure.mean)
        if not figure.low <= value <= figure.high:
            found.append(OffFigure(name, value, figure.low, figure.high, (level - mean) / figure.spread))
    return tuple(sorted(found, key=lambda off: -abs(off.off)))


def _level(name: str, value: float) -> float:
    return float(levelled(np.where(np.array(SCALARS) == name, value, 0.0))[SCALARS.index(name)])


def _one(name: str, level: float) -> float:
    return float(unlevelled(np.where(np.array(SCALARS) == name, level, 0.0))[SCALARS.index(name)])
