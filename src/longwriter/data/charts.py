"""Pictures of data sets: what their panels share. The same numbers give the same bytes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from longwriter.data.dataset import beside

INK, PALE, WARN = "#1f4e79", "#9dc3e6", "#c55a11"
BINS = 24
MOST_BARS = 12


@contextmanager
def picture(path: Path, height: float, width: float = 12) -> Iterator[Figure]:
    """A figure to fill, in inches of 100 pixels; then written as PNG. Raises RunError."""
    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    yield figure
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    with beside(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})


def word_counts(axes: Axes, series: Mapping[str, Sequence[float]], outline: Mapping[str, Sequence[float]]) -> None:
    """Histograms by the logarithm of words: two stacked series, and the outlines of others; by label."""
    every = [max(n, 1.0) for values in (*series.values(), *outline.values()) for n in values] or [100.0, 10_000.0]
    low, high = min(every) * 0.95, max(every) * 1.05
    bins = np.geomspace(low, high, BINS + 1).tolist()
    axes.hist(list(series.values()), bins=bins, stacked=True, color=[INK, WARN], label=list(series))
    for label, values in outline.items():
        axes.hist(values, bins=bins, histtype="step", color="black", linewidth=1.6, label=label)
    axes.set_xscale("log")
    ticks = [t * power for power in (10, 100, 1000, 10_000, 100_000) for t in (1, 2, 3, 5) if low <= t * power <= high]
    axes.set_xticks(ticks, [f"{t:,}" for t in ticks], minor=False)
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False)


def scores(axes: Axes, series: Mapping[str, Sequence[float]], *, stacked: bool) -> None:
    """Histograms of two series of scores, 0 to 100 in classes of 5, by label."""
    bins = list(range(0, 101, 5))
    axes.hist(list(series.values()), bins=bins, stacked=stacked, color=[INK, WARN], label=list(series))
    axes.set_xlim(0, 100)
    axes.legend(frameon=False, loc="upper left")


def drop_counts(axes: Axes, drops: Mapping[str, int], unit: str) -> None:
    """Numbers by reason, in the order given from the top; what is beyond `MOST_BARS` as one bar."""
    shown = list(drops.items())[:MOST_BARS][::-1]
    if len(drops) > MOST_BARS:
        shown.insert(0, ("others", sum(drops.values()) - sum(number for _, number in shown)))
    bars = axes.barh([name for name, _ in shown], [number for _, number in shown], color=PALE, edgecolor=INK)
    axes.bar_label(bars, fmt="{:,.0f}", padding=3)
    axes.margins(x=0.15)
    axes.set(xlabel=unit, title=f"Left out: {sum(drops.values()):,}")
