"""nano's speed at batch 1: tokens a second of the numpy engine, and of PyTorch on the same machine.

Run: python benchmarks/nano.py [--runs 3]. A prompt of 200 tokens and 200 more, each the likeliest; the best of the runs
counts, because other work on the machine only ever slows them. Compared with what is installed: the recipe's PyTorch
model, which has no cache and reads everything again for each token, and transformers' Qwen3 of the same sizes with its
cache (no key mixing there, random weights). Prints one JSON object. Leaves out: sampling, start-up.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from longwriter.models.nano.backend import WEIGHTS
from longwriter.models.nano.engine import Engine, State
from longwriter.models.nano.threads import one_thread

PROMPT, NEW = 200, 200  # tokens
RECIPE = Path(__file__).parents[1] / "recipes" / "nano"


def seconds(work: Callable[[], None], runs: int) -> float:
    """The fastest of `runs`, after one to warm up."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times[1:])


def numpy_engine(prompt: list[int], runs: int) -> dict[str, float]:
    """Prompt and reply apart."""
    engine = Engine(WEIGHTS)
    state = State(engine.shape)

    def read() -> None:
        state.truncate(0)
        engine.prompt(state, prompt)

    def write() -> None:
        read()
        logits = engine.extend(state, [prompt[-1]])
        for _ in range(NEW - 1):
            logits = engine.extend(state, [int(logits.argmax())])

    with one_thread():
        reading, both = seconds(read, runs), seconds(write, runs)
    return {"prompt_s": reading, "tokens_per_s": NEW / (both - reading), "whole_s": both}


def recipe_model(prompt: list[int], runs: int) -> dict[str, float]:
    """PyTorch, everything read again for each token."""
    torch = import_module("torch")
    sys.path.insert(0, str(RECIPE))
    shape = Engine(WEIGHTS).shape
    model = import_module("model").Nano(**shape.model_dump())

    def write() -> None:
        ids = torch.tensor([prompt])
        with torch.no_grad():
            for _ in range(NEW):
                ids = torch.cat([ids, model.logits(ids)[:, -1:].argmax(-1)], 1)

    whole = seconds(write, runs)
    return {"tokens_per_s": NEW / whole, "whole_s": whole}


def transformers_model(prompt: list[int], runs: int) -> dict[str, float]:
    """Qwen3 of transformers, of nano's sizes, with its cache."""
    torch, transformers = import_module("torch"), import_module("transformers")
    shape = Engine(WEIGHTS).shape
    config = transformers.Qwen3Config(
        vocab_size=shape.vocab,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        head_dim=shape.hidden // shape.heads,
        intermediate_size=shape.ffn,
        max_position_embeddings=shape.context,
        tie_word_embeddings=True,
        eos_token_id=None,
        pad_token_id=0,
    )
    model = transformers.Qwen3ForCausalLM(config).eval()

    def write() -> None:
        model.generate(torch.tensor([prompt]), max_new_tokens=NEW, min_new_tokens=NEW, do_sample=False)

    whole = seconds(write, runs)
    return {"tokens_per_s": NEW / whole, "whole_s": whole}


def main() -> None:
    """Measure what is there; ratios are whole times, so above 1 the engine is faster."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    prompt = np.random.default_rng(0).integers(4, 4000, PROMPT).tolist()
    systems = {"numpy": numpy_engine(prompt, runs)}
    if find_spec("torch"):
        systems["torch_without_cache"] = recipe_model(prompt, runs)
    if find_spec("torch") and find_spec("transformers"):
        systems["transformers"] = transformers_model(prompt, runs)
    result: dict[str, object] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "numpy": np.__version__,
        "prompt_tokens": PROMPT,
        "new_tokens": NEW,
        "systems": {name: {k: round(v, 4) for k, v in row.items()} for name, row in systems.items()},
        "times_faster_than": {
            name: round(row["whole_s"] / systems["numpy"]["whole_s"], 2) for name, row in systems.items()
        },
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
