"""New texts over HTTP: which models there are, what a text will take, and its beginning."""

import asyncio
import time
from collections import OrderedDict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from longwriter.api.offers import OfferedModel, default_model, offered
from longwriter.config import build
from longwriter.models.offers import models_at
from longwriter.serve.desk import Desk
from longwriter.serve.page.asking import DraftAsked, TextAsked, asked, outline_of
from longwriter.serve.page.shown import PageJson
from longwriter.serve.writing.begin import new_run
from longwriter.types import Plan
from longwriter.writer.estimate import estimate as forecast
from longwriter.writer.settings import wanted_length

OFFERS_S = 20.0
"""How long the list of models is kept: asking this machine's servers takes half a second."""
KEPT = 64
"""Estimates that are kept."""


def _options(told: TextAsked) -> dict[str, Any]:
    """What a request says of a new run, as `Desk.begin` takes it. Raises InputError for an outline that cannot be read."""
    plan: Plan | None = outline_of(told.plan) if told.plan and told.plan.strip() else None
    options = told.model_dump(include={"words", "context", "max_cost"}) | {"plan": plan}
    return options | {"model": told.model or None, "base_url": told.base_url or None}


class Starting:
    """What is asked before a run begins. One for a server."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._offers: tuple[float, list[OfferedModel]] | None = None
        self._asking, self._rehearsing = asyncio.Lock(), asyncio.Lock()
        self._estimates: OrderedDict[str, dict[str, Any]] = OrderedDict()

    async def models(self, _: Request) -> Response:
        """The models that a text can be written with; the server's own first."""
        async with self._asking:
            if self._offers is None or time.monotonic() - self._offers[0] > OFFERS_S:
                self._offers = time.monotonic(), await asyncio.to_thread(self._offered)
        return PageJson({"models": [model._asdict() for model in self._offers[1]]})

    def _offered(self) -> list[OfferedModel]:
        """The model of a run that names none, the others at its server, and those of this machine."""
        write = self.desk.settings.write
        model, base_url = write.get("model"), write.get("base_url")
        if model is None:
            default = default_model()
            model, base_url = default["model"], default["base_url"]
        beside = (models_at(base_url) or ()) if base_url else ()
        found = [OfferedModel(str(model), base_url, "default")]
        found += [OfferedModel(name, base_url, "") for name in beside]
        once = {(one.name, one.base_url): one for one in reversed([*found, *offered()])}
        return list(once.values())[::-1]

    async def estimate(self, request: Request) -> Response:
        """What a text will take; no model is asked. One at a time: 100,000 words take some seconds of work."""
        told = await asked(request, TextAsked)
        key = told.model_dump_json(exclude={"approve", "review", "start"})
        async with self._rehearsing:
            if key not in self._estimates:
                self._estimates[key] = await asyncio.to_thread(self._estimated, told)
                if len(self._estimates) > KEPT:
                    self._estimates.popitem(last=False)
        return PageJson(self._estimates[key])

    def _estimated(self, told: TextAsked) -> dict[str, Any]:
        job = new_run(self.desk.home, self.desk.settings, told.prompt, _options(told), None)
        found = asyncio.run(forecast(job.settings, job.options))
        target = wanted_length(job.settings)
        return found.model_dump() | {"aim": target.aim if target else None, "seconds": round(60 * found.minutes)}

    async def begin(self, request: Request) -> Response:
        """Begin a run, and say what it is called."""
        told = await asked(request, TextAsked)
        options = await asyncio.to_thread(_options, told)
        name = await self.desk.begin(told.prompt, options, going=told.start, approve=told.approve, review=told.review)
        return PageJson({"name": name}, status_code=201)

    async def draft(self, request: Request) -> Response:
        """Make a run of a draft, the request's body, and say what it is called."""
        query = {key: value for key, value in request.query_params.items() if value}
        told = build(DraftAsked, dict(query), "the address")
        options = told.model_dump(include={"words", "context", "max_cost", "continue_from", "instruction", "base_url"})
        name = await self.desk.import_draft(
            told.name, await request.body(), options | {"model": told.model or None},
            going=told.start, approve=told.approve, review=told.review,
        )  # fmt: skip
        return PageJson({"name": name}, status_code=201)
