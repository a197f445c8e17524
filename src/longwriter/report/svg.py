"""Pictures as SVG text for pages that open offline: scales, ticks, axes, curves. Colours come from the page's style sheet.

A line has a dash of its own beside its colour, so that no picture needs colour to be read.
"""

import math
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

WIDTH = 360
"""Width of every picture, in units of which a phone shows about one per pixel."""
HEIGHT = 190
"""Height of a panel; its margins follow."""
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 10, 24
MOST_POINTS = 240
"""Points of one curve; more are averaged together, since no screen would show them."""
LINES = 6
"""Dashes and colours in the style sheet."""
_CONTROLS = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Point = tuple[float, float]


def safe(text: object) -> str:
    """Text for HTML and XML; characters that neither may hold become U+FFFD."""
    return escape(_CONTROLS.sub("\ufffd", str(text)))


class AxisScale(NamedTuple):
    """From numbers to places along one axis; outside of its range, the nearest end."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value."""
        value = min(self.high, max(self.low, value))
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        share = (value - low) / (high - low) if high > low else 0.5
        return round(self.start + share * (self.end - self.start), 1)


def log_scale(values: Iterable[float], start: float, end: float) -> AxisScale:
    """Around positive values, with room at both ends."""
    found = [v for v in values if v > 0] or [100.0]
    return AxisScale(min(found) / 1.4, max(found) * 1.4, start, end, log=True)


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers from the one below `low` to the one above `high`, about so many steps apart."""
    if not high > low:
        return [low]
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


def log_ticks(scale: AxisScale) -> list[float]:
    """1, 2 and 5 times powers of ten; powers alone where those are too many."""
    powers = [10.0**n for n in range(math.floor(math.log10(scale.low)), math.ceil(math.log10(scale.high)) + 1)]
    for steps in ((1, 2, 5), (1, 3), (1,)):
        found = [p * s for p in powers for s in steps if scale.low <= p * s <= scale.high]
        if len(found) <= 7:
            break
    return found or [round(math.sqrt(scale.low * scale.high))]


def number(value: float) -> str:
    """Short: 1,240, 0.53, 2.1e-05."""
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def path(points: Iterable[Point]) -> str:
    """Straight lines through points."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def curve(points: Sequence[Point], low: Sequence[Point] = (), high: Sequence[Point] = ()) -> str:
    """A line through points, with a band between two others where both are as long; "" where it has no length."""
    band = f'<path class="band" d="{path([*high, *low[::-1]])}z"/>' if low and len(low) == len(high) else ""
    return f'{band}<path class="line" d="{path(points)}"/>' if len(points) > 1 else ""


def labelled(values: Sequence[float]) -> dict[float, str]:
    """Numbers of an axis with their labels."""
    return {value: number(value) for value in values}


def axes(
    x: AxisScale,
    y: AxisScale,
    x_ticks: dict[float, str],
    y_ticks: dict[float, str],
    titles: tuple[str, str] = ("", ""),
    below: float = 14,
) -> str:
    """Grid lines and labels, those of x `below` the axis; titles of x (below) and y (above, at the left)."""
    out = []
    for value, label in y_ticks.items():
        at = y(value)
        out.append(f'<path class="grid" d="M{x.start:g} {at:g}H{x.end:g}"/>')
        out.append(f'<text x="{x.start - 5:g}" y="{at + 3.5:g}" text-anchor="end">{safe(label)}</text>')
    for value, label in x_ticks.items():
        out.append(f'<text x="{x(value):g}" y="{y.start + below:g}" text-anchor="middle">{safe(label)}</text>')
    if titles[0]:
        middle = (x.start + x.end) / 2
        out.append(
            f'<text class="axis" x="{middle:g}" y="{y.start + 30:g}" text-anchor="middle">{safe(titles[0])}</text>'
        )
    if titles[1]:
        out.append(f'<text class="axis" x="2" y="{y.end - 13:g}">{safe(titles[1])}</text>')
    return "".join(out)


class Curve(NamedTuple):
    """One curve of a panel."""

    name: str
    points: Sequence[Point]
    """(step, value), by step."""
    spread: Sequence[float] = ()
    """Half the height of a band around each point; none where empty."""


class Panel(NamedTuple):
    """Curves that share their axes."""

    title: str
    lines: Sequence[Curve]
    top: float | None = None
    """The y axis goes from 0 to here; None: from the least to the greatest value."""


def panel_svg(panel: Panel) -> str:
    """A figure with title, legend and picture; "" where no curve has a point."""
    curves = [thinned(one) for one in panel.lines if one.points]
    if not curves:
        return ""
    xs = [x for one in curves for x, _ in one.points]
    ys = [y for one in curves for _, y in one.points]
    low, high = (0.0, panel.top) if panel.top is not None else (min(ys), max(ys))
    if panel.top is None and low > 0 and low < high / 2:
        low = 0.0
    y_ticks, x_ticks = ticks(low, high, 4), ticks(min(xs), max(xs), 5)
    x = AxisScale(min(xs), max(xs), LEFT, WIDTH - RIGHT)
    y = AxisScale(min(low, y_ticks[0]), max(high, y_ticks[-1]), HEIGHT - BOTTOM, TOP)
    inside = [value for value in x_ticks if x.low <= value <= x.high]
    body = axes(x, y, labelled(inside), labelled(y_ticks), below=16)
    body += "".join(_drawn(x, y, one, n % LINES) for n, one in enumerate(curves))
    described = safe(f"{panel.title}: " + ", ".join(f"{one.name} last {number(one.points[-1][1])}" for one in curves))
    legend = "".join(
        f'<li class="c{n % LINES}"><svg viewBox="0 0 24 8" aria-hidden="true"><path d="M0 4H24"/></svg>'
        f"<span>{safe(one.name if len(curves) > 1 else 'last')}</span> <b>{number(one.points[-1][1])}</b></li>"
        for n, one in enumerate(curves)
    )
    return (
        f"<figure><figcaption>{safe(panel.title)}</figcaption><ul class=legend>{legend}</ul>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{described}">{body}</svg></figure>\n'
    )


def _drawn(x: AxisScale, y: AxisScale, one: Curve, colour: int) -> str:
    places = [(x(step), y(value)) for step, value in one.points]
    ends = list(zip(one.points, one.spread, strict=True)) if one.spread else []
    low, high = ([(x(step), y(value + side * s)) for (step, value), s in ends] for side in (-1, 1))
    dot = " dot" if len(places) <= 30 else ""
    hits = "".join(
        f'<circle class="hit{dot}" cx="{cx:g}" cy="{cy:g}" r="{2.5 if dot else 4}">'
        f"<title>{safe(f'{one.name}, step {number(step)}: {number(value)}')}</title></circle>"
        for (cx, cy), (step, value) in zip(places, one.points, strict=True)
    )
    return f'<g class="c{colour}">{curve(places, low, high)}{hits}</g>'


def thinned(one: Curve) -> Curve:
    """The curve with at most `MOST_POINTS` points, each the mean of those that stood there."""
    size = math.ceil(len(one.points) / MOST_POINTS)
    if size == 1:
        return one
    starts = range(0, len(one.points), size)
    cuts = [one.points[i : i + size] for i in starts]
    points = [(sum(x for x, _ in cut) / len(cut), sum(y for _, y in cut) / len(cut)) for cut in cuts]
    spread = [sum(one.spread[i : i + size]) / len(one.spread[i : i + size]) for i in starts] if one.spread else []
    return one._replace(points=points, spread=spread)
