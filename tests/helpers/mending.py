"""A desk whose model mends: one imported run with two faults in it, and a real endpoint that answers as a test says."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from longwriter.api.runs import Run
from longwriter.types import Message, Request
from tests.helpers.desk_server import DeskClient, desk_server
from tests.helpers.raw_server import SSE, Raw, Sent, chunk, sse
from tests.helpers.revising import DRAFT, right

Answer = Callable[[dict[str, Any]], Sent]


def mended(body: dict[str, Any]) -> Sent:
    asked = Request(messages=tuple(Message.model_validate(message) for message in body["messages"]))
    return sse(chunk(right(asked)), chunk(finish="stop"))


def held(gate: threading.Event, sent: Sent) -> Sent:
    """An answer that comes when the gate is opened."""
    body = sent[2]
    assert isinstance(body, bytes)

    async def later() -> AsyncIterator[bytes]:
        while not gate.is_set():
            await asyncio.sleep(0.01)
        yield body

    return 200, SSE | {"Content-Length": str(len(body))}, later()


@contextmanager
def desk(
    home: Path, answer: Callable[[dict[str, Any]], Sent], priced: Any = None, **settings: Any
) -> Iterator[tuple[DeskClient, Raw]]:
    """A desk over one imported run, whose model is a server that answers so."""
    with Raw(answer) as model:
        write = {"model": "m", "base_url": model.url}
        if not (home / "runs" / "r").exists():
            (home / "draft.md").write_text(DRAFT)
            Run.import_draft(home / "draft.md", runs=home / "runs", outline=False, run="r", **write)
        with desk_server(home / "runs", write=write, **settings) as client:
            yield client, model
