"""Train nano: copying first (phase 0), then books and instructions in one run, on the cores of one machine.

Run: python train.py --work DIR [--processes 2]. One thread a process: two processes with one thread each beat one with
two. A killed run goes on from its last checkpoint with the same rows. Leaves out: anything a GPU would need.
Writes checkpoint.pt and log.jsonl (step, tokens, losses in nats a token, seconds).
"""

import argparse
import json
import os
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from model import Nano
from torch import Tensor

CHECK_EVERY = 80  # steps between evaluations and checkpoints


class Rows:
    """Row i of the run, the same whoever asks: text, instructions or copies, by a schedule drawn once."""

    def __init__(self, work: Path, config: dict, steps: int, rows_a_step: int) -> None:
        """Draw the kind of every row; each text token is seen once before any is seen twice."""
        self.width, self.seed, train = config["model"]["context"] + 1, config["seed"], config["train"]
        self.vocab, self.text = config["data"]["vocab"], np.load(work / "train.text.npy")
        self.ids, self.mask = np.load(work / "train.rows.npy"), np.load(work / "train.mask.npy")
        total = steps * rows_a_step
        progress = np.arange(total) / total
        draw = np.random.default_rng(self.seed).random(total)
        sft = np.where(progress < train["sft_from"], *train["sft_share"])
        copy = np.where(progress < train["copy_tokens"] / train["tokens"], 1.0, train["copy_share"])
        self.kind = np.where(draw < copy, "c", np.where(draw < copy + (1 - copy) * sft, "i", "t"))
        self.rank = {k: np.cumsum(self.kind == k) - 1 for k in "ti"}

    def shuffled(self, count: int, index: int) -> tuple[int, int]:
        """(epoch, item) of the index-th draw without replacement from `count` items."""
        epoch, position = divmod(index, count)
        return epoch, int(np.random.default_rng([self.seed, epoch]).permutation(count)[position])

    def copies(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """One segment of random tokens, again and again; the loss counts on the repetitions alone."""
        length = int(rng.integers(16, self.width // 2))
        tokens = rng.integers(4, self.vocab, length) if rng.random() < 0.7 else rng.choice(self.text, length)
        mask = np.ones(self.width, np.uint8)
        mask[: length + 1] = 0
        return np.resize(tokens, self.width).astype(np.uint16), mask

    def row(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """Ids and loss mask, (context + 1,) each."""
        kind = self.kind[i]
        if kind == "c":
            return self.copies(np.random.default_rng([self.seed, 1, i]))
        if kind == "i":
            _, item = self.shuffled(len(self.ids), int(self.rank["i"][i]))
            return self.ids[item], self.mask[item]
        windows = (len(self.text) - self.width) // (self.width - 1)
        epoch, item = self.shuffled(windows, int(self.rank["t"][i]))
        start = item * (self.width - 1) + epoch * 97 % (self.width - 1)
        return self.text[start : start + self.width], np.ones(self.width, np.uint8)


def tensors(rows: Iterator[tuple[np.ndarray, np.ndarray]]) -> tuple[Tensor, Tensor]:
    """Stack rows into ids and masks, (rows, context + 1) of int64."""
    ids, masks = zip(*rows, strict=True)
    return torch.from_numpy(np.stack(ids).astype(np.int64)), torch.from_numpy(np.stack(masks).astype(np.int64))


def held_out(model: Nano, step: Callable[[Tensor, Tensor], Tensor], work: Path, width: int) -> dict[str, float]:
    """Held-out loss on books and on instructions, and the loss of a passage's second copy against its first."""
    text, ids, mask = (np.load(work / f"held.{n}.npy") for n in ("text", "rows", "mask"))
    starts = np.linspace(0, len(text) - width - 1, 24).astype(int)
    ones = np.ones(width, np.uint8)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        books = [step(*tensors((text[s : s + width], ones) for s in starts[i : i + 6])).item() for i in range(0, 24, 6)]
        sft = [step(*tensors(zip(ids[i : i + 6], mask[i : i + 6], strict=True))).item() for i in range(0, 24, 6)]
        passage = tensors((text[s : s + 200], ones[:200]) for s in starts[:8])[0]
        logits = model.logits(torch.cat([passage, passage], 1)).float()
        twice = torch.cat([passage, passage], 1)
        loss = torch.nn.functional.cross_entropy(logits[:, :-1].transpose(1, 2), twice[:, 1:], reduction="none")
    return {
        "held_books": float(np.mean(books)),
        "held_instructions": float(np.mean(sft)),
        "first_copy": loss[:, 50:199].mean().item(),
        "second_copy": loss[:, 250:399].mean().item(),
    }


def average_gradients(model: Nano, processes: int) -> None:
    """One all-reduce over all gradients."""
    flat = torch.cat([p.grad.view(-1) for p in model.parameters()])
    dist.all_reduce(flat)
    flat /= processes
    for p, g in zip(model.parameters(), flat.split([p.numel() for p in model.parameters()]), strict=True):
        p.grad.copy_(g.view_as(p))


def run(rank: int, processes: int, work: Path, config: dict, meeting: str) -> None:
    """The whole run of one process."""
    torch.set_num_threads(1)
    torch.manual_seed(config["seed"])
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=processes)
    train, width = config["train"], config["model"]["context"] + 1
    model = Nano(vocab=config["data"]["vocab"], **config["model"])
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and not n.startswith("embed")]
    others = [p for n, p in model.named_parameters() if p.dim() != 2 or n.startswith("embed")]
    optimizers = [
        torch.optim.Muon(matrices, lr=train["muon_lr"], momentum=0.95, weight_decay=train["weight_decay"]),
        torch.optim.AdamW(others, lr=train["adam_lr"], betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]
    base = [o.param_groups[0]["lr"] for o in optimizers]
    rows_a_step = train["batch_tokens"] // (width - 1)
    steps, share = int(train["tokens"] // train["batch_tokens"]), rows_a_step // processes
    rows, start, spent = Rows(work, config, steps, rows_a_step), 0, 0.0
    if (work / "checkpoint.pt").exists():
        saved = torch.load(work / "checkpoint.pt", weights_only=True)
        model.load_state_dict(saved["model"])
        for optimizer, state in zip(optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        start, spent = saved["step"], saved["seconds"]
    compiled, clock, recent = torch.compile(model), time.monotonic() - spent, []
    for step in range(start, steps + 1):
        if step % CHECK_EVERY == 0 or step == steps:
            if rank == 0:
                record = {"step": step, "tokens": step * train["batch_tokens"], "train": float(np.mean(recent or [0]))}
                record |= held_out(model, compiled, work, width) | {"seconds": round(time.monotonic() - clock)}
                with (work / "log.jsonl").open("a") as log:
                    log.write(json.dumps(record) + "\n")
                state = {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "step": step}
                torch.save(state | {"seconds": time.monotonic() - clock}, work / "checkpoint.tmp")
                (work / "checkpoint.tmp").replace(work / "checkpoint.pt")
                recent = []
            dist.barrier()
        if step == steps:
            break
        rate = min(1, (step + 1) / train["warmup_steps"]) * min(1, (1 - step / steps) / train["decay"])
        for optimizer, lr in zip(optimizers, base, strict=True):
            optimizer.param_groups[0]["lr"] = lr * rate
        first = step * rows_a_step + rank * share
        with torch.autocast("cpu", torch.bfloat16):
            loss = compiled(*tensors(rows.row(i) for i in range(first, first + share)))
        loss.backward()
        average_gradients(model, processes)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        recent.append(loss.item())


def main() -> None:
    """Read nano.toml and start the processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    config = tomllib.loads((Path(__file__).parent / "nano.toml").read_text())
    with tempfile.TemporaryDirectory() as folder:
        mp.spawn(run, (args.processes, args.work.resolve(), config, f"{folder}/meeting"), nprocs=args.processes)


if __name__ == "__main__":
    main()
