"""Step II for one section: ask, look at what came, continue while too much is missing (AgentWrite section 3.2).

A section's text is a pure function of the replies that made it (`assemble`), so the journal holds replies alone.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from longwriter.errors import EmptyReply, TruncatedPrompt
from longwriter.journal import digest
from longwriter.text import count_words, ends_complete, head_words, last_sentence_end, tail_words
from longwriter.types import Message, Plan, Reply, Request, Section
from longwriter.writer.budget import MOST_PIECES, Pace, missing
from longwriter.writer.calls import Calls, user
from longwriter.writer.context import TOKENS_A_WORD, Memory, Seen
from longwriter.writer.planning import REQUEST_WORDS
from longwriter.writer.prompts import Name, PromptSet
from longwriter.writer.seam import join, strip_markers
from longwriter.writer.settings import WriteSettings

LEAST_PIECE = 15
"""When its last continuations, two at most, add fewer words each, a section ends."""
TRAINED_ASK = 300
"""Most words in one request to a model with its own prompt set: its window holds hardly more."""
TRAINED_TOKENS = 1.6
"""Tokens a word allowed to such a model, which may not stop by itself; nano's prose has 1.35."""
RECENT_WORDS, RECENT_CHARACTERS = 70, 600
"""What such a model sees of the text so far; as in its training data."""
PREFILL_WORDS, PREFILL_CHARACTERS = 40, 300
"""The most of an unfinished sentence that a model goes on from; it may never have ended one, nor a word."""
LAST_LINES = 60
"""Words of its own end that a section's continuation is shown once more."""
HEADING = re.compile(r"\A\s*#{1,6}[ \t]+(?P<title>[^\n]+)\n*")


def section_ids(sections: Sequence[Section]) -> list[str]:
    """A name for each section that holds while its line of the plan does, wherever it moves."""
    seen: dict[str, int] = {}
    out = []
    for section in sections:
        base = digest(section.model_dump_json())[:10]
        seen[base] = seen.get(base, 0) + 1
        out.append(base if seen[base] == 1 else f"{base}-{seen[base]}")
    return out


def assemble(replies: Sequence[Reply], *, prefill: bool) -> str:
    """The text of a section from its replies; a sentence that was cut at the very end is left out."""
    text = strip_markers(replies[0].text).strip("\n")
    for reply in replies[1:]:
        unfinished = prefill and not ends_complete(text)
        text = text + reply.text if unfinished else join(text, strip_markers(reply.text))
    if replies[-1].finish == "length" and (end := last_sentence_end(text)) > len(text) / 2:
        text = text[:end]
    return text.strip()


def with_heading(text: str, title: str, level: int, source: str) -> str:
    """The text under a heading of that level: the model's own, or the plan's (`source`)."""
    own = HEADING.match(text)
    if source == "plan":
        return f"{'#' * level} {title}\n\n{text[own.end() :] if own else text}"
    return f"{'#' * level} {str(own['title']).strip()}\n\n{text[own.end() :]}" if own else text


@dataclass(frozen=True)
class Place:
    """Where a section stands."""

    index: int
    steps: str
    """What the names of its calls begin with."""
    seed: int
    want: float
    """Words wanted."""
    last: bool
    """No section is written after it, so nothing can make up for it."""
    slack: float
    """Words that may be missing at the end of the whole text."""
    opening: str
    """What the document puts before it (a chapter's heading); its words count."""


@dataclass(frozen=True)
class Written:
    """A finished section."""

    text: str
    asked: tuple[int, ...]
    """Words asked for, reply by reply."""
    pieces: tuple[int, ...]
    """Words that came, reply by reply."""


class SectionWriter:
    """Writes the sections of one plan."""

    def __init__(self, calls: Calls, prefill: bool, prompts: PromptSet, settings: WriteSettings, plan: Plan) -> None:
        """`prefill`: the model goes on from the last character of its own unfinished sentence."""
        self.calls, self.prefill, self.prompts, self.settings, self.plan = calls, prefill, prompts, settings, plan
        self.trained = prompts.name not in ("en", "zh")
        self.agreement = ""

    async def write(
        self, place: Place, seen: Seen, pace: Pace, memory: Memory, on_text: Callable[[str], None] | None
    ) -> Written:
        """Ask and continue until the section is long enough. Adds what it learns to `pace`."""
        replies: list[Reply] = []
        asked: list[int] = []
        want = max(1.0, place.want - count_words(place.opening))
        gap, done = want, ""
        pieces: tuple[int, ...] = ()
        while True:
            text = assemble_cut(replies, prefill=self.prefill)
            ask = pace.ask(gap, careful=bool(replies) or place.last)
            ask = min(ask, TRAINED_ASK) if self.trained else ask
            step = f"section:{place.steps}:{len(replies)}"
            try:
                replies.append(await self._reply(step, place, text, ask, seen, memory, on_text))
            except EmptyReply as error:
                if not replies:
                    raise
                memory.on_warning(f"section {place.index + 1} stays short: {error}")
                return Written(done, tuple(asked), pieces)
            asked.append(ask)
            pieces = (*pieces, count_words(replies[-1].text))
            pace.saw(ask, pieces[-1])
            done = assemble(replies, prefill=self.prefill)
            gap = missing(want, count_words(done), last=place.last, slack=place.slack)
            if not gap or len(replies) == MOST_PIECES or max(pieces[1:][-2:], default=LEAST_PIECE) < LEAST_PIECE:
                return Written(done, tuple(asked), pieces)

    async def _reply(
        self,
        step: str,
        place: Place,
        text: str,
        ask: int,
        seen: Seen,
        memory: Memory,
        on_text: Callable[[str], None] | None,
    ) -> Reply:
        """One reply; a server found to cut prompts is asked again within what it reads, where the mode allows."""
        if (known := self.calls.known(step)) is not None:
            return known
        expect = int(ask * TOKENS_A_WORD) + 50
        while True:
            window = memory.window
            request = await self._request(place, text, ask, expect, seen, memory)
            try:
                return await self.calls.ask("writer", step, request, expect=expect, on_text=on_text)
            except TruncatedPrompt as error:
                if memory.mode == "full" or not memory.shrink(window, error):
                    raise

    async def _request(self, place: Place, text: str, ask: int, expect: int, seen: Seen, memory: Memory) -> Request:
        section = self.plan.sections[place.index]
        end = last_sentence_end(text) if self.prefill else len(text)
        fragment = tail_words(text[end:].strip(), PREFILL_WORDS)[-PREFILL_CHARACTERS:]
        values = {
            "instruction": self.settings.instruction,
            "request": head_words(self.settings.instruction, REQUEST_WORDS),
            "number": place.index + 1,
            "count": len(self.plan.sections),
            "title": section.title,
            "point": section.point,
            "place": self._hint(place),
            "ask": ask,
            "tail": tail_words(text, LAST_LINES),
            "recent": self._recent(seen, text[: len(text) - len(fragment)]) if self.trained else "",
        }
        visible = Seen(seen.texts, text)
        prompt = await self._fill("continue" if text else "section", values, section, expect, visible, memory)
        messages = user(prompt, self.prompts.render("system") if self.prompts.has("system") else None)
        if fragment:
            messages = (*messages, Message(role="assistant", content=fragment))
        limit = int(ask * TRAINED_TOKENS) + 20 if self.trained else self.settings.max_section_tokens
        s = self.settings
        return Request(messages=messages, max_tokens=limit, temperature=s.temperature, top_p=s.top_p, seed=place.seed)

    def _recent(self, seen: Seen, text: str) -> str:
        """The last words before what is asked for, on one line, as in nano's training data."""
        last = "\n\n".join([*seen.texts[-2:], text])
        return " ".join(tail_words(last, RECENT_WORDS).split())[-RECENT_CHARACTERS:] or "(start)"

    async def _fill(
        self, name: Name, values: dict[str, object], section: Section, expect: int, seen: Seen, memory: Memory
    ) -> str:
        """The prompt with as much of the earlier text as fits."""
        if self.trained:
            return self.prompts.render(name, **values)
        plan = memory.outline(self.plan, section.chapter)

        def render(earlier: str) -> str:
            parts = [p for p in (self.agreement, earlier) if p]
            return self.prompts.render(name, plan=plan, memory="\n\n".join(parts), **values)

        if memory.mode != "window":
            prompt = render(memory.full(seen))
            if memory.mode == "full" or memory.fits(prompt, expect):
                memory.check(prompt, expect)
                return prompt
            memory.mode = "window"
        room = memory.room(render(""), expect)
        return render(await memory.digest(seen, section, room))

    def _hint(self, place: Place) -> str:
        name: Name = "last" if place.index == len(self.plan.sections) - 1 else "middle"
        return self.prompts.render(name) if self.prompts.has(name) else ""


def assemble_cut(replies: Sequence[Reply], *, prefill: bool) -> str:
    """The text so far with its unfinished last sentence kept, for the continuation to finish; "" before the first."""
    if not replies:
        return ""
    kept = [*replies[:-1], replies[-1].model_copy(update={"finish": "stop"})]
    return assemble(kept, prefill=prefill)
