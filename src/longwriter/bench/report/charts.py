"""Pictures of scores: bars by length bucket, the judge's dimensions, ratings."""

import math
import re
from collections.abc import Sequence

from longwriter.bench.records import Metric, Rating
from longwriter.bench.report.draw import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Point,
    Scale,
    axes,
    fmt,
    linear_ticks,
    lying,
    mark,
    path,
    safe,
    shortened,
    whisker,
    with_interval,
)
from longwriter.bench.report.picture import Picture, Shown, group, legend
from longwriter.report.svg import ticks


def in_order(labels: Sequence[str]) -> list[str]:
    """Buckets by their lower end: <500, [500, 2k), [2k, 4k), [4k, 20k)."""

    def start(label: str) -> tuple[float, bool]:
        found = re.search(r"(\d[\d,.]*)\s*([kK]?)", label)
        if found is None:
            return math.inf, False
        value = float(found[1].replace(",", "").rstrip(".") or 0)
        return value * (1000 if found[2] else 1), not label.lstrip("([").startswith(("<", "≤"))

    return sorted(labels, key=start)


def buckets(runs: Sequence[Shown]) -> Picture | None:
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
    y = Scale(0, scale[-1], height - BOTTOM, TOP)
    x = Scale(0, len(labels), LEFT, WIDTH - RIGHT)
    middles = {n + 0.5: label for n, label in enumerate(labels)}
    body = axes(x, y, middles, linear_ticks(scale), ("words asked for", key))
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
    return Picture("buckets", title, body, height, legend(range(len(runs)), runs), told, heads, rows)


def _bar(metric: Metric | None, left: float, width: float, y: Scale, told: str, with_number: bool) -> str:
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


def quality(runs: Sequence[Shown]) -> Picture | None:
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
                mark(place, *at(i, v / top), f"{runs[place].name}, {_dimension(k)}: {fmt(v)}") for i, v, k in own
            )
            body += group(place, f'<path class="area" d="{path(line)}z"/>{marks}')
    rows = tuple(
        (_dimension(k), runs[n].name, with_interval(m), f"{m.n:,}", f"{m.missing:,}") for (n, k), m in values.items()
    )
    places = sorted({n for (n, _), m in values.items() if m.value is not None})
    told = "Quality by the judge: " + "; ".join(f"{row[1]} {row[0]} {row[2]}" for row in rows[:12])
    heads = ("dimension", "system", "mean (95 % interval)", "items", "missing")
    note = f"Centre 0, edge {top:g}."
    return Picture("quality", "Quality, by the judge", body, height, legend(places, runs), told, heads, rows, note)


def _dimension(key: str) -> str:
    return key.removeprefix("quality/")


def _spoke_label(key: str, spoke: Point, place: Point) -> str:
    """A dimension's name at the end of its spoke, in two lines where it is long."""
    words = _dimension(key).split()
    cuts = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words) + 1)]
    lines = [part for part in min(cuts, key=lambda cut: max(map(len, cut))) if part]
    anchor = "middle" if abs(spoke[0]) < 0.1 else "start" if spoke[0] > 0 else "end"
    first = place[1] + 4 + (spoke[1] - 1) * 6 * (len(lines) - 1)
    return "".join(
        f'<text x="{place[0]:g}" y="{first + 12 * n:.1f}" text-anchor="{anchor}">{safe(shortened(line, 18))}</text>'
        for n, line in enumerate(lines)
    )


def elo(runs: Sequence[Shown]) -> Picture | None:
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
    x = Scale(scale[0], scale[-1], left, WIDTH - RIGHT - 8)
    floor = height - 40
    lines = "".join(f'<path class="grid" d="M{x(v):g} 8V{floor:g}"/>' for v in scale)
    body = lines + axes(x, Scale(0, 1, floor, 8), {v: f"{v:g}" for v in scale}, {}, ("Elo, mean 1000", ""))
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
    return Picture("elo", "Elo", body, height, legend(places, runs), told, heads, rows, note)


def _rated(rating: Rating) -> str:
    spread = f" ({rating.low:.0f} to {rating.high:.0f})" if rating.low is not None and rating.high is not None else ""
    return f"{rating.rating:.0f}{spread}"
