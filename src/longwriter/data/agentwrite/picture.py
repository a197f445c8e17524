"""One picture of a data set: lengths required and written, length scores, and what was dropped why."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from longwriter.data.dataset import beside

Point = tuple[int, int | None, float | None, bool]
"""Words written, words required, S_l, passed."""
BINS = 24
MOST_BARS = 10
INK, PALE, WARN = "#1f4e79", "#9dc3e6", "#c55a11"


def draw(path: Path, points: Sequence[Point], drops: Mapping[str, int]) -> None:
    """Write a PNG of 1200 x 900 pixels. Raises RunError."""
    figure = Figure(figsize=(12, 9), dpi=100, layout="constrained")
    grid = figure.add_gridspec(2, 2)
    _lengths(figure.add_subplot(grid[0, :]), points)
    _scores(figure.add_subplot(grid[1, 0]), points)
    _drops(figure.add_subplot(grid[1, 1]), drops)
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    with beside(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})


def _lengths(axes: Axes, points: Sequence[Point]) -> None:
    written = [words for words, _, _, passed in points if passed]
    others = [words for words, _, _, passed in points if not passed]
    required = [asked for _, asked, _, _ in points if asked is not None]
    every = [max(n, 1) for n in (*written, *others, *required)] or [100, 10_000]
    low, high = min(every) * 0.95, max(every) * 1.05
    bins = np.geomspace(low, high, BINS + 1).tolist()
    axes.hist(
        [written, others], bins=bins, stacked=True, color=[INK, WARN], label=["written, kept", "written, dropped"]
    )
    axes.hist(required, bins=bins, histtype="step", color="black", linewidth=1.6, label="required, where stated")
    axes.set_xscale("log")
    ticks = [t * power for power in (10, 100, 1000, 10_000, 100_000) for t in (1, 2, 3, 5) if low <= t * power <= high]
    axes.set_xticks(ticks, [f"{t:,}" for t in ticks], minor=False)
    axes.set_xticks([], minor=True)
    axes.set(xlabel="words", ylabel="texts", title=f"Lengths of {len(points):,} outputs")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False)


def _scores(axes: Axes, points: Sequence[Point]) -> None:
    kept = [score for _, _, score, passed in points if score is not None and passed]
    others = [score for _, _, score, passed in points if score is not None and not passed]
    axes.hist([kept, others], bins=list(range(0, 101, 5)), stacked=True, color=[INK, WARN], label=["kept", "dropped"])
    stated = len(kept) + len(others)
    axes.set(
        xlabel="S_l",
        ylabel="texts",
        title=f"Length score of the {stated:,} whose request states a length",
        xlim=(0, 100),
    )
    axes.legend(frameon=False, loc="upper left")


def _drops(axes: Axes, drops: Mapping[str, int]) -> None:
    shown = list(drops.items())[:MOST_BARS][::-1]
    if len(drops) > MOST_BARS:
        rest = sum(drops.values()) - sum(number for _, number in shown)
        shown.insert(0, ("others", rest))
    bars = axes.barh([name for name, _ in shown], [number for _, number in shown], color=PALE, edgecolor=INK)
    axes.bar_label(bars, fmt="{:,.0f}", padding=3)
    axes.margins(x=0.15)
    axes.set(xlabel="requests and texts", title=f"Dropped: {sum(drops.values()):,}")
