"""Tables and figures of the lab, from its samples."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from matplotlib.figure import Figure

ORDER = ("quarter", "half", "full", "agentwrite", "dpo", "sequence")
NAMES = {
    "quarter": "capped at L/4 = 50",
    "half": "capped at L/2 = 100",
    "full": "capped at L = 200",
    "agentwrite": "L, and AgentWrite's beyond L",
    "dpo": "L, then DPO",
    "sequence": "L, mean over sequences",
}


def of(table: pa.Table, run: str, column: str, asked: int | None = None, seed: int | None = None) -> np.ndarray:
    """A column of one run's samples."""
    data = table.to_pydict()
    keep = [
        r == run and asked in (None, a) and seed in (None, s)
        for r, a, s in zip(data["run"], data["asked"], data["seed"], strict=True)
    ]
    return np.array(data[column], float)[keep]


def bootstrap(differences: np.ndarray, seed: int = 0, draws: int = 10_000) -> tuple[float, float, float]:
    """Mean of paired differences and its 95 % interval."""
    rng = np.random.default_rng(seed)
    means = differences[rng.integers(0, len(differences), (draws, len(differences)))].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(differences.mean()), float(low), float(high)


def spread(values: list[float]) -> str:
    """Mean and range over seeds."""
    return f"{np.mean(values):.0f} ({min(values):.0f} to {max(values):.0f})"


def show(table: pa.Table, figures: Path) -> None:
    """Print Markdown tables; write the figures."""
    runs = [r for r in ORDER if r in set(table["run"].to_pylist())]
    asked = sorted(set(table["asked"].to_pylist()))
    print(
        "| run | seeds | "
        + " | ".join(f"asked {a}" for a in asked)
        + " | one in ten above | longest | S_l | repeated 8-grams |"
    )
    print("|---" * (len(asked) + 6) + "|")
    for run in runs:
        seeds = sorted(
            {s for r, s in zip(table["run"].to_pylist(), table["seed"].to_pylist(), strict=True) if r == run}
        )
        medians = " | ".join(f"{np.median(of(table, run, 'words', a)):.0f}" for a in asked)
        told = " | ".join(spread([np.quantile(of(table, run, "words", seed=s), q) for s in seeds]) for q in (0.9, 1.0))
        score, repeated = of(table, run, "score").mean(), of(table, run, "repeated").mean()
        print(f"| {NAMES[run]} | {len(seeds)} | {medians} | {told} | {score:.1f} | {repeated:.3f} |")
    print("\nColumns `asked N`: median words written. The next two: words, mean and range over seeds.\n")
    for run in runs:
        if run != "full" and len(of(table, run, "score")) == len(of(table, "full", "score")):
            mean, low, high = bootstrap(of(table, run, "score") - of(table, "full", "score"))
            print(f"S_l of `{NAMES[run]}` minus that of `{NAMES['full']}`: {mean:+.1f} [{low:+.1f}, {high:+.1f}]")
    figures.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(12, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(asked, asked, color="black", linestyle=":", label="as asked")
    for run in runs:
        left.plot(asked, [np.median(of(table, run, "words", a)) for a in asked], marker="o", label=NAMES[run])
    left.set(xscale="log", yscale="log", xlabel="words asked for", ylabel="words written, median")
    left.set(title="Weights alone do not hear the number")
    for axis in (left.xaxis, left.yaxis):
        axis.set_major_formatter("{x:.0f}")
        axis.set_minor_formatter("")
    left.set_xticks(asked)
    left.set_yticks([30, 50, 100, 200, 400])
    left.legend(fontsize=8)
    for row, run in enumerate(runs):
        found = [np.quantile(of(table, run, "words", seed=s), 0.9) for s in sorted(set(table["seed"].to_pylist()))]
        right.plot(found, [row] * len(found), "o", color=f"C{row}")
    right.set_yticks(range(len(runs)), [NAMES[run] for run in runs])
    right.invert_yaxis()
    right.set(xscale="log", xlabel="words that one text in ten goes beyond; a dot a seed")
    right.set(title="What was seen in fine-tuning bounds what is written")
    right.xaxis.set_minor_formatter("")
    right.xaxis.set_major_formatter("{x:.0f}")
    right.set_xticks([50, 100, 200, 400])
    for axes in (left, right):
        axes.grid(alpha=0.3, which="both")
    figure.savefig(figures / "lab.png", dpi=100)
