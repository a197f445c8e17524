"""One process works, the others wait for what it finds, and a machine that died is noticed all the same.

A collective call that waits for hours cannot be told from one whose peer is dead. So while the main process works it sends
the others a sign of life every `EVERY_S`: `run.timeout_s` may be short, however long a reward takes.
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import ExitStack
from functools import partial
from threading import Thread
from typing import TypeVar

from accelerate.utils import broadcast_object_list

EVERY_S = 10.0
T = TypeVar("T")


def from_main_process(work: Callable[[], T], processes: int, rank: int, every_s: float = EVERY_S) -> T:
    """What `work` gives on process 0, on every process. Raises there what it raises.

    All of the `processes` call this together. Where there are several, it works in a thread of its own, which nothing waits
    for once a peer is dead, or Ctrl-C came: a reward may ask a dead endpoint for hours.
    """
    if processes == 1:
        return work()
    sent: list[tuple[T] | None] = [None]
    if rank == 0:
        future = Future[T]()
        Thread(target=_work, args=(work, future), daemon=True).start()
        while not wait([future], every_s).done:
            broadcast_object_list([None])
        sent = [(future.result(),)]
        broadcast_object_list(sent)
    while sent[0] is None:
        broadcast_object_list(sent)
    return sent[0][0]


def _work(work: Callable[[], T], future: Future[T]) -> None:
    with ExitStack() as stack:
        stack.push(partial(_fail, future))
        future.set_result(work())


def _fail(future: Future[T], kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
    """An error belongs to who waits for the result."""
    if error is not None:
        future.set_exception(error)
    return kind is not None
