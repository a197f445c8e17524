"""Inputs of targets, made of rules and of whole files, and readers of files."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.fuzz.grammar import made
from tests.fuzz.mutation import long, mutated

LONG = 0.003
"""Share of cases that are as long as they may be."""


def written(rule: str, right: float = 0.0) -> Callable[[Random], str]:
    """Texts of a rule, with faults; `right`: the share of those that are left as the rule has them."""

    def make(random: Random) -> str:
        text = made(rule, random)
        text = text if right and random.random() < right else mutated(text, random)
        return long(text, random) if random.random() < LONG else text

    return make


def in_file(name: str, read: Callable[[Path], object], given: str | bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        path = Path(folder) / name
        path.write_bytes(given.encode("utf-8", "surrogatepass") if isinstance(given, str) else given)
        read(path)


def damaged(whole: bytes, random: Random) -> bytes:
    """A file with one to three faults: bits, bytes, blocks, lines."""
    for _ in range(random.choice((1, 1, 2, 3))):
        at = random.randrange(len(whole) + 1)
        end = min(len(whole), at + random.choice((1, 4, 100, 4096)))
        lines = whole.splitlines(keepends=True) or [b""]
        line = random.randrange(len(lines))
        whole = random.choice(
            (
                whole[:at],
                whole[:at] + whole[end:],
                whole[:at] + random.randbytes(end - at) + whole[end:],
                whole[:at] + bytes(end - at) + whole[end:],
                whole[:at] + whole[at:end] * 2 + whole[end:],
                whole[:at] + made("json", random, 5).encode("utf-8", "replace") + whole[at:],
                b"".join([*lines[:line], lines[line], *lines[line:]]),
                b"".join([*lines[:line], *lines[line + 1 :]]),
                b"".join([*lines[:line], b'{"n": ' + b"[" * random.choice((3, 50_000)) + b"\n", *lines[line:]]),
            )
        )
    return whole
