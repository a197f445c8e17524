"""Heads of reward models on the same frozen features: which tells the better text of pairs that it has not seen.

Run: python recipes/ntk/heads.py [--features build/ntk/features] [--out build/ntk/heads.json]
Features are divided by one number, or centred as well: their mean is most of them. Every head is trained on the
Bradley-Terry loss; its learning rate and its number of steps are those with the least loss on a tenth of the training
pairs, drawn by the seed. The held-out pairs are scored once. One thread; some minutes.
"""

import argparse
import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from longwriter.rewards.score_head import ScoreHead, make_head

ABS, RELU, IDENTITY = (0.0, 1.0), (0.5, 0.5), (1.0, 0.0)
HEADS = {
    "linear": ScoreHead(),
    "mlp abs": ScoreHead(head="mlp", activation=ABS),
    "mlp ReLU": ScoreHead(head="mlp", activation=RELU),
    "mlp identity": ScoreHead(head="mlp", activation=IDENTITY),
    "8 layers abs": ScoreHead(head="mlp", widths=(64,) * 8, activation=ABS),
    "8 layers ReLU": ScoreHead(head="mlp", widths=(64,) * 8, activation=RELU),
    "8 layers abs, not at the edge": ScoreHead(head="mlp", widths=(64,) * 8, activation=ABS),
    "linear, centred": ScoreHead(),
    "mlp abs, centred": ScoreHead(head="mlp", activation=ABS),
}
SEEDS = 5
FEW, ALL = 400, 1600  # pairs to learn from, a tenth of them for choosing
PLAN = [(ALL, name) for name in HEADS] + [(FEW, name) for name in ("linear", "mlp abs")]
RATES = {"linear": (1e-2, 3e-2, 1e-1), "mlp": (1e-3, 1e-2, 3e-2)}
STEPS, EVERY, BATCH, DECAY = 200, 10, 128, 0.1
Pairs = tuple[Tensor, Tensor]


def begin(name: str, width: int) -> nn.Module:
    """A new head. "Not at the edge": PyTorch's own weights of a linear layer, a third of the variance a fan-in."""
    if HEADS[name].head == "linear":
        score = nn.Linear(width, 1, bias=False)
        nn.init.normal_(score.weight, std=0.02)  # as transformers makes it
        return score
    made: nn.Module = make_head(HEADS[name], width)
    if name.endswith("not at the edge"):
        for part in made.modules():
            if isinstance(part, nn.Linear):
                part.reset_parameters()
    return made


def loss_of(head: nn.Module, pairs: Pairs) -> Tensor:
    """Mean of -log sigmoid(score of the chosen text - score of the rejected one), nats."""
    return -nn.functional.logsigmoid(head(pairs[0]) - head(pairs[1])).mean()


def fit(name: str, rate: float, learnt: Pairs, choosing: Pairs, seed: int) -> tuple[float, nn.Module]:
    """The least loss on `choosing` on the way, and the head that had it."""
    torch.manual_seed(seed)
    head = begin(name, learnt[0].shape[1])
    optimizer = torch.optim.AdamW(head.parameters(), lr=rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: 1 - t / STEPS)
    best, kept = math.inf, head
    for step in range(1, STEPS + 1):
        rows = torch.randint(len(learnt[0]), (BATCH,))
        optimizer.zero_grad()
        loss_of(head, (learnt[0][rows], learnt[1][rows])).backward()
        optimizer.step()
        schedule.step()
        if step % EVERY == 0:
            with torch.no_grad():
                now = float(loss_of(head, choosing))
            if now < best:
                best, kept = now, copy.deepcopy(head)
    return best, kept


def read(folder: Path, name: str) -> tuple[Pairs, list[str]]:
    """Both sides, and the kind of each pair."""
    found = np.load(folder / f"{name}.npz")
    sides = [torch.tensor(found[s]) for s in ("chosen", "rejected")]
    return (sides[0], sides[1]), [str(k) for k in found["kinds"]]


def main() -> None:
    """Margins on the held-out pairs, by number of pairs, head and seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=Path, default=Path("build/ntk/features"))
    parser.add_argument("--out", type=Path, default=Path("build/ntk/heads.json"))
    args = parser.parse_args()
    (chosen, rejected), _ = read(args.features, "train")
    held, kinds = read(args.features, "held")
    centre, scale = torch.cat([chosen, rejected]).mean(0), torch.cat([chosen, rejected]).std()
    runs: list[dict[str, Any]] = []
    for count, name in PLAN:
        for seed in range(SEEDS):
            rows = torch.randperm(len(chosen), generator=torch.Generator().manual_seed(seed))[:count]
            first, rest = rows[: count // 10], rows[count // 10 :]
            middle = centre if name.endswith("centred") else 0
            a, b, c, d = ((x - middle) / scale for x in (chosen, rejected, *held))
            rates = RATES[HEADS[name].head]
            tried = {rate: fit(name, rate, (a[rest], b[rest]), (a[first], b[first]), seed) for rate in rates}
            rate = min(tried, key=lambda r: tried[r][0])
            with torch.no_grad():
                margins = (tried[rate][1](c) - tried[rate][1](d)).squeeze(-1)
            told = {"pairs": count, "head": name, "seed": seed, "rate": rate, "chosen_loss": tried[rate][0]}
            runs.append(told | {"margins": [round(m, 5) for m in margins.tolist()]})
            print(told | {"accuracy": float((margins > 0).float().mean())}, flush=True)
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps({"kinds": kinds, "runs": runs}))


if __name__ == "__main__":
    main()
