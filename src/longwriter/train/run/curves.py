"""Pictures of a training's log, curves.png. No PyTorch here."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from longwriter.train.run.log import LogEntry, names_of, points, read_log

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PICTURE = "curves.png"
FEW = 30
"""Points below which each of a curve is marked."""


def draw_losses(folder: Path, title: str) -> None:
    """Losses, and accuracy where pairs are learnt, to curves.png; nothing where there is no report yet."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, and only now wanted

    log = read_log(folder)
    if not log:
        return
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.add_subplot()
    names = names_of(log)
    shares = [k for k in names if k.endswith("accuracy")]
    for name in [k for k in names if k == "loss" or k.endswith("_loss") or k.startswith("rewards/")] + shares:
        plot(axes, log, name, name.removesuffix("_loss"))
    unit = "loss, nats per pair; accuracy" if shares else "loss, nats per token"
    axes.set(xlabel="step", ylabel=unit, title=title)
    axes.grid(alpha=0.3)
    axes.legend()
    save_png(figure, folder / PICTURE)


def plot(axes: "Axes", log: Sequence[LogEntry], name: str, label: str) -> None:
    """Draw the curve of one value."""
    found = points(log, name)
    axes.plot(*zip(*found, strict=True), label=label, marker="o" if len(found) < FEW else None, markersize=3)


def save_png(figure: "Figure", path: Path, dpi: int = 120) -> None:
    """Write a picture beside its place and rename it, so that the file is the old or the new one."""
    temporary = path.with_name(f".{path.name}")
    figure.savefig(temporary, format="png", dpi=dpi)
    temporary.replace(path)
