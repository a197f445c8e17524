"""Runs a worker in this process, so many items at a time."""

import asyncio
from collections.abc import Iterable
from itertools import islice

from longwriter.steps.step import Item, Outcome, Outcomes, Worker, outcome_of

Tasks = set[asyncio.Task[tuple[str, Outcome]]]


class LocalEngine:
    """Runs a worker in this process, so many items at a time."""

    def __init__(self, concurrency: int) -> None:
        """`concurrency`: items under way at once."""
        self.concurrency = concurrency

    def run(self, items: Iterable[Item], worker: Worker) -> Outcomes:
        """Id and outcome of each item as it is finished. Ctrl-C cancels what is under way and closes the worker."""
        left = iter(items)
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            runner.run(worker.__aenter__())
            under_way: Tasks = set()
            try:
                while True:
                    new = islice(left, self.concurrency - len(under_way))
                    under_way.update(loop.create_task(outcome_of(worker, item)) for item in new)
                    if not under_way:
                        return
                    done, under_way = runner.run(_first(under_way))
                    for task in done:
                        yield task.result()
            finally:
                runner.run(_leave(worker, under_way))


async def _first(tasks: Tasks) -> tuple[Tasks, Tasks]:
    return await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _leave(worker: Worker, tasks: Tasks) -> None:
    """Cancel what is under way, then close the worker."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await worker.__aexit__(None, None, None)
