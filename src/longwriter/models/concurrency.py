"""Many calls at once, in order; the first failure ends the others."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def together(calls: Iterable[Coroutine[Any, Any, T]], limit: int) -> list[T]:
    """What each call gave, at most `limit` of them at once. Raises what the first that failed raised."""
    room, begun = asyncio.Semaphore(limit), list(calls)

    async def one(call: Coroutine[Any, Any, T]) -> T:
        async with room:
            return await call

    tasks = [asyncio.ensure_future(one(call)) for call in begun]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for call in begun:
            call.close()  # those that never had a turn
