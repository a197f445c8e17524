"""What a person sees of preference pairs: the data card, and a picture of their margins."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from matplotlib.figure import Figure

from longwriter.data.card import table
from longwriter.data.dataset import beside

WIDTH = 5
"""Points of one class of margins."""
INK, PALE, WARN = "#1f4e79", "#9dc3e6", "#c55a11"
BODY = Template("""# $title

$kept pairs from $instructions requests, $samples_each samples each.

| | |
|---|---|
$facts

![Scores and margins](picture.png)

## Rows

`prompt`, `chosen` and `rejected` are lists of messages, as TRL's DPOTrainer and RewardTrainer read them. `chosen` is the
best of a request's samples, `rejected` a random one of the others. `score_*` is the mean of `length_score_*` (S_l of
LongBench-Write against `required`; empty where no length is stated) and `quality_*` (empty without a judge).

## Left out

$dropped

Each with its reason in `dropped.jsonl`. Samples that could not be compared: $samples_left_out.

## Made by

```
$command
```

longwriter $version

## Limits

Both texts of a pair were written by one model; its maker's terms say what they may be used for. Quality by rules tells
broken texts from whole ones and nothing else; a judge of the writer's own family may favour it.
""")


def histogram(margins: Sequence[float]) -> dict[str, int]:
    """Number of margins by classes of `WIDTH` points, those that are not empty."""
    classes = [min(int(m // WIDTH), 100 // WIDTH - 1) for m in margins]
    return {f"{WIDTH * c}-{WIDTH * (c + 1)}": classes.count(c) for c in sorted(set(classes))}


def card(report: Mapping[str, object]) -> str:
    """The card of a report as `pairs` makes it."""
    dropped, left_out = report["dropped"], report["samples_left_out"]
    assert isinstance(dropped, dict)
    assert isinstance(left_out, dict)
    elsewhere = ("command", "title", "version", "kept", "instructions", "samples_each")
    facts = {k: v for k, v in report.items() if isinstance(v, str | int | float) and k not in elsewhere}
    return BODY.substitute(
        report,
        facts="\n".join(f"| {k.replace('_', ' ')} | {v} |" for k, v in facts.items()),
        dropped=table(dropped, ("reason", "requests")) if dropped else "Nothing.",
        samples_left_out=", ".join(f"{n:,} with {name}" for name, n in left_out.items()) or "none",
    )


def draw(path: Path, scores: Sequence[tuple[float, float]], drops: Mapping[str, int]) -> None:
    """A PNG of 1200 x 450 pixels from (chosen, rejected) scores. Raises RunError."""
    figure = Figure(figsize=(12, 4.5), dpi=100, layout="constrained")
    left, right = figure.subplots(1, 2)
    bins = list(range(0, 101, WIDTH))
    left.hist(
        [[c for c, _ in scores], [r for _, r in scores]], bins=bins, color=[INK, WARN], label=["chosen", "rejected"]
    )
    left.set(xlabel="score", ylabel="samples", title=f"Scores of {len(scores):,} pairs", xlim=(0, 100))
    left.legend(frameon=False, loc="upper left")
    right.hist([c - r for c, r in scores], bins=bins, color=PALE, edgecolor=INK)
    lost = f", {sum(drops.values()):,} requests without a pair" if drops else ""
    right.set(xlabel="chosen - rejected", ylabel="pairs", title=f"Margins{lost}", xlim=(0, 100))
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    with beside(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})
