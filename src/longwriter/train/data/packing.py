"""Packing: which samples share one training sequence, so that next to nothing of it is padding.

1. `fit` decides what becomes of samples that are longer than a sequence, and counts it.
2. `pack` deals the pieces into packs: the samples that hold 95 % of the tokens, longest first, each into the emptiest
   pack (so that every pack has its share of long and short ones), then the rest, longest first, each into the tightest
   space that holds it (so that packs end full). Where that takes over 0.1 % more packs than best-fit decreasing alone
   (Johnson et al. 1974, at most 11/9 of the fewest possible), the latter is taken.
3. The packs come shuffled. No sample is left over: the last pack is a pack like any other.

Attention must not cross samples within a pack: `rows.PackedRows` gives each its own positions. Lengths are tokens.
"""

import heapq
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from longwriter.errors import InputError

Ints = NDArray[np.int32]
Lengths = Sequence[int] | NDArray[np.integer]

DEALT = 0.95
"""Share of the tokens that is dealt to the emptiest pack. At 0.98 too few short samples are left to fill packs to the end."""
JITTER = 0.2
"""Lengths are stretched by up to this share before they are ordered. Without it, 86 % of the pairs of long samples that
share a pack share one again under another seed; with it, 3 % (measurements/packing.py's mix, 3,000 samples)."""
WORSE = 1.001
"""Most packs, as a ratio to best-fit decreasing, that mixing long and short samples may cost."""


class TooLong(StrEnum):
    """What becomes of a sample that is longer than a sequence."""

    DROP = "drop"
    """It is left out."""
    CUT = "cut"
    """Its beginning is kept. Its end is lost: the model learns to stop nowhere."""
    SPLIT = "split"
    """Pieces as equal as can be, each a sample of its own that does not see the others."""
    REFUSE = "refuse"
    """An InputError: nothing is trained until somebody has decided."""


@dataclass(frozen=True)
class Pieces:
    """What is packed: piece i is the tokens start[i] to stop[i] of sample[i]. Arrays of (pieces,), samples in order."""

    sample: Ints
    start: Ints
    stop: Ints
    policy: TooLong
    too_long: int
    """Samples longer than the capacity."""
    lost_samples: int
    """Samples of which nothing is left."""
    lost_tokens: int
    """Tokens in no piece."""

    @property
    def lengths(self) -> Ints:
        """Tokens of each piece."""
        return self.stop - self.start

    def __len__(self) -> int:
        """Number of pieces."""
        return len(self.sample)

    def __str__(self) -> str:
        """The count, for a report."""
        done = {TooLong.DROP: "dropped", TooLong.CUT: "cut", TooLong.SPLIT: "split", TooLong.REFUSE: "refused"}
        return f"{self.too_long:,} samples too long ({done[self.policy]}), {self.lost_tokens:,} tokens lost"


def fit(lengths: Lengths, capacity: int, policy: TooLong) -> Pieces:
    """The pieces of at most `capacity` tokens that are trained on.

    Args:
        lengths: tokens of each sample, (samples,).
        capacity: tokens of a training sequence.
        policy: what becomes of longer samples.

    Raises:
        InputError: a sample without tokens; with REFUSE, the first sample that is too long.
    """
    sizes = _checked(lengths, capacity)
    long = sizes > capacity
    count = int(long.sum())
    if count and policy is TooLong.REFUSE:
        raise _too_long(sizes, capacity)
    parts = np.ones(len(sizes), np.int64)
    if policy is TooLong.DROP:
        parts[long] = 0
    elif policy is TooLong.SPLIT:
        parts = -(-sizes // capacity)
    sample = np.repeat(np.arange(len(sizes)), parts)
    nth = np.arange(len(sample)) - np.repeat(np.cumsum(parts) - parts, parts)
    whole = np.minimum(sizes, capacity) if policy is TooLong.CUT else sizes
    start, stop = (whole[sample] * k // parts[sample] for k in (nth, nth + 1))
    return Pieces(
        sample=sample.astype(np.int32),
        start=start.astype(np.int32),
        stop=stop.astype(np.int32),
        policy=policy,
        too_long=count,
        lost_samples=int((parts == 0).sum()),
        lost_tokens=int(sizes.sum() - (stop - start).sum()),
    )


def joined(parts: Sequence[Pieces], samples: Sequence[int]) -> Pieces:
    """The pieces of several lists of samples, put one after another, as pieces of one.

    Args:
        parts: the pieces of each list, all made by one policy.
        samples: samples in each list.
    """
    before = np.cumsum([0, *samples[:-1]])
    return Pieces(
        sample=np.concatenate([p.sample + n for p, n in zip(parts, before, strict=True)]).astype(np.int32),
        start=np.concatenate([p.start for p in parts]),
        stop=np.concatenate([p.stop for p in parts]),
        policy=parts[0].policy,
        too_long=sum(p.too_long for p in parts),
        lost_samples=sum(p.lost_samples for p in parts),
        lost_tokens=sum(p.lost_tokens for p in parts),
    )


def pack(lengths: Lengths, capacity: int, *, seed: int = 0) -> list[Ints]:
    """Indices of the samples in each pack: each sample exactly once, at most `capacity` tokens per pack.

    Args:
        lengths: tokens of each sample, (samples,), none longer than `capacity` (see `fit`).
        capacity: tokens of a training sequence.
        seed: decides which samples meet, the order of the packs and the order within them.

    Raises:
        InputError: a sample without tokens, or too long.
    """
    sizes = _checked(lengths, capacity)
    if (sizes > capacity).any():
        raise _too_long(sizes, capacity)
    if not len(sizes):
        return []
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(sizes))  # what follows sorts stably: equal samples stay in random order
    fewest, most = _best_fit(sizes, order[np.argsort(-sizes[order], kind="stable")], [], capacity)
    home, packs = _mixed(sizes, order, capacity, rng)
    if packs > WORSE * most:
        home, packs = fewest, most
    return _grouped(home, packs, rng)


def fill(packs: Sequence[Ints], lengths: Lengths, capacity: int) -> float:
    """Share of the packs' tokens that samples take, 0 to 1; 1 where there are no packs."""
    if not packs:
        return 1.0
    sizes = np.asarray(lengths, np.int64)
    return float(sum(int(sizes[p].sum()) for p in packs) / (len(packs) * capacity))


def _checked(lengths: Lengths, capacity: int) -> NDArray[np.int64]:
    sizes = np.asarray(lengths, np.int64)
    if capacity < 1:
        raise InputError(f"a training sequence of {capacity} tokens holds nothing; ask for at least 1")
    if len(sizes) and sizes.min() < 1:
        raise InputError(f"sample {int((sizes < 1).argmax())} has no tokens; leave it out")
    return sizes


def _too_long(sizes: NDArray[np.int64], capacity: int) -> InputError:
    first = int((sizes > capacity).argmax())
    return InputError(
        f"sample {first} has {sizes[first]:,} tokens, more than the {capacity:,} of a training sequence (so have "
        f"{int((sizes > capacity).sum()):,} samples in all): train on longer sequences, or drop, cut or split what is too long"
    )


def _mixed(
    sizes: NDArray[np.int64], order: NDArray[np.int64], capacity: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], int]:
    """The pack of each sample, and how many packs: most tokens to the emptiest pack, the rest to the tightest space."""
    stretched = sizes[order] * (1 + JITTER * rng.random(len(order)))
    order = order[np.argsort(-stretched, kind="stable")]
    tokens = np.cumsum(sizes[order])
    dealt = int(np.searchsorted(tokens, DEALT * tokens[-1])) + 1
    least = -(-int(tokens[-1]) // capacity)
    heap = [(0, number) for number in range(least)]  # tokens in each pack; sorted, so a heap
    home = np.empty(len(sizes), np.int64)
    homes = []
    for size in sizes[order[:dealt]].tolist():
        load, number = heap[0]
        if load + size <= capacity:
            heapq.heapreplace(heap, (load + size, number))
        else:
            number = len(heap)
            heapq.heappush(heap, (size, number))
        homes.append(number)
    home[order[:dealt]] = homes
    spaces = [0] * len(heap)
    for load, number in heap:
        spaces[number] = capacity - load
    rest = order[dealt:]
    rest = rest[np.argsort(-sizes[rest], kind="stable")]
    placed, packs = _best_fit(sizes, rest, spaces, capacity)
    home[rest] = placed[rest]
    return home, packs


def _best_fit(
    sizes: NDArray[np.int64], order: NDArray[np.int64], spaces: list[int], capacity: int
) -> tuple[NDArray[np.int64], int]:
    """The pack of each sample in `order`, -1 for others, and how many packs: always the least space that holds it.

    `spaces`: tokens free in the packs that are there already; new ones are opened where nothing fits.
    """
    packs_with: dict[int, list[int]] = {}
    for number, space in enumerate(spaces):
        packs_with.setdefault(space, []).append(number)
    free = sorted(packs_with)  # the different spaces: at most `capacity` of them, so insertion is cheap
    packs = len(spaces)
    homes = []
    for size in sizes[order].tolist():
        at = bisect_left(free, size)
        if at < len(free):
            space = free[at]
            number = packs_with[space].pop()
            if not packs_with[space]:
                del packs_with[space], free[at]
        else:
            space, number = capacity, packs
            packs += 1
        homes.append(number)
        space -= size
        if space not in packs_with:
            packs_with[space] = []
            insort(free, space)
        packs_with[space].append(number)
    home = np.full(len(sizes), -1, np.int64)
    home[order] = homes
    return home, packs


def _grouped(home: NDArray[np.int64], packs: int, rng: np.random.Generator) -> list[Ints]:
    """Samples by pack, both in random order. No pack is empty: the tokens would not fit into one pack less."""
    order = rng.permutation(len(home))
    home = rng.permutation(packs)[home[order]]
    by_pack = order[np.argsort(home, kind="stable")].astype(np.int32)
    ends = np.cumsum(np.bincount(home, minlength=packs))
    return np.split(by_pack, ends[:-1])
