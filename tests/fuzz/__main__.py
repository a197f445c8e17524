"""`make fuzz`, or python -m tests.fuzz: many cases over all readers of what others wrote; what fails is put into a folder.

Exit code 1 when a case failed. A line of FOLDER/TARGET.jsonl goes into tests/fuzz/seeds as it is: from then on it is a test.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import click

from tests.fuzz.cases import SEEDS, line_of
from tests.fuzz.targets import TARGETS
from tests.fuzz.working import chunks, ready, work


def fuzz(names: Sequence[str], count: int, seed: str, jobs: int, out: Path) -> int:
    """Run all, tell of each new kind of fault, and give the number of faults."""
    kinds, cases, slowest = Counter[tuple[str, str]](), Counter[str](), dict[str, tuple[float, int]]()
    began = told = time.monotonic()
    with ProcessPoolExecutor(jobs, get_context("spawn"), ready, (os.getpid(),)) as pool:
        for done in pool.map(work, chunks(names, count, seed)):
            name = done.chunk.target
            cases[name] += done.chunk.last - done.chunk.first
            slowest[name] = max(slowest.get(name, (0.0, 0)), done.slowest)
            for fault in done.faults:
                kinds[name, fault.kind] += 1
                if kinds[name, fault.kind] < 4:
                    out.mkdir(parents=True, exist_ok=True)
                    with (out / f"{name}.jsonl").open("a", encoding="utf-8") as file:
                        file.write(line_of(fault) + "\n")
                    click.echo(f"FAULT {name} {fault.number}: {fault.kind}: {fault.told}: {fault.given[:100]!r}")
            if time.monotonic() - told > 60:
                told = time.monotonic()
                click.echo(f"{cases.total():,} cases, {kinds.total()} faults, {told - began:.0f} s")
    for name in cases:
        seconds, number = slowest[name]
        click.echo(f"{name:11} {cases[name]:>9,} cases   slowest {seconds:6.3f} s (case {number})")
    click.echo(
        f"{cases.total():,} cases, seed {seed}, {kinds.total()} faults of {len(kinds)} kinds, {time.monotonic() - began:.0f} s"
    )
    return kinds.total()


def main() -> int:
    """Read the arguments."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="cases in all")
    parser.add_argument("--seed", default="1", help="another seed, other cases")
    parser.add_argument("--target", action="append", choices=list(TARGETS), help="this target alone; repeat it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument(
        "--out", type=Path, default=Path("build/fuzz"), help=f"folder of failing inputs, as lines for {SEEDS.name}/"
    )
    given = parser.parse_args()
    return int(fuzz(given.target or list(TARGETS), given.count, given.seed, given.jobs, given.out) > 0)


if __name__ == "__main__":
    sys.exit(main())
