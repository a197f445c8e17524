"""Cases in portions, which processes of their own work on."""

import os
import resource
import threading
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.fuzz.cases import Fault, of, run
from tests.fuzz.targets import TARGETS

CHUNK = 250
MOST_MEMORY = 6 * 2**30
"""Bytes of address space of a worker; who wants more gets a MemoryError, which is a fault."""


class Chunk(NamedTuple):
    """Cases of one target."""

    target: str
    seed: str
    first: int
    last: int


class Done(NamedTuple):
    """What came of a chunk."""

    chunk: Chunk
    faults: list[Fault]
    slowest: tuple[float, int]
    """Seconds, and the number of the case."""


def chunks(names: Sequence[str], count: int, seed: str) -> Iterator[Chunk]:
    """`count` cases over targets by their shares, so that all targets are under way from the beginning."""
    shares = sum(TARGETS[name].share for name in names)
    left = {name: max(1, round(count * TARGETS[name].share / shares)) for name in names}
    whole = dict(left)
    while left:
        name = max(left, key=lambda n: left[n] / whole[n])
        first = whole[name] - left[name]
        size = min(CHUNK, left[name])
        yield Chunk(name, seed, first, first + size)
        left[name] -= size
        if not left[name]:
            del left[name]


def work(chunk: Chunk) -> Done:
    """Run the cases of a chunk."""
    target, faults, slowest = TARGETS[chunk.target], [], (0.0, 0)
    for number in range(chunk.first, chunk.last):
        fault, seconds = run(target, of(target, chunk.seed, number), chunk.seed, number)
        slowest = max(slowest, (seconds, number))
        if fault is not None:
            faults.append(fault)
    return Done(chunk, faults, slowest)


def ready(parent: int) -> None:
    """In a worker: end with the process that started it, bound the memory, and do what is slow the first time once."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    for name, target in TARGETS.items():
        run(target, of(target, "warm", 0), name)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
