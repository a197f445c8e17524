"""From a request to a run, and along it to the answer.

The same request joins the run that it began, or that another server began in this folder; "continue" and "rewrite section 3"
go on with the run that the conversation holds; all else begins one. A run is read by any number of clients; when the last
of them hangs up, it stops as the settings say, and goes on when somebody asks again.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from longwriter.errors import InputError, LongWriterError
from longwriter.models.base import ModelConfig
from longwriter.runs.folders import run_name
from longwriter.serve.desk import Desk
from longwriter.serve.feed import Feed, Gone, PlanChanged, StateChanged
from longwriter.serve.v1.answers.book import ApiAnswer, ApiOrder, OrderBook, Place, request_digest
from longwriter.serve.v1.answers.limits import Finish
from longwriter.serve.v1.answers.text import AnswerText, place_after
from longwriter.serve.v1.answers.usage import Took, took
from longwriter.serve.v1.problems import ApiProblem, bad, over_budget, upstream_failed
from longwriter.serve.v1.request.body import ApiRequest
from longwriter.serve.v1.request.routing import Redo, instruction_of, is_continue, limit_words, redo_of
from longwriter.text import count_words
from longwriter.types import Plan
from longwriter.writer.session import Session

LEAST_REDONE = 20
"""Words that a rewritten section has at least."""
STOPPED = ("paused", "failed", "ceiling", "unfinished", "plan", "no plan", "finished")
"""States in which nobody works on a run, and no person has to decide first. `finished`: sections are due again since."""
MOST_PLANNED = 400
"""Sections of a plan that are shown."""


@dataclass(frozen=True)
class Client:
    """Who asks, and how."""

    name: str = ""
    """Of the key, where clients have keys."""
    key: str = ""
    """Idempotency-Key."""
    fresh: bool = False
    retry: int = 0
    """Which retry of its package it says this is."""


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


class Orders:
    """What clients have asked for."""

    def __init__(self, desk: Desk) -> None:
        """Reads what the runs of the desk's folder say of earlier requests."""
        self.desk, self.book = desk, OrderBook(desk.home)
        self.took: dict[str, Took] = {}
        """Of the runs that were read here."""
        self._readers: Counter[str] = Counter()
        self._fresh: dict[str, str] = {}
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def earlier(self, request: ApiRequest) -> tuple[str, ApiAnswer, bool] | None:
        """The run that the conversation's last answer is from, that answer, and whether the client has the whole of it."""
        if request.previous is not None:
            found = self.book.last_answer(request.previous.removeprefix("resp_"))
            return None if found is None else (*found, True)
        text = request.last("assistant")
        return self.book.run_of(text) if text else None

    def goes_on(self, request: ApiRequest) -> bool:
        """Whether the request wants more of a run, or part of one again."""
        if request.unfit or self.earlier(request) is None:
            return False
        last = request.messages[-1]
        return last.role == "assistant" or is_continue(last.text) or redo_of(last.text) is not None

    async def take(self, request: ApiRequest, config: ModelConfig | None, client: Client) -> list[Taken]:
        """A run for each choice; whoever takes them reads or releases each. Raises LongWriterError.

        `config`: the model; None: that of the settings.
        """
        taken = list[Taken]()
        async with self._lock:
            try:
                for number in range(request.n):
                    taken.append(await self._one(request, config, client, number))
                    self._readers[taken[-1].run] += 1
            except BaseException:
                for one in taken:
                    self.release(one, whole=False)
                raise
        return taken

    async def _one(self, request: ApiRequest, config: ModelConfig | None, client: Client, number: int) -> Taken:
        known = request_digest(request, client.name, client.key, number)
        if client.fresh or not request.store:
            if client.retry and known in self._fresh:
                known = self._fresh[known]
            else:
                unique = request_digest(request, client.name, client.key, number, unique=secrets.token_hex(8))
                self._fresh[known] = known = unique
        found = self.book.find(known, self.desk.settings.dedupe_h)
        if found is not None:
            return Taken(*found, joined=True, since=await self._go(*found))
        order = ApiOrder(
            id=known, at=time.time(), model=request.model, most=limit_words(request), stop=request.stop,
            background=request.background,
        )  # fmt: skip
        return await self._more(request, order) or await self._begin(request, config, order, number)

    async def _go(self, run: str, order: ApiOrder) -> int:
        """Have the run go on, if its answer is not whole yet; the records that its journal had before."""
        async with self.desk.feed(run) as feed:
            session, state, since, text = feed.following.session, feed.state().name, feed.position, AnswerText(order)
            if session is not None:
                for _ in text.pieces(session):
                    pass
                if text.finish or text.whole(session):
                    return since
        if state in STOPPED:
            await self.desk.go(run)
        return since

    async def _more(self, request: ApiRequest, order: ApiOrder) -> Taken | None:
        """More of the run that the conversation holds; None where it has no more, or nothing such is wanted."""
        earlier, last = self.earlier(request), request.messages[-1]
        if earlier is None or request.unfit:
            return None
        run, answer, whole = earlier
        redo = redo_of(last.text) if last.role == "user" else None
        if redo is None and last.role == "user" and not is_continue(last.text):
            return None
        async with self.desk.feed(run) as feed:
            session = feed.following.session
            if session is None or not session.manuscript.planned:
                return None
            order = order.model_copy(update={"entry": len(session.journal)})
            if redo is None:
                place = answer.end if whole else self._place(session, answer, request.last("assistant"))
                if place is None or AnswerText(order.model_copy(update={"begin": place})).whole(session):
                    return None
                order = order.model_copy(update={"begin": place})
            else:
                indices = _redone(session.manuscript.plan, redo)
                order = order.model_copy(update={"sections": tuple(session.manuscript.ids[i] for i in indices)})
                words = _redone_words(session, indices, redo)
        if redo is not None:
            await self.desk.do(run, lambda edits: edits.redo(indices, redo.instruction, words))
        self.book.add(run, order)
        return Taken(run, order, joined=False, since=await self._go(run, order))

    def _place(self, session: Session, answer: ApiAnswer, text: str) -> Place | None:
        found = self.book.find(answer.order)
        return None if found is None else place_after(session, found[1], text)

    async def _begin(self, request: ApiRequest, config: ModelConfig | None, order: ApiOrder, number: int) -> Taken:
        instruction, words = instruction_of(request.messages)
        if not instruction.strip():
            raise bad(
                "prompt" if request.kind == "completion" else "messages", "no message of the user says what to write"
            )
        seed = request.seed if request.seed is not None else 42 if number else None
        options = {
            "words": words, "temperature": request.temperature, "top_p": request.top_p,
            "seed": None if seed is None else seed + number, "model": config,
        }  # fmt: skip
        name = f"{run_name(instruction).rpartition('-')[0]}-{order.id[:8]}"
        if (self.desk.home / name).exists():  # older than a retry may be, or from a server that was killed right then
            name = f"{name}-{secrets.token_hex(2)}"
        run = await self.desk.begin(instruction, options, name=name)
        self.book.add(run, order)
        return Taken(run, order, joined=False)

    async def again(self, taken: Taken) -> Taken:
        """Take a run that is known once more."""
        async with self._lock:
            since = await self._go(taken.run, taken.order)
            self._readers[taken.run] += 1
        return replace(taken, since=since)

    async def stop(self, taken: Taken) -> None:
        """Have a run stop at once, unless somebody reads it."""
        if not self._readers[taken.run]:
            await self.desk.pause(taken.run)

    async def follow(self, taken: Taken) -> AsyncGenerator[Piece, None]:
        """The pieces of the answer as they come. Raises ApiProblem for a run that fails; closing it releases the run."""
        text, whole = AnswerText(taken.order), False
        try:
            async with self.desk.feed(taken.run) as feed, aclosing(_pieces(feed, taken, text)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Over):
                        whole = True
                        self.took[taken.run] = took(_session(feed), 0)
                    yield piece
        finally:
            if text.text:
                with suppress(LongWriterError):  # the run was deleted, or the disk is full: the answer stands
                    self.book.answered(taken.run, taken.order.id, text.text, text.place)
            self.release(taken, whole=whole)

    def release(self, taken: Taken, *, whole: bool) -> None:
        """One reader less. `whole`: it has all it wants."""
        self._readers[taken.run] -= 1
        if self._readers[taken.run] <= 0:
            del self._readers[taken.run]
            self._later(self._left(taken, whole=whole))

    def _later(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _left(self, taken: Taken, *, whole: bool) -> None:
        """Nobody reads any more."""
        if taken.order.background and not whole:
            return
        with suppress(LongWriterError):
            async with self.desk.feed(taken.run) as feed:
                state = feed.state().name
            if self._readers[taken.run] or state in STOPPED:
                return
            if whole or self.desk.settings.on_disconnect == "cancel":
                await self.desk.pause(taken.run)
            else:
                await self.desk.after_section(taken.run)

    async def aclose(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _pieces(feed: Feed, taken: Taken, text: AnswerText) -> AsyncGenerator[Piece, None]:
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


def _session(feed: Feed) -> Session:
    session = feed.following.session
    assert session is not None
    return session


def _told(change: object, session: Session | None, told: set[str]) -> list[str]:
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


def _redone(plan: Plan, redo: Redo) -> list[int]:
    """Indices of the sections that are meant. Raises ApiProblem for one that is not there."""
    chapters = list(dict.fromkeys(s.chapter for s in plan.sections if s.chapter))
    by_chapter = redo.chapters and bool(chapters)
    count, found = len(chapters) if by_chapter else len(plan.sections), list[int]()
    for number in redo.numbers:
        number = count if number < 0 else number
        if not 1 <= number <= count:
            kind = "chapter" if by_chapter else "section"
            raise bad("messages", f"there is no {kind} {number}: the text has {count}")
        found += (
            [i for i, s in enumerate(plan.sections) if s.chapter == chapters[number - 1]]
            if by_chapter
            else [number - 1]
        )
    return sorted(set(found))


def _redone_words(session: Session, indices: list[int], redo: Redo) -> int | None:
    """Words of each section; None: as planned."""
    if redo.words is not None:
        return max(LEAST_REDONE, round(redo.words / len(indices)))
    if redo.factor is None:
        return None
    written = [
        count_words(session.document.texts.get(i, "")) or session.manuscript.plan.sections[i].words for i in indices
    ]
    return max(LEAST_REDONE, round(redo.factor * sum(written) / len(written)))


def folder_of(desk: Desk, taken: Taken) -> Path:
    """Where a run is."""
    try:
        return desk.folder(taken.run)
    except InputError:
        raise ApiProblem(410, "the run was deleted", code="run_deleted", run=taken.run) from None
