"""The outline over HTTP: what an edit of it would do, and following it."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from longwriter.errors import EditConflict, InputError
from longwriter.serve.desk import Desk
from longwriter.serve.page.asking import OutlineAsked, OutlineLine, OutlineText, asked, outline_of, planned, run_named
from longwriter.serve.page.shown import PageJson, plan_json
from longwriter.types import Plan, Section
from longwriter.writer.plan.balance import balanced
from longwriter.writer.revision.edits import Edits
from longwriter.writer.revision.effects import effects
from longwriter.writer.session import Session


async def parsed(request: Request, desk: Desk) -> Response:  # noqa: ARG001 - as all handlers
    """An outline that was pasted, in any form that can be read."""
    plan = await asyncio.to_thread(outline_of, (await asked(request, OutlineText)).text)
    return PageJson({"title": plan.title, "sections": [section.model_dump() for section in plan.sections]})


async def preview(request: Request, desk: Desk) -> Response:
    """The outline with its budgets balanced, and what following it would do to the texts that are there."""
    told = await asked(request, OutlineAsked)
    _check_places(told)
    async with desk.feed(run_named(request, desk)) as feed:
        session = planned(feed.following.session)
        total = told.total or session.manuscript.plan.words
        budgets, left = balanced([line.words for line in told.sections], _fixed(told, session), total)
        plan = _plan(told, [max(1, words) for words in budgets])
        found = effects(session, plan, told.keep)
    lines = [line.model_dump() | {"words": words} for line, words in zip(told.sections, budgets, strict=True)]
    return PageJson({"sections": lines, "total": total, "left_over": left, "effects": found.model_dump()})


def _fixed(told: OutlineAsked, session: Session) -> Collection[int]:
    """Places whose budget stays: those held fast, the one just set, and those that are written.

    Another budget would be another line of the plan, and thus another text.
    """
    written = {session.manuscript.ids[i] for i in session.document.texts}
    held = {place for place, line in enumerate(told.sections) if line.id in written}
    return {*told.locks, *held} | ({told.changed} if told.changed is not None else set())


def _check_places(told: OutlineAsked) -> None:
    """Raises InputError for a place that is none of the outline's."""
    places = [*told.locks, *told.keep, *([] if told.changed is None else [told.changed])]
    if any(not 0 <= place < len(told.sections) for place in places):
        raise InputError(f"the outline has {len(told.sections)} sections; places count from 0")


def _plan(told: OutlineAsked, words: Sequence[int] | None = None) -> Plan:
    budgets = words or [line.words for line in told.sections]
    lines = zip(told.sections, budgets, strict=True)
    return Plan(title=told.title, sections=tuple(_section(line, count) for line, count in lines))


def _section(line: OutlineLine, words: int) -> Section:
    if words < 1:
        raise InputError(f"{line.title or 'a section'}: a section has at least one word")
    return Section(title=line.title or "-", chapter=line.chapter, point=line.point, words=words)


async def follow(request: Request, desk: Desk) -> Response:
    """Follow an edited outline. 409 with the one that is followed by now, where that is another than was edited."""
    told = await asked(request, OutlineAsked)
    _check_places(told)
    name, plan = run_named(request, desk), _plan(told)

    def change(edits: Edits) -> bool:
        try:
            edits.outline(plan, told.keep, base=told.base)
        except EditConflict:
            return False
        edits.lock(told.locks)
        return True

    if await desk.do(name, change):
        return PageJson({})
    error = {"message": "the outline has changed since you began to edit it", "type": "EditConflict"}
    async with desk.feed(name) as feed:
        now: dict[str, Any] = plan_json(feed, planned(feed.following.session))
    return PageJson({"error": error, "plan": now}, status_code=409)
