"""A run as the page's JSON has it, read from a feed."""

import json
from dataclasses import asdict
from typing import Any

from starlette.responses import JSONResponse

from longwriter.runs.folders import saved_settings
from longwriter.serve.feed import Feed, Meter
from longwriter.serve.page.findings import body
from longwriter.serve.page.markdown import RENDERED
from longwriter.serve.rows import RunRow
from longwriter.serve.writing.live import Revising
from longwriter.types import Section
from longwriter.writer.document import DocumentPart
from longwriter.writer.records.control import ControlRecord
from longwriter.writer.revision.versions import Version, waiting
from longwriter.writer.session import Session

ALIVE = ("planning", "writing")


class PageJson(JSONResponse):
    """JSON that can always be sent: a half of a character, as a model server's name may hold, becomes a question mark."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - as the library
        """The bytes."""
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
            "utf-8", "replace"
        )


def row_json(row: RunRow) -> dict[str, Any]:
    """A line of the list."""
    return asdict(row)


def run_json(feed: Feed, name: str, *, read_only: bool) -> dict[str, Any]:
    """All of a run but its texts."""
    saved = saved_settings(feed.folder)
    writer = saved.get("writer")
    session = feed.following.session
    settings = {
        "model": writer.get("model") if isinstance(writer, dict) else None,
        "context": saved.get("context"),
        "words": saved.get("words"),
        "max_cost": saved.get("max_cost"),
    }
    own = {
        "name": name,
        "instruction": saved.get("instruction", ""),
        "settings": settings,
        "cites": bool(saved.get("sources")),
    }
    told = own | plan_json(feed, session) | state_json(feed)
    return told | {"here": feed.here and not read_only}


def plan_json(feed: Feed, session: Session | None) -> dict[str, Any]:
    """The outline and what became of each of its lines."""
    told = {"position": feed.position, "plan_position": -1, "title": "", "aim": None, "locks": [], "sections": []}
    if session is None or not session.manuscript.planned:
        return told
    manuscript = session.manuscript
    parts = {part.index: part for part in session.document.parts()}
    writing = set(feed.writing)
    return told | {
        "plan_position": manuscript.plan_entry,
        "title": manuscript.plan.title,
        "aim": manuscript.target.aim,
        "locks": [name for name in manuscript.ids if name in manuscript.locks],
        "sections": [
            _section(session, index, section, parts.get(index), writing=index in writing)
            for index, section in enumerate(manuscript.plan.sections)
        ],
    }


def _section(
    session: Session, index: int, section: Section, part: DocumentPart | None, *, writing: bool
) -> dict[str, Any]:
    name = session.manuscript.ids[index]
    return {
        "index": index,
        "id": name,
        "title": section.title,
        "chapter": section.chapter,
        "point": section.point,
        "words": section.words,
        "written": part.words if part else None,
        "state": "writing" if writing else "done" if part else "todo",
        "stale": part.stale if part else False,
        "hand": part.hand if part else False,
        "version": part.entry if part else None,
        "drafts": len(waiting(session, index)),
        "locked": name in session.manuscript.locks,
    }


def state_json(feed: Feed) -> dict[str, Any]:
    """What the run is doing, what it may do, what it has taken."""
    state, session = feed.state(), feed.following.session
    control = (session.manuscript.control if session else None) or ControlRecord()
    return {
        "state": state.name,
        "here": feed.here,
        "why": state.why,
        "control": {
            "going": control.going,
            "review": control.review,
            "after": state.name in ALIVE and not control.going and session is not None and _told(session),
            "approve": control.approve,
        },
        "meter": meter_json(feed.meter()),
        "writing": list(feed.writing),
        "revising": _revising(feed, control),
        "awaited": _awaited(session),
    }


def _revising(feed: Feed, control: ControlRecord) -> dict[str, int] | None:
    """How far a revision is that is under way, or waits for its turn."""
    revision = feed.revision or (Revising(0, len(control.revise), 0) if control.revise else None)
    return revision._asdict() if revision else None


def _awaited(session: Session | None) -> list[int]:
    """Sections that have a text, and of which another was asked for."""
    if session is None or not session.manuscript.planned:
        return []
    manuscript = session.manuscript
    again = {i for i in range(len(manuscript.ids)) if manuscript.due(i) and manuscript.final(i) is not None}
    return sorted(again | {draft.index for draft in manuscript.wanted_drafts()})


def _told(session: Session) -> bool:
    """Whether a server was told what to do with the run: one that the command line writes goes on by itself."""
    return session.manuscript.control is not None


def meter_json(meter: Meter) -> dict[str, Any]:
    """What a run has taken."""
    return asdict(meter)


def changed_json(session: Session, index: int) -> dict[str, Any]:
    """A section that has another text, or another state."""
    part = next((part for part in session.document.parts() if part.index == index), None)
    told = {"index": index, "id": session.manuscript.ids[index], "drafts": len(waiting(session, index))}
    if part is None:
        return told | {"version": None, "html": None, "words": None, "stale": False, "hand": False}
    html = RENDERED.of(shown_text(session, index), index).html
    return told | {"version": part.entry, "html": html, "words": part.words, "stale": part.stale, "hand": part.hand}


def shown_text(session: Session, index: int) -> str:
    """A finished section's text as the page shows it, under a heading of the page's own."""
    return body(session.document.shown(index), session.manuscript.plan.sections[index].title)


def version_json(version: Version) -> dict[str, Any]:
    """A version without its text."""
    told = asdict(version)
    del told["text"]
    return told
