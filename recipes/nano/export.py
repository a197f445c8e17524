"""checkpoint.pt and tokenizer.json -> the folder that `longwriter.models.nano` reads.

Run: python export.py --work DIR --out DIR, at any time of the training. Weights become float16 (rounding moves the
logits by less than the bfloat16 of the training does). Refuses to end with a folder whose numpy logits differ from
PyTorch's by more than 0.05. Needs torch and the installed package. Leaves out: choosing among checkpoints.
"""

import argparse
import json
import os
import platform
import shutil
import tomllib
from pathlib import Path

import numpy as np
import torch
from model import Nano
from safetensors.torch import save_file

from longwriter.models.nano.engine import Engine, State

LARGEST_DIFFERENCE = 0.05  # of any logit


def processor() -> str:
    """The CPU's name and its number of cores."""
    info = Path("/proc/cpuinfo")
    names = [line for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    name = names[0].partition(":")[2].strip() if names else platform.processor()
    return f"{name}, {os.cpu_count()} cores"


def facts(work: Path, config: dict, step: int, seconds: float) -> dict:
    """config.json: the shape, and where the weights come from."""
    log = [json.loads(line) for line in (work / "log.jsonl").read_text().splitlines()]
    data = json.loads((work / "data.json").read_text())
    losses = next(row for row in reversed(log) if row["step"] == step)
    return {
        "shape": {"vocab": config["data"]["vocab"], **config["model"]},
        "training": {
            "seed": config["seed"],
            "step": step,
            "tokens": step * config["train"]["batch_tokens"],
            "planned_tokens": int(config["train"]["tokens"]),
            "minutes": round(seconds / 60),
            "hardware": processor(),
            "data_sha256": {split: data[split]["sha256"] for split in ("train", "held")},
            "losses": {k: round(v, 4) for k, v in losses.items() if k not in ("step", "tokens", "seconds")},
        },
    }


def difference(model: Nano, out: Path, config: dict, text: np.ndarray) -> float:
    """Largest difference of any logit between PyTorch (float32, before rounding) and numpy (after), over a window."""
    engine, ids = Engine(out), text[: config["model"]["context"]].astype(np.int64)
    with torch.no_grad():
        expected = model.logits(torch.from_numpy(ids)[None])[0].numpy()
    state = State(engine.shape)
    half = len(ids) // 2
    found = [engine.prompt(state, ids[:half].tolist()), *(engine.extend(state, [int(i)]) for i in ids[half:])]
    return float(np.abs(np.stack(found) - expected[half - 1 :]).max())


def export(work: Path, out: Path, config: dict) -> float:
    """Write config.json, model.safetensors and tokenizer.json; the largest difference of a logit."""
    saved = torch.load(work / "checkpoint.pt", weights_only=True)
    model = Nano(vocab=config["data"]["vocab"], **config["model"])
    model.load_state_dict(saved["model"])
    out.mkdir(parents=True, exist_ok=True)
    save_file({f"model.{n}": w.half().contiguous() for n, w in saved["model"].items()}, out / "model.safetensors")
    (out / "model.safetensors").chmod(0o644)  # safetensors writes it for the owner alone; a wheel keeps such bits
    about = facts(work, config, saved["step"], saved["seconds"])
    (out / "config.json").write_text(json.dumps(about, indent=1) + "\n")
    shutil.copyfile(work / "tokenizer.json", out / "tokenizer.json")
    return difference(model, out, config, np.load(work / "held.text.npy"))


def main() -> None:
    """Export, and refuse what the engine computes otherwise than PyTorch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    config = tomllib.loads((Path(__file__).parent / "nano.toml").read_text())
    worst = export(args.work, args.out, config)
    size = sum(f.stat().st_size for f in args.out.iterdir())
    step = json.loads((args.out / "config.json").read_text())["training"]["step"]
    print(f"step {step}, {size / 1e6:.1f} MB, largest difference from PyTorch {worst:.4f}")
    if worst > LARGEST_DIFFERENCE:
        raise SystemExit(f"{args.out} is not usable: the engine's logits differ by {worst:.4f}")


if __name__ == "__main__":
    main()
