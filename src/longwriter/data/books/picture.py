"""The picture of a collection of chapters: how long they are, and what was left out."""

import io
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from matplotlib.figure import Figure

from longwriter.data.dataset import beside

BINS = [round(10 ** (n / 8)) for n in range(8, 41)]
"""Lower edges of the length classes in words, eight a decade, 10 to 100,000."""


def draw(path: Path, lengths: Mapping[int, int], drops: Mapping[str, int]) -> None:
    """Write a PNG. `lengths`: chapters by the lower edge of their class in `BINS`; `drops`: texts by reason."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    edges = [*BINS, BINS[-1] * 10 ** (1 / 8)]
    counts = [lengths.get(edge, 0) for edge in BINS]
    left.bar(
        edges[:-1],
        counts,
        width=[b - a for a, b in pairwise(edges)],
        align="edge",
        edgecolor="white",
    )
    left.set_xscale("log")
    left.set(xlabel="words", ylabel="chapters", title=f"{sum(counts):,} chapters")
    names = sorted(drops, key=lambda name: (drops[name], name))
    bars = right.barh(names, [drops[name] for name in names], color="tab:orange")
    right.bar_label(bars, [f"{drops[name]:,}" for name in names], padding=3)
    right.margins(x=0.15)
    right.set(xlabel="texts", title=f"{sum(drops.values()):,} left out")
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=120, metadata={"Software": None})
    with beside(path) as temporary:
        temporary.write_bytes(content.getvalue())


def class_of(words: int) -> int:
    """The lower edge in `BINS` of the class that so many words are in."""
    return next((edge for edge in reversed(BINS) if words >= edge), BINS[0])
