"""A run that is written here: its session, what it hears as it comes, and what it costs."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from longwriter.serve.writing.worker import Work
from longwriter.writer.events import CallEnded, CallHeard, CallStarted, Event, RevisionStep, SectionDone, SectionStarted
from longwriter.writer.revision.edits import Edits, has_work
from longwriter.writer.session import Session

T = TypeVar("T")


class Revising(NamedTuple):
    """How far a revision is: findings that are dealt with, of so many, and of them mended."""

    done: int
    total: int
    mended: int


class LiveRun:
    """A run that is written here. What its session reports is heard in the worker's thread, and read in the server's."""

    def __init__(self, name: str, on_spent: Callable[["LiveRun"], None]) -> None:
        """`on_spent`: told in the worker's thread that the run has cost more, and when it is open."""
        self.name = name
        self.session: Session | None = None
        """Set in the worker's thread, while it may be edited."""
        self.work: Work[bool] | None = None
        self.changed = False
        """A person has changed something since it began."""
        self.revision: Revising | None = None
        """How far it is where it is revised; nobody else changes the text then."""
        self.counted = 0.0
        """Dollars of the run that are in the day's sum already."""
        self._here = asyncio.get_running_loop()
        self._settled, self.over = asyncio.Event(), asyncio.Event()
        self._on_spent = on_spent
        self._steps: dict[str, int] = {}
        """Sections under way, by what the names of their calls begin with."""
        self._calls: dict[int, tuple[int, str]] = {}
        """The call that is shown of each section, and its step."""
        self._sections: dict[int, int] = {}
        """Sections by the call that is shown of them."""
        self._texts: dict[int, list[str]] = {}

    async def settled(self) -> None:
        """Wait until it may be edited, or is over."""
        await self._settled.wait()

    def end(self) -> None:
        """It is over, also where it was stopped before it had begun: whoever waits for it goes on."""
        self._settled.set()
        self.over.set()

    def stop(self) -> None:
        """Stop it at once; `over` tells when it is."""
        if self.work is not None:
            self.work.stop()

    async def do(self, action: Callable[[Edits], T]) -> tuple[T] | None:
        """Change it, and give what `action` returns; None where it is over. In the worker's thread."""
        if self.session is None:
            return None
        self.changed, ids = True, self.session.manuscript.ids
        try:
            return (action(Edits(self.session)),)
        finally:
            self._move(ids, self.session.manuscript.ids)

    def _move(self, before: Sequence[str], now: Sequence[str]) -> None:
        """Follow the sections under way to where an edited outline has put them; one that it drops is shown no more."""
        if before == now:
            return
        places = {name: i for i, name in enumerate(now)}
        moved = {i: places[name] for i, name in enumerate(before) if name in places}
        self._steps = {steps: moved[i] for steps, i in self._steps.items() if i in moved}
        self._calls = {moved[i]: call for i, call in self._calls.items() if i in moved}
        self._sections = {call: moved[i] for call, i in self._sections.items() if i in moved}
        self._texts = {moved[i]: text for i, text in self._texts.items() if i in moved}

    def open(self, session: Session) -> None:
        """The session may be edited from now on; in the worker's thread."""
        self.session = session
        self.counted = session.calls.spent.cost or 0.0
        self._on_spent(self)
        self._here.call_soon_threadsafe(self._settled.set)

    def close(self) -> bool:
        """The session has just ended, and nothing can be changed in it from here on; in the worker's thread.

        Whether a person's change came too late for it.
        """
        session = self.session
        try:
            self._on_spent(self)
        finally:
            self.session, self._texts = None, {}
        return session is not None and self.changed and has_work(session)

    @property
    def texts(self) -> Mapping[int, str]:
        """The live text of each section under way; of one moment, whichever thread asks."""
        return {index: "".join(pieces) for index, pieces in list(self._texts.items())}

    def hear(self, event: Event) -> None:
        """What happens; in the worker's thread."""
        match event:
            case SectionStarted(index, steps):
                self._steps[steps], self._texts[index] = index, []
            case CallStarted(call, step):
                self._show(call, step)
            case CallHeard(call, text):
                if call in self._sections:
                    self._texts[self._sections[call]].append(text)
            case CallEnded(call):
                if (shown := self._sections.pop(call, None)) is not None:
                    self._calls.pop(shown, None)
                self._on_spent(self)
            case RevisionStep(_, done, total, mended):
                self.revision = Revising(done, total, mended)
            case SectionDone(index):
                self._texts.pop(index, None)
                self._steps = {steps: i for steps, i in self._steps.items() if i != index}
                self._on_spent(self)

    def _show(self, call: int, step: str) -> None:
        """Show a call, over the replies that its section has already; of candidates side by side, the first alone."""
        steps, _, number = step.rpartition(":")
        index = self._steps.get(f"{steps}:")
        if index is None or (index in self._calls and self._calls[index] != (call, step)):
            return
        self._calls[index], self._sections[call] = (call, step), index
        known = self.session.calls.known if self.session else None
        before = [reply.text.strip() for k in range(int(number)) if known and (reply := known(f"{steps}:{k}"))]
        self._texts[index] = [f"{text}\n\n" for text in before]
