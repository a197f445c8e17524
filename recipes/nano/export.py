"""A trained nano -> the folder that ships: float16 weights, tokenizer, and what made them.

Run: python recipes/nano/export.py --run build/nano/sft --stages build/nano/copying build/nano/base --out FOLDER
Refuses a folder whose numpy logits differ from PyTorch's by more than 0.05. Leaves out: choosing among runs.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM

from longwriter.models.nano.engine import Engine, State
from longwriter.train import nano_model  # noqa: F401 - registers nano with transformers

LARGEST_DIFFERENCE = 0.05  # of any logit


def about(run: Path) -> dict[str, object]:
    """What a stage was: its recipe's length and seed, its data, minutes, and last losses."""
    recipe = json.loads((run / "recipe.json").read_text())
    log = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    losses = {k: v for entry in log for k, v in entry.items() if k == "loss" or k.endswith("_loss")}
    card = (run / "README.md").read_text().splitlines()
    hardware = next((line.split("|")[2].strip() for line in card if line.startswith("| hardware")), "unknown")
    return {
        "stage": run.name,
        "seed": recipe["run"]["seed"],
        "tokens": log[-1]["tokens"],
        "minutes": round(log[-1]["seconds"] / 60),
        "hardware": hardware,
        "data": json.loads((run / "data.json").read_text()),
        "losses": losses,
    }


def difference(model: torch.nn.Module, folder: Path) -> float:
    """Largest difference of a logit between PyTorch, before rounding, and numpy, after."""
    engine, ids = Engine(folder), np.random.default_rng(0).integers(4, 4000, 300)
    with torch.no_grad():
        expected = model(torch.from_numpy(ids)[None]).logits[0, -1].numpy()
    return float(np.abs(engine.prompt(State(engine.shape), ids.tolist()) - expected).max())


def main() -> None:
    """Export, and refuse what the engine computes otherwise than PyTorch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--stages", type=Path, nargs="*", default=[])
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    model = AutoModelForCausalLM.from_pretrained(args.run, dtype=torch.float32).eval()
    model.half().save_pretrained(args.out)
    (args.out / "generation_config.json").unlink(missing_ok=True)
    (args.out / "model.safetensors").chmod(0o644)  # it is written for the owner alone; a wheel keeps such bits
    shutil.copyfile(args.run / "tokenizer.json", args.out / "tokenizer.json")
    config = json.loads((args.out / "config.json").read_text())
    config["use_cache"] = True  # off in training alone
    config["training"] = [about(run) for run in (*args.stages, args.run)]
    (args.out / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    worst = difference(model.float(), args.out)
    size = sum(f.stat().st_size for f in args.out.iterdir())
    print(f"{size / 1e6:.1f} MB, largest difference from PyTorch {worst:.4f}")
    if worst > LARGEST_DIFFERENCE:
        raise SystemExit(f"{args.out} is not usable: the engine's logits differ by {worst:.4f}")


if __name__ == "__main__":
    main()
