"""Step II for one section: ask, look at what came, continue while too much is missing (AgentWrite section 3.2).

A section's text is a pure function of the replies that made it (`assemble`), so the journal holds replies alone. Each is
watched while it streams and trimmed before it is journalled (`watch`).
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from longwriter.errors import EmptyReply, TruncatedPrompt, Unavailable
from longwriter.models.base import is_seeded
from longwriter.models.cards import Card
from longwriter.models.concurrency import together
from longwriter.models.limits import within_window
from longwriter.text import count_words, ends_complete, last_sentence_end
from longwriter.types import Plan, Reply, Request, Usage
from longwriter.writer.calls import Calls, Drawn
from longwriter.writer.reply.continuation import join, strip_markers
from longwriter.writer.reply.loops import BEFORE
from longwriter.writer.reply.watch import Bounds, ReplyWatch, kept
from longwriter.writer.section.budget import LEAST_ASK, MOST_PIECES, Pace, missing
from longwriter.writer.section.context import TOKENS_PER_WORD, ContextBuilder
from longwriter.writer.section.earlier import EarlierText
from longwriter.writer.section.request import NO_WISH, Piece, SectionRequests, Wish, seed_of
from longwriter.writer.section.worth import worth
from longwriter.writer.sources.leads import LED_WORDS

LEAST_PIECE = 15
"""When its last continuations, two at most, add fewer words each, a section ends."""
OVER, OVER_SHORT = 1.5, 1.25
"""How far a section may pass what is wanted of it, as whole or short asks; what is beyond is trimmed."""
LEAST_OVER = 12
"""Words that the last section may pass its share by: about half a sentence."""
MOST_CUTS = 2
"""Times that a section's loops are cut and it is asked to go on."""
DRAWN_TOKENS = Usage(prompt_tokens=1000, completion_tokens=1000)
"""What a call may take, to see whether it costs anything."""
AT_ONCE = 2
"""Candidates drawn side by side."""
ENOUGH = 0.75
"""A candidate of this worth is taken without drawing another."""
LOOKED_BACK = 6
"""Sections before it that a candidate is compared with."""
HEADING = re.compile(r"\A\s*#{1,6}[ \t]+(?P<title>[^\n]+)\n*")


def assemble(replies: Sequence[Reply], *, prefill: bool) -> str:
    """The text of a section from its replies; a sentence that was cut at the very end is left out."""
    text = strip_markers(replies[0].text).strip("\n")
    for reply in replies[1:]:
        unfinished = prefill and not ends_complete(text)
        text = text + reply.text if unfinished else join(text, strip_markers(reply.text))
    if replies[-1].finish != "stop" and (end := last_sentence_end(text)) > len(text) / 2:
        text = text[:end]
    return text.strip()


def with_heading(text: str, title: str, level: int, source: str) -> str:
    """The text under a heading of that level. `source`: "plan" for the plan's, "model" for its own alone, "auto" for either."""
    own = HEADING.match(text)
    if source == "plan" or (source == "auto" and own is None):
        return f"{'#' * level} {title}\n\n{text[own.end() :] if own else text}"
    return f"{'#' * level} {str(own['title']).strip()}\n\n{text[own.end() :]}" if own else text


@dataclass(frozen=True)
class Place:
    """Where a section stands."""

    index: int
    steps: str
    """What the names of its calls begin with."""
    want: float
    """Words wanted."""
    last: bool
    """No section is written after it, so nothing can make up for it."""
    slack: float
    """Words that may be missing at the end of the whole text."""
    opening: str
    """What the document puts before it (headings); its words count."""
    wish: Wish = NO_WISH
    before: str = ""
    """The text that it goes on with in its middle; "" for none."""


@dataclass(frozen=True)
class WrittenSection:
    """A finished section, and how it came about."""

    text: str
    asked: tuple[int, ...]
    """Words asked for, reply by reply."""
    pieces: tuple[int, ...]
    """Words that came, reply by reply."""
    faults: tuple[str, ...] = ()
    """What is wrong with it, for people."""


class SectionWriter:
    """Writes the sections of one plan."""

    def __init__(self, calls: Calls, requests: SectionRequests) -> None:
        self.calls, self.requests = calls, requests

    @property
    def card(self) -> Card:
        """The card of the model."""
        return self.requests.card

    @property
    def plan(self) -> Plan:
        """The outline."""
        return self.requests.plan

    async def write(
        self, place: Place, pace: Pace, context: ContextBuilder, show: Callable[[str], None] | None
    ) -> WrittenSection:
        """Ask and continue until the section is long enough. Adds what it learns to `pace`."""
        replies: list[Reply] = []
        asked: list[int] = []
        want = max(1.0, place.want - count_words(place.opening))
        gap, done = want, ""
        pieces: tuple[int, ...] = ()
        while True:
            text = assemble_cut(replies, prefill=self.requests.prefill)
            ask = pace.ask(gap, careful=bool(replies) or place.last)
            ask = min(ask, self.card.longest_ask or ask)
            step = f"{place.steps}{len(replies)}"
            most = max(LEAST_OVER, round(self._most(place, want) - count_words(done)))
            leads = self.requests.leads
            amid = not text and last_sentence_end(place.before) < len(place.before.rstrip())
            lead = leads.next(place.index, context.earlier.texts, text, ask) if leads and not amid else None
            ask = min(ask, LED_WORDS) if lead else ask
            own, most = (max(LEAST_ASK, ask - lead.words), most - lead.words) if lead else (ask, most)
            piece = Piece(place.index, step, text, own, max(LEAST_OVER, most), int(own * TOKENS_PER_WORD) + 50, place.wish,
                          place.before, lead)  # fmt: skip
            try:
                replies.append(await self._reply(piece, context, show))
            except EmptyReply as error:
                if not replies:
                    raise type(error)(f"section {place.index + 1}: {error}") from None
                return WrittenSection(done, tuple(asked), pieces, (f"section {place.index + 1} stays short: {error}",))
            asked.append(ask)
            pieces = (*pieces, count_words(replies[-1].text))
            pace.saw(ask, pieces[-1])
            done = assemble(replies, prefill=self.requests.prefill)
            gap = missing(want, count_words(done), last=place.last, slack=place.slack)
            cuts = sum(r.finish == "cut" for r in replies)
            few = lead is None and max(pieces[1:][-2:], default=LEAST_PIECE) < LEAST_PIECE  # a lead always adds some
            worn = cuts > MOST_CUTS or few
            if not gap or len(replies) == MOST_PIECES or worn:
                return WrittenSection(done, tuple(asked), pieces, self._faults(place, replies, gap / want))

    def _most(self, place: Place, want: float) -> float:
        """Words that the section may have."""
        over = want + max(LEAST_OVER, place.slack)
        return over if place.last else max(over, want * (OVER_SHORT if self.card.longest_ask else OVER))

    def _faults(self, place: Place, replies: Sequence[Reply], short: float) -> tuple[str, ...]:
        number = place.index + 1
        if replies[-1].finish == "filter":
            return (f"section {number} was cut by the provider's content filter",)
        if sum(r.finish == "cut" for r in replies) > MOST_CUTS:
            return (f"section {number} goes round in circles however often it is asked to go on",)
        return (f"section {number} stays {short:.0%} short: the model adds nothing more",) if short > 0.5 else ()

    async def _reply(self, piece: Piece, context: ContextBuilder, show: Callable[[str], None] | None) -> Reply:
        """The reply of a piece; a server found to cut prompts is asked again within what it reads, where the mode allows."""
        if (known := self.calls.known(piece.step)) is not None:
            return known
        text = self.calls.partial(piece.step)
        # after a kill, a model that gives the same again is asked again: the text is then that of a run that was not killed
        if text and not (self.calls.killed(piece.step) and is_seeded(self.calls.roles["writer"].model)):
            return self.calls.adopt(piece.step, Reply(text=text, finish="cut"))
        while True:
            window = context.window
            request = await self.requests.request(piece, context)
            limit = self.requests.settings.max_section_tokens
            if limit is None and request.max_tokens is not None:
                writer = self.calls.roles["writer"].model
                limit = await within_window(request.max_tokens, writer, request.messages)
            request = request.model_copy(update={"max_tokens": limit})
            try:
                return await self._best(piece, request, context.earlier, show)
            except TruncatedPrompt as error:
                if context.mode == "full" or not context.shrink(window, error):
                    raise

    async def _best(
        self, piece: Piece, request: Request, earlier: EarlierText, show: Callable[[str], None] | None
    ) -> Reply:
        """Draw, and once more where nothing usable comes; of a free small model several, and take the best."""
        section = self.plan.sections[piece.index]
        last = "\n\n".join(earlier.texts[-LOOKED_BACK:])
        before = f"{last}\n\n{piece.text}".strip()
        prompt = "\n".join(m.content for m in request.messages if m.role != "assistant")
        short = self.card.prompts == "short"
        titles, sources = (self.plan.title, section.title), self.requests.sources
        leads = self.requests.leads
        founded = None if leads is None else leads.founded if piece.lead or piece.text else leads.founded_or_all
        bounds = Bounds(before[-BEFORE:], piece.most, prompt, titles, short, sources, piece.lead.text if piece.lead else "",
                        founded)  # fmt: skip
        best: tuple[float, Drawn, Reply] | None = None
        failure: EmptyReply | None = None
        wanted, tries = self._candidates(), 0
        while tries <= wanted and not (best and (best[0] >= ENOUGH or tries >= wanted)):
            count = min(AT_ONCE, wanted) if wanted > 1 else 1
            for outcome in await self._draw(piece, request, bounds, range(tries, tries + count), show):
                if isinstance(outcome, EmptyReply):
                    failure = outcome
                    continue
                drawn, reply = outcome
                value = ENOUGH
                if wanted > 1:
                    line = f"{section.title} {section.point} {piece.wish.instruction}".rstrip()
                    text = f"{piece.text}\n\n{reply.text}".strip()
                    value = worth(line, self.requests.subject, text, last, piece.ask)
                    value += sum(hold.worth(text, earlier.texts) for hold in self.requests.holds)
                if best is not None:
                    self.calls.waste(drawn if value <= best[0] else best[1])
                if best is None or value > best[0]:
                    best = (value, drawn, reply)
            tries += count
        if best is None and piece.lead is not None:  # a seeded model says nothing again however often a person goes on
            return self.calls.adopt(piece.step, Reply(text=piece.lead.text, finish="stop"))
        if best is None:
            assert failure is not None
            raise failure
        chosen = best[2]
        return self.calls.settle(best[1], lambda _: chosen)

    def _candidates(self) -> int:
        """Replies to choose from: several only where they cost nothing."""
        return self.card.candidates if self.calls.roles["writer"].cost(DRAWN_TOKENS) == 0 else 1

    async def _draw(
        self, piece: Piece, request: Request, bounds: Bounds, tries: range, show: Callable[[str], None] | None
    ) -> list[tuple[Drawn, Reply] | EmptyReply]:
        """Replies side by side, each with what the book may have of it. The first failure ends the others."""
        drawn_so_far: list[Drawn] = []

        def keep(text: str) -> None:
            self.calls.keep("writer", piece.step, text)

        async def one(attempt: int, first: bool) -> tuple[Drawn, Reply] | EmptyReply:
            watch = ReplyWatch(bounds, show, keep) if first else ReplyWatch(bounds)
            seeded = request.model_copy(update={"seed": seed_of(self.requests.settings.seed, piece.step, attempt)})
            try:
                drawn = await self.calls.draw("writer", piece.step, seeded, expect=piece.expect, listener=watch)
            except EmptyReply as error:
                return error
            except (asyncio.CancelledError, Unavailable):
                watch.save()
                self.calls.stop(piece.step)
                raise
            try:
                reply = kept(drawn.record.reply, bounds)
            except EmptyReply as error:
                self.calls.waste(drawn)
                return type(error)(f"{self.calls.roles['writer'].model.name}: {error}")
            drawn_so_far.append(drawn)
            return drawn, reply

        try:
            outcomes = await together((one(n, n == tries.start) for n in tries), AT_ONCE)
            drawn_so_far.clear()
            return outcomes
        finally:
            for drawn in drawn_so_far:  # another failed: nobody will choose among these
                self.calls.waste(drawn)


def assemble_cut(replies: Sequence[Reply], *, prefill: bool) -> str:
    """The text so far with its unfinished last sentence kept, for the continuation to finish; "" before the first."""
    if not replies:
        return ""
    kept_whole = [*replies[:-1], replies[-1].model_copy(update={"finish": "stop"})]
    return assemble(kept_whole, prefill=prefill)
