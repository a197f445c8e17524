"""How far a text is from a style from its beginning to its end."""

from typing import NamedTuple

from longwriter.checks.style.distance import StyleDistance, distance_of
from longwriter.checks.style.features import StyleCounts, count_style, together
from longwriter.checks.style.learn import GRAIN, cut, passages
from longwriter.checks.style.profile import StyleProfile

LEAST_GRAINS, MOST_POINTS = 4, 20
"""Grains of a stretch at least, as one section tells little; stretches at most."""


class StylePoint(NamedTuple):
    """A stretch of a text."""

    start: int
    """Words before it."""
    words: int
    distance: StyleDistance


def along(profile: StyleProfile, text: str) -> list[StylePoint]:
    """Stretches of as many words each, at most `MOST_POINTS`; none for a text that is shorter than two."""
    grains = [count_style(grain, profile.language) for grain in cut(text, GRAIN)]
    return points(profile, grains)


def points(profile: StyleProfile, grains: list[StyleCounts]) -> list[StylePoint]:
    """As `along`, of what was counted in passages of `GRAIN` words."""
    size = max(LEAST_GRAINS, -(-len(grains) // MOST_POINTS))
    stretches = passages(grains, size)
    left = grains[len(stretches) * size :]
    if 2 * len(left) >= size:
        stretches.append(together(left))
    out, start = list[StylePoint](), 0
    for stretch in stretches if len(stretches) > 1 else ():
        out.append(StylePoint(start, stretch.words, distance_of(profile, stretch)))
        start += stretch.words
    return out
