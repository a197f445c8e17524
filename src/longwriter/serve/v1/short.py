"""Answers of the model itself, to requests that want no long text.

Chat and completions go to the model's server as they came, and so do responses with tools or formats. Other responses are
asked for as chat, which every server speaks; so is all that a model of this process is asked.
"""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import Response

from longwriter.api.settings import as_path
from longwriter.errors import InputError
from longwriter.models.base import Model, ModelConfig, open_model
from longwriter.models.prices import load_prices
from longwriter.serve.desk import Desk
from longwriter.serve.v1.answers.pieces import Given, Over, Piece
from longwriter.serve.v1.answers.usage import Took
from longwriter.serve.v1.forms.chat import DONE, ChatForm, failed_chunk
from longwriter.serve.v1.forms.responses import ResponseEvents, ResponseForm, finished
from longwriter.serve.v1.metrics import ServedCounts
from longwriter.serve.v1.problems import ApiProblem, bad
from longwriter.serve.v1.request.body import ApiRequest
from longwriter.serve.v1.sending import JsonObject, LastingObject, LastingStream
from longwriter.serve.v1.upstream import Forwarded, Upstream, local_request
from longwriter.types import Usage

WAY = "upstream"


class ShortAnswers:
    """Gives them; one for a server."""

    def __init__(self, desk: Desk, upstream: Upstream, counts: ServedCounts) -> None:
        """`upstream`: the models."""
        self.desk, self.upstream, self.counts = desk, upstream, counts
        self._prices = load_prices(as_path(desk.settings.write.get("prices")))
        self._local: Model | None = None

    def answer(self, asked: ApiRequest, config: ModelConfig) -> Response:
        """The answer. Raises LongWriterError."""
        if asked.background:
            raise bad(
                "background", "only a long text is written in the background; ask for the model's name with :long"
            )
        self.desk.spending.check()
        if self.desk.spending.ceiling is not None and self._prices.price_for(config) is None:
            raise InputError(f"no price is known for {config.model}, so the budget of a day cannot hold (--prices)")
        if self.upstream.remote and (asked.kind != "response" or asked.unfit or asked.unknown):
            return self._passed_on(asked, config)
        if not self.upstream.remote:
            local_request(asked)  # what the model here cannot do is refused before anything is sent
        if asked.kind == "response":
            return self._response(asked, config)
        form = ChatForm(uuid.uuid4().hex, asked.model, int(time.time()), legacy=asked.kind == "completion")
        if asked.stream:
            return LastingStream(lambda: self._chunks(asked, form, config), failed_chunk)
        return LastingObject(lambda: self._whole(asked, form, config))

    def _passed_on(self, asked: ApiRequest, config: ModelConfig) -> Response:
        """As it came, and as it comes."""

        async def opening() -> AsyncGenerator[bytes, None]:
            return self._events(asked, await self.upstream.forward(asked, config), config)

        async def whole() -> bytes:
            with self.counts.under_way(asked.kind, WAY):
                found = await self.upstream.forward(asked, config)
                try:
                    return await found.whole()
                finally:
                    self._count(found.took, config)

        return LastingStream(opening, failed_chunk) if asked.stream else LastingObject(whole)

    async def _events(self, asked: ApiRequest, found: Forwarded, config: ModelConfig) -> AsyncGenerator[bytes, None]:
        with self.counts.under_way(asked.kind, WAY):
            try:
                if not found.streams:
                    yield b"data: " + (await found.whole()).replace(b"\n", b" ") + b"\n\n" + DONE
                else:
                    async with aclosing(found.events()) as events:
                        async for piece in events:
                            yield piece
            finally:  # whoever hangs up has had what came
                self._count(found.took, config)

    async def _chunks(self, asked: ApiRequest, form: ChatForm, config: ModelConfig) -> AsyncGenerator[bytes, None]:
        pieces = await self._opened(asked, config)

        async def chunks() -> AsyncGenerator[bytes, None]:
            yield form.opening(0)
            async with aclosing(pieces):
                async for piece in pieces:
                    if isinstance(piece, Given):
                        yield form.chunk(0, {"content": piece.text})
                    elif isinstance(piece, Over):
                        yield form.chunk(0, {}, piece.finish)
                        if asked.include_usage:
                            yield form.usage(piece.took.usage("chat"), None)
            yield DONE

        return chunks()

    async def _whole(self, asked: ApiRequest, form: ChatForm, config: ModelConfig) -> JsonObject:
        text, over = await _read(await self._opened(asked, config))
        return form.whole([(text, "", over.finish)], over.took.usage("chat"), None)

    def _response(self, asked: ApiRequest, config: ModelConfig) -> Response:
        form = ResponseForm(uuid.uuid4().hex, asked.model, int(time.time()), background=False, store=False)
        made = ResponseEvents(form)

        async def opening() -> AsyncGenerator[bytes, None]:
            pieces = await self._opened(asked, config)

            async def events() -> AsyncGenerator[bytes, None]:
                yield made.opening()
                async with aclosing(pieces):
                    async for piece in pieces:
                        yield made.over(piece, None) if isinstance(piece, Over) else made.piece(piece)

            return events()

        async def whole() -> JsonObject:
            text, over = await _read(await self._opened(asked, config))
            return finished(form, over, text, "", None)

        if asked.stream:
            return LastingStream(opening, lambda problem: made.failed(str(problem), problem.code or "server_error"))
        return LastingObject(whole)

    async def _opened(self, asked: ApiRequest, config: ModelConfig) -> AsyncGenerator[Piece, None]:
        """The pieces of an answer that is put into another form here."""
        if not self.upstream.remote:
            return self._counted(asked, self._drawn(asked, config), config, None)
        found = await self.upstream.forward(as_chat(asked), config)
        return self._counted(asked, _chat_pieces(found), config, found)

    async def _counted(
        self, asked: ApiRequest, pieces: AsyncGenerator[Piece, None], config: ModelConfig, found: Forwarded | None
    ) -> AsyncGenerator[Piece, None]:
        """The pieces, and what they took counted, also where the client hangs up. `found`: of a model at a server."""
        took = None
        with self.counts.under_way(asked.kind, WAY):
            try:
                async with aclosing(pieces):
                    async for piece in pieces:
                        took = piece.took if isinstance(piece, Over) else None
                        yield piece
            finally:
                if found is not None or took is not None:
                    self._count(found.took if found is not None else took or Took(), config)

    async def _drawn(self, asked: ApiRequest, config: ModelConfig) -> AsyncGenerator[Piece, None]:
        """The reply of a model of this process, as it comes."""
        self._local = self._local or open_model(config)
        heard = asyncio.Queue[str | None]()
        model, request = self._local, local_request(asked)
        asking = asyncio.ensure_future(model.reply(request, heard.put_nowait))
        asking.add_done_callback(lambda _: heard.put_nowait(None))
        try:
            while (text := await heard.get()) is not None:
                yield Given(text)
            reply = await asking
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        usage = reply.usage
        took = Took(1, usage.prompt_tokens or 0, usage.completion_tokens or 0, usage.cached_tokens or 0)
        yield Over("length" if reply.finish == "length" else "stop", took)

    def _count(self, took: Took, config: ModelConfig) -> None:
        """Count what a request took, and what it cost where a price is known."""
        self.counts.upstream = self.counts.upstream.plus(took)
        price = self._prices.price_for(config)
        usage = Usage(prompt_tokens=took.prompt, completion_tokens=took.completion, cached_tokens=took.cached)
        cost = None if price is None else price.cost(usage, peak=price.peak())
        if cost:
            self.desk.spending.add(cost)


async def _read(pieces: AsyncGenerator[Piece, None]) -> tuple[str, Over]:
    text = ""
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Over):
                return text, piece
            text += piece.text
    raise ApiProblem(502, "the model's answer broke off", code="upstream_failed")


def as_chat(asked: ApiRequest) -> ApiRequest:
    """The same, asked as a streamed chat."""
    messages = [{"role": m.role, "content": m.text} for m in asked.messages]
    body = {
        "model": asked.model, "messages": messages, "stream": True, "stream_options": {"include_usage": True},
        "max_tokens": asked.limit, "temperature": asked.temperature, "top_p": asked.top_p, **asked.laid,
    }  # fmt: skip
    return ApiRequest(
        "chat", {k: v for k, v in body.items() if v is not None}, asked.model, asked.messages, stream=True
    )


async def _chat_pieces(found: Forwarded) -> AsyncGenerator[Piece, None]:
    """The text of a streamed chat."""
    finish = None
    async with aclosing(found.events()) as events:
        async for raw in events:
            data = raw.strip().removeprefix(b"data:").strip()
            choices = json.loads(data).get("choices") if data.startswith(b"{") else None
            for choice in choices or ():
                if text := (choice.get("delta") or {}).get("content"):
                    yield Given(text)
                finish = choice.get("finish_reason") or finish
    if finish is None:
        raise ApiProblem(502, "the model's answer broke off", code="upstream_failed")
    yield Over("length" if finish == "length" else "stop", found.took)
