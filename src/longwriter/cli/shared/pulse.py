"""How far a run is, down to the word that has just come: a fold over its events, and what is said of it.

What a reader sees only grows: a section has the most words that any of its candidates had so far, and tries that begin
again take nothing back. Words of a section under way count towards the whole up to what the plan gives it. Nothing is
printed here; the clock is handed in.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.cells import cell_len

from longwriter.cli.shared.screen import around, fit
from longwriter.cli.shared.tables import cache, money
from longwriter.models.base import Pause
from longwriter.text import count_words, counted
from longwriter.types import Plan
from longwriter.writer.events import (
    CallEnded,
    CallHeard,
    CallPaused,
    CallStarted,
    Event,
    Planned,
    SectionDone,
    SectionStarted,
)

SPEED_S = 2.0
"""Seconds of text from which on a speed is said."""
TITLE = 14
"""Columns of a title that go before how the writing goes on."""
SHORT_WAIT_S = 3.0
"""A wait is given its seconds from so many on."""
JSON_KEY = re.compile(r'"\w+"\s*:')
STATUS = re.compile(r"\d{3}\b")
SAID = 40
"""Characters of what a server said; its status alone, where it begins with one."""
PURPOSES = {  # first part of a step's name -> what is being done
    "plan": "planning",
    "agreement": "agreeing on what the chapters share",
    "notes": "taking notes on what is written",
    "section": "writing",
    "revise": "revising",
    "judge": "reading for faults",
}


def clock(seconds: float) -> str:
    """m:ss, or h:mm:ss."""
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    return f"{hours}:{m:02}:{s:02}" if hours else f"{m}:{s:02}"


@dataclass
class CallState:
    """A call that is under way."""

    step: str
    began: float
    first: float | None = None
    """When its first word came."""
    pause: Pause | None = None
    paused: float = 0.0
    _pieces: list[str] = field(default_factory=list)
    _counted: tuple[int, int] = (0, 0)

    def hear(self, piece: str) -> None:
        """The next piece of its text."""
        self._pieces.append(piece)

    @property
    def text(self) -> str:
        """What came so far; joined when it is looked at, while another thread may add to it."""
        count = len(self._pieces)
        whole = "".join(self._pieces[:count])
        self._pieces[:count] = [whole]
        return whole

    @property
    def words(self) -> int:
        """Words so far; the names of JSON's fields are none."""
        text = self.text
        if len(text) != self._counted[0]:
            self._counted = len(text), count_words(JSON_KEY.sub("", text))
        return self._counted[1]


@dataclass
class Pulse:
    """How far a run is. What one event costs does not grow with the text."""

    now: Callable[[], float]
    plan: Plan | None = None
    aim: int = 0
    cost: float | None = 0.0
    cache: str = ""
    """What the server's cache gave so far."""
    under_way: dict[int, str] = field(default_factory=dict)
    """Sections that are being written, and what their steps begin with."""
    _calls: dict[int, CallState] = field(default_factory=dict)
    _most: dict[str, int] = field(default_factory=dict)
    """Most words that a call of a step had, of sections under way."""
    _done: dict[int, int] = field(default_factory=dict)
    _done_words: int = 0
    _reused: int = 0
    _shown: int = 0
    _tokens_per_word: float | None = None
    _writing_since: float | None = None

    def __post_init__(self) -> None:
        self._began = self.now()

    def see(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Planned(plan, target):
                self.plan, self.aim = plan, target.aim
            case SectionStarted(index, steps):
                self.under_way[index] = steps
                self._writing_since = self._writing_since or self.now()
            case SectionDone(index, written, reused, cost, hit_rate, saved):
                self.cost, self.cache = cost, cache(hit_rate, saved)
                self._done_words += written - self._done.get(index, 0)
                self._done[index] = written
                self._reused += written if reused else 0
                self._forget(self.under_way.pop(index, ""))
            case CallStarted(call, step):
                self._keep(call)
                self._calls[call] = CallState(step, self.now())
            case CallHeard(call, text):
                self._hear(self._calls[call], text)
            case CallPaused(call, pause):
                self._wait(self._calls[call], pause)
            case CallEnded(call, tokens):
                self._end(call, tokens)

    def _hear(self, call: CallState, text: str) -> None:
        call.hear(text)
        call.pause = None
        if call.first is None and not text.isspace():
            call.first = self.now()

    def _wait(self, call: CallState, pause: Pause) -> None:
        if call.pause is None or call.pause.why != pause.why or pause.why == "retry":
            call.paused = self.now()
        call.pause = pause

    def _end(self, number: int, tokens: int | None) -> None:
        self._keep(number)
        call = self._calls.pop(number)
        if tokens and call.words:
            self._tokens_per_word = tokens / call.words

    def _keep(self, number: int) -> None:
        """What a call of a section has had stays with its step."""
        call = self._calls.get(number)
        if call is not None and call.step.startswith("section:"):
            self._most[call.step] = max(self._most.get(call.step, 0), call.words)

    def _forget(self, steps: str) -> None:
        """A finished section's steps are looked at no more."""
        if steps:
            self._most = {step: words for step, words in self._most.items() if not step.startswith(steps)}

    @property
    def count(self) -> int:
        """Sections."""
        return len(self.plan.sections) if self.plan else 0

    @property
    def last_words(self) -> str:
        """The end of the text that has been coming for the longest time."""
        coming = [c for c in list(self._calls.values()) if c.text and not c.step.startswith("plan")]
        return " ".join(coming[0].text[-600:].split()) if coming else ""

    @property
    def total(self) -> int:
        """Words of the whole so far: it does not fall."""
        begun = sum(min(self._words(i), self._planned(i)) for i in list(self.under_way))
        done = self._done_words
        coming = min(done + begun, max(done, self.aim))
        self._shown = done if self._over else max(self._shown, coming)
        return self._shown

    @property
    def _over(self) -> bool:
        """Nothing is left to be written."""
        return len(self._done) == self.count and not self.under_way

    def _planned(self, index: int) -> int:
        return self.plan.sections[index].words if self.plan else 0

    def _words(self, index: int) -> int:
        """Words of a section that is being written."""
        steps = self.under_way.get(index, "")
        if not steps:
            return 0
        most = {step: words for step, words in list(self._most.items()) if step.startswith(steps)}
        for call in list(self._calls.values()):
            if call.step.startswith(steps):
                most[call.step] = max(most.get(call.step, 0), call.words)
        return sum(most.values())

    def state(self, columns: int | None = None) -> str:
        """The whole: words, time, time left, cost; what there is room for."""
        now, total = self.now(), self.total
        new = total - self._reused
        parts = [f"{total:,} of {counted(self.aim, 'word')}" if self.plan else "no plan yet"]
        since = 0.0 if self._writing_since is None else now - self._writing_since
        if since >= SPEED_S and new > 0 and total < self.aim and not self._over:
            parts.append(f"{clock(since / new * (self.aim - total))} left")
        parts.append(clock(now - self._began))
        return fit([*parts, *([money(self.cost)] if self.cost else []), *([self.cache] if self.cache else [])], columns)

    def doing(self, columns: int | None = None) -> str:
        """What is being done just now, and how fast, or what it waits for."""
        calls = list(self._calls.values())
        writing = sorted(self.under_way)
        in_sections = [c for c in calls if c.step.startswith("section:")] if writing else []
        others = [c for c in calls if c not in in_sections]
        if not writing or (others and not in_sections):
            return self._preparing(others, columns)
        how = self._how(calls)
        if len(writing) > 1:
            heard = counted(sum(map(self._words, writing)), "word")
            return fit([f"{counted(len(writing), 'section')} side by side: {heard}", *how], columns)
        index, planned = writing[0], self._planned(writing[0])
        words = self._words(index)
        if any(0 < c.words < self._most.get(c.step, 0) for c in in_sections):
            how.append("another draft")
        came = [f"{min(words, planned):,} of {counted(planned, 'word')}"] if words or not how else []
        title = self.plan.sections[index].title if self.plan else ""
        head, room = f"section {index + 1}/{self.count}", min(cell_len(title), TITLE)
        after = fit([*came, *(["ending"] if words > planned else []), *how], columns and columns - len(head) - room - 3)
        return around(head, title, f": {after}", columns)

    def _preparing(self, calls: list[CallState], columns: int | None) -> str:
        """A plan, notes, or nothing that is known."""
        if not calls:
            return "ending" if self.plan else "planning"
        step = calls[0].step.split(":")
        what = PURPOSES.get(step[0], step[0])
        if step[:2] == ["plan", "line"]:
            what = f"planning section {step[2]}"
        elif step[:2] == ["plan", "chapter"]:
            what = f"planning chapter {step[2]}"
        if step[0] == "plan" and step[-1].isdigit() and step[-1] != "0":
            what = f"{what}, try {int(step[-1]) + 1}"
        words = sum(c.words for c in calls)
        heard = [f"{counted(words, 'word')} so far"] if words else []
        return fit([what, *heard, *self._how(calls), clock(self.now() - calls[0].began)], columns)

    def _how(self, calls: list[CallState]) -> list[str]:
        """Speed, or what is waited for; a retry in any case."""
        retries = [c for c in calls if c.pause and c.pause.why == "retry"]
        silent = calls and all(c.first is None or c.pause for c in calls)
        shown = [self._waiting(c) for c in (retries or (calls if silent else []))[:1]]
        return [*filter(None, [self._speed(calls)]), *shown]

    def _speed(self, calls: list[CallState]) -> str:
        now = self.now()
        rates = [c.words / (now - c.first) for c in calls if c.first is not None and now - c.first >= SPEED_S]
        if not sum(rates):
            return ""
        if self._tokens_per_word is not None:
            return f"{sum(rates) * self._tokens_per_word:.0f} tok/s"
        return f"{60 * max(rates):,.0f} words/min"

    def _waiting(self, call: CallState) -> str:
        pause, now = call.pause, self.now()
        since = now - (call.paused if pause else call.began)
        long = f", {since:.0f} s" if since >= SHORT_WAIT_S else ""
        if pause is None:
            return f"waiting for the first word{long}"
        if pause.why == "retry":
            return retrying(pause, max(0.0, pause.seconds - since))
        if pause.why == "prompt" and pause.share is not None:
            return f"reading the prompt, {100 * pause.share:.0f} %"
        said = {"slot": "waiting for a free slot", "prompt": "reading the prompt", "thinking": "thinking"}
        return said[pause.why] + long


def retrying(pause: Pause, seconds: float) -> str:
    """Which retry comes, why, and when."""
    status = STATUS.match(pause.said)
    said = status[0] if status else " ".join(pause.said.split())[:SAID]
    why = f" ({said})" if said else ""
    return f"retry {pause.number} of {max(pause.most, pause.number)}{why}, in {seconds:.0f} s"
