"""The neural tangent kernel of random MLPs beside its infinitely wide limit, for phi(s) = a s + b |s| at the edge of chaos.

Run: python recipes/ntk/ntk.py --device cuda --seconds 60 --out build/ntk/gpu.json
Each question is a set of cells: an activation, hidden widths, a number of inputs and of outputs. A batch is one set of
random inputs and some tens of draws of the weights; the cell that has had the least time is next, until the time is over
or every cell has its draws. Started again with the same file, it goes on. What is measured is the spectral norm of
(K - K_inf) / n, for n inputs, of every draw. Needs PyTorch and NumPy alone. Derivation and findings: docs/ntk.md.
"""

import argparse
import json
import math
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cells import Cell, cells
from torch import Tensor

DRAWS, BATCH = 1000, 50  # of a cell, four times as many for width and independence; of one set of inputs
EXACT = 200_000  # parameters up to which a draw is computed in float64
HELD = {"cpu": 30_000_000, "cuda": 4_000_000_000}  # numbers in memory at once
A_BATCH = {"cpu": 2e9, "cuda": 2e10}  # weights drawn for one batch, so that no cell takes the whole time
MOST = {"cpu": 1.2e8, "cuda": 2e9}  # parameters of a network
Row = dict[str, Any]


def limit(x: Tensor, a: float, b: float, layers: int) -> Tensor:
    """The kernel of infinitely wide networks with one output. x: (n, width), rows of norm sqrt(width), float64."""
    delta = b * b / (a * a + b * b)
    s = (x @ x.T / x.shape[1]).clamp(-1, 1)
    kernel = s
    for _ in range(layers - 1):
        root = (1 - s * s).clamp(min=0).sqrt()
        slope = 1 - delta + delta * 2 / math.pi * s.asin()
        s = ((1 - delta) * s + delta * 2 / math.pi * (root + s * s.asin())).clamp(-1, 1)
        kernel = s + kernel * slope
    return kernel


def empirical(x: Tensor, cell: Cell, draws: int, source: torch.Generator) -> Tensor:
    """Kernels of `draws` networks, (draws, n outputs, n outputs), the outputs of an input side by side. x: (n, width).

    Weights are standard normal. A layer divides by the root of its fan-in, and phi by sqrt(a^2 + b^2): the edge of chaos.
    The kernel is a sum over the layers: inner products of what enters a layer, times those of what comes back to it.
    """
    a, b = (v / math.hypot(cell.a, cell.b) for v in (cell.a, cell.b))
    sizes = (cell.input_width, *cell.widths, cell.outputs)

    def weights(layer: int) -> Tensor:
        shape = (draws, sizes[layer], sizes[layer + 1])
        return torch.randn(shape, dtype=x.dtype, device=x.device, generator=source)

    forward, entering, slopes = [], [(x / math.sqrt(x.shape[1])).expand(draws, -1, -1)], []
    for layer, width in enumerate(cell.widths):
        forward.append(weights(layer))
        h = entering[-1] @ forward[-1]
        slopes.append(a + b * h.sign())
        entering.append((a * h + b * h.abs()) / math.sqrt(width))
    n, outputs = len(x), cell.outputs
    kernel = _gram(entering[-1]).repeat_interleave(outputs, 1).repeat_interleave(outputs, 2)
    kernel = kernel * torch.eye(outputs, dtype=x.dtype, device=x.device).tile(n, n)
    back = weights(len(cell.widths)).mT[:, None].expand(-1, n, -1, -1)  # (draws, n, outputs, width)
    for layer in range(len(cell.widths) - 1, -1, -1):
        back = back * slopes[layer][:, :, None] / math.sqrt(cell.widths[layer])
        flat = back.flatten(1, 2)
        grams = _gram(entering[layer]).repeat_interleave(outputs, 1).repeat_interleave(outputs, 2)
        kernel = kernel + grams * _gram(flat)
        if layer:
            back = (flat @ (weights(layer) if cell.fresh else forward[layer]).mT).unflatten(1, (n, outputs))
    return kernel


def _gram(rows: Tensor) -> Tensor:
    return rows @ rows.mT


def measure(cell: Cell, batch: int, draws: int, device: str) -> Row:
    """One set of inputs and `draws` networks. Lists hold one number per draw.

    error: spectral norm of (K - K_inf) / n. same: K(x1, x1) / l, in the limit 1. cross: (K(x1, x2) - K_inf(x1, x2)) / l.
    """
    seed = int.from_bytes(sha256(f"{cell.name}/{batch}".encode()).digest()[:6], "big")
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((cell.inputs, cell.input_width))
    x *= math.sqrt(cell.input_width) / np.linalg.norm(x, axis=1, keepdims=True)
    points = torch.tensor(x, device=device)
    one = limit(points, cell.a, cell.b, cell.layers)
    aim = torch.kron(one, torch.eye(cell.outputs, dtype=one.dtype, device=device))
    source = torch.Generator(device).manual_seed(seed)
    at_once = max(1, min(draws, HELD[device] // _numbers(cell)))
    found: Row = {"batch": batch, "norm": float(torch.linalg.eigvalsh(one)[-1]) / cell.inputs}
    for start in range(0, draws, at_once):
        dtype = torch.float64 if cell.parameters <= EXACT else torch.float32
        kernels = empirical(points.to(dtype), cell, min(at_once, draws - start), source).double()
        off = kernels - aim
        error = torch.linalg.eigvalsh(off).abs().amax(-1) / cell.inputs
        rows = {"error": error, "same": kernels[:, 0, 0] / cell.layers, "cross": off[:, 0, cell.outputs] / cell.layers}
        for name, values in rows.items():
            found[name] = found.get(name, []) + [float(f"{v:.4g}") for v in values.tolist()]
    return found


def _numbers(cell: Cell) -> int:
    """Of what one draw keeps in memory."""
    signals = sum(cell.widths) * cell.inputs * (2 + 2 * cell.outputs)
    return cell.parameters * (2 if cell.fresh else 1) + signals + 6 * (cell.inputs * cell.outputs) ** 2


def save(path: Path, state: Row) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(state, separators=(",", ":")))
    part.replace(path)


def work(plan: list[Cell], state: Row, seconds: float, device: str, path: Path) -> None:
    """Batch after batch, into `state` and the file."""
    begun, saved = time.monotonic(), time.monotonic()
    while time.monotonic() - begun < seconds:
        open_cells = [
            c for c in plan if _drawn(state, c) < DRAWS * (4 if c.question in ("width", "independence") else 1)
        ]
        if not open_cells:
            break
        cell = min(open_cells, key=lambda c: state["cells"].get(c.name, {}).get("seconds", 0.0))
        about = {k: getattr(cell, k) for k in ("question", "activation", "a", "b", "shape", "widths", "inputs")}
        about |= {k: getattr(cell, k) for k in ("input_width", "outputs", "fresh", "layers", "parameters")}
        entry = state["cells"].setdefault(cell.name, about | {"seconds": 0.0, "batches": []})
        clock = time.monotonic()
        draws = max(1, min(BATCH, int(A_BATCH[device] // cell.parameters)))
        entry["batches"].append(measure(cell, len(entry["batches"]), draws, device))
        entry["seconds"] += time.monotonic() - clock
        if time.monotonic() - saved > 20:
            save(path, state)
            saved = time.monotonic()
    state["seconds"] += time.monotonic() - begun
    save(path, state)


def _drawn(state: Row, cell: Cell) -> int:
    return sum(len(b["error"]) for b in state["cells"].get(cell.name, {"batches": []})["batches"])


def main() -> None:
    """Draw until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--out", type=Path, default=Path("build/ntk/kernels.json"))
    parser.add_argument("--most", type=float, help="leave out networks of more parameters (cpu: 1.2e8, cuda: 2e9)")
    parser.add_argument("--only", action="append", help="a question, such as width; may be given again (all)")
    args = parser.parse_args()
    torch.set_float32_matmul_precision("highest")  # no TF32
    most = args.most or MOST[args.device]
    asked = [c for c in cells() if not args.only or c.question in args.only]
    plan, left_out = [c for c in asked if c.parameters <= most], [c.name for c in asked if c.parameters > most]
    hardware = torch.cuda.get_device_name() if args.device == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    state: Row = {"device": hardware, "torch": torch.__version__, "seconds": 0.0, "cells": {}}
    if args.out.is_file():
        state = json.loads(args.out.read_text())
    measure(plan[0], 0, 2, args.device)  # what the first call costs is no cell's time
    work(plan, state, args.seconds, args.device, args.out)
    draws = [_drawn(state, c) for c in plan]
    print(f"{args.out}: {sum(draws):,} draws, {min(draws):,} to {max(draws):,} of {len(plan)} cells; {hardware}")
    if left_out:
        print(f"left out, more than {most:.1e} parameters:", *left_out, sep="\n  ")


if __name__ == "__main__":
    main()
