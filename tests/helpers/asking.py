"""A backend at a server that sends given bytes, and a listener: what the tests of its parts share."""

from contextlib import asynccontextmanager

from longwriter.models.base import ModelConfig, open_model
from longwriter.types import Message, Request
from tests.helpers.raw_server import Raw

SYSTEM = Message(role="system", content="Be brief.")
USER = Message(role="user", content="Write.")


@asynccontextmanager
async def served(answer, **config):
    """(backend, server); `answer` is a function of the request's body, or an answer to all."""
    with Raw(answer if callable(answer) else lambda _: answer) as server:
        url = config.pop("base_url", server.url)
        model = open_model(ModelConfig(model="sim", base_url=url, **{"retry_s": 1, "timeout_s": 5} | config))
        try:
            yield model, server
        finally:
            await model.aclose()


async def reply_of(answer, listener=None, **fields):
    """The reply that a server's answer becomes."""
    async with served(answer) as (model, _):
        return await model.reply(asked(**fields), listener)


def asked(*messages, **fields):
    return Request(messages=messages or (USER,), **fields)


class Heard:
    """Listens; has enough after `most` characters."""

    def __init__(self, most=10**9):
        self.begun, self.pieces, self.most = 0, [], most

    def begin(self):
        self.begun += 1
        self.pieces.clear()

    def hear(self, piece):
        self.pieces.append(piece)
        return len(self.text) >= self.most

    @property
    def text(self):
        return "".join(self.pieces)
