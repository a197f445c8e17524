"""The picture of a collection of chapters: how long they are, and what was left out."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from longwriter.data.charts import INK, drop_counts, picture

BINS = [round(10 ** (n / 8)) for n in range(8, 41)]
"""Lower edges of the length classes in words, eight a decade, 10 to 100,000."""


def draw(path: Path, lengths: Mapping[int, int], drops: Mapping[str, int]) -> None:
    """Write a PNG. `lengths`: chapters by the lower edge of their class in `BINS`; `drops`: texts by reason."""
    with picture(path, 4.5) as figure:
        left, right = figure.subplots(1, 2)
        edges = [*BINS, BINS[-1] * 10 ** (1 / 8)]
        counts = [lengths.get(edge, 0) for edge in BINS]
        widths = [b - a for a, b in pairwise(edges)]
        left.bar(edges[:-1], counts, width=widths, align="edge", color=INK, edgecolor="white")
        left.set_xscale("log")
        left.set(xlabel="words", ylabel="chapters", title=f"{sum(counts):,} chapters")
        drop_counts(right, dict(sorted(drops.items(), key=lambda drop: (-drop[1], drop[0]))), "texts")


def class_of(words: int) -> int:
    """The lower edge in `BINS` of the class that so many words are in."""
    return next((edge for edge in reversed(BINS) if words >= edge), BINS[0])
