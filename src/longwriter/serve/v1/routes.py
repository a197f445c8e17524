"""The routes of OpenAI's protocol, of health and of metrics."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from longwriter.errors import LongWriterError
from longwriter.serve.desk import Desk
from longwriter.serve.v1.answering import Answering
from longwriter.serve.v1.metrics import TYPE, metrics
from longwriter.serve.v1.problems import ApiProblem, problem_of
from longwriter.serve.v1.request.body import Kind
from longwriter.serve.v1.stored import StoredResponses


class V1:
    """What the routes call."""

    def __init__(self, desk: Desk) -> None:
        """Raises InputError where the desk's model cannot be one."""
        self.desk = desk
        self.answering = Answering(desk)
        self.stored = StoredResponses(self.answering)

    async def chat(self, request: Request) -> Response:
        """POST /v1/chat/completions."""
        return await self._answer(request, "chat")

    async def completion(self, request: Request) -> Response:
        """POST /v1/completions."""
        return await self._answer(request, "completion")

    async def response(self, request: Request) -> Response:
        """POST /v1/responses."""
        return await self._answer(request, "response")

    async def _answer(self, request: Request, kind: Kind) -> Response:
        try:
            return await self.answering.answer(request, kind)
        except LongWriterError as error:
            problem = problem_of(error)
            self.answering.counts.requests[kind, "none", str(problem.status)] += 1
            return problem.response()

    async def stored_response(self, request: Request) -> Response:
        """GET /v1/responses/ID."""
        try:
            return await self.stored.get(request)
        except LongWriterError as error:
            return problem_of(error).response()

    async def cancel(self, request: Request) -> Response:
        """POST /v1/responses/ID/cancel."""
        try:
            return JSONResponse(await self.stored.cancel(request))
        except LongWriterError as error:
            return problem_of(error).response()

    async def models(self, request: Request) -> Response:
        """GET /v1/models, and one of them."""
        try:
            listing = await self.answering.upstream.listing()
        except LongWriterError as error:
            return problem_of(error).response()
        name = request.path_params.get("name")
        if name is None:
            return JSONResponse(listing)
        rows = listing["data"]
        assert isinstance(rows, list)
        found = next((row for row in rows if row["id"] == name), None)
        if found is None:
            return ApiProblem(404, f"no model {name!r} here", code="model_not_found", param="model").response()
        return JSONResponse(found)

    async def health(self, request: Request) -> Response:  # noqa: ARG002 - the protocol's signature
        """GET /health: the server answers."""
        return JSONResponse({"status": "ok"})

    async def metrics(self, request: Request) -> Response:  # noqa: ARG002 - as above
        """GET /metrics."""
        rows, today = await self.desk.rows(), self.desk.spent_today()
        text = metrics(self.answering.counts, rows, today, self.answering.orders.took.values())
        return PlainTextResponse(text, media_type=TYPE)


def routes(desk: Desk) -> list[BaseRoute]:
    """All of them."""
    v1 = V1(desk)
    return [
        Route("/v1/chat/completions", v1.chat, methods=["POST"]),
        Route("/v1/completions", v1.completion, methods=["POST"]),
        Route("/v1/responses", v1.response, methods=["POST"]),
        Route("/v1/responses/{id}", v1.stored_response, methods=["GET"]),
        Route("/v1/responses/{id}/cancel", v1.cancel, methods=["POST"]),
        Route("/v1/models", v1.models, methods=["GET"]),
        Route("/v1/models/{name:path}", v1.models, methods=["GET"]),
        Route("/health", v1.health, methods=["GET"]),
        Route("/metrics", v1.metrics, methods=["GET"]),
    ]
