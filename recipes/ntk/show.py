"""Tables and the figure of docs/ntk.md, from what ntk.py drew.

Run: python recipes/ntk/show.py FILE.json [--figure docs/figures/ntk.png] [--csv recipes/ntk/results.csv]
Intervals are 95 %, by resampling sets of inputs, then networks on each.
"""

import argparse
import csv
import json
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from draw import draw

RESAMPLES = 1000
Row = dict[str, Any]


class Results:
    """The cells, found by what they are."""

    def __init__(self, state: Row) -> None:
        """Means of the error are resampled once a cell."""
        self.cells: list[Row] = list(state["cells"].values())
        for i, cell in enumerate(self.cells):
            for name in ("error", "same", "cross"):
                cell[name] = np.array([b[name] for b in cell["batches"]])  # (sets of inputs, networks)
            cell["norm"] = float(np.mean([b["norm"] for b in cell["batches"]]))
            cell["means"] = resampled(cell["error"], i)
            cell["mean"] = float(cell["error"].mean())

    def find(self, question: str, activation: str, **rest: object) -> list[Row]:
        """Cells with these properties, by width, depth, inputs and outputs."""
        wanted = {"question": question, "activation": activation} | rest
        found = [c for c in self.cells if all(c[k] == v for k, v in wanted.items())]
        return sorted(found, key=lambda c: (c["layers"], c["widths"][0], c["inputs"], c["outputs"]))


def resampled(values: np.ndarray, seed: int) -> np.ndarray:
    """Means of resampled numbers, (RESAMPLES,). values: (sets of inputs, networks)."""
    rng = np.random.default_rng(seed)
    sets, networks = values.shape
    found = []
    for _ in range(RESAMPLES):
        rows = rng.integers(0, sets, (sets, 1))
        found.append(values[rows, rng.integers(0, networks, values.shape)].mean())
    return np.array(found)


def interval(value: float, drawn: np.ndarray, digits: int = 2) -> str:
    """A number and its interval."""
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def error(cell: Row, by: float = 1.0, digits: int = 2) -> str:
    """Mean error over a number."""
    return interval(cell["mean"] / by, cell["means"] / by, digits)


def ratio(above: Row, below: Row) -> str:
    """Of mean errors."""
    return interval(above["mean"] / below["mean"], above["means"] / below["means"])


def slope(cells: Sequence[Row], of: Callable[[Row], float]) -> str:
    """Exponent of the mean error in a number of the cell; "-" for fewer than three cells."""
    if len(cells) < 3:
        return "-"
    x = np.log([of(c) for c in cells])
    x = x - x.mean()

    def fit(y: np.ndarray) -> float:
        return float((x @ np.log(y)) / (x @ x))

    drawn = np.array([fit(y) for y in np.array([c["means"] for c in cells]).T])
    return interval(fit(np.array([c["mean"] for c in cells])), drawn)


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """In Markdown."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")


def widths(found: Results) -> None:
    """Claims 1 and 4: the rate, and how seldom the error is far above it."""
    rows = []
    for layers, shape in ((4, "flat"), (4, "quadratic"), (16, "flat")):
        for name in ("abs", "tilted", "relu", "leaky", "identity"):
            cells = found.find("width", name, layers=layers, shape=shape)
            if len(cells) > 2:
                wide = [c for c in cells if c["widths"][0] >= 64]
                ends = [error(c) for c in (cells[0], cells[-1])]
                rates = [slope(part, lambda c: c["widths"][0]) for part in (cells, wide)]
                rows.append((name, layers, shape, f"{cells[-1]['widths'][0]:,}", *ends, *rates, tails(cells)))
    head = (
        "phi",
        "l",
        "widths",
        "to m =",
        "error at 16",
        "error there",
        "exponent",
        "from m = 64",
        "draws above, times m",
    )
    table("Width", head, rows)


def tails(cells: Sequence[Row]) -> str:
    """M times the share of draws above C sqrt(log m / m), C such that it is 1 at the least m; its highest later value."""
    m = np.array([c["widths"][0] for c in cells])
    scale = np.sqrt(np.log(m) / m)
    limit = np.quantile(cells[0]["error"], 1 - 1 / m[0]) / scale[0]
    shares = [float((c["error"] > limit * s).mean()) for c, s in zip(cells, scale, strict=True)]
    return f"at most {max(w * s for w, s in zip(m[1:], shares[1:], strict=True)):.2f}"


def depths(found: Results) -> None:
    """Claim 2."""
    rows = []
    for name in ("abs", "relu", "identity"):
        for shape, first in (("flat", 16), ("flat", 128), ("linear", 16), ("quadratic", 16)):
            cells = [c for c in found.find("depth", name, shape=shape) if c["widths"][0] == first]
            by = {c["layers"]: error(c, c["layers"]) for c in cells}
            deep = [c for c in cells if c["layers"] >= 4]
            medians = " ".join(f"{np.median(c['error']) / c['layers']:.2f}" for c in cells)
            told = (by.get(d, "-") for d in (2, 4, 8, 16, 32))
            rows.append((name, shape, first, *told, slope(deep, lambda c: c["layers"]), medians))
    head = ("phi", "widths", "m", *(f"l = {d}" for d in (2, 4, 8, 16, 32)), "exponent of error in l", "medians")
    table("Depth: error / l", head, rows)


def equal(found: Results) -> None:
    """Claim 3."""
    rows = []
    for name in ("abs", "relu"):
        for size in ("1e+06", "1e+08"):
            question = f"equal {size}"
            for layers in (4, 8, 16, 32):
                cells = {c["shape"]: c for c in found.find(question, name, layers=layers)}
                if "flat" in cells:
                    rule = {k: math.sqrt(sum(1 / w for w in c["widths"])) for k, c in cells.items()}
                    others = [s for s in ("linear", "quadratic", "falling") if s in cells]
                    ratios = [f"{ratio(cells[s], cells['flat'])} ({rule[s] / rule['flat']:.2f})" for s in others]
                    quadratic = cells.get("quadratic", cells["flat"])["widths"]
                    sizes = f"{cells['flat']['widths'][0]:,}; {quadratic[0]:,} to {quadratic[-1]:,}"
                    rows.append((name, size, layers, sizes, error(cells["flat"], layers, 3), *ratios))
    head = ("phi", "parameters", "l", "flat; quadratic", "flat: error / l", "linear", "quadratic", "falling")
    table("Equal parameters: error over that of flat widths (by the rule)", head, rows)


def activations(found: Results) -> None:
    """Claims 5 and 6."""
    rows = []
    for question, rest in (
        ("width", {"layers": 4, "shape": "flat"}),
        ("width", {"layers": 4, "shape": "quadratic"}),
        ("width", {"layers": 16, "shape": "flat"}),
        ("depth", {"shape": "quadratic"}),
        ("depth", {"shape": "linear"}),
    ):
        pairs = zip(found.find(question, "relu", **rest), found.find(question, "abs", **rest), strict=True)
        kept = [(r, a) for r, a in pairs if r["error"].size >= 50]
        told = "; ".join(f"{a['layers'] if question == 'depth' else a['widths'][0]}: {ratio(r, a)}" for r, a in kept)
        rows.append((question, ", ".join(map(str, rest.values())), told))
    table("ReLU's error over the absolute value's, by m or l", ("question", "which", "ratio"), rows)
    deltas = sorted({c["activation"] for c in found.cells if c["question"] == "delta"}, key=float)
    rows = [(d, *(error(c) for c in found.find("delta", d))) for d in deltas]
    table("D, m = 128", ("D", "error at l = 4", "at l = 16"), rows)


def sizes(found: Results) -> None:
    """Claims 7 and 8."""
    rows = [
        (name, *(f"{error(c)} ({c['mean'] / c['norm']:.2f})" for c in found.find("inputs", name)))
        for name in ("abs", "relu")
    ]
    table("Inputs, m = 64, l = 4 (over the limit's norm)", ("phi", "n = 2", "8", "32", "128", "512"), rows)
    rows = []
    for name in ("abs", "relu"):
        for shape, layers in (("flat", 4), ("flat", 16), ("quadratic", 4), ("quadratic", 8)):
            cells = found.find("outputs", name, shape=shape, layers=layers)
            told = [error(c) for c in cells]
            rows.append((name, shape, str(layers), *told, slope(cells, lambda c: c["outputs"])))
    table("Outputs", ("phi", "widths", "l", "1", "4", "16", "64", "exponent"), rows)


def independence(found: Results) -> None:
    """Claim 9."""
    rows = []
    for name in ("abs", "relu"):
        for fresh in found.find("independence", name):
            same = {"layers": fresh["layers"], "shape": "flat", "widths": fresh["widths"]}
            (own,) = found.find("width", name, **same)
            spreads = [f"{c['same'].mean():.3f}, {c['same'].std():.3f}" for c in (own, fresh)]
            medians = f"{np.median(fresh['error']) / np.median(own['error']):.2f}"
            row = (name, fresh["layers"], fresh["widths"][0], error(own), error(fresh), ratio(fresh, own), medians)
            rows.append((*row, *spreads))
    head = ("phi", "l", "m", "own weights back", "new weights back", "ratio", "of medians", "K(x, x)/l, sd: own", "new")
    table("Gradient independence", head, rows)


def main() -> None:
    """Tables, figure and the numbers of every cell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--csv", type=Path)
    args = parser.parse_args()
    state = json.loads(args.file.read_text())
    found = Results(state)
    draws = sum(c["error"].size for c in found.cells)
    print(
        f"{state['device']}, PyTorch {state['torch']}, {state['seconds']:.0f} s, {draws:,} draws, {len(found.cells)} cells"
    )
    for part in (widths, depths, equal, activations, sizes, independence):
        part(found)
    if args.figure:
        draw(found, args.figure)
    if args.csv:
        write(found, args.csv)


def write(found: Results, path: Path) -> None:
    """One line a cell."""
    keys = ("question", "activation", "layers", "shape", "inputs", "outputs", "fresh", "parameters")
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow((*keys, "first_width", "last_width", "draws", "error", "low", "high", "median", "limit_norm"))
        for c in found.cells:
            low, high = np.percentile(c["means"], [2.5, 97.5])
            numbers = [f"{v:.4g}" for v in (c["mean"], low, high, np.median(c["error"]), c["norm"])]
            rows.writerow((*(c[k] for k in keys), c["widths"][0], c["widths"][-1], c["error"].size, *numbers))


if __name__ == "__main__":
    main()
