"""A tokenizer, a data set and recipes small enough for a test, made of nothing but this file."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

LONG = pytest.mark.skipif(
    "LONGWRITER_LONG" not in os.environ, reason="a case more that takes half a minute; LONGWRITER_LONG=1 runs it"
)
SAID = "the keeper lit lamp and storm came over harbour while gulls slept under old stone stairs of a tower"
WORDS = SAID.split()
TEMPLATE = (
    "{% for m in messages %}{% if m.role == 'user' %}<|user|>{{ m.content }}"
    "{% else %}<|write|>{{ m.content }}<|end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|write|>{% endif %}"
)
LLAMA = {
    "model_type": "llama",
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "tie_word_embeddings": True,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1000.0},
}
QWEN = LLAMA | {"model_type": "qwen3"}


def sentence(rng: random.Random, words: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(words)).capitalize() + "."


def conversations(count: int, seed: int = 0) -> list[dict[str, object]]:
    rng = random.Random(seed)
    rows = []
    for i in range(count):
        n = rng.choice([3, 8, 20, 50])
        rows.append(
            {
                "id": str(i),
                "messages": [
                    {"role": "user", "content": f"Write {n} words."},
                    {"role": "assistant", "content": sentence(rng, n)},
                ],
            }
        )
    return rows


def preferences(count: int) -> list[dict[str, object]]:
    """The chosen side ends, the rejected one babbles."""
    return [
        {
            "prompt": [row["messages"][0]],
            "chosen": [row["messages"][1]],
            "rejected": [{"role": "assistant", "content": row["messages"][1]["content"] + " gulls" * 10}],
        }
        for row in conversations(count)
    ]


def write_lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    return path


def shards(folder: Path) -> Path:
    """Token shards in which a token is most often followed by its successor."""
    rng = np.random.default_rng(0)
    splits = {}
    folder.mkdir()
    for split, count in (("train", 40_000), ("held", 4_000)):
        steps = np.where(rng.random(count) < 0.9, 1, rng.integers(1, 60, count))
        np.save(folder / f"{split}-00000.npy", (4 + np.cumsum(steps) % 60).astype(np.uint16))
        splits[split] = {"tokens": count, "documents": 1, "files": [f"{split}-00000.npy"], "sha256": split}
    (folder / "tokens.json").write_text(json.dumps({"vocab": 320, "dtype": "uint16", "end": 3, "splits": splits}))
    return folder


def tokenizer(folder: Path) -> Path:
    """A byte-level tokenizer.json of 320 ids, and its chat template beside it."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    special = ["<|pad|>", "<|user|>", "<|write|>", "<|end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    rng = random.Random(1)
    made.train_from_iterator([sentence(rng, 30) for _ in range(50)], trainer)
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    (folder / "chat.jinja").write_text(TEMPLATE)
    return folder / "tokenizer.json"


def toml(value: object) -> str:
    """A value as TOML; enough for recipes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def recipe(path: Path, **tables: dict[str, object]) -> Path:
    """A recipe file with the given tables over small defaults."""
    folder = path.parent
    base: dict[str, dict[str, object]] = {
        "model": {
            "tokenizer": str(folder / "tokenizer.json"),
            "special_tokens": {"eos_token": "<|end|>", "pad_token": "<|pad|>"},
            "chat_template": str(folder / "chat.jinja"),
            "new": LLAMA,
        },
        "data": {
            "max_tokens": 128,
            "sources": [{"kind": "messages", "path": str(folder / "train.jsonl")}],
            "cache": str(folder / "tokenised"),
        },
        "optim": {"lr": 0.01, "schedule": "constant", "warmup": 0},
        "run": {"batch": 4, "device_batch": 2, "steps": 6, "log_every": 1, "cpu": True, "lean_logits": False},
    }
    for name, table in tables.items():
        base[name] = base.get(name, {}) | table
    lines = []
    for name, table in base.items():
        lines += [f"[{name}]", *(f"{k} = {toml(v)}" for k, v in table.items() if v is not None), ""]
    path.write_text("\n".join(lines))
    return path


def environment() -> dict[str, str]:
    return os.environ | {
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONWARNINGS": "ignore",
    }


def train(method: str, file: Path, out: Path, *more: str, processes: int = 1) -> subprocess.CompletedProcess[str]:
    """`longwriter train`, as a process or under torchrun."""
    command = [sys.executable, "-m", "longwriter", "train", method, str(file), "--out", str(out), *more]
    if processes > 1:
        launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
        command = [sys.executable, *launch, "-m", *command[2:]]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)


def trained(method: str, file: Path, out: Path, *more: str, processes: int = 1) -> None:
    """`train`, which must succeed."""
    done = train(method, file, out, *more, processes=processes)
    assert done.returncode == 0, done.stderr[-5000:]


def losses(out: Path) -> dict[int, float]:
    """Training loss by step."""
    entries = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return {e["step"]: e["loss"] for e in entries if "loss" in e}


def norms(out: Path) -> dict[int, float]:
    entries = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return {e["step"]: e["grad_norm"] for e in entries if "loss" in e}
