"""One reply at a time, on one core.

nano's matrices are so small that BLAS threads cost more than they bring: with two of them and two busy cores a step took
7.4 ms in place of 1.6. The limit holds for the whole process, so all nanos of a process take turns.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

_TURN = threading.Lock()


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looks through the loaded libraries: some milliseconds


@contextmanager
def one_thread() -> Iterator[None]:
    """Wait for the other replies of this process, then keep BLAS to one thread inside the `with`."""
    with _TURN, _controller().limit(limits=1, user_api="blas"):
        yield
