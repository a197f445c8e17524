"""One case: an input for a target, made of a seed and a number alone, and what came of it.

A case is good when it ends without an error, or with one of the typed errors, within a second of this process's own time
and without taking much more memory than it has.
"""

import base64
import binascii
import json
import resource
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import FrameType
from typing import NamedTuple

from longwriter.errors import LongWriterError
from longwriter.models.verdicts import Unreadable

SLOWEST_S = 1.0
LONGEST_S = 20.0
"""A case is stopped then."""
MOST_MEMORY = 300 * 2**20
"""Bytes by which a case may raise the most that the process ever held."""
SEEDS = Path(__file__).parent / "seeds"
TYPED = (LongWriterError, Unreadable)


class Target(NamedTuple):
    """Something that reads what others wrote."""

    name: str
    make: Callable[[Random], str | bytes]
    """An input."""
    read: Callable[[str | bytes], object]
    """Reads an input, and asserts what must hold of what was read. Raises what it likes: only typed errors are good."""
    share: int = 10
    """How many of all cases are this target's, beside the others'."""


class Fault(NamedTuple):
    """A case that is not good."""

    target: str
    seed: str
    number: int
    kind: str
    """The error and where it was raised, "slow" or "memory": faults of one kind are one."""
    told: str
    given: str | bytes


class Over(BaseException):
    """A case took too long; no `except` of what is tested may take it for its own."""


def of(target: Target, seed: str, number: int) -> str | bytes:
    """The input of a case."""
    return target.make(Random(f"{seed}:{target.name}:{number}"))


def run(target: Target, given: str | bytes, seed: str = "", number: int = 0) -> tuple[Fault | None, float]:
    """What is wrong with a case, and its seconds of CPU; a slow one is tried again, as another process may slow it."""
    before = _memory()
    wrong, seconds = _once(target, given)
    if wrong is None and _memory() - before > MOST_MEMORY:  # first: what fills it is slow, too
        wrong = ("memory", f"{(_memory() - before) >> 20} MB more")
    if wrong is None and seconds > SLOWEST_S:
        wrong, again = _once(target, given)
        seconds = min(seconds, again)
        if wrong is None and seconds > SLOWEST_S:
            wrong = ("slow", f"{seconds:.1f} s")
    return Fault(target.name, seed, number, *wrong, given) if wrong else None, seconds


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _once(target: Target, given: str | bytes) -> tuple[tuple[str, str] | None, float]:
    start = time.process_time()
    try:
        with _stopped():
            target.read(given)
    except TYPED:
        pass
    except Over:
        return ("slow", f"stopped after {LONGEST_S:.0f} s"), time.process_time() - start
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        frames = traceback.extract_tb(error.__traceback__)
        ours = [f for f in frames if "longwriter" in f.filename and "fuzz" not in f.filename] or frames
        place = f"{type(error).__name__} {Path(ours[-1].filename).name}:{ours[-1].lineno}"
        return (place, f"{type(error).__name__}: {str(error)[:300]}"), time.process_time() - start
    return None, time.process_time() - start


@contextmanager
def _stopped() -> Iterator[None]:
    """Ends what is within after `LONGEST_S` of CPU."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise Over

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def line_of(fault: Fault) -> str:
    """A fault as a line of JSON, which a file of seeds takes as it is."""
    bare = isinstance(fault.given, str)
    given = {"text": fault.given} if bare else {"base64": base64.b64encode(bytes(fault.given)).decode()}
    return json.dumps(given | {"was": f"{fault.kind}: {fault.told}", "seed": fault.seed, "number": fault.number})


def kept(target: str) -> list[str | bytes]:
    """The inputs of earlier faults."""
    path = SEEDS / f"{target}.jsonl"
    rows = map(json.loads, path.read_text("utf-8").splitlines()) if path.exists() else ()
    return [row["text"] if "text" in row else binascii.a2b_base64(row["base64"]) for row in rows]
