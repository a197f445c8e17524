"""Does nano do what it is asked? Length in one go, keywords of the plan line, loops; on held-out chapters.

Run: python recipes/nano/evaluate.py [--model hf:FOLDER] [--rows build/nano/instructions/held] [--count 120]
Prints JSON. Leaves out: whether a text makes sense (none does).
"""

import argparse
import asyncio
import json
import random
import statistics
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from longwriter.models.base import Model, ModelConfig, open_model
from longwriter.text import count_words, repeated_ngrams
from longwriter.train.nano import model as nano_model  # noqa: F401  registers nano's classes
from longwriter.types import Message, Request

LENGTHS = (40, 70, 120, 200, 300, 400)  # asked for in one go
DRAWN: dict[str, Any] = {"temperature": 0.7, "top_p": 0.9, "max_tokens": 640}


async def ask(model: Model, prompt: str, seed: int) -> str:
    """One reply."""
    reply = await model.reply(Request(messages=(Message(role="user", content=prompt),), seed=seed, **DRAWN))
    return reply.text


async def lengths(model: Model, topics: list[list[str]]) -> dict[str, object]:
    """Written words over asked words: "Write a story about A and B. About N words."."""
    out: dict[str, object] = {}
    every = []
    for asked in LENGTHS:
        ratios = []
        for seed, words in enumerate(topics):
            text = await ask(model, f"Write a story about {' and '.join(words[:2])}. About {asked} words.", seed)
            ratios.append(count_words(text) / asked)
        every += ratios
        out[str(asked)] = {
            "median": round(statistics.median(ratios), 2),
            "within 30 %": round(sum(0.7 <= r <= 1.3 for r in ratios) / len(ratios), 2),
        }
    out["all"] = {
        "median": round(statistics.median(every), 2),
        "within 30 %": round(sum(0.7 <= r <= 1.3 for r in every) / len(every), 2),
    }
    return out


async def keywords(model: Model, rows: list[dict[str, Any]]) -> dict[str, object]:
    """Share of a plan line's words that its section holds, and how far its length is from the one asked for."""
    hits = wanted = 0
    ratios, loops = [], []
    for seed, row in enumerate(rows):
        prompt = row["messages"][0]["content"]
        line = next(part for part in prompt.splitlines() if part.startswith("Part: ")).removeprefix("Part: ")
        asked = [w for w in line.replace(" and ", ", ").replace(": ", ", ").lower().split(", ") if w]
        text = await ask(model, prompt, seed)
        hits += sum(w[:5] in text.lower() for w in asked)
        wanted += len(asked)
        ratios.append(count_words(text) / row["required"])
        loops.append(repeated_ngrams(text))
    return {
        "keywords held": round(hits / wanted, 3),
        "length, median": round(statistics.median(ratios), 2),
        "within 30 %": round(sum(0.7 <= r <= 1.3 for r in ratios) / len(ratios), 2),
        "repeated 8-grams": round(statistics.mean(loops), 4),
    }


async def evaluate(name: str, rows: Path, count: int) -> dict[str, object]:
    """All of it."""
    model = open_model(ModelConfig(model=name))
    table = pq.read_table(rows / "train.parquet").to_pylist()
    random.Random(0).shuffle(table)
    sections = [r for r in table if r["kind"] == "section"][:count]
    topics = [r["keywords"] for r in table if r["kind"] == "direct" and len(r["keywords"]) > 1][: count // 4]
    return {"model": name, "one go": await lengths(model, topics), "sections": await keywords(model, sections)}


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="hf:build/nano/sft")
    parser.add_argument("--rows", type=Path, default=Path("build/nano/instructions/held"))
    parser.add_argument("--count", type=int, default=120)
    args = parser.parse_args()
    print(json.dumps(asyncio.run(evaluate(args.model, args.rows, args.count)), indent=1))


if __name__ == "__main__":
    main()
