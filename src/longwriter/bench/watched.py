"""A worker of a benchmark that is watched: what fails is remembered, what it costs is added up, refusals are weighed.

A refused request (SetupError) may mean that the model cannot work at all, or that it cannot take this one request. Once
the model is proven, having answered any request, a refusal concerns one item alone; while it is not, the requests under
way are waited for, and only where all of them are refused does the first refusal stop the run.
"""

import asyncio
from types import TracebackType
from typing import Self

from longwriter.errors import LongWriterError, ModelError, PromptTooLong, SetupError
from longwriter.steps.step import Item, Result, Worker


class WatchedWorker:
    """A worker and what became of its items; runs in this process."""

    def __init__(self, worker: Worker, *, proven: bool) -> None:
        """`proven`: the model answered in an earlier command."""
        self.worker, self.proven = worker, proven
        self.failures: dict[str, str] = {}
        """Why items have no result, by id."""
        self.cost: float | None = 0.0
        """US dollars so far; None where one cost is unknown."""
        self._running = self._refused = 0
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        await self.worker.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.worker.__aexit__(kind, error, trace)

    async def __call__(self, item: Item) -> Result:
        """The item's result. Raises SetupError where the model cannot work, other LongWriterError where the item failed."""
        self._running += 1
        try:
            result = await self._weighed(item)
            self.proven = True
        except LongWriterError as failure:
            if isinstance(failure, PromptTooLong) or not isinstance(failure, SetupError):
                self.failures[str(item["id"])] = str(failure)
            raise
        finally:
            self._running -= 1
            async with self._changed:
                self._changed.notify_all()
        cost = result["cost"]
        self.cost = self.cost + cost if isinstance(cost, float | int) and self.cost is not None else None
        return result

    async def _weighed(self, item: Item) -> Result:
        """The item's result; a refusal is a ModelError, which concerns it alone, once the model is proven."""
        try:
            return await self.worker(item)
        except PromptTooLong:
            raise
        except SetupError as refusal:
            if not await self._proves_itself():
                raise
            raise ModelError(str(refusal)) from refusal

    async def _proves_itself(self) -> bool:
        """Whether the model answers anybody, known as soon as it does or all that is under way is refused."""
        self._refused += 1
        try:
            async with self._changed:
                self._changed.notify_all()
                await self._changed.wait_for(lambda: self.proven or self._refused == self._running)
        finally:
            self._refused -= 1
        return self.proven
