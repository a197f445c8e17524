"""What every chart of the report has: a record, margins, and the marks that tell systems apart.

A system has a colour, a shape and a dash of its own, so that no chart needs colour to be read.
"""

from collections.abc import Sequence
from typing import NamedTuple

from longwriter.bench.records import Scores
from longwriter.report.svg import LINES, safe

LEFT, RIGHT, TOP, BOTTOM = 46, 12, 26, 40
"""Margins of a chart, in its own units."""
SYSTEMS = LINES
"""Colours, shapes and dashes that there are."""


class ShownRun(NamedTuple):
    """A run under the name that tells it from the others."""

    name: str
    scores: Scores


class Chart(NamedTuple):
    """One chart, and what stands for it where none can be seen."""

    file: str
    """Name without ending."""
    title: str
    body: str
    """SVG, `WIDTH` wide."""
    height: float
    systems: tuple[tuple[int, str], ...]
    """Places and names of the runs in it: the legend."""
    told: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def group(system: int, body: str) -> str:
    """Parts in the colour and dash of a system."""
    return f'<g class="c{system}">{body}</g>'


def legend(places: Sequence[int], runs: Sequence[ShownRun]) -> tuple[tuple[int, str], ...]:
    """Which runs are in a chart, by their places."""
    return tuple((place, runs[place].name) for place in places)


def shape(system: int, x: float, y: float, size: float = 3.0) -> str:
    """The mark of a system as a path: circle, square, triangle, diamond, cross, star."""
    s, place = size, f"M{x:g} {y:g}"
    match system % SYSTEMS:
        case 0:
            return f"M{x - s:g} {y:g}a{s:g} {s:g} 0 1 0 {2 * s:g} 0a{s:g} {s:g} 0 1 0 {-2 * s:g} 0z"
        case 1:
            return f"{place}m{-s:g} {-s:g}h{2 * s:g}v{2 * s:g}h{-2 * s:g}z"
        case 2:
            return f"{place}m0 {-1.2 * s:g}l{1.2 * s:g} {2.2 * s:g}h{-2.4 * s:g}z"
        case 3:
            return f"{place}m0 {-1.4 * s:g}l{1.4 * s:g} {1.4 * s:g}l{-1.4 * s:g} {1.4 * s:g}l{-1.4 * s:g} {-1.4 * s:g}z"
        case 4:
            t = s / 2.5
            return (
                f"{place}m{-t:g} {-1.3 * s:g}h{2 * t:g}v{1.3 * s - t:g}h{1.3 * s - t:g}v{2 * t:g}h{t - 1.3 * s:g}"
                f"v{1.3 * s - t:g}h{-2 * t:g}v{t - 1.3 * s:g}h{t - 1.3 * s:g}v{-2 * t:g}h{1.3 * s - t:g}z"
            )
        case _:
            return f"{place}m{-1.3 * s:g} {-s:g}h{2.6 * s:g}l{-1.3 * s:g} {2.2 * s:g}z"


def mark(system: int, x: float, y: float, told: str, size: float = 3.0) -> str:
    """A point that says what it is when pointed at."""
    return f'<path class="mark" d="{shape(system, x, y, size)}"><title>{safe(told)}</title></path>'


def whisker(x: float, low: float, high: float, kind: str = "whisker") -> str:
    """An upright interval; `kind` "own" in its system's colour."""
    cap = 3.0
    return f'<path class="{kind}" d="M{x - cap:g} {low:g}h{2 * cap:g}m{-cap:g} 0V{high:g}m{-cap:g} 0h{2 * cap:g}"/>'


def lying(y: float, low: float, high: float) -> str:
    """An interval from left to right."""
    cap = 3.0
    return f'<path class="own" d="M{low:g} {y - cap:g}v{2 * cap:g}m0 {-cap:g}H{high:g}m0 {-cap:g}v{2 * cap:g}"/>'


def sign(system: int) -> str:
    """How a system is drawn, for a legend."""
    return (
        '<svg viewBox="0 0 30 10" aria-hidden="true"><path class="line" d="M0 5H30"/>'
        f'<path class="mark" d="{shape(system, 15, 5)}"/></svg>'
    )


def dodge(place: int, of: int) -> float:
    """How far aside a system's marks stand, so that none hides another."""
    return 3.5 * (place - (of - 1) / 2)
