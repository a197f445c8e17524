"""Whether time grows with a text, in a process that does other things, too."""

import gc
import time
from collections.abc import Callable

TRIES = 3
"""One may meet a neighbour on the processor's caches."""


def grows_slowly(work: Callable[[int], object], small: int, large: int, most: float, slack: float = 0.2) -> bool:
    """Whether `work(large)` takes at most `most` times as long as `work(small)`, in CPU time, in one of some tries.

    `slack`: seconds that the longer one has for nothing.
    """
    return any(_seconds(work, large) <= most * _seconds(work, small) + slack for _ in range(TRIES))


def _seconds(work: Callable[[int], object], size: int) -> float:
    gc.disable()  # a collection of all that the tests hold takes half a second
    try:
        began = time.process_time()
        work(size)
        return time.process_time() - began
    finally:
        gc.enable()
