"""Charts of how long texts are: each text as a point, and the ruler."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from longwriter.bench.records import BUCKETS, ItemScore
from longwriter.bench.report.canvas import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    Chart,
    ShownRun,
    dodge,
    group,
    legend,
    mark,
    shape,
    whisker,
)
from longwriter.bench.report.labels import fmt, short, with_interval
from longwriter.report.svg import WIDTH, AxisScale, axes, log_scale, log_ticks, path

FEW = 400
"""Points up to which each says what it is; beyond, a system's points are one path."""


def lengths(runs: Sequence[ShownRun]) -> Chart | None:
    """Words asked for against words written, an item a point."""
    pairs = [[(i.required, i.words, i) for i in run.scores.items if i.required and i.words is not None] for run in runs]
    if not any(pairs):
        return None
    asked = [float(r) for own in pairs for r, _, _ in own]
    written = [float(w) for own in pairs for _, w, _ in own if w]
    zeros = any(w == 0 for own in pairs for _, w, _ in own)
    height = 330.0
    floor = height - BOTTOM - (16 if zeros else 0)
    x, y = log_scale(asked, LEFT, WIDTH - RIGHT), log_scale(written + asked, floor, TOP)
    body = _around(x, y)
    if zeros:
        body += f'<text x="{LEFT - 5}" y="{floor + 15.5:g}" text-anchor="end">0</text>'
    body += axes(x, y, {}, {v: short(v) for v in log_ticks(y)}, ("", "words written")) + _below(x, height)
    every = sum(map(len, pairs))
    for place, own in enumerate(pairs):
        aside = dodge(place, len(runs))
        at = [(round(x(r) + aside, 1), y(w) if w else floor + 12, r, w, item) for r, w, item in own]
        if every <= FEW:
            marks = "".join(mark(place, px, py, _item_told(runs[place].name, r, w, item)) for px, py, r, w, item in at)
        else:
            spots = dict.fromkeys(shape(place, px, py, 2.2) for px, py, *_ in at)
            marks = f'<path class="mark" d="{"".join(spots)}"/>'
        body += group(place, f'<g class="cloud">{marks}</g>')
    rows = [row for run, own in zip(runs, pairs, strict=True) for row in _length_rows(run.name, [p[:2] for p in own])]
    lost = sum(len(run.scores.items) for run in runs) - every
    note = "Line: as long as asked. Shaded: S_l above 0, from a third to four times as long."
    if lost:
        note += f" Not drawn: {lost:,} without a text or a length asked for."
    heads = ("system", "words asked", "texts", "middle written / asked", "within 20 %", "empty")
    places = [n for n, own in enumerate(pairs) if own]
    told = f"Words asked for against words written, {every:,} texts; numbers in the table below."
    return Chart(
        "lengths", "Words asked and written", body, height, legend(places, runs), told, heads, tuple(rows), note
    )


def _around(x: AxisScale, y: AxisScale) -> str:
    """Where S_l is above 0, and the line of texts as long as asked."""
    steps = [x.low * (x.high / x.low) ** (n / 60) for n in range(61)]
    band = path([(x(v), y(v * 4)) for v in steps] + [(x(v), y(v / 3)) for v in reversed(steps)])
    inside = [v for v in steps if y.low <= v <= y.high]
    return f'<path class="zone" d="{band}z"/><path class="even" d="{path([(x(v), y(v)) for v in inside])}"/>'


def _below(x: AxisScale, height: float) -> str:
    """Labels and title of a logarithmic x axis of words asked for."""
    base = AxisScale(0, 1, height - BOTTOM, 0)
    return axes(x, base, {v: short(v) for v in log_ticks(x)}, {}, ("words asked for", ""))


def _item_told(name: str, asked: int, written: int, item: ItemScore) -> str:
    return f"{name}, {item.id}: {written:,} words of {asked:,}"


def _length_rows(name: str, pairs: Sequence[tuple[int, int]]) -> list[tuple[str, ...]]:
    """By class of the length that was asked for: the middle ratio and the share that is near."""
    rows = list[tuple[str, ...]]()
    for low, high in pairwise((1, *(end for end, _ in BUCKETS), math.inf)):
        ratios = [written / asked for asked, written in pairs if low <= asked < high]
        if ratios:
            near = sum(0.8 <= ratio <= 1.2 for ratio in ratios) / len(ratios)
            title = f"{low:,} and more" if high == math.inf else f"{low:,} to {high - 1:,}"
            empty = sum(ratio == 0 for ratio in ratios)
            rows.append((name, title, f"{len(ratios):,}", fmt(median(ratios)), f"{100 * near:.0f} %", f"{empty:,}"))
    return rows


def ruler(runs: Sequence[ShownRun]) -> Chart | None:
    """Words asked for against words written where ever more are asked for: the longest output."""
    curves = [[(r, m) for r, m in sorted(run.scores.curve, key=lambda p: p[0]) if r > 0] for run in runs]
    known = [(r, m.value) for own in curves for r, m in own if m.value is not None]
    if not known:
        return None
    height = 300.0
    asked = [float(r) for own in curves for r, _ in own]
    x = log_scale(asked, LEFT, WIDTH - RIGHT)
    y = log_scale([float(v) for _, v in known] + asked, height - BOTTOM, TOP)
    body = (
        _around(x, y) + axes(x, y, {}, {v: short(v) for v in log_ticks(y)}, ("", "words written")) + _below(x, height)
    )
    for place, own in enumerate(curves):
        aside = dodge(place, len(runs))
        points = [(round(x(r) + aside, 1), r, m, m.value) for r, m in own if m.value is not None]
        parts = f'<path class="line" d="{path((at, y(v)) for at, _, _, v in points)}"/>' if points else ""
        for at, r, m, value in points:
            if m.low is not None and m.high is not None:
                parts += whisker(at, y(m.low), y(m.high), "own")
            parts += mark(place, at, y(value), f"{runs[place].name}, {r:,} asked: {with_interval(m)} words")
        body += group(place, parts)
    rows = tuple(
        (runs[n].name, f"{r:,}", with_interval(m), f"{m.n:,}", f"{m.missing:,}")
        for n, own in enumerate(curves)
        for r, m in own
    )
    longest = [
        f"{run.name} {max((m.value or 0 for _, m in own)):,.0f}" for run, own in zip(runs, curves, strict=True) if own
    ]
    heads = ("system", "words asked", "words written (95 % interval)", "texts", "missing")
    told = f"Ruler, the longest mean output: {', '.join(longest)} words."
    places = [n for n, own in enumerate(curves) if own]
    note = "Line: as long as asked. Shaded: S_l above 0."
    return Chart("ruler", "Ruler: how long it gets", body, height, legend(places, runs), told, heads, rows, note)
