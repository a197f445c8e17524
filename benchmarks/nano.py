"""nano's speed: tokens a second of the numpy engine, and of transformers on the same weights, each on one thread.

Run: python benchmarks/nano.py [--runs 3]. A prompt of 200 tokens and 200 more, each the likeliest; the best of the runs
counts, because other work on the machine only ever slows them. The engine writes one text at a time, so sixteen take
sixteen times as long; transformers writes them at once (`whole_s` is per text). Prints one JSON object. Leaves out:
sampling, start-up.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from longwriter.models.nano.backend import WEIGHTS
from longwriter.models.nano.engine import Engine, State
from longwriter.models.nano.threads import one_thread

PROMPT, NEW = 200, 200  # tokens


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


def transformers_generate(prompt: list[int], batch: int, runs: int) -> dict[str, float]:
    """The same weights in transformers, with its cache, `batch` texts at once on one thread."""
    torch = import_module("torch")
    torch.set_num_threads(1)
    model = (
        import_module("longwriter.train.nano_model")
        .NanoForCausalLM.from_pretrained(WEIGHTS, dtype=torch.float32)
        .eval()
    )
    ids = torch.tensor([prompt] * batch)

    def write() -> None:
        model.generate(ids, max_new_tokens=NEW, min_new_tokens=NEW, do_sample=False, use_cache=True, pad_token_id=0)

    whole = seconds(write, runs)
    return {"tokens_per_s": batch * NEW / whole, "whole_s": whole / batch}


def main() -> None:
    """Measure what is there; ratios are whole times, so above 1 the engine is faster."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    prompt = np.random.default_rng(0).integers(4, 4000, PROMPT).tolist()
    systems = {"numpy": numpy_engine(prompt, runs)}
    if find_spec("torch") and find_spec("transformers"):
        systems["transformers, batch 1"] = transformers_generate(prompt, 1, runs)
        systems["transformers, batch 16"] = transformers_generate(prompt, 16, runs)
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
