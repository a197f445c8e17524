"""Tables and the figure of nano-Zero, from the samples of evaluate.py and the rollouts of the runs."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from longwriter.bench.stats.bootstrap import metric, paired
from longwriter.rewards.repetition import repetition
from longwriter.rewards.tags import read_tags
from longwriter.train.rollouts.stats import StepStats, step_stats
from longwriter.train.rollouts.store import Rollout, read_steps

NAMES = {
    "cpt": "start, thinking",
    "cpt-direct": "start, direct",
    "sft": "fine-tuned",
    "zero": "reinforced",
    "no-think": "no thinking",
    "sum": "sum, then normalised",
    "no-repetition": "no repetition term",
    "no-cpt": "no continual pretraining",
}
WINDOW = 10  # steps, averaged in the figure
Samples = list[dict]


def read(work: Path) -> dict[str, dict[str, Samples]]:
    """Samples by run and seed; the start has the seed ""."""
    found: dict[str, dict[str, Samples]] = {}
    for path in sorted((work / "outputs").glob("*.jsonl")):
        name, _, seed = path.stem.rpartition("-")
        if not seed.isdigit():
            name, seed = path.stem, ""
        found.setdefault(name, {})[seed] = [json.loads(line) for line in path.read_text().splitlines()]
    return {name: found[name] for name in NAMES if name in found}


def by_request(seeds: dict[str, Samples], of: Callable[[dict], float]) -> np.ndarray:
    """A number for each held-out request: the mean over its samples and the seeds."""
    kept: dict[str, list[float]] = {}
    for samples in seeds.values():
        for line in samples:
            if line["set"] == "held":
                kept.setdefault(line["request"], []).append(of(line))
    return np.array([np.mean(kept[request]) for request in sorted(kept)])


def interval(values: np.ndarray, digits: int = 1) -> str:
    """Mean and 95 % bootstrap interval over requests."""
    found = metric(values.tolist())
    return f"{found.value:.{digits}f} [{found.low:.{digits}f}, {found.high:.{digits}f}]"


def near(line: dict) -> float:
    """1 for a well-formed answer whose words are within 30 % of those asked for."""
    return float(abs(line["words"] / line["asked"] - 1) <= 0.3)


def held_table(found: dict[str, dict[str, Samples]]) -> None:
    """What each run writes for the held-out requests."""
    print("| run | seeds | well-formed | S_l | within 30 % | cut | answer words, median | think words | distinct |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, seeds in found.items():
        lines = [x for s in seeds.values() for x in s if x["set"] == "held"]
        good = [x for x in lines if not x["fault"]]
        score = interval(by_request(seeds, lambda x: x["score"]))
        within = interval(100 * by_request(seeds, near), 0)
        told = [
            NAMES[name],
            str(len(seeds)),
            f"{len(good) / len(lines):.2f}",
            score,
            within,
            f"{np.mean([x['cut'] for x in lines]):.2f}",
            f"{np.median([x['words'] for x in good]):.0f}" if good else "-",
            f"{np.mean([x['think_words'] for x in good]):.0f}" if good else "-",
            f"{np.mean([x['distinct'] for x in good]):.3f}" if good else "-",
        ]
        print("| " + " | ".join(told) + " |")


def ladder_table(found: dict[str, dict[str, Samples]]) -> None:
    """Words written at each rung, in well-formed answers."""
    rungs = sorted({x["asked"] for s in found.values() for lines in s.values() for x in lines if x["set"] == "ladder"})
    print("\n| run | " + " | ".join(f"asked {r}" for r in rungs) + " | longest rung held |")
    print("|---" * (len(rungs) + 2) + "|")
    for name, seeds in found.items():
        cells, longest = [], 0
        for rung in rungs:
            lines = [x for s in seeds.values() for x in s if x["set"] == "ladder" and x["asked"] == rung]
            words = [x["words"] for x in lines if not x["fault"]]
            share = np.mean([near(x) for x in lines])
            cells.append(f"{np.median(words):.0f} ({100 * share:.0f} %)" if words else "-")
            longest = rung if share >= 0.5 else longest
        print(f"| {NAMES[name]} | " + " | ".join(cells) + f" | {longest or '-'} |")
    print("\nMedian words, and in brackets the share of samples well-formed and within 30 %.\n")


def differences(found: dict[str, dict[str, Samples]]) -> None:
    """S_l of each run against the reinforced ones, request by request."""
    if "zero" not in found:
        return
    ours = by_request(found["zero"], lambda x: x["score"])
    for name, seeds in found.items():
        if name != "zero":
            gap = paired(ours.tolist(), by_request(seeds, lambda x: x["score"]).tolist())
            print(f"S_l, {NAMES['zero']} minus {NAMES[name]}: {gap.mean:+.1f} [{gap.low:+.1f}, {gap.high:+.1f}]")


def smooth(values: Sequence[float]) -> np.ndarray:
    """Means over `WINDOW` steps; nothing of nothing."""
    if not values:
        return np.array([])
    size = min(WINDOW, len(values))
    return np.convolve(values, np.ones(size) / size, "valid")


def curves(axes: Axes, runs: dict[str, list[list[StepStats]]], of: Callable[[StepStats], float | None]) -> None:
    """A line a run: the mean over its seeds, and their range."""
    for number, (name, seeds) in enumerate(runs.items()):
        series = [smooth([v for s in stats if (v := of(s)) is not None]) for stats in seeds]
        series = [s for s in series if len(s)]
        if not series:
            continue
        shortest = min(map(len, series))
        stack = np.stack([s[:shortest] for s in series])
        x = np.arange(shortest) + 1
        axes.plot(x, stack.mean(0), color=f"C{number}", label=NAMES[name])
        if len(stack) > 1:
            axes.fill_between(x, stack.min(0), stack.max(0), color=f"C{number}", alpha=0.2, linewidth=0)
    axes.grid(alpha=0.3)


def told(step: int, rollouts: list[Rollout]) -> StepStats:
    """A step's numbers, with the repetition of all well-formed answers, whichever rewards the run had."""
    answers = [answer for r in rollouts if (answer := read_tags(r.completion, r.mode).answer)]
    shares = [repetition(answer).share for answer in answers]
    return step_stats(step, rollouts).model_copy(update={"repeated": float(np.mean(shares)) if shares else None})


def reward(name: str) -> Callable[[StepStats], float | None]:
    """Mean of a reward at a step."""
    return lambda s: s.rewards[name].mean if name in s.rewards else None


def show(work: Path, figures: Path) -> None:
    """Print Markdown tables; write the figure."""
    found = read(work)
    held_table(found)
    ladder_table(found)
    differences(found)
    runs: dict[str, list[list[StepStats]]] = {}
    for name in NAMES:
        for folder in sorted(work.glob(f"{name}-[0-9]*")):
            if (folder / "rollouts").is_dir():
                runs.setdefault(name, []).append([told(step, rows) for step, rows in read_steps(folder)])
    figure = Figure(figsize=(13, 7), layout="constrained")
    panels = {
        "length reward": reward("length"),
        "writing reward": reward("writing"),
        "well-formed, share": lambda s: None if s.malformed is None else 1 - s.malformed,
        "words of the answer": lambda s: s.answer_words,
        "words of thinking": lambda s: s.think_words,
        "repeated text, share": lambda s: s.repeated,
    }
    for axes, (title, of) in zip(figure.subplots(2, 3).flat, panels.items(), strict=True):
        curves(axes, runs, of)
        axes.set(title=title, xlabel="step")
    figure.axes[0].legend(fontsize=8)
    figures.mkdir(parents=True, exist_ok=True)
    figure.savefig(figures / "zero.png", dpi=90)
