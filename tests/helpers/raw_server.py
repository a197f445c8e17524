"""A real local server that answers a chat request with the very bytes that a test gives.

    with Raw(lambda body: sse(chunk("Hello"), chunk(finish="stop"))) as server: ... server.url; server.requests

An answer is (status, headers, body); a body of bytes has its length told, one that is an async iterator is written as it
comes, and the connection closed behind it. `sse`, `whole` and `refusal` make answers, `chunk` an event. `told`: JSON at
other paths, by their beginnings.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, Self

Body = bytes | AsyncIterator[bytes]
Sent = tuple[int, dict[str, str], Body]
SSE = {"Content-Type": "text/event-stream"}
JSON = {"Content-Type": "application/json"}


def chunk(content: Any = None, finish: str | None = None, **delta: Any) -> str:
    said = delta if content is None else {"content": content} | delta
    return json.dumps({"choices": [{"index": 0, "delta": said, "finish_reason": finish}]})


def sse(*events: str) -> Sent:
    return 200, SSE, b"".join(f"data: {event}\n\n".encode() for event in (*events, "[DONE]"))


def whole(content: Any = None, finish: str | None = "stop", **message: Any) -> Sent:
    choice = {"index": 0, "message": {"role": "assistant", "content": content} | message, "finish_reason": finish}
    return 200, JSON, json.dumps({"choices": [choice]}).encode()


def refusal(status: int, body: Any, **headers: str) -> Sent:
    return status, JSON | headers, json.dumps(body).encode()


class Raw:
    """Serves from `with` to its end. `requests` holds the bodies, `paths` and `headers` theirs; `closed` counts.

    What it counts is clients that left.
    """

    def __init__(self, answer: Callable[[dict[str, Any]], Sent], told: dict[str, Any] | None = None) -> None:
        self.answer = answer
        self.told = told or {}
        self.paths: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.closed = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._tasks: set[asyncio.Task[None] | None] = set()
        listener = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        listener.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            start, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
            raw = await reader.readexactly(int(headers.get("content-length", 0)))
            status, told, body = 404, JSON, b"{}"
            path = start.split(" ")[1]
            beside = next((found for known, found in self.told.items() if path.startswith(known)), None)
            if beside is not None:
                status, body = 200, json.dumps(beside).encode()
            elif start.startswith("POST"):
                self.paths.append(path)
                self.requests.append(json.loads(raw))
                self.headers.append(headers)
                status, told, body = self.answer(self.requests[-1])
            size = {"Content-Length": str(len(body))} if isinstance(body, bytes) else {}
            head = "".join(f"{k}: {v}\r\n" for k, v in ({"Connection": "close"} | size | told).items())
            writer.write(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode())
            if isinstance(body, bytes):
                writer.write(body)
            else:
                async for piece in body:
                    writer.write(piece)
                    await writer.drain()
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            self.closed += 1
        finally:
            writer.close()
