"""Server-sent events as bytes, and the response that sends them.

Written by the HTML standard, 9.2.5 and 9.2.6. Comments keep idle connections open: proxies cut them after 60 s without a
byte. A comment is sent between two events alone, never inside one.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping

from starlette.responses import StreamingResponse

KEEP_ALIVE_S = 10.0
KEEP_ALIVE = b": keep-alive\n\n"
RETRY_MS = 1000
"""How long a browser waits before it connects again."""
HEADERS = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}
"""No cache keeps it and no proxy (nginx) collects it."""


def event(data: str, *, name: str = "", id: int | None = None) -> bytes:
    """One event. `name`: its type, "" for `message`. `id`: what `Last-Event-ID` will say."""
    head = ("" if id is None else f"id: {id}\n") + (f"event: {name}\n" if name else "")
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return (head + "".join(f"data: {line}\n" for line in lines) + "\n").encode()


def retry(milliseconds: int = RETRY_MS) -> bytes:
    """How long the client should wait before it connects again."""
    return f"retry: {milliseconds}\n\n".encode()


async def kept_alive(
    events: AsyncGenerator[bytes, None], every_s: float = KEEP_ALIVE_S, comment: bytes = KEEP_ALIVE
) -> AsyncGenerator[bytes, None]:
    """The events, and a comment wherever none came for so long. Closes `events` when it is closed or they end."""
    coming: asyncio.Future[bytes] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait([coming], timeout=every_s)
            if not done:
                yield comment
                continue
            found, coming = coming, None
            try:
                piece = found.result()
            except StopAsyncIteration:
                return
            yield piece
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        await events.aclose()


class EventStream(StreamingResponse):
    """A response of server-sent events, kept alive."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None], headers: Mapping[str, str] | None = None) -> None:
        """`events`: whole events as bytes."""
        super().__init__(kept_alive(events), headers={**HEADERS, **(headers or {})})
