"""Responses that are there: read again, from where a client was cut off, and cancelled."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from longwriter.serve.v1.answering import Answering, client_of, form_of
from longwriter.serve.v1.answers.pieces import Over, Taken, outline
from longwriter.serve.v1.answers.text import AnswerText
from longwriter.serve.v1.answers.usage import took
from longwriter.serve.v1.forms.responses import PREFIX, finished
from longwriter.serve.v1.problems import ApiProblem, bad
from longwriter.serve.v1.sending import JsonObject


class StoredResponses:
    """The responses that are runs."""

    def __init__(self, answering: Answering) -> None:
        """`answering`: gave them."""
        self.answering, self.orders, self.desk = answering, answering.orders, answering.desk

    async def get(self, request: Request) -> Response:
        """A response as it stands, or its events behind `starting_after`. Raises ApiProblem."""
        taken, query = self._taken(request), request.query_params
        if query.get("stream", "false").lower() not in ("true", "1"):
            return JSONResponse(await self._now(taken))
        after = query.get("starting_after", "-1")
        if not after.lstrip("-").isdecimal():
            raise bad("starting_after", "the number of an event")
        if taken.order.id in self.orders.book.cancelled:
            raise ApiProblem(400, "the response was cancelled; ask again with x-longwriter-fresh: 1", code="cancelled")
        taken = await self.orders.again(taken)
        return self.answering.events(taken, form_of(taken), int(after), "joined")

    async def cancel(self, request: Request) -> JsonObject:
        """Stop a response that nobody else reads; the run is kept. Raises ApiProblem."""
        taken = self._taken(request)
        if not taken.order.background:
            raise ApiProblem(400, "only a response in the background can be cancelled", code="invalid_value")
        now = await self._now(taken)
        if now["status"] in ("queued", "in_progress"):
            self.orders.book.cancel(taken.order.id)
            await self.orders.stop(taken)
            now["status"] = "cancelled"
        return now

    def _taken(self, request: Request) -> Taken:
        name = str(request.path_params["id"])
        found = self.orders.book.of_client(name.removeprefix(PREFIX), client_of(request).name)
        if found is None or not name.startswith(PREFIX):
            raise ApiProblem(404, f"no response {name!r} here", code="response_not_found")
        return Taken(*found, joined=True)

    async def _now(self, taken: Taken) -> JsonObject:
        form, text = form_of(taken), AnswerText(taken.order)
        async with self.desk.feed(taken.run) as feed:
            session, state = feed.following.session, feed.state()
            if session is None or not session.manuscript.planned:
                told, over = "", None
            else:
                told = outline(session.manuscript.plan) if self.desk.settings.progress != "none" else ""
                whole = text.take_all(session)
                over = Over(text.finish or "stop", took(session, taken.order.entry)) if whole else None
        if over is not None:
            self.orders.book.answered(taken.run, taken.order.id, text.text, text.place)
            return finished(
                form, over, text.text, told, await self.answering.reports.about(self.desk.home / taken.run, over.took)
            )
        if taken.order.id in self.orders.book.cancelled:
            return form.whole("cancelled", text.text, told)
        if state.name in ("failed", "ceiling"):
            code = "server_error" if state.name == "failed" else "budget_reached"
            return form.whole("failed", text.text, told, error={"code": code, "message": state.why})
        return form.whole("in_progress" if session is not None else "queued", text.text, told)
