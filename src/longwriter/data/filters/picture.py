"""One picture of a data set: lengths required and written, length scores, and what was dropped why."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from longwriter.data.charts import drop_counts, picture, scores, word_counts

OutputPoint = tuple[int, int | None, float | None, bool]
"""Words written, words required, S_l, passed."""


def draw(path: Path, points: Sequence[OutputPoint], drops: Mapping[str, int]) -> None:
    """Write a PNG of 1200 x 900 pixels. Raises RunError."""
    with picture(path, 9) as figure:
        grid = figure.add_gridspec(2, 2)
        lengths = figure.add_subplot(grid[0, :])
        written = {
            f"written, {'kept' if kept else 'dropped'}": [words for words, _, _, passed in points if passed is kept]
            for kept in (True, False)
        }
        required = [required for _, required, _, _ in points if required is not None]
        word_counts(lengths, written, {"required, where stated": required})
        lengths.set(xlabel="words", ylabel="texts", title=f"Lengths of {len(points):,} outputs")
        stated = {
            "kept" if kept else "dropped": [s for _, _, s, passed in points if s is not None and passed is kept]
            for kept in (True, False)
        }
        axes = figure.add_subplot(grid[1, 0])
        scores(axes, stated, stacked=True)
        number = sum(map(len, stated.values()))
        axes.set(xlabel="S_l", ylabel="texts", title=f"Length score of the {number:,} whose request states a length")
        drop_counts(figure.add_subplot(grid[1, 1]), drops, "requests and texts")
