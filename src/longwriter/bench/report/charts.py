"""All charts that runs give: by length, by bucket, the judge's dimensions, ratings, along the text.

Runs are told apart by place: colour, shape and dash. What has nothing to show is left out.
"""

import math
import re
from collections.abc import Callable, Sequence

from longwriter.bench.records import Decay, Metric, Rating
from longwriter.bench.report.canvas import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    Chart,
    ShownRun,
    group,
    legend,
    lying,
    mark,
    whisker,
)
from longwriter.bench.report.labels import MEANINGS, fmt, plain, shortened, with_interval
from longwriter.bench.report.length_charts import lengths, ruler
from longwriter.report.svg import WIDTH, AxisScale, Point, axes, curve, labelled, path, safe, ticks


def in_order(labels: Sequence[str]) -> list[str]:
    """Buckets by their lower end: <500, [500, 2k), [2k, 4k), [4k, 20k)."""

    def start(label: str) -> tuple[float, bool]:
        found = re.search(r"(\d[\d,.]*)\s*([kK]?)", label)
        if found is None:
            return math.inf, False
        value = float(found[1].replace(",", "").rstrip(".") or 0)
        return value * (1000 if found[2] else 1), not label.lstrip("([").startswith(("<", "≤"))

    return sorted(labels, key=start)


def buckets(runs: Sequence[ShownRun]) -> Chart | None:
    """S_l by length bucket, as bars with intervals; the first metric where there is no S_l."""
    splits = [run.scores.by.get("bucket", {}) for run in runs]
    labels = in_order(list(dict.fromkeys(label for split in splits for label in split)))
    keys = [key for split in splits for metrics in split.values() for key in metrics]
    if not labels or not keys:
        return None
    key = "S_l" if "S_l" in keys else keys[0]
    found = {(n, b): split.get(b, {}).get(key) for n, split in enumerate(splits) for b in labels}
    tops = [v for m in found.values() if m for v in (m.value, m.high) if v is not None]
    if not tops:
        return None
    scale = ticks(0, _whole(max(tops)), 4)
    height = 240.0
    y = AxisScale(0, scale[-1], height - BOTTOM, TOP)
    x = AxisScale(0, len(labels), LEFT, WIDTH - RIGHT)
    middles = {n + 0.5: label for n, label in enumerate(labels)}
    body = axes(x, y, middles, labelled(scale), ("words asked for", key))
    width = round(0.8 * (x(1) - x(0)) / len(runs), 1)
    for place in range(len(runs)):
        bars = ""
        for n, label in enumerate(labels):
            left = x(n + 0.5) + (place - len(runs) / 2) * width
            bars += _bar(
                found[place, label], left, width, y, f"{runs[place].name}, {label}", len(runs) * len(labels) <= 10
            )
        body += group(place, bars)
    rows = tuple(
        (runs[n].name, label, with_interval(m), f"{m.n:,}" if m else "0", f"{m.missing:,}" if m else "–")
        for (n, label), m in found.items()
    )
    told = f"{key} by words asked for: " + "; ".join(f"{row[0]} {row[1]} {row[2]}" for row in rows[:12])
    heads = ("system", "words asked", f"{key} (95 % interval)", "items", "missing")
    title = f"{key} by words asked for"
    return Chart("buckets", title, body, height, legend(range(len(runs)), runs), told, heads, rows)


def _bar(metric: Metric | None, left: float, width: float, y: AxisScale, told: str, with_number: bool) -> str:
    middle = round(left + width / 2, 1)
    if metric is None or metric.value is None:
        return f'<text x="{middle:g}" y="{y.start - 4:g}" text-anchor="middle">–</text>'
    top = y(metric.value)
    out = f'<path class="bar" d="M{left + 1:g} {y.start:g}V{top:g}h{width - 2:g}V{y.start:g}z">'
    out += f"<title>{safe(told)}: {safe(with_interval(metric))}, {metric.n:,} items</title></path>"
    if metric.low is not None and metric.high is not None:
        out += whisker(middle, y(metric.low), y(metric.high))
        top = y(metric.high)
    if with_number:
        out += f'<text x="{middle:g}" y="{max(top - 4, 9):g}" text-anchor="middle">{fmt(metric.value)}</text>'
    return out


def _whole(value: float) -> float:
    """The end of the scale that a value is of: 0 to 1, 5, 10 or 100."""
    return next((top for top in (1.0, 5.0, 10.0, 100.0) if value <= top), value)


def quality(runs: Sequence[ShownRun]) -> Chart | None:
    """The judge's dimensions as a radar; at least three of them."""
    keys = list(dict.fromkeys(k for run in runs for k in run.scores.metrics if k.startswith("quality/")))
    values = {(n, k): m for n, run in enumerate(runs) for k in keys if (m := run.scores.metrics.get(k)) is not None}
    known = [m.value for m in values.values() if m.value is not None]
    if len(keys) < 3 or not known:
        return None
    top = max(100.0, *known)
    height, radius, middle = 270.0, 92.0, (WIDTH / 2, 134.0)
    spokes = [(math.sin(2 * math.pi * i / len(keys)), -math.cos(2 * math.pi * i / len(keys))) for i in range(len(keys))]

    def at(spoke: int, share: float) -> Point:
        dx, dy = spokes[spoke]
        return round(middle[0] + dx * radius * share, 1), round(middle[1] + dy * radius * share, 1)

    body = "".join(f'<path class="grid" d="{path(at(i, s / 4) for i in range(len(keys)))}z"/>' for s in range(1, 5))
    for i, key in enumerate(keys):
        body += f'<path class="grid" d="{path([middle, at(i, 1)])}"/>' + _spoke_label(key, spokes[i], at(i, 1.1))
    for place in range(len(runs)):
        own = [(i, m.value, k) for i, k in enumerate(keys) if (m := values.get((place, k))) and m.value is not None]
        if own:
            line = [at(i, value / top) for i, value, _ in own]
            marks = "".join(
                mark(place, *at(i, v / top), f"{runs[place].name}, {plain(k)}: {fmt(v)}") for i, v, k in own
            )
            body += group(place, f'<path class="area" d="{path(line)}z"/>{marks}')
    rows = tuple(
        (plain(k), runs[n].name, with_interval(m), f"{m.n:,}", f"{m.missing:,}") for (n, k), m in values.items()
    )
    places = sorted({n for (n, _), m in values.items() if m.value is not None})
    told = "Quality by the judge: " + "; ".join(f"{row[1]} {row[0]} {row[2]}" for row in rows[:12])
    heads = ("dimension", "system", "mean (95 % interval)", "items", "missing")
    note = f"Centre 0, edge {top:g}."
    return Chart("quality", "Quality, by the judge", body, height, legend(places, runs), told, heads, rows, note)


def _spoke_label(key: str, spoke: Point, place: Point) -> str:
    """A dimension's name at the end of its spoke, in two lines where it is long."""
    words = plain(key).split()
    cuts = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words) + 1)]
    lines = [part for part in min(cuts, key=lambda cut: max(map(len, cut))) if part]
    anchor = "middle" if abs(spoke[0]) < 0.1 else "start" if spoke[0] > 0 else "end"
    first = place[1] + 4 + (spoke[1] - 1) * 6 * (len(lines) - 1)
    return "".join(
        f'<text x="{place[0]:g}" y="{first + 12 * n:.1f}" text-anchor="{anchor}">{safe(shortened(line, 18))}</text>'
        for n, line in enumerate(lines)
    )


def elo(runs: Sequence[ShownRun]) -> Chart | None:
    """Ratings with intervals, the highest first."""
    found: list[tuple[int, Rating]] = [(n, rating) for n, run in enumerate(runs) for rating in run.scores.ratings]
    if not found:
        return None
    best = {name: max(r.rating for _, r in found if r.name == name) for name in {r.name for _, r in found}}
    found.sort(key=lambda pair: (-best[pair[1].name], pair[1].name, pair[0]))
    names = list(dict.fromkeys(rating.name for _, rating in found))
    ends = [v for _, r in found for v in (r.rating, r.low, r.high) if v is not None]
    scale = ticks(min(ends), max(ends), 4)
    left, step = 156, 26 if len(runs) < 3 else 10 + 8 * len(runs)
    height = 8.0 + step * len(names) + 42
    x = AxisScale(scale[0], scale[-1], left, WIDTH - RIGHT - 8)
    floor = height - 40
    lines = "".join(f'<path class="grid" d="M{x(v):g} 8V{floor:g}"/>' for v in scale)
    body = lines + axes(x, AxisScale(0, 1, floor, 8), {v: f"{v:g}" for v in scale}, {}, ("Elo, mean 1000", ""))
    for row, name in enumerate(names):
        y = 8 + step * (row + 0.5)
        own = [(n, r) for n, r in found if r.name == name]
        label = f"<title>{safe(name)}</title>{safe(shortened(name, 24))}"
        body += f'<text x="{left - 10}" y="{y + 3.5:g}" text-anchor="end">{label}</text>'
        for turn, (n, rating) in enumerate(own):
            at = y + (turn - (len(own) - 1) / 2) * 8
            spread = (
                lying(at, x(rating.low), x(rating.high)) if rating.low is not None and rating.high is not None else ""
            )
            body += group(n, spread + mark(n, x(rating.rating), at, f"{name}: {_rated(rating)}"))
    several = len(runs) > 1
    heads = ("rated", *(("run",) if several else ()), "Elo (95 % interval)", "battles", "wins")
    rows = tuple(
        (r.name, *((runs[n].name,) if several else ()), _rated(r), f"{r.battles:,}", f"{r.wins:g}") for n, r in found
    )
    places = sorted({n for n, _ in found})
    told = "Elo: " + "; ".join(f"{r.name} {_rated(r)}" for _, r in found[:12])
    note = "Ratings of different runs were computed apart." if len(places) > 1 else ""
    return Chart("elo", "Elo", body, height, legend(places, runs), told, heads, rows, note)


def _rated(rating: Rating) -> str:
    spread = f" ({rating.low:.0f} to {rating.high:.0f})" if rating.low is not None and rating.high is not None else ""
    return f"{rating.rating:.0f}{spread}"


def decays(runs: Sequence[ShownRun]) -> list[Chart]:
    """Each measure along the texts, from the first tenth to the last."""
    names = dict.fromkeys(decay.name for run in runs for decay in run.scores.decay)
    found = [
        _decay(name, [(n, d) for n, run in enumerate(runs) for d in run.scores.decay if d.name == name], runs)
        for name in names
    ]
    return [chart for chart in found if chart is not None]


def _decay(name: str, own: Sequence[tuple[int, Decay]], runs: Sequence[ShownRun]) -> Chart | None:
    ends = [v for _, d in own for v in (*d.values, *d.low, *d.high) if v is not None]
    if not ends:
        return None
    low, high = min(ends), max(ends)
    if low == high:  # nothing changes: a scale that shows where that is
        low, high = min(0.0, low), max(high, 0.0) or 1.0
    scale = ticks(0.0 if 0 < low < high / 2 else low, high, 4)
    height, most = 200.0, max(len(d.values) for _, d in own)
    x, y = AxisScale(1, most, LEFT, WIDTH - RIGHT), AxisScale(scale[0], scale[-1], height - BOTTOM, 12)
    labels = {float(n): str(n) for n in range(1, most + 1)}
    body = axes(x, y, labels, labelled(scale), ("tenth of the text" if most == 10 else "part of the text", ""))
    body += "".join(group(n, _decay_curve(n, d, x, y, runs[n].name)) for n, d in own)
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
    return Chart(file, f"{title}, along the text", body, height, shown, told, heads, rows, note)


def _decay_curve(place: int, decay: Decay, x: AxisScale, y: AxisScale, name: str) -> str:
    """Line, band and marks; broken where a value is missing."""
    out, stretch = "", list[int]()
    for n in range(len(decay.values) + 1):
        if n < len(decay.values) and decay.values[n] is not None:
            stretch.append(n)
            continue
        low, high = (
            [(x(i + 1), y(v)) for i in stretch if i < len(s) and (v := s[i]) is not None]
            for s in (decay.low, decay.high)
        )
        out += curve([(x(i + 1), y(v)) for i in stretch if (v := decay.values[i]) is not None], low, high)
        stretch = []
    known = [(i, v) for i, v in enumerate(decay.values) if v is not None]
    return out + "".join(mark(place, x(i + 1), y(v), f"{name}, {i + 1}: {fmt(v)}", 2.2) for i, v in known)


def all_charts(runs: Sequence[ShownRun]) -> list[Chart]:
    """All that these runs give, in the order of the page."""
    makers: tuple[Callable[[Sequence[ShownRun]], Chart | None], ...] = (lengths, buckets, quality, ruler, elo)
    found = [chart for make in makers if (chart := make(runs)) is not None]
    return found + decays(runs)
