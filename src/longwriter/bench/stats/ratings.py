"""Ratings of systems from pairwise verdicts, without any order of battles.

Bradley-Terry with Davidson's ties (JASA 65, 1970), by maximum likelihood: with strengths s and a tie parameter v,

    P(a wins) : P(tie) : P(b wins)  =  s_a : v * sqrt(s_a * s_b) : s_b

    rating  =  400 * log10(s) + constant, so that the mean over systems is 1000

so 400 points more mean ten wins for each loss, whatever the ties. A verdict of 0.5 is a tie; a graded one is a share of
either: 0.75 is three quarters of a win and a quarter of a loss, so that a system which is always slightly better stands
191 points higher, not infinitely high.

A system that wins every battle has no maximum. Each pair that met is therefore given `PRIOR` wins, ties and losses more:
little beside real battles (3 wins to 1 differ by 180 points instead of 191, 300 to 100 by 190.7), while 100 wins to none
are 1,200 points. v is one for all pairs: who never ties where others always do is rated far apart. Systems that no chain
of battles joins cannot be rated together.

Intervals: 95 % percentile bootstrap over battles, which takes them for independent. Both orders of one question are
not: average their points and give one battle. Numbers are rounded to `DIGITS` decimals, beyond which machines differ.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from longwriter.bench.records import Rating
from longwriter.bench.stats.bootstrap import RESAMPLES, Floats, interval
from longwriter.errors import InputError

PRIOR = 0.1
SCALE = 400 / math.log(10)
"""Rating points of one unit of ln(strength)."""
MEAN = 1000.0
DIGITS = 6
_ROUNDS, _CLOSE = 200, 1e-11
_NUMBERS = 1 << 20
"""In the matrices solved at once, so that memory stays flat."""


class Battle(NamedTuple):
    """One verdict between two systems."""

    a: str
    b: str
    points: float
    """Points of a: 1 better, 0.75 slightly better, 0.5 tie, 0.25 slightly worse, 0 worse, or anything between."""


def ratings(battles: Sequence[Battle], seed: int = 0) -> tuple[Rating, ...]:
    """Ratings of all systems, highest first; equal ones by name.

    The order of the battles, and which system is called a, change no bit.

    `InputError` when the systems fall into groups that never met; `ValueError` for points outside 0 to 1 or a system
    against itself.
    """
    if not battles:
        return ()
    cells = Counter(map(_turned, battles))
    names = sorted({name for cell in cells for name in cell[:2]})
    pairs = sorted({cell[:2] for cell in cells})
    _joined(names, pairs)
    kinds = sorted(cells)
    counts = np.array([cells[kind] for kind in kinds])
    drawn = np.random.default_rng(seed).multinomial(len(battles), counts / len(battles), RESAMPLES)
    table = _Table(
        np.array([[names.index(a), names.index(b)] for a, b in pairs]),
        np.array([(0, 1, 0) if points == 0.5 else (points, 0, 1 - points) for *_, points in kinds]),
        np.flatnonzero([i == 0 or kind[:2] != kinds[i - 1][:2] for i, kind in enumerate(kinds)]),
    )
    found = _rated(counts[None], table, len(names))[0]
    resampled = _rated(drawn, table, len(names))
    played, won = _tallies(cells)
    rated = []
    for i, name in enumerate(names):
        low, high = interval(resampled[:, i], float(found[i]))
        rated.append(
            Rating(name=name, rating=float(found[i]), low=low, high=high, battles=played[name], wins=won[name])
        )
    return tuple(sorted(rated, key=lambda rating: (-rating.rating, rating.name)))


def online(battles: Sequence[Battle], k: float = 4.0, base: float = 1000.0) -> dict[str, float]:
    """Elo updated battle after battle, for comparison with tables made so: the order of the battles matters.

    Each battle moves a by k * (points - expected) and b by as much the other way, expected being
    1 / (1 + 10 ** ((b - a) / 400)); every system begins at `base`. A tie is half a point and has no parameter.
    """
    rated: dict[str, float] = {}
    for battle in battles:
        _turned(battle)
        a, b = rated.get(battle.a, base), rated.get(battle.b, base)
        moved = k * (battle.points - 1 / (1 + 10 ** ((b - a) / 400)))
        rated[battle.a], rated[battle.b] = a + moved, b - moved
    return rated


def _turned(battle: Battle) -> tuple[str, str, float]:
    """The battle with its systems in the alphabet's order."""
    a, b, points = battle
    if a == b or not 0 <= points <= 1:
        raise ValueError(f"no battle: {a!r} against {b!r}, points {points}")
    return (a, b, round(points, 9)) if a < b else (b, a, round(1 - points, 9))


def _tallies(cells: Counter[tuple[str, str, float]]) -> tuple[Counter[str], dict[str, float]]:
    """Battles and points of each system."""
    played: Counter[str] = Counter()
    won: dict[str, float] = {}
    for (a, b, points), count in sorted(cells.items()):
        for name, share in ((a, points), (b, 1 - points)):
            played[name] += count
            won[name] = round(won.get(name, 0.0) + share * count, 9)
    return played, won


def _joined(names: list[str], pairs: list[tuple[str, str]]) -> None:
    """Refuse systems that no chain of battles joins."""
    reached, new = {names[0]}, {names[0]}
    while new:
        new = {name for pair in pairs if reached & set(pair) for name in pair} - reached
        reached |= new
    apart = [name for name in names if name not in reached]
    if apart:
        raise InputError(
            f"no rating can compare {', '.join(sorted(reached))} with {', '.join(apart)}: no battle joins them; "
            "add battles between the two groups or rate them apart"
        )


class _Table(NamedTuple):
    """What the kinds of battle are, each a pair with its points, those of a pair together."""

    pairs: npt.NDArray[np.intp]
    """Two systems each."""
    outcomes: Floats
    """Outcomes of each kind: win, tie, loss of the pair's first."""
    first: npt.NDArray[np.intp]
    """Each pair's first kind."""


def _rated(counts: npt.NDArray[np.int64], table: _Table, systems: int) -> Floats:
    """Ratings for each row of counts of the kinds of battle."""
    rows = max(1, _NUMBERS // (systems + 1) ** 2)
    blocks = []
    for start in range(0, len(counts), rows):
        weighed = counts[start : start + rows, :, None] * table.outcomes
        strengths = _fit(np.add.reduceat(weighed, table.first, 1) + PRIOR, table.pairs, systems)
        blocks.append(MEAN + SCALE * (strengths - strengths.mean(1, keepdims=True)))
    rated: Floats = np.concatenate(blocks).round(DIGITS)
    return rated


def _fit(results: Floats, pairs: npt.NDArray[np.intp], systems: int) -> Floats:
    """ln(strength) by Newton's method, steps of at most 1; the likelihood has one maximum.

    results: rows x pairs x (wins, ties, losses) of each pair's first.
    """
    one, other = pairs.T
    sides = np.zeros((len(pairs), systems))
    sides[np.arange(len(pairs)), one], sides[np.arange(len(pairs)), other] = 1, -1
    total = results.sum(2)
    free = np.zeros((len(results), systems + 1))  # the last one is ln(tie parameter)
    bend = np.zeros((len(results), systems + 1, systems + 1))
    each = np.arange(systems)
    for _ in range(_ROUNDS):
        half = (free[:, one] - free[:, other]) / 2
        win, loss, even = np.exp(half), np.exp(-half), np.exp(free[:, -1:])
        ahead, tie = (win - loss) / (win + even + loss), even / (win + even + loss)
        lead = (results[:, :, 0] - results[:, :, 2] - total * ahead) / 2
        slope = np.append(lead @ sides, (results[:, :, 1] - total * tie).sum(1, keepdims=True), 1)
        curved = total * (1 - tie - ahead**2) / 4
        bend[:, :systems, :systems] = 1 / systems  # a level that no battle says anything of
        bend[:, one, other] -= curved
        bend[:, other, one] -= curved
        bend[:, each, each] += curved @ np.abs(sides)
        bend[:, :systems, -1] = bend[:, -1, :systems] = -(total * tie * ahead / 2) @ sides
        bend[:, -1, -1] = (total * tie * (1 - tie)).sum(1)
        step = np.linalg.solve(bend, slope[:, :, None])[:, :, 0]
        free += step / np.maximum(1, np.abs(step).max(1, keepdims=True))
        if np.abs(step).max() < _CLOSE:
            break
    return free[:, :systems]
