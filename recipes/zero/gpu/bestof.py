"""The best of eight by the same rewards as reinforcement's: texts to fine-tune on, and preferences.

Run: python recipes/zero/gpu/bestof.py GRPO.toml --base FOLDER --prompts N --out DIR
DIR/best: the best of each request's eight, as messages. DIR/pairs: the best against others of the eight by chance (--others),
where the rewards differ. DIR/pairs-shuffled: the same pairs, their labels by chance.
"""

import argparse
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from sampler import Sampler
from transformers import AutoModelForCausalLM, AutoTokenizer

from longwriter.rewards.base import Sample
from longwriter.rewards.scoring import RewardSet
from longwriter.train.grpo.prompts import encode_prompts, read_prompts
from longwriter.train.grpo.scorer import asking
from longwriter.train.recipe import Recipe, dotted, read_recipe

Row = dict[str, Any]
LEAST = 0.1
"""Of the mean reward: pairs that differ by less say little."""


def written(args: argparse.Namespace, recipe: Recipe) -> tuple[list[Sample], int]:
    """`grpo.group` samples of each request, those of one request side by side, and how many tokens they have."""
    g = recipe.grpo
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    prompts, _ = read_prompts(recipe.data.sources[0].path, recipe, tokenizer)
    prompts = random.Random(0).sample(prompts, min(args.prompts, len(prompts)))
    model = AutoModelForCausalLM.from_pretrained(args.base, dtype=torch.float32).to(device)
    at_once = 256 if device == "cuda" else 32
    sampler = Sampler(model, at_once, g.completion_tokens + 384, tokenizer.eos_token_id, quick=True)
    del model
    torch.manual_seed(0)
    every = [p for p in prompts for _ in range(g.group)]
    ids = encode_prompts([p.prompt for p in every], tokenizer, chat=g.chat)
    rows, samples = sampler(ids, g.completion_tokens, g.temperature), list[Sample]()
    for p, row in zip(every, rows, strict=True):
        ended = row[-1] == tokenizer.eos_token_id
        samples.append(Sample(
            id=p.id, request=p.request, completion=tokenizer.decode(row[:-1] if ended else row), mode=p.mode,
            lower=p.lower, upper=p.upper, cut=not ended,
        ))  # fmt: skip
    return samples, sum(map(len, rows))


def chosen(samples: list[Sample], value: list[float], group: int, others: int) -> tuple[list[Row], list[Row]]:
    """The best of each request's, as messages, and pairs of it with others."""
    rng = random.Random(0)
    best, pairs = list[Row](), list[Row]()
    for start in range(0, len(samples), group):
        places = sorted(range(start, start + group), key=lambda i: -value[i])
        top, rest = places[0], rng.sample(places[1:], others)
        asked = [{"role": "user", "content": samples[top].request}]
        text = {i: [{"role": "assistant", "content": samples[i].completion.strip() or "-"}] for i in (top, *rest)}
        best.append({"id": samples[top].id, "messages": asked + text[top]})
        for other in rest:
            if value[top] - value[other] >= LEAST:
                pairs.append({"id": samples[top].id, "prompt": asked, "chosen": text[top], "rejected": text[other]})
    return best, pairs


def main() -> None:
    """Sample, score, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--prompts", type=int, default=512)
    parser.add_argument("--others", type=int, default=1, help="pairs of a request at most")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--set", dest="settings", action="append", default=[])
    args = parser.parse_args()
    recipe = read_recipe(args.recipe, dotted(tuple(args.settings)))
    g, rng = recipe.grpo, random.Random(0)
    samples, tokens = written(args, recipe)
    with asking(RewardSet(g.objectives, g.rewards, print, "")) as ask:
        scores = ask(samples)
    value = [
        sum(v[name].value or 0.0 for name in g.objectives) / len(g.objectives) * (not s.cut)
        for v, s in zip(scores.verdicts, samples, strict=True)
    ]
    best, pairs = chosen(samples, value, g.group, args.others)
    swapped = [p | ({"chosen": p["rejected"], "rejected": p["chosen"]} if rng.random() < 0.5 else {}) for p in pairs]
    for name, rows in {"best": best, "pairs": pairs, "pairs-shuffled": swapped}.items():
        (args.out / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows), args.out / name / "train.parquet")
    tops = [max(value[i : i + g.group]) for i in range(0, len(value), g.group)]
    told = {"prompts": len(tops), "pairs": len(pairs), "mean": sum(value) / len(value), "best": sum(tops) / len(tops)}
    (args.out / "told.json").write_text(json.dumps(told | {"tokens": tokens}))
    print(told)


if __name__ == "__main__":
    main()
