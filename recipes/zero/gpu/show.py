"""Tables and the figure of docs/lab.md and docs/zero.md, from the texts that ask.py wrote.

Run: python recipes/zero/gpu/show.py build/gpu/work/texts [--set ladder] [--figure docs/figures/lab.png]
In the sets think, think-short and parts, what is thought in tags is none of the text, and a malformed reply to the first two
has none. A run's name ends in its seed. Intervals are 95 %, by resampling seeds, then requests, then texts. `constant`: S_l
of the one length that is best for all requests together, for someone who ignores what is asked.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from longwriter.checks.repetition.repetition import repetition
from longwriter.length.score import length_score
from longwriter.models.thinking import split
from longwriter.rewards.tags import read_tags
from longwriter.text import count_words

Row = dict[str, Any]
Numbers = npt.NDArray[np.float64]
END = "<|im_end|>"
"""Stands in the texts of tokenizers whose end token was read wrongly; what follows is not the text's."""
DRAWS = 2000


def lines(path: Path) -> list[Row]:
    """What a file has."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def read(folder: Path, chosen: str) -> list[Row]:
    """The texts of one set of requests, measured."""
    rows = [r for path in sorted(folder.glob("*.jsonl")) for r in lines(path) if r["set"] == chosen]
    for r in rows:
        r["cut"] = r["cut"] and END not in r["text"]
        raw = r["text"].split(END)[0].strip()
        r["text"] = read_tags(raw, "think").answer if chosen.startswith("think") else raw
        r["text"] = split(raw)[0].strip() if chosen == "parts" else r["text"]
        r["thought"] = count_words(raw) - count_words(r["text"])
        r["words"] = count_words(r["text"])
        r["score"] = length_score(r["asked"], r["words"])
        r["near"] = abs(r["words"] / r["asked"] - 1) <= 0.3
        r["run"], _, r["seed"] = r["model"].rpartition("-") if r["model"][-1].isdigit() else (r["model"], "", "")
    for r in rows[::2]:
        r["again"] = 1 - repetition(r["text"]).factor if r["words"] else None
    return rows


def correlation(rows: Sequence[Row]) -> tuple[float, float]:
    """Rank correlation of words written with words asked, and the slope of their logarithms."""
    asked, words = np.array([r["asked"] for r in rows]), np.array([max(1, r["words"]) for r in rows])
    x, y = ((r - r.mean()) / (r.std() or 1.0) for r in map(_ranks, (asked, words)))
    slope = np.polyfit(np.log(asked), np.log(words), 1)[0]
    return float((x * y).mean()), float(slope)


def _ranks(values: Numbers) -> Numbers:
    """Ranks, equal values sharing theirs."""
    found, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    del found
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


def interval(rows: Sequence[Row], measure: Callable[[Sequence[Row]], float]) -> tuple[float, float]:
    """95 % of resamples: seeds, then requests within them; all texts of a request go together."""
    rng = np.random.default_rng(0)
    tree: dict[str, dict[str, list[Row]]] = {}
    for r in rows:
        tree.setdefault(r["seed"], {}).setdefault(r["id"], []).append(r)
    seeds, found = list(tree), []
    for _ in range(DRAWS):
        drawn: list[Row] = []
        for seed in rng.choice(len(seeds), len(seeds)):
            requests = list(tree[seeds[seed]].values())
            for i in rng.integers(0, len(requests), len(requests)):
                drawn += requests[i]
        found.append(measure(drawn))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def constant(asks: Sequence[int]) -> tuple[float, int]:
    """S_l of the best constant, and its words."""
    return max((float(np.mean([length_score(a, w) for a in asks])), w) for w in range(10, 2 * max(asks), 5))


def score(rows: Sequence[Row]) -> float:
    """Mean S_l."""
    return float(np.mean([r["score"] for r in rows]))


def formed(rows: Sequence[Row]) -> list[Row]:
    """The rows that have a text, and a line a run of how many those are, and of the words that are thought there."""
    out = [r for r in rows if r["words"]]
    for run in dict.fromkeys(r["run"] for r in rows):
        own, well = ([r for r in part if r["run"] == run] for part in (rows, out))
        thought = np.mean([r["thought"] for r in well]) if well else 0
        print(
            f"{run}: {len(well) / len(own):.3f} with a text, {thought:.0f} words thought, S_l of all {score(own):.1f}"
        )
    return out


def table(rows: Sequence[Row]) -> None:
    """A line a run."""
    asks = sorted({r["asked"] for r in rows})
    shown = asks if len(asks) <= 6 else []
    best, words = constant([r["asked"] for r in rows])
    print(f"best constant: {words} words, S_l {best:.1f}\n")
    print(
        "| run | seeds | S_l | rank | slope | within 30 % | "
        + "".join(f"asked {a} | " for a in shown)
        + "one in ten above | longest | cut | again |"
    )
    print("|---" * (10 + len(shown)) + "|")
    for run in dict.fromkeys(r["run"] for r in rows):
        own = [r for r in rows if r["run"] == run]
        low, high = interval(own, score)
        rank, slope = correlation(own)
        again = [r["again"] for r in own if r.get("again") is not None]
        words_ = sorted(r["words"] for r in own)
        medians = "".join(f"{np.median([r['words'] for r in own if r['asked'] == a]):.0f} | " for a in shown)
        print(
            f"| {run} | {len({r['seed'] for r in own})} | {score(own):.1f} [{low:.1f}, {high:.1f}] | "
            f"{rank:.2f} | {slope:.2f} | "
            f"{np.mean([r['near'] for r in own]):.2f} | {medians}{words_[int(0.9 * len(words_))]} | {words_[-1]} | "
            f"{np.mean([r['cut'] for r in own]):.2f} | {np.mean(again):.3f} |"
        )


def figure(rows: Sequence[Row], path: Path) -> None:
    """Words written over words asked: median and the middle half of each run."""
    import matplotlib.pyplot as plt  # noqa: PLC0415  only for the figure

    asks = sorted({r["asked"] for r in rows})
    _, axes = plt.subplots(figsize=(7, 4.4))
    axes.plot(asks, asks, color="0.6", linestyle=":", label="as asked")
    for run in dict.fromkeys(r["run"] for r in rows):
        words = [[r["words"] for r in rows if r["run"] == run and r["asked"] == a] for a in asks]
        (line,) = axes.plot(asks, [np.median(w) for w in words], marker="o", label=run)
        low, high = ([np.percentile(w, q) for w in words] for q in (25, 75))
        axes.fill_between(asks, low, high, color=line.get_color(), alpha=0.15)
    axes.set(
        xscale="log", yscale="log", xlabel="words asked for", ylabel="words written", xticks=asks, xticklabels=asks
    )
    axes.legend(frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    plt.savefig(path, dpi=150, bbox_inches="tight")


def main() -> None:
    """Print, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--set", dest="chosen", default="ladder")
    parser.add_argument("--figure", type=Path)
    args = parser.parse_args()
    rows = formed(read(args.texts, args.chosen))
    table(rows)
    if args.figure:
        figure(rows, args.figure)


if __name__ == "__main__":
    main()
