"""Parts of the report's pictures as SVG text: axes, marks, whiskers. Colours come from the page's or the file's style.

A system has a colour, a shape and a dash of its own, so that no picture needs colour to be read.
"""

import math
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from longwriter.bench.records import Metric
from longwriter.report.svg import number
from longwriter.text import is_cjk

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 360, 46, 12, 26, 40
"""Of every picture, and its margins, in units of which a phone shows about one a pixel."""
SYSTEMS = 6
"""Colours, shapes and dashes that there are."""
_CONTROLS = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Point = tuple[float, float]


def safe(text: object) -> str:
    """Text for HTML and XML; characters that neither may hold become U+FFFD."""
    return escape(_CONTROLS.sub("\ufffd", str(text)))


def fmt(value: float | None) -> str:
    """A score for a table: 77.4, 4.31, 0.052, 12,400; a dash where there is none."""
    if value is None:
        return "–"
    size = abs(value)
    digits = 0 if value == 0 or size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.9995 else 3
    return f"{value:,.{digits}f}".replace("-", "−")


def with_interval(metric: Metric | None) -> str:
    """77.4 (74.1 to 80.2)."""
    if metric is None or metric.low is None or metric.high is None:
        return fmt(metric.value if metric else None)
    return f"{fmt(metric.value)} ({fmt(metric.low)} to {fmt(metric.high)})"


def short(value: float) -> str:
    """A number of words on an axis: 500, 2k, 1.5k."""
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


def shortened(text: str, most: int) -> str:
    """The text in the room of so many letters; a Chinese character takes that of two."""
    room = 0
    for n, char in enumerate(text):
        room += 2 if is_cjk(char) else 1
        if room > most:
            return text[: max(1, n - 1)] + "…"
    return text


def plain(key: str) -> str:
    """A metric's name for a person."""
    return key.removeprefix("quality/")


class Scale(NamedTuple):
    """From numbers to places along one axis; outside of its range, the nearest end."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Where it stands."""
        value = min(self.high, max(self.low, value))
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        share = (value - low) / (high - low) if high > low else 0.5
        return round(self.start + share * (self.end - self.start), 1)


def log_scale(values: Iterable[float], start: float, end: float) -> Scale:
    """Around positive values, with room at both ends."""
    found = [v for v in values if v > 0] or [100.0]
    return Scale(min(found) / 1.4, max(found) * 1.4, start, end, log=True)


def log_ticks(scale: Scale) -> list[float]:
    """1, 2 and 5 times powers of ten; powers alone where those are too many."""
    powers = [10.0**n for n in range(math.floor(math.log10(scale.low)), math.ceil(math.log10(scale.high)) + 1)]
    for steps in ((1, 2, 5), (1, 3), (1,)):
        found = [p * s for p in powers for s in steps if scale.low <= p * s <= scale.high]
        if len(found) <= 7:
            break
    return found or [round(math.sqrt(scale.low * scale.high))]


def axes(x: Scale, y: Scale, x_ticks: dict[float, str], y_ticks: dict[float, str], titles: tuple[str, str]) -> str:
    """Grid lines and labels; titles of x (below) and y (above, at the left)."""
    out = []
    for value, label in y_ticks.items():
        at = y(value)
        out.append(f'<path class="grid" d="M{x.start:g} {at:g}H{x.end:g}"/>')
        out.append(f'<text x="{x.start - 5:g}" y="{at + 3.5:g}" text-anchor="end">{safe(label)}</text>')
    for value, label in x_ticks.items():
        out.append(f'<text x="{x(value):g}" y="{y.start + 14:g}" text-anchor="middle">{safe(label)}</text>')
    if titles[0]:
        middle = (x.start + x.end) / 2
        out.append(
            f'<text class="axis" x="{middle:g}" y="{y.start + 30:g}" text-anchor="middle">{safe(titles[0])}</text>'
        )
    if titles[1]:
        out.append(f'<text class="axis" x="2" y="{y.end - 13:g}">{safe(titles[1])}</text>')
    return "".join(out)


def linear_ticks(values: Sequence[float]) -> dict[float, str]:
    """Numbers with their labels."""
    return {value: number(value) for value in values}


def shape(system: int, x: float, y: float, size: float = 3.0) -> str:
    """Path of the mark of a system: circle, square, triangle, diamond, cross, star."""
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


def path(points: Iterable[Point]) -> str:
    """Straight lines through points."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
