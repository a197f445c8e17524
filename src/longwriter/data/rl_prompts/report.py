"""What a person sees of requests with ranges: numbers, the data card, and a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from string import Template

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from longwriter.data.card import table
from longwriter.data.dataset import Row, beside

Ranged = tuple[str, str, int, int]
"""Language, source, lower and upper bound in words."""
BINS, MOST_BARS = 24, 12
INK, PALE, WARN = "#1f4e79", "#9dc3e6", "#c55a11"
BODY = Template("""# $title

$kept of $requests usable requests, each with the range of words that its answer should have.

| | |
|---|---|
$facts

![Ranges and drops](picture.png)

## Rows

`prompt` is the bare request, `lower` and `upper` the range in words as `longwriter` counts them (a Chinese character is a
word). `source` says where it comes from: `request`, which names a length (10 % either way; at least N: N to 1.1 N; at most
N: 0.9 N to N; a range as it is), or `model`, which was asked by the rules of LongWriter-Zero (arXiv:2506.18841): multiples
of 100, at most $width apart, at most $allow_upper.

## Left out

$dropped

Each with its reason in `dropped_by_rules.jsonl` and `dropped_by_model.jsonl`. A request without a usable range is left out;
no range is guessed.

## Made by

```
$command
```

longwriter $version

## Licence and limits

Requests keep the licence and terms of their source; chat logs may hold personal data that their makers' marks and our
rules missed. A model's range is its opinion.
""")


def facts(ranges: Sequence[Ranged]) -> Row:
    """What the report says of ranges."""
    out: Row = {}
    for source in ("request", "model"):
        out[f"range_from_{source}"] = sum(s == source for _, s, _, _ in ranges)
    for code in ("en", "zh"):
        own = [(lower, upper) for c, _, lower, upper in ranges if c == code]
        out[f"requests_{code}"] = len(own)
        if own:
            out[f"lower_median_{code}"] = round(median(lower for lower, _ in own))
            out[f"upper_median_{code}"] = round(median(upper for _, upper in own))
            out[f"upper_most_{code}"] = max(upper for _, upper in own)
    return out


def card(report: Mapping[str, object]) -> str:
    """The card of a report as `build` makes it."""
    dropped = report["dropped"]
    assert isinstance(dropped, dict)
    elsewhere = ("command", "title", "version", "kept", "requests", "allow_upper", "width")
    told = {k: v for k, v in report.items() if isinstance(v, str | int | float) and k not in elsewhere}
    return BODY.substitute(
        report,
        facts="\n".join(f"| {k.replace('_', ' ')} | {v} |" for k, v in told.items()),
        dropped=table(dropped, ("reason", "requests")) if dropped else "Nothing.",
    )


def draw(path: Path, ranges: Sequence[Ranged], drops: Mapping[str, int]) -> None:
    """A PNG of 1200 x 450 pixels: the middles of the ranges by language, and the drops. Raises RunError."""
    figure = Figure(figsize=(12, 4.5), dpi=100, layout="constrained")
    left, right = figure.subplots(1, 2)
    _middles(left, ranges)
    _drops(right, drops)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    with beside(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})


def _middles(axes: Axes, ranges: Sequence[Ranged]) -> None:
    """Middles on a logarithmic axis."""
    middles = {code: [max(1.0, (low + up) / 2) for c, _, low, up in ranges if c == code] for code in ("en", "zh")}
    every = [m for values in middles.values() for m in values]
    low, high = min(every) * 0.9, max(every) * 1.1
    bins = np.geomspace(low, high, BINS + 1).tolist()
    axes.hist(list(middles.values()), bins=bins, stacked=True, color=[INK, WARN], label=["English", "Chinese"])
    axes.set_xscale("log")
    ticks = [t * power for power in (10, 100, 1000, 10_000) for t in (1, 2, 5) if low <= t * power <= high]
    axes.set_xticks(ticks, [f"{t:,}" for t in ticks], minor=False)
    axes.set_xticks([], minor=True)
    axes.set(xlabel="middle of the range, words", ylabel="requests", title=f"Ranges of {len(ranges):,} requests")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False)


def _drops(axes: Axes, drops: Mapping[str, int]) -> None:
    shown = list(drops.items())[:MOST_BARS][::-1]
    bars = axes.barh([name for name, _ in shown], [number for _, number in shown], color=PALE, edgecolor=INK)
    axes.bar_label(bars, fmt="{:,.0f}", padding=3)
    axes.margins(x=0.15)
    axes.set(xlabel="requests", title=f"Left out: {sum(drops.values()):,}")
