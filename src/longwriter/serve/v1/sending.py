"""Answers that take minutes, on connections that others cut when nothing comes.

A stream gets a comment between two events wherever none came for ten seconds. An answer in one piece gets a space, which JSON
allows before an object; its status is out by then, so what fails later is an error object under status 200. Whoever hangs
up is noticed at once: the work behind the answer is cancelled, and has let go of everything when the response ends.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from longwriter.errors import LongWriterError
from longwriter.serve import sse
from longwriter.serve.v1.problems import ApiProblem, problem_of

JsonObject = dict[str, object]
Opening = Callable[[], Awaitable[AsyncGenerator[bytes, None]]]


class LastingResponse(Response):
    """A response that is cancelled when the client hangs up."""

    after: Callable[[], None] | None = None
    """Called when it is over, also where it had not begun."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the protocol's signature
        """Send it."""
        work = asyncio.ensure_future(self._send(send))
        gone = asyncio.ensure_future(_hung_up(receive))
        try:
            await asyncio.wait([work, gone], return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            over = work.done()
            if not over:
                work.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)
            if self.after is not None:
                self.after()
        if over:
            with suppress(OSError):  # the client hung up while a piece was sent
                work.result()

    async def _send(self, send: Send) -> None:
        raise NotImplementedError

    async def _start(self, send: Send, status: int, kind: bytes, headers: dict[str, str]) -> None:
        rows = [(b"content-type", kind), *((k.encode(), v.encode("latin-1", "replace")) for k, v in headers.items())]
        await send({"type": "http.response.start", "status": status, "headers": rows})


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(send: Send, body: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


class LastingStream(LastingResponse):
    """Server-sent events."""

    def __init__(
        self, opening: Opening, failed: Callable[[ApiProblem], bytes], headers: dict[str, str] | None = None
    ) -> None:
        """`opening` gives whole events; what they raise is an event that `failed` makes, and the end.

        What `opening` itself raises within ten seconds is the answer's status.
        """
        super().__init__()
        self._opening, self._failed, self._own = opening, failed, headers or {}

    async def _send(self, send: Send) -> None:
        opening = asyncio.ensure_future(self._opening())
        try:
            await asyncio.wait([opening], timeout=sse.KEEP_ALIVE_S)
            if opening.done() and isinstance(error := opening.exception(), LongWriterError):
                return await self._refuse(send, problem_of(error))
            await self._start(send, 200, b"text/event-stream; charset=utf-8", {**sse.HEADERS, **self._own})
            async with aclosing(sse.kept_alive(self._heard(opening), sse.KEEP_ALIVE_S)) as pieces:
                async for piece in pieces:
                    if piece:
                        await _body(send, piece, more=True)
            await _body(send, b"", more=False)
        finally:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)

    async def _heard(self, opening: "asyncio.Future[AsyncGenerator[bytes, None]]") -> AsyncGenerator[bytes, None]:
        try:
            async with aclosing(await opening) as events:
                async for piece in events:
                    yield piece
        except LongWriterError as error:
            yield self._failed(problem_of(error))

    async def _refuse(self, send: Send, problem: ApiProblem) -> None:
        await self._start(send, problem.status, b"application/json", {**self._own, **problem.headers})
        await _body(send, json.dumps(problem.body, ensure_ascii=False).encode(), more=False)


class LastingObject(LastingResponse):
    """One JSON object, or its bytes."""

    def __init__(
        self, work: Callable[[], Awaitable[JsonObject | bytes]], headers: dict[str, str] | None = None
    ) -> None:
        """`work` makes it; its errors are the answer's."""
        super().__init__()
        self._work, self._own = work, headers or {}

    async def _send(self, send: Send) -> None:
        making = asyncio.ensure_future(self._made())
        try:
            await asyncio.wait([making], timeout=sse.KEEP_ALIVE_S)
            early = making.done()
            status, headers = making.result()[:2] if early else (200, dict[str, str]())
            await self._start(send, status, b"application/json", {**self._own, **headers, "x-accel-buffering": "no"})
            while not making.done():
                await _body(send, b" ", more=True)
                await asyncio.wait([making], timeout=sse.KEEP_ALIVE_S)
            await _body(send, making.result()[2], more=False)
        finally:
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)

    async def _made(self) -> tuple[int, dict[str, str], bytes]:
        try:
            found, status, headers = await self._work(), 200, dict[str, str]()
        except LongWriterError as error:
            problem = problem_of(error)
            found, status, headers = problem.body, problem.status, problem.headers
        return status, headers, found if isinstance(found, bytes) else json.dumps(found, ensure_ascii=False).encode()
