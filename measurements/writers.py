r"""Two models under the same guards: what they write to the same requests, their differences, and the texts to read blind.

    python measurements/writers.py REQUESTS.txt --model gguf:smollm2 --model gguf:smollm2+writer.gguf \
        [--words 600] [--seeds 1] [--out FOLDER] [--blind FOLDER]

REQUESTS: a line each, `#` aside. A run that is in FOLDER is not written again. Differences are the second model's less the
first's, with 95 % by resampling requests. `--blind`: a page a request with both texts as A and B, which is which by
chance, and key.json, to be opened afterwards.
"""

import argparse
import asyncio
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from real import measure

from longwriter.journal import Journal
from longwriter.models.base import ModelConfig
from longwriter.runs.folders import JOURNAL
from longwriter.writer.session import write
from longwriter.writer.settings import WriteSettings
from longwriter.writer.stored import stored

SHOWN = {
    "off": "off the words asked for, %", "S_l": "S_l", "share": "text that says something again",
    "request": "words of the request in the text", "plan": "words of the plan in the text",
    "own": "words of each section's line in it", "replies": "replies drawn", "tokens": "tokens written", "s": "seconds",
}  # fmt: skip
DRAWS = 5000
Row = dict[str, Any]


def measured(folder: Path) -> Row:
    """One run: the row of real.py, with what it drew."""
    replies: list[Any] = [
        e.data["reply"] for e in Journal(folder / JOURNAL, read_only=True) if e.kind in ("call", "wasted")
    ]
    row: Row = measure(folder)
    tokens = sum(reply["usage"]["completion_tokens"] or 0 for reply in replies)
    return row | {"off": abs(float(row["off"])), "replies": len(replies), "tokens": tokens}


def differences(rows: Sequence[Row], models: Sequence[str]) -> None:
    """A line a measure: both means, and the difference by requests."""
    rng = np.random.default_rng(0)
    requests = list(dict.fromkeys(r["number"] for r in rows))
    print(f"| | {models[0]} | {models[1]} | difference, 95 % |\n|---|---|---|---|")
    for key, name in SHOWN.items():
        sides = [
            np.array([np.mean([r[key] for r in rows if r["number"] == n and r["model"] == m]) for n in requests])
            for m in models
        ]
        apart = sides[1] - sides[0]
        means = apart[rng.integers(0, len(apart), (DRAWS, len(apart)))].mean(1)
        low, high = np.percentile(means, [2.5, 97.5])
        print(
            f"| {name} | {sides[0].mean():.2f} | {sides[1].mean():.2f} | {apart.mean():+.2f} [{low:+.2f}, {high:+.2f}] |"
        )


def blind(runs: dict[tuple[int, str], Path], models: Sequence[str], out: Path) -> None:
    """Pages to judge, names hidden."""
    rng, key = random.Random(0), dict[str, list[str]]()
    out.mkdir(parents=True, exist_ok=True)
    for number in dict.fromkeys(n for n, _ in runs):
        order = rng.sample(list(models), len(models))
        parts = []
        for letter, model in zip("AB", order, strict=True):
            session = stored(runs[number, model])
            assert session is not None
            parts.append(f"===== {letter} =====\n\n{session.result().text}")
        (out / f"{number:02}.md").write_text("\n\n".join(parts), "utf-8")
        key[f"{number:02}"] = order
    (out / "key.json").write_text(json.dumps(key, indent=1), "utf-8")


def main() -> None:
    """Write, measure, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("requests", type=Path)
    parser.add_argument("--model", action="append", required=True)
    parser.add_argument("--words", type=int, default=600)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/writers"))
    parser.add_argument("--blind", type=Path)
    given = parser.parse_args()
    if len(given.model) != 2:
        parser.error("name two models")
    requests = [line for line in given.requests.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    rows, runs = list[Row](), dict[tuple[int, str], Path]()
    for number, request in enumerate(requests, 1):
        for place, model in enumerate(given.model):
            for seed in range(given.seeds):
                folder = given.out / f"{place}-{given.words}-{number}-{seed}"
                config = ModelConfig(model=model)
                asyncio.run(
                    write(WriteSettings(instruction=request, words=given.words, writer=config, seed=seed), folder)
                )
                rows.append(measured(folder) | {"model": model, "number": number, "seed": seed})
                print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
                runs.setdefault((number, model), folder)
    differences(rows, given.model)
    if given.blind:
        blind(runs, given.model, given.blind)


if __name__ == "__main__":
    main()
