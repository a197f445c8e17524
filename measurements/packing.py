"""Packing of LongWriter's mix: how full, how fast, what is lost; beside the released algorithm and TRL's, in one run.

Run: python measurements/packing.py [--json] [--seed 0]. 186,000 lengths are drawn like the mix of LongWriter (arXiv
2408.07055): 180,000 chat samples whose outputs pass 500, 1,000 and 2,000 words in 28, 2 and 0.1 % of cases, and 6,000
long ones of 5,009 +- 2,933 tokens, 117 to 30,354. Assumed: 1.4 tokens a word, prompts that bring the mix to the 5,000 to
6,000 packs an epoch that 2,500 to 3,000 steps of 8 packs in 4 epochs say. Everything runs on one core; TRL gets tokens of
one byte in memory, so that copying them costs it little. TRL packs batches of 1,000 samples unless told otherwise, and
so does its trainer; one batch of all is shown too. Aims: fill >= 99.9 %, at most 4 s. Leaves out: tokenising.
"""

import argparse
import json
import os
import platform
import time
import tracemalloc
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from longwriter.train.data.packing import pack

CAPACITY = 32_768  # tokens
CHAT, LONG = 180_000, 6_000  # samples
GPUS = 8
LONG_TOKENS = 2_000  # what counts as a long sample
TOKENS_A_WORD = 1.4
PROMPT = (120, 1.3)  # tokens: median, and the spread of its logarithm

Lengths = NDArray[np.int64]
Packs = list[Lengths]  # the lengths of the samples in each pack


def draw(seed: int) -> Lengths:
    """Tokens of each sample, in random order."""
    rng = np.random.default_rng(seed)
    sigmas = [NormalDist().inv_cdf(1 - share) for share in (0.28, 0.02, 0.001)]
    words = np.log([500.0, 1000.0, 2000.0])
    below, above = 0.8, (words[2] - words[1]) / (sigmas[2] - sigmas[1])  # slopes outside the three known points
    z = rng.standard_normal(CHAT)
    log_words = np.interp(z, sigmas, words)
    log_words += below * np.minimum(z - sigmas[0], 0) + above * np.maximum(z - sigmas[2], 0)
    prompts = PROMPT[0] * np.exp(PROMPT[1] * rng.standard_normal(CHAT))
    chat = TOKENS_A_WORD * np.exp(log_words) + prompts
    mean, sd = 5009.0, 2932.8
    long = np.clip(rng.gamma((mean / sd) ** 2, sd**2 / mean, LONG), 117, 30_354)
    lengths = np.concatenate([chat, long]).clip(8, CAPACITY).astype(np.int64)
    return rng.permutation(lengths)


def next_fit(lengths: Sequence[int] | Lengths, capacity: int) -> list[list[int]]:
    """The released packing (THUDM/LongWriter train/sort_and_group.py@3fcfdff), as far as sample indices go.

    Samples in order; a pack is closed by the first that does not fit. A pack is kept when it is closed, and nothing
    closes the last one, so its samples are lost.
    """
    kept: list[list[int]] = []
    group: list[int] = []
    load = 0
    for index, size in enumerate(lengths):
        if load + size > capacity:
            kept.append(group)
            group, load = [], 0
        group.append(index)
        load += size
    return kept


def released(lengths: Lengths) -> Packs:
    """Next-fit, and then whole rounds of the GPUs alone, as its train/dataset.py@3fcfdff reads the packs."""
    packs = next_fit(lengths.tolist(), CAPACITY)
    return [lengths[p] for p in packs[: len(packs) // GPUS * GPUS]]


def ours(lengths: Lengths) -> Packs:
    """longwriter.train.data.packing."""
    return [lengths[p] for p in pack(lengths, CAPACITY, seed=0)]


def trl(lengths: Lengths, strategy: str, batch: int | None) -> tuple[float, Packs]:
    """Seconds and packs of TRL's pack_dataset."""
    datasets, pa = import_module("datasets"), import_module("pyarrow")
    datasets.disable_progress_bars()
    ends = np.concatenate([[0], np.cumsum(lengths)])
    tokens = pa.array(np.zeros(ends[-1], np.int8))
    data = datasets.Dataset(pa.table({"input_ids": pa.LargeListArray.from_arrays(pa.array(ends), tokens)}))
    run = import_module("trl.data_utils").pack_dataset
    begin = time.perf_counter()
    packed = run(data, CAPACITY, strategy, {"batch_size": batch, "keep_in_memory": True})
    seconds = time.perf_counter() - begin
    if strategy == "wrapped":
        return seconds, [np.array([n]) for n in np.diff(offsets(packed.data.column("input_ids")))]
    return seconds, [np.array(row) for row in packed.data.column("seq_lengths").to_pylist()]


def offsets(column: object) -> Lengths:
    """Where the lists of a chunked column begin and end, tokens."""
    sizes = np.concatenate([np.diff(chunk.offsets.to_numpy()) for chunk in column.chunks])  # type: ignore[attr-defined]
    return np.concatenate([[0], np.cumsum(sizes)])


def timed(work: Callable[[Lengths], Packs], lengths: Lengths) -> tuple[float, Packs]:
    """Seconds (the best of 3: other work on the machine only ever slows) and packs."""
    best, packs = np.inf, []
    for _ in range(3):
        begin = time.perf_counter()
        packs = work(lengths)
        best = min(best, time.perf_counter() - begin)
    return best, packs


def row(seconds: float, packs: Packs, lengths: Lengths, *, wrapped: bool = False) -> dict[str, float | int | None]:
    """What one method made. Wrapped packs are cuts of one stream: what a sample is has no meaning there."""
    kept = sum(int(p.sum()) for p in packs)
    out: dict[str, float | int | None] = {
        "seconds": round(seconds, 3),
        "packs": len(packs),
        "fill": round(kept / (len(packs) * CAPACITY), 6),
        "samples_lost": 0 if wrapped else len(lengths) - sum(len(p) for p in packs),
        "tokens_lost": int(lengths.sum()) - kept,
        "samples_cut": 0,
        "one_class": None,
        "order": None,
    }
    if wrapped:
        cuts, ends = np.cumsum([p[0] for p in packs]), np.cumsum(lengths)
        out["samples_cut"] = len(set(np.searchsorted(ends, cuts[~np.isin(cuts, ends)]).tolist()))
        return out
    long = np.array([(p > LONG_TOKENS).mean() for p in packs])
    out["one_class"] = round(float(((long == 0) | (long == 1)).mean()), 4)
    out["order"] = round(float(np.corrcoef(np.arange(len(packs)), [p.mean() for p in packs])[0, 1]), 3)
    return out


def measure(lengths: Lengths) -> dict[str, dict[str, float | int | None]]:
    """All methods that are installed."""
    rows = {
        "longwriter": row(*timed(ours, lengths), lengths),
        "released next-fit": row(*timed(released, lengths), lengths),
    }
    if find_spec("trl") and find_spec("datasets"):
        rows["TRL bfd"] = row(*trl(lengths, "bfd", 1000), lengths)
        rows["TRL bfd, one batch"] = row(*trl(lengths, "bfd", None), lengths)
        rows["TRL wrapped"] = row(*trl(lengths, "wrapped", 1000), lengths, wrapped=True)
    return rows


def peak_megabytes(lengths: Lengths) -> float:
    """Most memory that our packing held beyond the lengths."""
    tracemalloc.start()
    pack(lengths, CAPACITY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / 1e6, 1)


def table(result: dict[str, object], rows: dict[str, dict[str, float | int | None]]) -> str:
    """For people."""
    head = f"{'':20}{'fill':>9}{'packs':>8}{'s':>8}{'times ours':>12}{'lost':>7}{'cut':>8}{'one class':>11}{'order':>8}"
    lines = [", ".join(f"{k} {v}" for k, v in result.items()), "", head]
    mine = rows["longwriter"]["seconds"] or 1
    for name, r in rows.items():
        mixed = "-" if r["one_class"] is None else f"{r['one_class']:.1%}"
        order = "-" if r["order"] is None else f"{r['order']:+.2f}"
        seconds = r["seconds"] or 0
        lines.append(
            f"{name:20}{r['fill']:9.2%}{r['packs']:8,}{seconds:8.2f}{seconds / mine:12.1f}"
            f"{r['samples_lost']:7,}{r['samples_cut']:8,}{mixed:>11}{order:>8}"
        )
    notes = (
        "lost: samples in no pack; cut: samples torn between packs; one class: packs of samples over 2,000 tokens alone,",
        "or of none; order: correlation of a pack's place with its samples' mean length, as the packs come.",
    )
    return "\n".join([*lines, "", *notes])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    flags = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    lengths = draw(flags.seed)
    rows = measure(lengths)
    about: dict[str, object] = {
        "machine": f"{platform.machine()}, load {os.getloadavg()[0]:.1f}",
        "samples": len(lengths),
        "tokens": int(lengths.sum()),
        "fewest_packs": -(-int(lengths.sum()) // CAPACITY),
        "peak_mb": peak_megabytes(lengths),
    }
    print(json.dumps({**about, "methods": rows}, indent=1) if flags.json else table(about, rows))


if __name__ == "__main__":
    main()
