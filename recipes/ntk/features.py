"""What a language model makes of pairs: its last hidden state at the last token of either side, kept for many heads.

Run: python recipes/ntk/features.py MODEL [--pairs build/ntk/pairs] [--out build/ntk/features] [--device cuda]
The conversation stands in the model's chat template, as `longwriter train reward` sees it. Computed in bfloat16; goes on
where it stopped. One file a set: `chosen` and `rejected`, (pairs, width) in float32, and `kinds`.
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from transformers import AutoModel, AutoTokenizer

from longwriter.rewards.reward_model import encode

SIDES = ("chosen", "rejected")
BATCH, PART = 16, 50  # texts at once, pairs a file


def last_states(model: torch.nn.Module, ids: list[list[int]]) -> np.ndarray:
    """(texts, width); texts are padded on the right, which a causal model does not see."""
    found: dict[int, np.ndarray] = {}
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        rows = torch.zeros(len(chosen), len(ids[chosen[-1]]), dtype=torch.long)
        for row, i in enumerate(chosen):
            rows[row, : len(ids[i])] = torch.tensor(ids[i])
        with torch.no_grad():
            states = model(rows.to(next(model.parameters()).device)).last_hidden_state.float().cpu()
        found |= {i: states[row, len(ids[i]) - 1].numpy() for row, i in enumerate(chosen)}
    return np.stack([found[i] for i in range(len(ids))])


def main() -> None:
    """Part after part, then one file a set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--pairs", type=Path, default=Path("build/ntk/pairs"))
    parser.add_argument("--out", type=Path, default=Path("build/ntk/features"))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    args = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    model = AutoModel.from_pretrained(args.model, dtype=torch.bfloat16).to(args.device).eval()
    args.out.mkdir(parents=True, exist_ok=True)
    for name in ("held", "train"):
        rows = pq.read_table(args.pairs / name / "train.parquet").to_pylist()
        parts = []
        for start in range(0, len(rows), PART):
            file = args.out / f"{name}-{start:05}.npy"
            if not file.is_file():
                chosen = rows[start : start + PART]
                states = last_states(model, encode([r["prompt"] + r[s] for r in chosen for s in SIDES], tokenizer))
                np.save(file.with_suffix(".part.npy"), states.reshape(len(chosen), 2, -1))
                file.with_suffix(".part.npy").replace(file)
                print(file, flush=True)
            parts.append(np.load(file))
        states = np.concatenate(parts)
        np.savez(args.out / f"{name}.npz", chosen=states[:, 0], rejected=states[:, 1], kinds=[r["kind"] for r in rows])


if __name__ == "__main__":
    main()
