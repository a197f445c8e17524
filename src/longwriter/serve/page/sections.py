"""One section over HTTP: its text, its versions and what differs between them, what is asked of it, what a person changes."""

import asyncio
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from longwriter.diff.merge import merge
from longwriter.diff.paragraphs import compare, patched
from longwriter.errors import EditConflict, InputError
from longwriter.serve.desk import Desk
from longwriter.serve.page.asking import (
    AcceptAsked,
    DraftsAsked,
    EditAsked,
    Nothing,
    RedoAsked,
    asked,
    number_asked,
    planned,
    run_named,
    section_asked,
)
from longwriter.serve.page.findings import body
from longwriter.serve.page.markdown import RENDERED
from longwriter.serve.page.shown import PageJson, shown_text, version_json
from longwriter.serve.writing.models import asked_model
from longwriter.text import count_words
from longwriter.writer.revision.edits import Edits
from longwriter.writer.revision.versions import versions, waiting
from longwriter.writer.session import Session

MOST_AT_ONCE = 50
"""Sections of one answer."""


async def texts(request: Request, desk: Desk) -> Response:
    """Finished sections as HTML, from one index to another."""
    start = number_asked(request, "from", 0)
    end = min(number_asked(request, "to", start + MOST_AT_ONCE), start + MOST_AT_ONCE)
    async with desk.feed(run_named(request, desk)) as feed:
        session = planned(feed.following.session)
        found = [
            (part, shown_text(session, part.index)) for part in session.document.parts() if start <= part.index < end
        ]

    def told() -> list[dict[str, Any]]:
        out = []
        for part, text in found:
            html, _, direction = RENDERED.of(text, part.index)
            own = {"index": part.index, "id": part.id, "version": part.entry, "words": part.words}
            out.append(own | {"html": html, "dir": direction})
        return out

    return PageJson({"sections": await asyncio.to_thread(told)})


async def all_versions(request: Request, desk: Desk) -> Response:
    """The versions of a section, without their texts."""
    async with desk.feed(run_named(request, desk)) as feed:
        session = planned(feed.following.session)
        index = section_asked(request, session.manuscript)
        final = session.manuscript.final(index)
        found = [version_json(version) for version in versions(session, index)]
        told = {"waiting": waiting(session, index), "withdrawn": session.manuscript.withdrawn(index)}
    return PageJson({"versions": found, "final": final.held.entry if final else None, **told})


async def one_version(request: Request, desk: Desk) -> Response:
    """A version with its text, as it is and as HTML."""
    async with desk.feed(run_named(request, desk)) as feed:
        session = planned(feed.following.session)
        index = section_asked(request, session.manuscript)
        text, title = version_text(session, index, request.path_params["entry"]), _title(session, index)
    rendered = await asyncio.to_thread(RENDERED.of, body(text, title), index)
    return PageJson({"text": text, "html": rendered.html, "dir": rendered.direction, "words": count_words(text)})


async def difference(request: Request, desk: Desk) -> Response:
    """What differs between two versions."""
    a, b = number_asked(request, "a"), number_asked(request, "b")
    async with desk.feed(run_named(request, desk)) as feed:
        session = planned(feed.following.session)
        index = section_asked(request, session.manuscript)
        before, after = (version_text(session, index, entry) for entry in (a, b))
    changes = await asyncio.to_thread(compare, before, after)
    return PageJson({"paragraphs": [change._asdict() for change in changes]})


def version_text(session: Session, index: int, entry: int) -> str:
    """The text of a version. Raises HTTPException 404."""
    for held in session.manuscript.versions(index):
        if held.entry == entry:
            return session.document.text_of(held.record)
    raise HTTPException(404, f"section {index + 1} has no version {entry}")


def _title(session: Session, index: int) -> str:
    return session.manuscript.plan.sections[index].title


async def redo(request: Request, desk: Desk) -> Response:
    """Write a section again. A run in which nothing else is to be done begins at once, any other when it goes on."""
    told, name = await asked(request, RedoAsked), run_named(request, desk)

    def change(edits: Edits) -> None:
        index = section_asked(request, edits.manuscript)
        alone = edits.manuscript.finished
        edits.redo([index], told.instruction, told.words)
        if alone:
            edits.control(going=True)

    await desk.do(name, change)
    return PageJson({})


async def redo_stale(request: Request, desk: Desk) -> Response:
    """Write again what was written over another text than it stands under now, but for what a person wrote."""
    await asked(request, Nothing)

    def change(edits: Edits) -> list[int]:
        alone = edits.manuscript.finished
        found = edits.redo_stale()
        if alone and found:
            edits.control(going=True)
        return found

    return PageJson({"sections": await desk.do(run_named(request, desk), change)})


async def drafts(request: Request, desk: Desk) -> Response:
    """Write texts beside a section's own."""
    told, name = await asked(request, DraftsAsked), run_named(request, desk)
    model = await asyncio.to_thread(asked_model, desk.settings, told.model, told.base_url)

    def change(edits: Edits) -> None:
        index = section_asked(request, edits.manuscript)
        words = told.words
        if words is None and told.factor is not None:
            now = edits.document.words.get(index) or edits.manuscript.plan.sections[index].words
            words = round(now * told.factor)
        edits.drafts(index, told.count, told.instruction, words, model)

    await desk.do(name, change)
    return PageJson({})


async def edit(request: Request, desk: Desk) -> Response:
    """A person's text. 409 with both texts put together where another is final by now."""
    told, name = await asked(request, EditAsked), run_named(request, desk)

    def change(edits: Edits) -> dict[str, Any]:
        index = section_asked(request, edits.manuscript)
        try:
            return {"version": edits.edit(index, told.text, base=told.base)}
        except EditConflict as conflict:
            base = version_text(edits.session, index, told.base if told.base is not None else -1)
            theirs = edits.document.texts[index]
            error = {"message": str(conflict), "type": "EditConflict"}
            return {"error": error, "base": {"text": base}, "theirs": {"entry": conflict.entry, "text": theirs}}

    done = await desk.do(name, change)
    if "error" not in done:
        return PageJson(done)
    chunks = await asyncio.to_thread(merge, done["base"]["text"], told.text, done["theirs"]["text"])
    return PageJson(done | {"merge": [chunk._asdict() for chunk in chunks]}, status_code=409)


async def accept(request: Request, desk: Desk) -> Response:
    """Make a version the section's text, or some of its paragraphs a part of it."""
    told, name = await asked(request, AcceptAsked), run_named(request, desk)

    def change(edits: Edits) -> int:
        index = section_asked(request, edits.manuscript)
        final = edits.manuscript.final(index)
        now = final.held.entry if final else None
        if told.base is not None and told.base != now:
            raise EditConflict(f"section {index + 1} has another text by now; compare again", now or 0)
        text = version_text(edits.session, index, told.version)
        if told.paragraphs is None or now is None:
            edits.accept(index, told.version)
            return told.version
        changes = compare(edits.document.texts[index], text)
        if not set(told.paragraphs) <= set(range(len(changes))):
            raise InputError(f"the comparison has {len(changes)} paragraphs; compare again")
        return edits.edit(index, patched(changes, told.paragraphs), base=now, why="merged")

    return PageJson({"version": await desk.do(name, change)})
