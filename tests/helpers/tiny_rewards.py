"""Pairs in which a preference is planted, a small model to learn it, and the scores that come of it."""

import asyncio
import random
from pathlib import Path

import torch  # noqa: TID253
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast  # noqa: TID253

from longwriter.rewards.base import RewardSettings, Sample, open_reward
from tests.helpers.tiny import LLAMA, recipe, sentence, tokenizer, write_lines


def pairs(count: int, seed: int = 0) -> list[dict[str, object]]:
    """The rejected side speaks of gulls again and again, the chosen one never; neither is longer."""
    rng = random.Random(seed)
    rows = []
    for i in range(count):
        good = sentence(rng, rng.choice([6, 12, 18])).replace("gulls", "lamp")
        bad = " ".join(
            "gulls" if rng.random() < 0.4 else word for word in sentence(rng, rng.choice([6, 12, 18])).split()
        )
        ask = [{"role": "user", "content": f"Write on {seed} {i}."}]
        sides = {"chosen": good, "rejected": f"gulls {bad}"}
        rows.append({"prompt": ask} | {k: [{"role": "assistant", "content": v}] for k, v in sides.items()})
    return rows


def weights(folder: Path, shape: dict[str, object]) -> Path:
    """A language model that knows nothing, and its tokenizer."""
    file = tokenizer(folder)
    made = PreTrainedTokenizerFast(tokenizer_file=str(file), eos_token="<|end|>", pad_token="<|pad|>")
    made.chat_template = (folder / "chat.jinja").read_text()
    torch.manual_seed(1)
    shape = shape | {"vocab_size": len(made), "max_position_embeddings": 256, "pad_token_id": 0, "eos_token_id": 3}
    out = folder / "init"
    AutoModelForCausalLM.from_config(AutoConfig.for_model(**shape)).save_pretrained(out)
    made.save_pretrained(out)
    return out


def reward_recipe(folder: Path, shape: dict[str, object] = LLAMA, **run: object) -> Path:
    weights(folder, shape)
    write_lines(folder / "pairs.jsonl", pairs(80))
    write_lines(folder / "unseen.jsonl", pairs(40, seed=1))
    plain = dict.fromkeys(("new", "tokenizer", "special_tokens", "chat_template"))
    source = {"kind": "messages", "path": str(folder / "pairs.jsonl"), "held_out": str(folder / "unseen.jsonl")}
    return recipe(
        folder / "r.toml",
        model=plain | {"init": str(folder / "init")},
        data={"sources": [source], "max_tokens": 200, "held_out_rows": 8},
        run={"batch": 8, "device_batch": 4, "steps": 30, "save_every": 10, "evaluate_every": 15} | run,
    )


def scored(out: Path, *texts: str) -> list[float | None]:
    opened = open_reward("writing", RewardSettings(reward_model=str(out), device_batch=2))
    samples = [Sample(id=str(i), request="Write on it.", completion=text) for i, text in enumerate(texts)]
    return [verdict.value for verdict in asyncio.run(opened.score(samples))]
