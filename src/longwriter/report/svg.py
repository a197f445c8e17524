"""Curves over steps as SVG text, coloured by the page's style sheet; each line has a dash of its own beside its colour."""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 10, 24
MOST_POINTS = 240
"""Of one line; more are averaged together, since no screen would show them."""
LINES = 6
"""Dashes and colours in the style sheet."""

Point = tuple[float, float]


class Line(NamedTuple):
    """One curve."""

    name: str
    points: Sequence[Point]
    """(step, value), by step."""
    spread: Sequence[float] = ()
    """Half the height of a band around each point; none where empty."""


class Panel(NamedTuple):
    """Curves that share their axes."""

    title: str
    lines: Sequence[Line]
    top: float | None = None
    """The y axis goes from 0 to here; None: from the least to the greatest value."""


def panel_svg(panel: Panel) -> str:
    """A figure with title, legend and picture; "" where no line has a point."""
    lines = [thinned(line) for line in panel.lines if line.points]
    if not lines:
        return ""
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    low, high = (0.0, panel.top) if panel.top is not None else (min(ys), max(ys))
    if panel.top is None and low > 0 and low < high / 2:
        low = 0.0
    y_ticks, x_ticks = ticks(low, high, 4), ticks(min(xs), max(xs), 5)
    low, high = min(low, y_ticks[0]), max(high, y_ticks[-1])
    view = _View(min(xs), max(xs), low, high)
    parts = [_grid(view, x_ticks, y_ticks)]
    parts += [_curve(view, line, number % LINES) for number, line in enumerate(lines)]
    told = escape(f"{panel.title}: " + ", ".join(f"{line.name} last {number(line.points[-1][1])}" for line in lines))
    legend = "".join(
        f'<li class="c{n % LINES}"><svg viewBox="0 0 24 8" aria-hidden="true"><path d="M0 4H24"/></svg>'
        f"<span>{escape(line.name if len(lines) > 1 else 'last')}</span> <b>{number(line.points[-1][1])}</b></li>"
        for n, line in enumerate(lines)
    )
    return (
        f"<figure><figcaption>{escape(panel.title)}</figcaption><ul class=legend>{legend}</ul>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{told}">{"".join(parts)}</svg></figure>\n'
    )


class _View(NamedTuple):
    """Where numbers are on the picture."""

    left: float
    right: float
    low: float
    high: float

    def x(self, value: float) -> float:
        share = (value - self.left) / (self.right - self.left) if self.right > self.left else 0.5
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return round(HEIGHT - BOTTOM - min(1.0, max(0.0, share)) * (HEIGHT - TOP - BOTTOM), 1)


def _grid(view: _View, x_ticks: Sequence[float], y_ticks: Sequence[float]) -> str:
    out = []
    for value in y_ticks:
        y = view.y(value)
        out.append(f'<path class=grid d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
        out.append(f'<text x="{LEFT - 5}" y="{y + 3.5}" text-anchor="end">{number(value)}</text>')
    for value in x_ticks:
        if view.left <= value <= view.right:
            out.append(f'<text x="{view.x(value)}" y="{HEIGHT - 8}" text-anchor="middle">{number(value)}</text>')
    return "".join(out)


def _curve(view: _View, line: Line, colour: int) -> str:
    places = [(view.x(x), view.y(y)) for x, y in line.points]
    out = [f'<g class="c{colour}">']
    if line.spread and len(places) > 1:
        up = [(view.x(x), view.y(y + s)) for (x, y), s in zip(line.points, line.spread, strict=True)]
        down = [(view.x(x), view.y(y - s)) for (x, y), s in zip(line.points, line.spread, strict=True)]
        out.append(f'<path class=band d="M{_path(up)}L{_path(down[::-1])}Z"/>')
    if len(places) > 1:
        out.append(f'<path class=line d="M{_path(places)}"/>')
    for (x, y), (step, value) in zip(places, line.points, strict=True):
        dot = " dot" if len(places) <= 30 else ""
        said = escape(f"{line.name}, step {number(step)}: {number(value)}")
        out.append(f'<circle class="hit{dot}" cx="{x}" cy="{y}" r="{2.5 if dot else 4}"><title>{said}</title></circle>')
    return "".join(out) + "</g>"


def _path(places: Sequence[Point]) -> str:
    return "L".join(f"{x:g} {y:g}" for x, y in places)


def thinned(line: Line) -> Line:
    """The line with at most `MOST_POINTS` points, each the mean of those that stood there."""
    size = math.ceil(len(line.points) / MOST_POINTS)
    if size == 1:
        return line
    starts = range(0, len(line.points), size)
    cuts = [line.points[i : i + size] for i in starts]
    points = [(sum(x for x, _ in cut) / len(cut), sum(y for _, y in cut) / len(cut)) for cut in cuts]
    spread = [sum(line.spread[i : i + size]) / len(line.spread[i : i + size]) for i in starts] if line.spread else []
    return line._replace(points=points, spread=spread)


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers from the one below `low` to the one above `high`, about so many steps apart."""
    if not high > low:
        return [low]
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


def number(value: float) -> str:
    """Short: 1,240, 0.53, 2.1e-05."""
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
