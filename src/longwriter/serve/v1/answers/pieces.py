"""An answer as it comes: lines about the work until the text begins, the text section by section, the end."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from longwriter.serve.feed import Change, Feed, Gone, PlanChanged, StateChanged
from longwriter.serve.v1.answers.book import ApiOrder
from longwriter.serve.v1.answers.limits import Finish
from longwriter.serve.v1.answers.text import AnswerText
from longwriter.serve.v1.answers.usage import Took, took
from longwriter.serve.v1.problems import ApiProblem, over_budget, upstream_failed
from longwriter.types import Plan
from longwriter.writer.session import Session

MOST_PLANNED = 400
"""Sections of a plan that are shown."""


@dataclass(frozen=True)
class Taken:
    """A run that answers, and as what."""

    run: str
    order: ApiOrder
    joined: bool
    since: int = 0
    """Records of its journal when it was taken: what failed before is no failure of this."""


@dataclass(frozen=True)
class Progressed:
    """A line about the work, for people."""

    text: str


@dataclass(frozen=True)
class Given:
    """The next piece of the text."""

    text: str


@dataclass(frozen=True)
class Over:
    """The answer is whole."""

    finish: Finish
    took: Took


Piece = Progressed | Given | Over


async def pieces_of(feed: Feed, taken: Taken, text: AnswerText) -> AsyncGenerator[Piece, None]:
    """The pieces of an answer as its run has them. Raises ApiProblem for a run that fails, or is deleted."""
    told = set[str]()
    async with aclosing(feed.changes(0, words=False)) as changes:
        async for change in changes:
            if isinstance(change, Gone):
                raise ApiProblem(410, "the run was deleted", code="run_deleted", run=taken.run)
            session = feed.following.session
            if not text.text:
                for line in _told(change, session, told):
                    yield Progressed(line)
            if session is not None and not isinstance(change, PlanChanged):
                for piece in text.pieces(session):
                    yield Given(piece)
            if session is not None and (text.finish or text.whole(session)):
                if held := text.close():
                    yield Given(held)
                yield Over(text.finish or "stop", took(session, taken.order.entry))
                return
            if isinstance(change, StateChanged):
                _check(change, taken)
    raise ApiProblem(
        503, "the server ends; the same request goes on with the run", code="server_stopping", run=taken.run
    )


def _check(change: StateChanged, taken: Taken) -> None:
    """Raises ApiProblem for a run that has failed since it was taken."""
    state, why = change.state.name, change.state.why
    if change.position > taken.since and state == "failed":
        raise upstream_failed(why or "the run failed", taken.run)
    if change.position > taken.since and state == "ceiling":
        raise over_budget(why or "the budget is spent", taken.run)


def _told(change: Change, session: Session | None, told: set[str]) -> list[str]:
    """Lines that were not told yet."""
    lines = list[str]()
    if isinstance(change, PlanChanged) and session is not None:
        lines.append(outline(session.manuscript.plan))
    if isinstance(change, StateChanged):
        if change.state.name == "planning" or change.state.why:
            lines.append(f"{change.state.why or 'planning'}\n".capitalize())
        elif session is not None and session.manuscript.planned:
            sections = session.manuscript.plan.sections
            lines += [f"Writing section {i + 1} of {len(sections)}: {sections[i].title}\n" for i in change.writing]
    new = [line for line in lines if line not in told]
    told.update(new)
    return new


def outline(plan: Plan) -> str:
    """A plan as people read it."""
    rows = [
        f"{i}. {section.title} ({section.words:,} words)" for i, section in enumerate(plan.sections[:MOST_PLANNED], 1)
    ]
    return "\n".join([f"Plan: {plan.title}" if plan.title else "Plan:", *rows, ""])
