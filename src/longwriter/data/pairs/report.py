"""What a person sees of preference pairs: the data card, and a picture of their margins."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from longwriter.data.card import facts_table, table
from longwriter.data.charts import INK, PALE, picture, scores
from longwriter.data.dataset import Row

WIDTH = 5
"""Points of one class of margins."""
BODY = Template("""# $title

$kept pairs from $instructions requests, $samples_each samples each.

| | |
|---|---|
$facts

![Scores and margins](picture.png)

## Rows

`prompt`, `chosen` and `rejected` are lists of messages, as TRL's DPOTrainer and RewardTrainer read them. `chosen` is the
best of a request's samples that ended by themselves, `rejected` a random one of the others; `cut_*` says whether a reply
was stopped, as at its token limit, which a chosen one never was. `score_*` is the mean of `length_score_*` (S_l of
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


def card(report: Row, dropped: Mapping[str, int], left_out: Mapping[str, int]) -> str:
    """The data card. `dropped`: requests by reason; `left_out`: samples by reason."""
    return BODY.substitute(
        report,
        facts=facts_table(report, "kept", "instructions", "samples_each"),
        dropped=table(dropped, ("reason", "requests")) if dropped else "Nothing.",
        samples_left_out=", ".join(f"{n:,} with {name}" for name, n in left_out.items()) or "none",
    )


def draw(path: Path, pairs: Sequence[tuple[float, float]], drops: Mapping[str, int]) -> None:
    """A PNG of 1200 x 450 pixels from (chosen, rejected) scores. Raises RunError."""
    with picture(path, 4.5) as figure:
        left, right = figure.subplots(1, 2)
        scores(left, {"chosen": [c for c, _ in pairs], "rejected": [r for _, r in pairs]}, stacked=False)
        left.set(xlabel="score", ylabel="samples", title=f"Scores of {len(pairs):,} pairs")
        right.hist([c - r for c, r in pairs], bins=list(range(0, 101, WIDTH)), color=PALE, edgecolor=INK)
        lost = f", {sum(drops.values()):,} requests without a pair" if drops else ""
        right.set(xlabel="chosen - rejected", ylabel="pairs", title=f"Margins{lost}", xlim=(0, 100))
