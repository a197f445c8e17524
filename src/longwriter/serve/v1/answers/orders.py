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
from weakref import WeakValueDictionary

from longwriter.errors import LongWriterError, RunError
from longwriter.models.base import ModelConfig
from longwriter.runs.folders import run_name
from longwriter.serve.desk import Desk
from longwriter.serve.feed import Feed
from longwriter.serve.v1.answers.book import ApiAnswer, ApiOrder, FedPlace, OrderBook, request_digest
from longwriter.serve.v1.answers.pieces import Over, Piece, Progressed, Taken, pieces_of
from longwriter.serve.v1.answers.text import AnswerText, place_after
from longwriter.serve.v1.answers.usage import Took, took
from longwriter.serve.v1.problems import ApiProblem, bad
from longwriter.serve.v1.request.body import ApiMessage, ApiRequest
from longwriter.serve.v1.request.routing import Redo, instruction_of, is_chore, is_continue, limit_words, redo_of
from longwriter.text import count_words
from longwriter.types import Plan
from longwriter.writer.session import Session

_EMPTY = ApiOrder(id="", at=0, model="")
LEAST_REDONE = 20
"""Words that a rewritten section has at least."""
STOPPED = ("paused", "failed", "ceiling", "plan", "no plan", "finished")
"""States of a run in which nothing has to be stopped."""


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
class More:
    """What a request wants of a run that is there."""

    run: str
    begin: FedPlace
    """Where the text goes on that the client has."""
    redone: tuple[int, ...] = ()
    """Indices of sections that are wanted again; (): what comes behind that is wanted."""
    instruction: str = ""
    words: int | None = None
    """Of each."""


class Orders:
    """What clients have asked for."""

    def __init__(self, desk: Desk) -> None:
        """Reads what the runs of the desk's folder say of earlier requests."""
        self.desk, self.book = desk, OrderBook(desk.home)
        self.took: dict[str, Took] = {}
        """Of the runs that were read here."""
        self._readers: Counter[str] = Counter()
        self._fresh: dict[str, str] = {}
        self._alone = WeakValueDictionary[str, asyncio.Lock]()
        """Locks of runs and orders: what one reader who comes and one who leaves want of a run never mixes."""
        self._unread: set[int] = set()
        """Who was taken, and has not been read."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._background: dict[str, asyncio.Task[None]] = {}
        """Readers of the responses that nobody waits for, by order."""

    def earlier(self, request: ApiRequest, client: str) -> tuple[str, ApiAnswer, bool] | None:
        """The run that the conversation's last answer is from, that answer, and whether the client has the whole of it."""
        if request.previous is not None:
            found = self.book.last_answer(request.previous.removeprefix("resp_"), client)
            return None if found is None else (*found, True)
        text = request.last("assistant")
        return self.book.run_of(text, client) if text else None

    async def more_of(self, request: ApiRequest, client: str) -> More | None:
        """What the request wants of a run that the conversation holds; None: nothing, or the run has no more.

        Raises ApiProblem for a section that is not there.
        """
        earlier, last = self.earlier(request, client), request.messages[-1]
        if earlier is None or request.unfit or is_chore(request):
            return None
        run, answer, whole = earlier
        redo = redo_of(last.text) if last.role == "user" else None
        if redo is None and last.role == "user" and not is_continue(last.text):
            return None
        async with self.desk.feed(run) as feed:
            session = feed.following.session
            if session is None or not session.manuscript.planned:
                return None
            place = answer.end if whole else self._place(session, answer, request.last("assistant"))
            if redo is not None:
                indices, place = _redone(session.manuscript.plan, redo), place or answer.end
                return More(run, place, tuple(indices), redo.instruction, _redone_words(session, indices, redo))
            if place is None or AnswerText(_EMPTY.model_copy(update={"begin": place})).whole(session):
                return None
            return More(run, place)

    async def with_previous(self, request: ApiRequest, client: str) -> ApiRequest:
        """The request with the conversation that it follows. Raises ApiProblem where that is not there."""
        if request.previous is None:
            return request
        found = self.book.of_client(request.previous.removeprefix("resp_"), client)
        if found is None:
            raise ApiProblem(
                404,
                f"no response {request.previous!r} here",
                code="previous_response_not_found",
                param="previous_response_id",
            )
        run, order = found
        async with self.desk.feed(run) as feed:
            session = feed.following.session
            text = AnswerText(order)
            said = "" if session is None else "".join(text.pieces(session)) + text.close()
            asked = "" if session is None else session.settings.instruction
        before = ApiMessage("user", asked), ApiMessage("assistant", said)
        rules = [m for m in request.messages if m.role == "system"]
        rest = [m for m in request.messages if m.role != "system"]
        return replace(request, messages=(*rules, *before, *rest))

    async def take(
        self, request: ApiRequest, config: ModelConfig | None, client: Client, more: More | None
    ) -> list[Taken]:
        """A run for each choice; whoever takes them reads or releases each. Raises LongWriterError.

        `config`: the model; None: that of the settings. `more`: what is wanted of a run that is there; None: a new one.
        """
        taken = list[Taken]()
        try:
            for number in range(request.n):
                known = self._known(request, client, number)
                async with self._lock(known):
                    order = ApiOrder(
                        id=known, at=time.time(), model=request.model, client=client.name, most=limit_words(request),
                        stop=request.stop, background=request.background,
                    )  # fmt: skip
                    taken.append(await self._one(request, config, order, number, more))
        finally:
            if len(taken) < request.n:
                for one in taken:
                    self.leave_unread(one)
        return taken

    def _lock(self, name: str) -> asyncio.Lock:
        lock: asyncio.Lock = self._alone.setdefault(name, asyncio.Lock())
        return lock

    def _known(self, request: ApiRequest, client: Client, number: int) -> str:
        """The digest of a choice; of a fresh one another each time, but for a retry of it."""
        known = request_digest(request, client.name, client.key, number)
        if not client.fresh and request.store:
            return known
        if not client.retry or known not in self._fresh:
            unique = secrets.token_hex(8)
            self._fresh[known] = request_digest(request, client.name, client.key, number, unique=unique)
        return self._fresh[known]

    async def _one(
        self, request: ApiRequest, config: ModelConfig | None, order: ApiOrder, number: int, more: More | None
    ) -> Taken:
        found = self.book.find(order.id, self.desk.settings.dedupe_h)
        if found is not None:
            self.book.cancelled.discard(order.id)  # it is wanted again
            return await self._join(*found)
        if more is not None:
            return await self._go_on(more, order)
        return await self._begin(request, config, order, number)

    async def _join(self, run: str, order: ApiOrder, redo: More | None = None) -> Taken:
        """Read a run, and have it go on if its answer is not whole yet. `redo`: what of it is wanted again first."""
        async with self._lock(run):
            async with self.desk.feed(run) as feed:
                session, state, since = feed.following.session, feed.state().name, feed.position
                whole = session is not None and redo is None and AnswerText(order).take_all(session)
            if redo is not None:
                await self.desk.do(run, lambda edits: edits.redo(redo.redone, redo.instruction, redo.words))
                self.book.add(run, order)
            if not whole and state not in ("approval", "review"):
                self.desk.spending.check()
                try:
                    await self.desk.go(run)
                except RunError:
                    if state not in ("planning", "writing"):  # else another process writes it, and it is read
                        raise
            return self._taken(Taken(run, order, joined=redo is None, since=since))

    async def _go_on(self, more: More, order: ApiOrder) -> Taken:
        """Go on with a run, or with what is wanted again of it."""
        async with self.desk.feed(more.run) as feed:
            session = _session(feed)
            ids, entry = session.manuscript.ids, len(session.journal)
        changed = {"entry": entry, "begin": more.begin, "sections": tuple(ids[i] for i in more.redone)}
        order = order.model_copy(update=changed)
        if more.redone:
            return await self._join(more.run, order, more)
        self.book.add(more.run, order)
        return await self._join(more.run, order)

    def _place(self, session: Session, answer: ApiAnswer, text: str) -> FedPlace | None:
        found = self.book.find(answer.order)
        return None if found is None else place_after(session, found[1], text)

    async def _begin(self, request: ApiRequest, config: ModelConfig | None, order: ApiOrder, number: int) -> Taken:
        instruction, words = instruction_of(request.messages)
        if not instruction.strip():
            raise bad(
                "prompt" if request.kind == "completion" else "messages", "no message of the user says what to write"
            )
        seed = (
            request.seed if request.seed is not None else self.desk.settings.write.get("seed", 42) if number else None
        )
        options = {
            "words": words, "temperature": request.temperature, "top_p": request.top_p,
            "seed": None if seed is None else seed + number, "model": config,
        }  # fmt: skip
        name = f"{run_name(instruction).rpartition('-')[0]}-{order.id[:8]}"
        if (self.desk.home / name).exists():  # older than a retry may be, or from a server that was killed right then
            name = f"{name}-{secrets.token_hex(2)}"
        run = await self.desk.begin(instruction, options, name=name)
        self.book.add(run, order)
        return self._taken(Taken(run, order, joined=False))

    def _taken(self, taken: Taken) -> Taken:
        self._readers[taken.run] += 1
        self._unread.add(id(taken))
        return taken

    def leave_unread(self, taken: Taken) -> None:
        """Release a run that was taken and is not going to be read, if nobody has begun to."""
        if id(taken) in self._unread:
            self._unread.discard(id(taken))
            self.release(taken, whole=False)

    def read_through(self, taken: Taken) -> None:
        """Read an answer for nobody, so that its run goes on, and stops where the answer ends."""

        async def read() -> None:
            with suppress(LongWriterError):  # whoever asks for the response is told
                async with aclosing(self.follow(taken)) as pieces:
                    async for _ in pieces:
                        pass

        if taken.order.id in self._background:
            self.leave_unread(taken)
            return
        task = self._background[taken.order.id] = self._later(read())
        task.add_done_callback(lambda _: self._background.pop(taken.order.id, None))

    async def again(self, taken: Taken) -> Taken:
        """Take a run that is known once more."""
        return await self._join(taken.run, taken.order)

    async def stop(self, taken: Taken) -> None:
        """Have a run stop at once, unless somebody reads it."""
        if (reading := self._background.get(taken.order.id)) is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            self.leave_unread(taken)
        async with self._lock(taken.run):
            if not self._readers[taken.run]:
                await self.desk.pause(taken.run)

    async def follow(self, taken: Taken) -> AsyncGenerator[Piece, None]:
        """The pieces of the answer as they come. Raises ApiProblem for a run that fails; closing it releases the run."""
        text, whole, told = AnswerText(taken.order), False, ""
        self._unread.discard(id(taken))
        try:
            async with self.desk.feed(taken.run) as feed, aclosing(pieces_of(feed, taken, text)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Progressed) and self.desk.settings.progress == "content":
                        told += piece.text  # in a stream, a client has it for a part of the text
                    if isinstance(piece, Over):
                        whole = True
                        self.took[taken.run] = took(_session(feed), 0)
                    yield piece
        finally:
            if text.text:
                with suppress(LongWriterError):  # the run was deleted, or the disk is full: the answer stands
                    for shown in dict.fromkeys((told + text.text, text.text)):
                        self.book.answered(taken.run, taken.order.id, shown, text.place)
            self.release(taken, whole=whole)

    def release(self, taken: Taken, *, whole: bool) -> None:
        """One reader less. `whole`: it has all it wants."""
        self._readers[taken.run] -= 1
        if self._readers[taken.run] <= 0:
            del self._readers[taken.run]
            self._later(self._left(taken, whole=whole))

    def _later(self, work: Coroutine[object, object, None]) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _left(self, taken: Taken, *, whole: bool) -> None:
        """Nobody reads any more."""
        with suppress(LongWriterError):
            async with self._lock(taken.run):
                async with self.desk.feed(taken.run) as feed:
                    state = feed.state().name
                if self._readers[taken.run] or state in STOPPED:
                    return
                if whole or self.desk.settings.on_disconnect == "cancel":
                    await self.desk.pause(taken.run)
                else:
                    await self.desk.after_section(taken.run)


def _session(feed: Feed) -> Session:
    session = feed.following.session
    assert session is not None
    return session


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
