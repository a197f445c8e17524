"""One reader of a run's journal, shared by all who watch it, and what it tells each of them from the cursor that they have.

A cursor is a number of journal records. The journal's file is looked at five times a second, whoever writes it; the words
that a session of this server is hearing are added at the same pace. A reader that is slow, or was away, is given what
differs from its cursor, never a list of all that happened: nothing is lost, nothing is told twice, and nothing piles up.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from longwriter.api.following import Following
from longwriter.api.states import WAITS, RunState, run_state
from longwriter.errors import LongWriterError
from longwriter.runs.folders import DRAFT, JOURNAL, SETTINGS, being_written, saved_settings
from longwriter.serve.writing.live import Revising
from longwriter.writer.session import Session

TICK_S = 0.2
"""Between two looks at the run: words come at most five times a second."""
LOCK_EVERY = 10
"""Looks between two questions whether another process works on the run."""
ENCODED = 64
"""Encoded changes that are kept for the other readers."""


@dataclass(frozen=True)
class Meter:
    """What a run has taken, and what is to come."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int | None = None
    cost: float | None = 0.0
    """In US dollars; None: a price is unknown."""
    rest_cost: float | None = None
    """Of the words that are to come, if they cost what those that came did; None: not known."""
    budget: float | None = None
    words: int = 0
    aim: int | None = None
    words_per_minute: float | None = None
    """Over the time in which a model was at work."""
    minutes_left: float | None = None


@dataclass(frozen=True)
class PlanChanged:
    """There is an outline, or another one."""

    position: int


@dataclass(frozen=True)
class SectionChanged:
    """A section has another text, or another state."""

    position: int
    index: int


@dataclass(frozen=True)
class StateChanged:
    """What the run is doing, and its meter."""

    position: int
    state: RunState
    meter: Meter
    writing: tuple[int, ...]
    """Sections under way, as far as this server knows."""
    revision: Revising | None = None
    """How far it is where this server revises it."""


@dataclass(frozen=True)
class Words:
    """Live text of a section under way: what the reader has is right up to character `at`, and goes on with `text`."""

    index: int
    at: int
    text: str


@dataclass(frozen=True)
class Gone:
    """The run was deleted."""


Change = PlanChanged | SectionChanged | StateChanged | Words | Gone


@dataclass(frozen=True)
class Activity:
    """What this server does with a run at the moment."""

    running: bool = False
    queued: bool = False
    texts: Mapping[int, str] = field(default_factory=dict)
    """Live texts by section."""
    revision: Revising | None = None
    """How far it is where it is revised."""


@dataclass
class _Told:
    """What one reader has been told."""

    position: int
    state: StateChanged | None = None
    tick: int | None = None
    """None: no words."""


class Feed:
    """A run as it grows. One for all who watch it; used on the server's loop alone."""

    def __init__(self, folder: Path, activity: Callable[[], Activity], prices: Path | None = None) -> None:
        """`activity`: what this server does with it now. `prices`: a price file that goes before the shipped one."""
        self.folder, self._prices = folder, prices
        self.following: Following
        self.gone = False
        self.closed = False
        self._activity_now, self._activity = activity, Activity()
        self._alive = False
        self._state: StateChanged
        self._words: list[Words] = []
        self._tick = 0
        self._news = asyncio.Event()
        self._encoded: OrderedDict[Change, bytes] = OrderedDict()
        self._seen: tuple[int, int] = (-1, -1)
        self._follower: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Read the run, in a thread: a long one takes a moment. Raises RunError where it cannot be read."""
        self._activity = self._activity_now()
        self._alive = being_written(self.folder)
        self._seen = self._size()
        self.following = await asyncio.to_thread(Following, self.folder, self._prices)
        self._state = self._now()
        self._follower = asyncio.create_task(self._follow())

    def end(self) -> None:
        """Nobody watches any more, or the server ends: readers come to their end."""
        self.closed = True
        if self._follower is not None:
            self._follower.cancel()
        self._tell()

    @property
    def over(self) -> bool:
        """Whether it tells nothing any more: the run was deleted, or nobody looks at it."""
        return self.gone or self.closed

    @property
    def position(self) -> int:
        """Journal records read."""
        return self.following.position

    def state(self) -> RunState:
        """What the run is doing."""
        return self._state.state

    def meter(self) -> Meter:
        """What it has taken, as of `position`."""
        return self._state.meter

    @property
    def revision(self) -> Revising | None:
        """How far it is where this server revises it."""
        return self._state.revision

    @property
    def here(self) -> bool:
        """Whether this server may change the run: it writes it, or nobody does."""
        return self._activity.running or not self._alive

    @property
    def writing(self) -> tuple[int, ...]:
        """Sections under way, as far as this server knows."""
        return self._state.writing

    @property
    def live(self) -> Mapping[int, str]:
        """Live texts of the sections under way."""
        return self._activity.texts

    def encoded(self, change: Change, encode: Callable[[Change], bytes]) -> bytes:
        """The bytes of a change, made once for all readers."""
        known = self._encoded.get(change)
        if known is None:
            known = self._encoded[change] = encode(change)
            if len(self._encoded) > ENCODED:
                self._encoded.popitem(last=False)
        return known

    async def changes(self, since: int = 0, *, words: bool = True) -> AsyncGenerator[Change, None]:
        """What differs from `since`, a position, and then whatever changes. Ends with `Gone`, and when the server ends.

        `words`: live words, too.
        """
        told = _Told(since if 0 <= since <= self.position else 0)
        while True:
            news = self._news
            for change in self._for(told, words=words):
                yield change
            if self.gone:
                yield Gone()
            if self.gone or self.closed:
                return
            await news.wait()

    def _for(self, told: _Told, *, words: bool) -> list[Change]:
        """What a reader has not been told yet; all of one moment, and marked as told."""
        changes: list[Change] = list(self._since(told.position))
        if changes or told.state is not self._state:
            changes.append(self._state)
        if words and told.tick != self._tick:
            whole = (Words(i, 0, text) for i, text in self.live.items())
            changes += self._words if told.tick is not None and told.tick == self._tick - 1 else whole
        told.position, told.state, told.tick = self.position, self._state, self._tick
        return changes

    def _since(self, position: int) -> Iterator[Change]:
        """The outline and the sections that changed after a position.

        The cursor of each is such that a reader who is cut off after it is given all that follows.
        """
        session = self.following.session
        if session is None:
            return
        places = {name: i for i, name in enumerate(session.manuscript.ids)}
        touched = session.manuscript.touched.items()
        changed = sorted((n + 1, places[name]) for name, n in touched if n >= position and name in places)
        first = session.manuscript.plan_entry + 1
        if first > position:
            yield PlanChanged(first if not changed or changed[0][0] > first else position)
        yield from (SectionChanged(n, index) for n, index in changed)

    def look(self) -> None:
        """See what is there now, for a reader who has just changed something."""
        self._look(ask_lock=True)

    async def _follow(self) -> None:
        """Look at the run again and again."""
        count = 0
        try:
            while not self.gone:
                await asyncio.sleep(TICK_S)
                count += 1
                self._look(ask_lock=count % LOCK_EVERY == 0)
        finally:  # whatever ends it, no reader waits for ever
            self.closed = True
            self._tell()

    def _look(self, *, ask_lock: bool) -> None:
        """Look once, and tell the readers of what is new."""
        before, activity = self._activity, self._activity_now()
        size = self._size()
        if size[0] < 0 and not (self.folder / SETTINGS).exists():
            self.gone = True
            self._tell()
            return
        doing = (before.running, before.queued, before.revision) != (
            activity.running,
            activity.queued,
            activity.revision,
        )
        alive, moved = self._alive, size != self._seen
        if ask_lock or doing:
            self._alive = activity.running or being_written(self.folder)
        self._seen, now = size, self._state
        with suppress(LongWriterError):  # a damaged journal, or a folder that goes away: what was read stands
            moved = moved and self.following.refresh()
            self._activity = self._only_due(activity)
            shown = before.texts.keys() != self._activity.texts.keys()
            if moved or shown or doing or alive != self._alive:
                now = self._now()
        moved, self._state = now != self._state, now
        words = list(_new_words(before.texts, self._activity.texts))
        if words:
            self._words, self._tick = words, self._tick + 1
        if moved or words:
            self._tell()

    def _only_due(self, activity: Activity) -> Activity:
        """The activity without the live texts of sections that the journal has finished."""
        session = self.following.session
        if session is None or not session.manuscript.planned:
            return activity
        manuscript = session.manuscript
        due = {i: text for i, text in activity.texts.items() if i < len(manuscript.ids) and manuscript.due(i)}
        return replace(activity, texts=due)

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _size(self) -> tuple[int, int]:
        try:
            stat = (self.folder / JOURNAL).stat()
        except OSError:
            return -1, -1
        return stat.st_size, stat.st_mtime_ns

    def _now(self) -> StateChanged:
        activity = self._activity
        alive, drafted = self._alive or activity.running, (self.folder / DRAFT).exists()
        state = shown_state(
            self.following.session,
            alive=alive, drafted=drafted, queued=activity.queued, revising=activity.revision is not None,
        )  # fmt: skip
        return StateChanged(self.position, state, self._meter(), tuple(sorted(activity.texts)), activity.revision)

    def _meter(self) -> Meter:
        session = self.following.session
        if session is None:
            return Meter()
        spent = session.calls.spent
        aim = session.manuscript.target.aim if session.manuscript.planned else None
        words, minutes = session.document.written() if session.manuscript.planned else 0, spent.wall_seconds / 60
        rest = max(0, (aim or 0) - words)
        wrote = words - session.document.given_words() if words else 0
        pace = wrote / minutes if wrote > 0 and minutes else None
        told = saved_settings(self.folder).get("max_cost") if (self.folder / SETTINGS).exists() else None
        return Meter(
            calls=spent.calls,
            prompt_tokens=spent.prompt_tokens,
            completion_tokens=spent.completion_tokens,
            cached_tokens=spent.cached_tokens,
            cost=spent.cost,
            rest_cost=spent.cost * rest / wrote if spent.cost is not None and wrote > 0 else None,
            budget=float(told) if isinstance(told, int | float) else None,
            words=words,
            aim=aim,
            words_per_minute=round(pace, 1) if pace else None,
            minutes_left=round(rest / pace, 1) if pace else None,
        )


def shown_state(
    session: Session | None, *, alive: bool, drafted: bool, queued: bool, revising: bool = False
) -> RunState:
    """The state of a run, which may wait for its turn. `revising`: to its end; its note comes a moment before that."""
    if revising:
        return RunState("revising")
    state = run_state(session, alive=alive, drafted=drafted)
    return RunState("queued", WAITS) if queued and not alive and state.name != "to revise" else state


def _new_words(before: Mapping[int, str], now: Mapping[int, str]) -> Iterator[Words]:
    """What brings a reader from one state of the live texts to the next."""
    for index, text in now.items():
        old = before.get(index, "")
        if text.startswith(old):
            if len(text) > len(old):
                yield Words(index, len(old), text[len(old) :])
        else:
            at = next((i for i, (a, b) in enumerate(zip(old, text, strict=False)) if a != b), len(text))
            yield Words(index, at, text[at:])
