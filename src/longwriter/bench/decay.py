"""How texts change from beginning to end: means and intervals, over many texts, of what `checks.along.measures` finds."""

from collections.abc import Mapping, Sequence

import numpy as np

from longwriter.bench.records import Decay
from longwriter.bench.stats.bootstrap import interval, resamples
from longwriter.checks.along.measures import ALONG, POSITIONS, Values


def decay_of(rows: Sequence[Mapping[str, Values]], seed: int = 0) -> tuple[Decay, ...]:
    """Mean and 95 % interval over texts, given in any order, of each measure along them.

    All tenths are resampled together, text by text. `n` of a measure counts the texts that have it in some tenth.
    A tenth that one text alone has gets no interval.
    """
    flat = [tuple(np.nan if v is None else v for name in ALONG for v in row[name]) for row in rows]
    if not flat:
        return ()
    table = np.array(sorted(flat, key=lambda row: [(v == v, v) if v == v else (False, 0.0) for v in row]))
    there = ~np.isnan(table)
    filled = np.where(there, table, 0.0)
    counts = there.sum(0)
    means = filled.sum(0) / np.maximum(counts, 1)
    drawn = [(c @ filled, c @ there.astype(float)) for c in map(np.float64, resamples(len(flat), seed))]
    totals, weights = (np.concatenate(blocks) for blocks in zip(*drawn, strict=True))
    resampled = np.where(weights > 0, totals / np.maximum(weights, 1), np.nan)
    ends = [interval(resampled[:, i], float(means[i])) if counts[i] > 1 else (None, None) for i in range(len(counts))]
    curves = []
    for i, name in enumerate(ALONG):
        part = slice(i * POSITIONS, (i + 1) * POSITIONS)
        values = tuple(float(m) if n else None for m, n in zip(means[part], counts[part], strict=True))
        low, high = zip(*ends[part], strict=True)
        curves.append(Decay(name=name, values=values, low=low, high=high, n=int(there[:, part].any(1).sum())))
    return tuple(curves)
