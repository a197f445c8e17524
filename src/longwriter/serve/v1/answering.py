"""From a request to its answer: which way it takes, and how the answer is sent."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from longwriter.models.base import ModelConfig
from longwriter.serve.desk import Desk
from longwriter.serve.v1.answers.orders import Client, More, Orders
from longwriter.serve.v1.answers.pieces import Given, Over, Piece, Progressed, Taken
from longwriter.serve.v1.answers.usage import RunReports, Took
from longwriter.serve.v1.forms.chat import DONE, ChatForm, failed_chunk
from longwriter.serve.v1.forms.responses import ResponseEvents, ResponseForm, finished
from longwriter.serve.v1.metrics import ServedCounts
from longwriter.serve.v1.problems import ApiProblem, unsupported
from longwriter.serve.v1.request.body import ApiRequest, Kind, read_json, read_request
from longwriter.serve.v1.request.routing import always_long, is_chore, wants_run
from longwriter.serve.v1.sending import JsonObject, LastingObject, LastingResponse, LastingStream
from longwriter.serve.v1.short import ShortAnswers
from longwriter.serve.v1.upstream import Upstream
from longwriter.text import count_words


class Answering:
    """Answers requests; one for a server."""

    def __init__(self, desk: Desk) -> None:
        """Raises InputError where the desk's model cannot be one."""
        self.desk, self.orders = desk, Orders(desk)
        self.upstream = Upstream(desk.settings.write)
        self.counts, self.reports = ServedCounts(), RunReports()
        self.short = ShortAnswers(desk, self.upstream, self.counts)

    async def answer(self, request: Request, kind: Kind) -> Response:
        """The answer to a POST. Raises LongWriterError."""
        asked = read_request(kind, read_json(await request.body()))
        name, long = always_long(asked.model)
        config = await self.upstream.config_of(name)
        client = client_of(request)
        more = await self.orders.more_of(asked, client.name)
        asked = await self.orders.with_previous(asked, client.name)
        if more is None and not (long and not is_chore(asked)) and not wants_run(asked, self.desk.settings.long_from):
            return self.short.answer(asked, config)
        self._check(asked, more)
        taken = await self.orders.take(asked, self._model(asked, config), client, more)
        return await self._send(asked, taken)

    def _check(self, asked: ApiRequest, more: More | None) -> None:
        """Raises ApiProblem for what a run cannot honour."""
        if more is not None and asked.n > 1:
            raise unsupported("n", "a text that is there goes on in one way")
        if asked.unfit:
            raise unsupported(asked.unfit, "a long text is written without it; ask for the model without :long")
        if asked.unknown:
            raise ApiProblem(400, f"{asked.unknown}: no such parameter", code="unknown_parameter", param=asked.unknown)
        if asked.laid and not self.upstream.remote:
            name = next(iter(asked.laid))
            raise unsupported(name, f"{self.upstream.name} runs in this server and does not know it")
        if asked.top_p == 0:
            raise unsupported("top_p", "a number above 0")
        if self.desk.settings.read_only:
            raise ApiProblem(403, "this server is read-only: no text is begun here", code="read_only")

    def _model(self, asked: ApiRequest, config: ModelConfig) -> ModelConfig | None:
        """The model of a run; None: that of the settings, with the planner that goes with it."""
        if asked.laid:
            return config.model_copy(update={"extra_body": {**config.extra_body, **asked.laid}})
        return None if config == self.upstream.config else config

    async def _send(self, asked: ApiRequest, taken: list[Taken]) -> Response:
        headers = {"x-longwriter-run": ", ".join(quote(one.run) for one in taken)}
        way = "joined" if all(one.joined for one in taken) else "run"
        if asked.kind == "response":
            return await self._response(asked, taken[0], way, headers)
        form = ChatForm(taken[0].order.id, asked.model, int(taken[0].order.at), legacy=asked.kind == "completion")
        if asked.stream:
            events = self._chunks(asked, form, taken)
            return self._released(self._stream(asked.kind, way, events, failed_chunk, headers), taken)
        return self._released(self._object(asked.kind, way, lambda: self._whole(form, taken), headers), taken)

    def _released(self, response: LastingResponse, taken: Sequence[Taken]) -> LastingResponse:
        """The response, which lets go of the runs even if its client is gone before it begins."""

        def after() -> None:
            for one in taken:
                self.orders.leave_unread(one)

        response.after = after
        return response

    async def _response(self, asked: ApiRequest, taken: Taken, way: str, headers: dict[str, str]) -> Response:
        form = form_of(taken)
        if asked.background:
            self.orders.read_through(taken)
            if not asked.stream:
                self.counts.requests[asked.kind, way, "200"] += 1
                return JSONResponse(form.whole("queued", "", ""), headers=headers)
            taken = await self.orders.again(taken)
        if asked.stream:
            return self.events(taken, form, -1, way, headers)
        return self._released(
            self._object(asked.kind, way, lambda: self._whole_response(form, taken), headers), [taken]
        )

    async def _chunks(self, asked: ApiRequest, form: ChatForm, taken: Sequence[Taken]) -> AsyncGenerator[bytes, None]:
        for index in range(len(taken)):
            yield form.opening(index)
        total = Took()
        async with aclosing(_side_by_side([self.orders.follow(one) for one in taken])) as pieces:
            async for index, piece in pieces:
                match piece:
                    case Progressed(text):
                        yield form.progress(index, text, self.desk.settings.progress)
                    case Given(text):
                        self.counts.words += count_words(text)
                        yield form.chunk(index, {"content": text})
                    case Over(finish, took):
                        total = total.plus(took)
                        about = await self._about(taken[index], took)
                        yield form.chunk(index, {}, finish, longwriter=about)
        if asked.include_usage:
            yield form.usage(total.usage("chat"), about if len(taken) == 1 else None)
        yield DONE

    async def _whole(self, form: ChatForm, taken: Sequence[Taken]) -> JsonObject:
        texts, told = [""] * len(taken), [""] * len(taken)
        ends = list[str]("" for _ in taken)
        total, about = Took(), list[object](None for _ in taken)
        async with aclosing(_side_by_side([self.orders.follow(one) for one in taken])) as pieces:
            async for index, piece in pieces:
                match piece:
                    case Progressed(text):
                        told[index] += text if self.desk.settings.progress == "reasoning" else ""
                    case Given(text):
                        texts[index] += text
                    case Over(finish, took):
                        ends[index], total = finish, total.plus(took)
                        about[index] = await self._about(taken[index], took)
        self.counts.words += sum(map(count_words, texts))
        choices = list(zip(texts, told, ends, strict=True))
        return form.whole(choices, total.usage("chat"), about[0] if len(about) == 1 else about)

    async def _whole_response(self, form: ResponseForm, taken: Taken) -> JsonObject:
        events = ResponseEvents(form, outlined=self.desk.settings.progress != "none")
        async with aclosing(self.orders.follow(taken)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Over):
                    self.counts.words += count_words(events.text)
                    return finished(form, piece, events.text, events.told, await self._about(taken, piece.took))
                events.piece(piece)
        raise ApiProblem(500, "the answer has no end", run=taken.run)

    def events(
        self, taken: Taken, form: ResponseForm, after: int, way: str, headers: dict[str, str] | None = None
    ) -> Response:
        """The events of a response behind a number."""
        made = ResponseEvents(form, after, outlined=self.desk.settings.progress != "none")

        async def told() -> AsyncGenerator[bytes, None]:
            yield made.opening()
            async with aclosing(self.orders.follow(taken)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Over):
                        yield made.over(piece, await self._about(taken, piece.took))
                    else:
                        self.counts.words += count_words(piece.text) if isinstance(piece, Given) else 0
                        yield made.piece(piece)

        def failed(problem: ApiProblem) -> bytes:
            return made.failed(str(problem), problem.code or "server_error")

        return self._released(self._stream("response", way, told(), failed, headers), [taken])

    async def _about(self, taken: Taken, took: Took) -> JsonObject:
        return await self.reports.about(self.desk.home / taken.run, took)

    async def _counted(self, kind: str, way: str, events: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        with self.counts.under_way(kind, way):
            async with aclosing(events):
                async for piece in events:
                    yield piece

    def _stream(
        self, kind: str, way: str, events: AsyncGenerator[bytes, None], failed: Callable[[ApiProblem], bytes],
        headers: dict[str, str] | None,
    ) -> LastingStream:  # fmt: skip
        async def opening() -> AsyncGenerator[bytes, None]:
            return self._counted(kind, way, events)

        return LastingStream(opening, failed, headers)

    def _object(
        self, kind: str, way: str, work: Callable[[], Awaitable[JsonObject]], headers: dict[str, str]
    ) -> LastingObject:
        async def made() -> JsonObject:
            with self.counts.under_way(kind, way):
                return await work()

        return LastingObject(made, headers)


def form_of(taken: Taken) -> ResponseForm:
    """What the response of an order looks like."""
    order = taken.order
    return ResponseForm(order.id, order.model, int(order.at), background=order.background)


def client_of(request: Request) -> Client:
    """Who asks, by the headers, and by the key that the guard has found."""
    headers = request.headers
    retry = headers.get("x-stainless-retry-count", "0")
    return Client(
        name=str(request.scope.get("state", {}).get("client") or ""),
        key=headers.get("idempotency-key", ""),
        fresh=headers.get("x-longwriter-fresh", "") not in ("", "0"),
        retry=int(retry) if retry.isdecimal() else 0,
    )


async def _side_by_side(answers: Sequence[AsyncGenerator[Piece, None]]) -> AsyncGenerator[tuple[int, Piece], None]:
    """The pieces of several answers, as they come. Raises what one raises; all are closed then."""
    if len(answers) == 1:
        async with aclosing(answers[0]) as only:
            async for piece in only:
                yield 0, piece
        return
    found = asyncio.Queue[tuple[int, Piece | None]]()

    async def read(index: int, answer: AsyncGenerator[Piece, None]) -> None:
        try:
            async with aclosing(answer) as pieces:
                async for piece in pieces:
                    found.put_nowait((index, piece))
        finally:
            found.put_nowait((index, None))

    tasks = [asyncio.ensure_future(read(index, answer)) for index, answer in enumerate(answers)]
    try:
        left = len(tasks)
        while left:
            index, found_piece = await found.get()
            if found_piece is None:
                left -= 1
                await tasks[index]
            else:
                yield index, found_piece
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
