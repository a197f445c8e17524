"""The figure of docs/ntk.md: one panel a question."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

if TYPE_CHECKING:
    from show import Results

COLOURS = {"abs": "tab:blue", "tilted": "tab:cyan", "relu": "tab:orange", "leaky": "tab:red", "identity": "tab:green"}
NAMES = {"abs": "|s|", "tilted": "s/4 + 3|s|/4", "relu": "ReLU", "leaky": "leaky ReLU, 0.1", "identity": "identity"}
STYLES = {"flat": "-", "linear": "--", "quadratic": ":", "falling": "-."}
LAYERS = "layers l"
Row = dict[str, Any]


def line(axes: Axes, x: Sequence[float], cells: Sequence[Row], by: Sequence[float], **how: Any) -> None:  # noqa: ANN401
    """Mean errors over numbers, with intervals; nothing where there are no cells."""
    if not cells:
        return
    values = np.array([c["mean"] for c in cells]) / by
    low, high = np.percentile([c["means"] for c in cells], [2.5, 97.5], axis=1) / by
    axes.errorbar(x, values, yerr=np.clip([values - low, high - values], 0, None), marker="o", ms=3, capsize=2, **how)


def ones(cells: Sequence[Row]) -> list[float]:
    """Nothing to divide by."""
    return [1.0] * len(cells)


def panel(axes: Axes, title: str, x: str, y: str) -> None:
    """Log scales, a grid and a legend."""
    axes.set(xscale="log", yscale="log", xlabel=x, ylabel=y)
    axes.set_title(title, fontsize=10)
    axes.grid(alpha=0.3, which="both")
    axes.legend(fontsize=7)
    if x == LAYERS:
        axes.set_xticks([2, 4, 8, 16, 32], labels=["2", "4", "8", "16", "32"], minor=False)
        axes.xaxis.set_minor_locator(NullLocator())


def draw(found: "Results", path: Path) -> None:
    """Six panels as a PNG."""
    figure = Figure(figsize=(14, 8.4), layout="constrained")
    for axes, part in zip(figure.subplots(2, 3).flat, (_width, _depth, _equal, _delta, _inputs, _outputs), strict=True):
        part(axes, found)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def _width(axes: Axes, found: "Results") -> None:
    for name in COLOURS:
        cells = found.find("width", name, layers=4, shape="flat")
        m = [c["widths"][0] for c in cells]
        line(axes, m, cells, ones(cells), color=COLOURS[name], label=NAMES[name])
        if name == "abs":
            axes.plot(m, [cells[0]["mean"] * (m[0] / v) ** 0.5 for v in m], color="grey", lw=1, label="m^-1/2")
    panel(axes, "1. Four layers, flat widths: error falls like m^-1/2", "width m", "|| K - K_inf || / n")


def _depth(axes: Axes, found: "Results") -> None:
    for name in ("abs", "relu"):
        for shape, first in (("flat", 16), ("flat", 128), ("linear", 16), ("quadratic", 16)):
            cells = [c for c in found.find("depth", name, shape=shape) if c["widths"][0] == first]
            layers = [c["layers"] for c in cells]
            label = f"{NAMES[name]}, {shape}, m = {first}"
            line(
                axes,
                layers,
                cells,
                layers,
                color=COLOURS[name],
                ls=STYLES[shape],
                alpha=1 if first == 16 else 0.5,
                label=label,
            )
    panel(axes, "2. Depth, the first width given", LAYERS, "error / l")


def _equal(axes: Axes, found: "Results") -> None:
    for name in ("abs", "relu"):
        for shape, style in STYLES.items():
            cells = found.find("equal 1e+08", name, shape=shape)
            layers = [c["layers"] for c in cells]
            line(axes, layers, cells, layers, color=COLOURS[name], ls=style, label=f"{NAMES[name]}, {shape}")
    panel(axes, "3. Depth, 10^8 parameters", LAYERS, "error / l")


def _delta(axes: Axes, found: "Results") -> None:
    deltas = sorted({c["activation"] for c in found.cells if c["question"] == "delta"}, key=float)
    place: Callable[[str], float] = lambda d: max(float(d), 0.004)  # noqa: E731 - zero has no place on a log scale
    for layers, colour in ((4, "tab:purple"), (16, "tab:brown")):
        cells = [found.find("delta", d, layers=layers)[0] for d in deltas]
        line(axes, [place(d) for d in deltas], cells, ones(cells), color=colour, label=f"measured, l = {layers}")
        bound = [(d**-2 + layers) * (1 + 2 * (d * (1 - d)) ** 0.5) for d in map(float, deltas[1:])]
        scaled = [b * cells[-1]["mean"] / bound[-1] for b in bound]
        axes.plot(
            [place(d) for d in deltas[1:]], scaled, color=colour, ls=":", label=f"shape of the bound, l = {layers}"
        )
    panel(axes, "4. From the identity (left) to |s|, m = 128", "D = b^2/(a^2 + b^2)", "error")


def _inputs(axes: Axes, found: "Results") -> None:
    for name in ("abs", "relu"):
        cells = found.find("inputs", name)
        line(axes, [c["inputs"] for c in cells], cells, ones(cells), color=COLOURS[name], label=NAMES[name])
    panel(axes, "5. Number of inputs, m = 64, l = 4", "inputs n", "error")


def _outputs(axes: Axes, found: "Results") -> None:
    for name in ("abs", "relu"):
        for shape, layers in (("flat", 16), ("flat", 4), ("quadratic", 8), ("quadratic", 4)):
            cells = found.find("outputs", name, shape=shape, layers=layers)
            label = f"{NAMES[name]}, {shape}, l = {layers}"
            x = [c["outputs"] for c in cells]
            alpha = 1 if layers != 4 else 0.5
            line(axes, x, cells, ones(cells), color=COLOURS[name], ls=STYLES[shape], alpha=alpha, label=label)
    panel(axes, "6. Outputs", "outputs", "error")
