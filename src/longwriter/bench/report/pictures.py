"""All pictures that runs give. Runs are told apart by place: colour, shape and dash. What has nothing to show is left out."""

import re
from collections.abc import Callable, Sequence

from longwriter.bench.records import Decay
from longwriter.bench.report.charts import buckets, elo, quality
from longwriter.bench.report.draw import (
    BOTTOM,
    LEFT,
    RIGHT,
    WIDTH,
    Scale,
    axes,
    fmt,
    linear_ticks,
    mark,
    path,
)
from longwriter.bench.report.lengths import lengths, ruler
from longwriter.bench.report.picture import MEANINGS, Picture, Shown, group, legend
from longwriter.report.svg import ticks


def pictures(runs: Sequence[Shown]) -> list[Picture]:
    """All that these runs give, in the order of the page."""
    makers: tuple[Callable[[Sequence[Shown]], Picture | None], ...] = (lengths, buckets, quality, ruler, elo)
    found = [picture for make in makers if (picture := make(runs)) is not None]
    return found + decays(runs)


def decays(runs: Sequence[Shown]) -> list[Picture]:
    """Each measure along the texts, from the first tenth to the last."""
    names = dict.fromkeys(decay.name for run in runs for decay in run.scores.decay)
    found = [
        _decay(name, [(n, d) for n, run in enumerate(runs) for d in run.scores.decay if d.name == name], runs)
        for name in names
    ]
    return [picture for picture in found if picture is not None]


def _decay(name: str, own: Sequence[tuple[int, Decay]], runs: Sequence[Shown]) -> Picture | None:
    ends = [v for _, d in own for v in (*d.values, *d.low, *d.high) if v is not None]
    if not ends:
        return None
    low, high = min(ends), max(ends)
    if low == high:  # nothing changes: a scale that shows where that is
        low, high = min(0.0, low), max(high, 0.0) or 1.0
    scale = ticks(0.0 if 0 < low < high / 2 else low, high, 4)
    height, most = 200.0, max(len(d.values) for _, d in own)
    x, y = Scale(1, most, LEFT, WIDTH - RIGHT), Scale(scale[0], scale[-1], height - BOTTOM, 12)
    labels = {float(n): str(n) for n in range(1, most + 1)}
    body = axes(x, y, labels, linear_ticks(scale), ("tenth of the text" if most == 10 else "part of the text", ""))
    body += "".join(group(n, _curve(n, d, x, y, runs[n].name)) for n, d in own)
    rows = tuple((runs[n].name, f"{d.n:,}", *map(fmt, d.values)) for n, d in own)
    title = name.replace("_", " ").capitalize()
    told = f"{title} along the text: " + "; ".join(
        f"{runs[n].name} {fmt(d.values[0])} to {fmt(d.values[-1])}" for n, d in own if d.values
    )
    heads = ("system", "texts", *(str(n) for n in range(1, most + 1)))
    file = "decay-" + re.sub(r"\W+", "-", name)
    places, note = [n for n, d in own if any(v is not None for v in d.values)], MEANINGS.get(name, "")
    note = f"{note[:1].upper()}{note[1:]}." if note else ""
    shown = legend(places, runs)
    return Picture(file, f"{title}, along the text", body, height, shown, told, heads, rows, note)


def _curve(place: int, decay: Decay, x: Scale, y: Scale, name: str) -> str:
    """Line, band and marks; broken where a value is missing."""
    out, stretch = "", list[int]()
    for n in range(len(decay.values) + 1):
        if n < len(decay.values) and decay.values[n] is not None:
            stretch.append(n)
            continue
        if len(stretch) > 1:
            sides = [
                [(x(i + 1), y(v)) for i in stretch if i < len(s) and (v := s[i]) is not None]
                for s in (decay.low, decay.high)
            ]
            if sides[0] and len(sides[0]) == len(sides[1]):
                out += f'<path class="band" d="{path(sides[1] + sides[0][::-1])}z"/>'
            line = [(x(i + 1), y(v)) for i in stretch if (v := decay.values[i]) is not None]
            out += f'<path class="line" d="{path(line)}"/>'
        stretch = []
    told = [(i, v) for i, v in enumerate(decay.values) if v is not None]
    return out + "".join(mark(place, x(i + 1), y(v), f"{name}, {i + 1}: {fmt(v)}", 2.2) for i, v in told)
