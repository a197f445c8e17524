"""What is sent to the model for one piece of a section: the prompt with what it may see, or the short one of its card."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.phrases import Phrases
from longwriter.export.references import MARKED
from longwriter.journal import digest
from longwriter.length.target import read_target
from longwriter.models.cards import Card
from longwriter.models.limits import token_limit
from longwriter.prompts import PromptSet, RenderedPrompt
from longwriter.text import head_words, last_sentence_end, tail_words
from longwriter.types import Message, Plan, Request
from longwriter.writer.calls import user
from longwriter.writer.hold.base import Hold
from longwriter.writer.plan.skeleton import kind_of, main_person, skeleton_of
from longwriter.writer.prompts import Name
from longwriter.writer.reply.continuation import going_on
from longwriter.writer.section.context import ContextBuilder
from longwriter.writer.section.cover import missing_words
from longwriter.writer.section.earlier import EarlierText
from longwriter.writer.settings import WriteSettings
from longwriter.writer.sources.leads import Lead, Leads

REQUEST_WORDS = 60
"""What a model with a short prompt sees of the instruction."""
RECENT_WORDS, RECENT_CHARACTERS = 60, 500
"""What it sees of the text so far."""
PREFILL_WORDS, PREFILL_CHARACTERS = 40, 300
"""The most of an unfinished sentence that a model goes on from; it may never have ended one, nor a word."""
VOICE_WORDS = 90
"""What it sees of a passage in the voice to write in."""
LAST_LINES = 60
"""Words of its own end that a section's continuation is shown once more."""
LINKED = ("story",)
"""Kinds of text in which a section goes on from the one before it."""
_VERB = re.compile(
    r"(?:(?:please|can you|could you|i want you to|help me)\s+)*"
    r"(?:write|compose|create|draft|make|produce|give|tell)\s+(?:me\s+)?"
    r"|go\s+on\s+with\s+|接[着著][写寫]"
    r"|(?:请|帮我|给我|为我)*(?:写|创作|撰写|编写|讲)(?:一下)?",
    re.IGNORECASE,
)
ENDS = " .。!！?？;；:："
SHORT_SLACK = 1.0
"""A short ask is trimmed at a sentence: tokens beyond it would be thrown away."""
ASKING = "write tell make compose please"
"""Words of a request that its text need not have."""
REQUEST_SHARE = 0.6
"""The share of the strength for a section's own words that those of the request have: the whole text is theirs to come in."""
LONGEST_FAVOURED = 7
"""Letters: longer words are several tokens, and raising each of them makes words that are none."""


def seed_of(base: int, step: str, attempt: int) -> int:
    """The sampling seed of one try of a step: the same whenever it is made, and another for every other."""
    return (base + int(digest(f"{step}/{attempt}"), 16)) % 2**31


@dataclass(frozen=True)
class Wish:
    """How a section that has a text should be written again."""

    instruction: str = ""
    """In a person's words; "": as the first time."""
    current: str = ""
    """The text that it has."""


NO_WISH = Wish()


@dataclass(frozen=True)
class Piece:
    """One ask of a section."""

    index: int
    """The place of the section in its plan, from 0."""
    step: str
    text: str
    """What stands of the section."""
    ask: int
    """Words."""
    most: int
    """Words that it may have."""
    expect: int
    """Tokens that the reply is expected to have."""
    wish: Wish = NO_WISH
    before: str = ""
    """The text that the section goes on with in its middle; "" for none."""
    lead: Lead | None = None
    """What its reply begins with, whatever the model writes; `ask` and `most` are without it."""

    @property
    def so_far(self) -> str:
        """What it goes on from: what stands of it, behind what it goes on with."""
        return self.before + going_on(self.before, self.text) if self.text else self.before


class SectionRequests:
    """The requests of one plan's sections."""

    def __init__(
        self, prompts: PromptSet, card: Card, settings: WriteSettings, plan: Plan, *, prefill: bool,
        goes_on: bool = False, holds: Sequence[Hold] = (),
    ) -> None:  # fmt: skip
        """`prefill`: the model goes on from the last character of its own unfinished sentence.

        `goes_on`: the text goes on from a draft, of whatever kind it is. `holds`: what the text must keep.
        """
        self.prompts, self.card, self.settings, self.plan, self.holds = prompts, card, settings, plan, holds
        self._banned = Phrases(settings.ban or ())
        self.prefill = prefill and card.prompts == "full"  # a short prompt begins no reply
        self._finishes = prefill
        """It can be made to finish a sentence that a draft was cut in, whatever its prompts."""
        self.sources: SourceSet | None = None
        """What the text may cite; None: it has no sources, and its marks are its own."""
        self.leads: Leads | None = None
        """The statements that paragraphs begin with; None: with none."""
        self.agreement = ""
        """What chapters written side by side share."""
        self.last = len(plan.sections) - 1
        """The section that brings the whole to its end."""
        self._kind = kind_of(settings.instruction, prompts.name)
        self._skeleton = skeleton_of(settings.instruction, prompts.name)
        self._request = head_words(_without_length(settings.instruction), REQUEST_WORDS).strip().rstrip(".。")
        self._linked = goes_on or self._kind in LINKED
        self.subject = _without_verb(_first_clause(self._request) if goes_on else self._request)
        """What the text is, as a phrase: "a story about a lighthouse"."""
        self.voice = ""
        """A passage of another text, which a model with short prompts goes on from in the voice; "" for none."""
        self._person = ""
        self.name_person("" if goes_on else main_person(settings.instruction, prompts.name))

    def name_person(self, name: str) -> None:
        """Call the main person so in short prompts, which show little of the text; "" for none."""
        self._person = self.prompts.render("person", person=name) if name else ""

    async def request(self, piece: Piece, context: ContextBuilder) -> Request:
        """The request of a piece, without its seed. Raises SetupError where no prompt fits."""
        settled: tuple[int, ...] = ()
        if self.card.prompts == "short":
            messages, favoured = self._short(piece, context.earlier), self._favoured(piece, context.earlier)
        else:
            messages, favoured = await self._full(piece, context), {}
            plan = context.outline(self.plan.sections[piece.index].chapter)
            prompt = next(m.content for m in messages if m.role == "user")
            shown = context.earlier.characters <= len(prompt)
            settled = settled_ends(prompt, plan, context.earlier.texts if shown else ())
        s, c = self.settings, self.card
        slack = SHORT_SLACK if c.prompts == "short" else 2.0
        return Request(
            messages=messages,
            max_tokens=s.max_section_tokens or token_limit(piece.ask, c, slack),
            temperature=c.temperature if s.temperature is None else s.temperature,
            top_p=c.top_p if s.top_p is None else s.top_p,
            min_p=c.min_p,
            repeat_penalty=c.repeat_penalty,
            repeat_last_n=c.repeat_last_n,
            dry=c.dry,
            favour=favoured,
            ban=self._banned.unsaid(f"{s.instruction}\n{piece.wish.instruction}") if s.ban else (),
            settled=settled,
        )

    def _short(self, piece: Piece, earlier: EarlierText) -> tuple[Message, ...]:
        """The short prompt: in order, the request, the last words as the model's own turn, then this section's line.

        Small models copy what stands in quotation marks and talk about instructions; their own last words they go on from.
        Where sections need not follow each other, a new one sees no other: a guide drifts off into its own phrases else.
        """
        section = self.plan.sections[piece.index]
        linked = self._linked
        last = "\n\n".join(t for t in (*(earlier.texts[-2:] if linked else ()), piece.text) if t)
        cut = "" if piece.text or not self._finishes else _unfinished(piece.before)
        if self.sources is not None:
            last = MARKED.sub("", last)
        if piece.lead is not None:
            last = f"{last}\n\n{piece.lead.plain}"
        recent = " ".join(tail_words(last.removesuffix(cut), RECENT_WORDS).split())[-RECENT_CHARACTERS:]
        voice = " ".join(tail_words(self.voice, VOICE_WORDS).split())
        recent = "\n\n".join(filter(None, (voice, recent)))
        values = {
            "request": self._request,
            "subject": self.subject,
            "style": self._skeleton.style,
            "person": self._person,
            "ask": piece.ask,
        }
        point = (section.title if piece.lead else section.point or section.title).rstrip(ENDS)
        if piece.wish.instruction:
            point = f"{point}. {piece.wish.instruction.rstrip(ENDS)}"
        kept = [hold.briefly(piece.index, earlier.texts).rstrip(ENDS) for hold in self.holds]
        point = ". ".join(filter(None, (point, *kept)))
        turns: tuple[Message, ...]
        if piece.lead and self._finishes:
            first = self.prompts.render("short_part", point=point, **values)
            turns = (Message(role="user", content=first), Message(role="assistant", content=recent))
        elif recent:
            turns = (
                Message(role="user", content=self.prompts.render("short_request", **values)),
                Message(role="assistant", content=recent),
                Message(role="user", content=self.prompts.render("short_next", point=point, **values)),
                *([Message(role="assistant", content=cut)] if cut else []),
            )
        else:
            first = self.prompts.render("short_first" if linked else "short_part", point=point, **values)
            turns = (Message(role="user", content=first),)
        return self._with_system(turns, self._skeleton.system)

    def _favoured(self, piece: Piece, earlier: EarlierText) -> dict[str, float]:
        """Words of the section's line that its text does not have yet, and of the request that the whole does not have."""
        section, by = self.plan.sections[piece.index], self.card.favour
        if not by:
            return {}
        line = f"{section.title} {section.point} {piece.wish.instruction}"
        asked = missing_words(self._request, "\n".join([piece.text, line, ASKING]), earlier.stems())
        text = f"{piece.text}\n{piece.lead.plain}" if piece.lead else piece.text
        wanted = {word: REQUEST_SHARE * by for word in asked} | dict.fromkeys(missing_words(line, text), by)
        return {w.lower(): bias for w, bias in wanted.items() if w.isascii() and len(w) <= LONGEST_FAVOURED}

    async def _full(self, piece: Piece, context: ContextBuilder) -> tuple[Message, ...]:
        """Instruction, outline and as much of the earlier text as fits."""
        section, text = self.plan.sections[piece.index], piece.so_far
        fragment = _unfinished(text) if self.prefill else ""
        last = piece.index == self.last
        values = {
            "instruction": self.settings.instruction,
            "number": piece.index + 1,
            "count": len(self.plan.sections),
            "title": section.title,
            "point": f"{section.point} {piece.wish.instruction}".strip() if text else section.point,
            "place": self.prompts.render("last" if last else "middle"),
            "ask": piece.ask,
            "tail": tail_words(text, LAST_LINES),
            "wish": piece.wish.instruction,
            "current": piece.wish.current,
        }
        name: Name = "continue" if text else "rewrite" if piece.wish.instruction and piece.wish.current else "section"
        prompt = await self._fill(name, values, piece, context)
        messages = self._with_system(user(prompt), self.prompts.render("system"))
        return (*messages, Message(role="assistant", content=fragment)) if fragment else messages

    async def _fill(self, name: Name, values: dict[str, object], piece: Piece, context: ContextBuilder) -> str:
        section = self.plan.sections[piece.index]
        plan = context.outline(section.chapter)
        told = [hold.told(piece.index, context.earlier.texts) for hold in self.holds]

        def render(earlier: str) -> str:
            parts = [p for p in (self.agreement, earlier, *told) if p]
            return self.prompts.render(name, plan=plan, memory=RenderedPrompt("\n\n".join(parts)), **values)

        if context.mode != "window":
            prompt = render(context.full(piece.text))
            if context.mode == "full" or context.fits(prompt, piece.expect):
                context.check(prompt, piece.expect)
                return prompt
            context.mode = "window"
        room = context.room(render(""), piece.expect)
        return render(await context.digest(piece.text, section, room))

    def _with_system(self, turns: tuple[Message, ...], system: str) -> tuple[Message, ...]:
        if self.card.system:
            return (Message(role="system", content=system), *turns)
        first = turns[0].model_copy(update={"content": f"{system}\n\n{turns[0].content}"})
        return (first, *turns[1:])


def settled_ends(content: str, plan: str, texts: Sequence[str]) -> tuple[int, ...]:
    """Where, in a prompt, the plan and each of the earlier sections end, as far as it shows them one after the other.

    Up to each of these places the prompts of the sections after it begin with the same characters.
    """
    head = content.find(plan)
    if head < 0:
        return ()
    ends = [head + len(plan)]
    at = content.find("\n\n".join(texts), ends[0]) if texts else -1
    for text in texts if at >= 0 else ():
        ends.append(at + len(text))
        at = ends[-1] + len("\n\n")
    return tuple(ends)


def _without_verb(request: str) -> str:
    """What a request asks for, without its asking."""
    begun = _VERB.match(request)
    return request[begun.end() :] if begun and begun.end() < len(request) else request


def _unfinished(text: str) -> str:
    """The sentence that a text is cut in, as far as a reply is begun with it."""
    return tail_words(text[last_sentence_end(text) :].strip(), PREFILL_WORDS)[-PREFILL_CHARACTERS:]


def _first_clause(request: str) -> str:
    """What is gone on with: the request of an imported draft says first."""
    return re.split(r" from where it ends|，[从從][结結]尾", request, maxsplit=1)[0]


def _without_length(instruction: str) -> str:
    """The instruction without its length, which a small model would write about."""
    target = read_target(instruction)
    if target is None or not target.quote:
        return instruction
    return " ".join(instruction.replace(target.quote, " ").split())
