"""A small recipe for engine 2, and the reward function that verl calls."""

import asyncio
from pathlib import Path

from longwriter.train.verl import reward as scored
from tests.helpers import tiny
from tests.helpers.places import ROOT

CLUSTER = ROOT / "recipes" / "zero" / "32b"


GOOD = "<think>Two parts.</think><answer>The keeper lit the lamp and went down the stairs to the harbour.</answer>"


INFO = {"id": "r1", "request": "Write 10 to 15 words.", "mode": "think", "lower": 10, "upper": 15}


def write_recipe(folder: Path, **grpo: object) -> Path:
    """A recipe of two requests a step, and its data and tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"id": f"r{i}", "prompt": f"Write {i + 5} words.", "lower": 5, "upper": 10 + i} for i in range(6)]
    rows[5] |= {"lower": None, "upper": None, "prompt": "写一首诗"}
    data = tiny.write_lines(folder / "prompts.jsonl", rows)
    tree = {
        "model": {"new": tiny.QWEN, "tokenizer": str(tiny.tokenizer(folder / "tok")), "special_tokens": {}},
        "data": {"max_tokens": 2000, "sources": [{"kind": "prompts", "path": str(data)}]},
        "grpo": {"objectives": ["length", "format"], "group": 2, "completion_tokens": 64} | grpo,
        "run": {"batch": 4, "steps": 1},
    }
    tree["model"]["special_tokens"] = {"eos_token": "<|end|>", "pad_token": "<|pad|>"}
    path = folder / "recipe.toml"
    path.write_text("".join(f"{k} = {tiny.toml(v)}\n" for k, v in tree.items()))
    return path


def score(recipe: Path, text: str, info: dict[str, object] = INFO) -> dict[str, float | str]:
    scored.opened.cache_clear()
    return asyncio.run(scored.compute_score("longwriter", text, "", info, recipe=str(recipe), num_turns=2))
