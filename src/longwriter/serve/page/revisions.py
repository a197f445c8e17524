"""Findings over HTTP: dismissed by a person, mended by a revision, and an edit of it taken back."""

import asyncio
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from longwriter.errors import InputError
from longwriter.serve.desk import Desk
from longwriter.serve.page.asking import FindingsAsked, MendAsked, TakeBackAsked, asked, planned, run_named, spoken
from longwriter.serve.page.findings import shown_revision
from longwriter.serve.page.shown import PageJson
from longwriter.serve.writing.models import asked_model
from longwriter.writer.revising.outcomes import take_back
from longwriter.writer.stored import stored


async def revision(request: Request, desk: Desk) -> Response:
    """What came of the last revision so far."""
    name = run_named(request, desk)
    async with desk.feed(name) as feed:
        planned(feed.following.session)
    return PageJson(await asyncio.to_thread(_revision, desk.folder(name), spoken(request)))


async def mend(request: Request, desk: Desk) -> Response:
    """Mend findings, or go on with the revision of a run that was stopped."""
    told, name = await asked(request, MendAsked), run_named(request, desk)
    if bool(told.findings) == told.on:
        raise InputError("choose either what is to be mended, or to go on")
    model = await asyncio.to_thread(asked_model, desk.settings, told.model, told.base_url)
    await desk.revise(name, None if told.on else told.findings, model)
    return PageJson({})


async def back(request: Request, desk: Desk) -> Response:
    """Put back what an edit of a revision replaced."""
    told = await asked(request, TakeBackAsked)
    version = await desk.do(run_named(request, desk), lambda edits: take_back(edits.session, told.entry))
    return PageJson({"version": version})


async def dismissed(request: Request, desk: Desk) -> Response:
    """Say of findings that the text is right as it is, or let them count again."""
    told = await asked(request, FindingsAsked)
    await desk.do(run_named(request, desk), lambda edits: edits.dismiss(told.findings, again=told.again))
    return PageJson({})


def _revision(folder: Path, language: str) -> dict[str, Any]:
    """Of the run as it is, read apart from what is being changed."""
    return shown_revision(planned(stored(folder)), language)
