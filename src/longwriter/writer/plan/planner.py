"""Step I: from an instruction to a plan with word budgets (AgentWrite, arXiv 2408.07055 section 3.1).

Up to `SECTIONS_PER_CALL` sections come from one call. Longer texts get chapters first, then each chapter its sections, so
nothing bounds the number of sections but the length asked for. A reply that cannot be read is answered with what was
wrong, twice at most; then a PlanError, with the raw replies in the run's journal. A model whose card says so is asked for
one line at a time, or not at all (`skeleton`).
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from longwriter.checks.citations.fence import shown
from longwriter.checks.citations.sources import SourceSet
from longwriter.errors import EmptyReply, PlanError
from longwriter.length.target import Target
from longwriter.models.cards import Card
from longwriter.models.limits import token_limit, within_window
from longwriter.prompts import PromptSet
from longwriter.types import Message, Plan, Reply, Request, Section
from longwriter.writer.calls import Calls, user
from longwriter.writer.given.rest import Standing
from longwriter.writer.plan.faults import SamePointError, check_plan, line_fault
from longwriter.writer.plan.skeleton import skeleton_end, skeleton_plan
from longwriter.writer.plan.sourced import sourced_plan
from longwriter.writer.prompts import Name
from longwriter.writer.reply.prose import refusal
from longwriter.writer.section.budget import scaled
from longwriter.writer.section.context import Outline
from longwriter.writer.section.request import seed_of
from longwriter.writer.settings import WriteSettings
from longwriter.writer.sources.leads import is_led
from longwriter.writer.sources.overview import overview

LOW, HIGH = 200, 1000
"""Words of a section (the paper's bounds)."""
SECTIONS_PER_CALL = 24
"""More than that in one reply and models begin to merge or repeat them."""
REPAIRS = 2
PLAN_TOKENS_PER_SECTION = 90
PLAN_WORDS_PER_SECTION, PLAN_WORDS = 90, 150
"""What an outline may have, of each section and beside them: a long title and point, and the JSON around them."""
FREE_SECTIONS = 60
"""Most sections that a planner may choose by itself."""
FREE_WORDS = 1500
"""Length when neither the request names one nor the planner can choose one."""
SECTION_WORDS = 500
"""Usual words of a section: leaves room on both sides of the paper's bounds."""
LARGEST = 5000
"""A count of words above this is nonsense, unless chapters are asked for."""
LINES_SHOWN = 12
"""Latest lines that a planner which is asked for one line at a time sees."""
POINTS_SHOWN = 60
"""Latest lines of a draft that the planner of its rest sees whole."""
LINE_TRIES = 3
LINE_WORDS = 60


class PlanShape(NamedTuple):
    """How many sections, in how many chapters (1: none)."""

    sections: int
    chapters: int


def shape(words: int, section_words: int, at_once: int) -> PlanShape:
    """Sections of about `section_words`, longer ones when two levels of `at_once` cannot hold them."""
    sections = max(1, round(words / section_words))
    sections = max(min(sections, at_once * at_once), math.ceil(words / HIGH))
    if sections <= at_once:
        return PlanShape(sections, 1)
    return PlanShape(sections, max(2, math.ceil(sections / 12), round(math.sqrt(sections) / 2)))


def schema(count: int | None, low: int, high: int) -> dict[str, object]:
    """JSON schema of a reply with `count` sections (None: as many as the model wants)."""
    item: dict[str, object] = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "minLength": 1, "maxLength": 80},
            "point": {"type": "string", "minLength": 1, "maxLength": 600},
            "words": {"type": "integer", "minimum": low, "maximum": high},
        },
        "required": ["title", "point", "words"],
        "additionalProperties": False,
    }
    sections: dict[str, object] = {"type": "array", "items": item}
    sections |= {"minItems": count, "maxItems": count} if count else {"minItems": 1, "maxItems": FREE_SECTIONS}
    return {
        "type": "object",
        "properties": {"title": {"type": "string", "maxLength": 120}, "sections": sections},
        "required": ["sections"],
        "additionalProperties": False,
    }


class Planner:
    """Makes one run's plan."""

    def __init__(
        self, calls: Calls, prompts: PromptSet, settings: WriteSettings, card: Card, sources: SourceSet | None = None
    ) -> None:
        """`prompts`: of the request's language; `card`: of the planner model; `sources`: what the text rests on."""
        self.calls, self.prompts, self.settings, self.card = calls, prompts, settings, card
        self.sources = sources
        self.section_words = settings.section_words or card.section_words or SECTION_WORDS
        self.note = ""
        """What is odd about the plan, for the user."""

    async def plan(self, target: Target | None) -> Plan:
        """The plan; its budgets sum to the target's aim where there is one."""
        words = target.aim if target else FREE_WORDS
        if self.card.plan != "outline":
            count = max(1, round(words / self.section_words))
            if self.sources and is_led(self.sources, self.settings.instruction, self.prompts.name):
                return sourced_plan(self.sources, words, count)
            beats = skeleton_plan(self.settings.instruction, words, count, self.prompts.name)
            return beats if self.card.plan == "skeleton" else await self._lines(beats)
        if target is None:
            return await self._outline("plan", "plan_free", None, {"low": LOW, "high": HIGH})
        form = shape(words, self.section_words, SECTIONS_PER_CALL)
        mean = words // form.sections
        bounds = {"low": min(LOW, mean), "high": HIGH}
        if form.chapters == 1:
            plan = await self._outline("plan", "plan", form.sections, bounds, {"words": words})
            return _scaled(plan, words)
        return await self._book(form, words, bounds)

    async def rest(self, standing: Standing, words: int) -> Plan:
        """The plan of `words` more words behind what stands."""
        given = standing.plan
        if self.card.plan != "outline":
            if self.sources and is_led(self.sources, self.settings.instruction, self.prompts.name):
                return sourced_plan(self.sources, words, max(1, round(words / self.section_words)))
            count, before = (max(1, round(n / self.section_words)) for n in (words, given.words))
            beats = skeleton_plan(self.settings.instruction, words + given.words, before + count, self.prompts.name)
            plan = _scaled(skeleton_end(beats, count, [section.title for section in given.sections]), words)
            return plan if self.card.plan == "skeleton" else await self._lines(plan, given.sections[: standing.after])
        form = shape(words, self.section_words, SECTIONS_PER_CALL)
        mean = words // form.sections
        bounds = {"low": min(LOW, mean), "high": HIGH}
        shown = {
            "standing": Outline(_shortened(given), self.prompts).whole,
            "tail": standing.end,
            "seam": self.prompts.render("seam") if standing.open else "",
        }
        if form.chapters > 1:
            return await self._book(form, words, bounds, "rest_chapters", shown)
        plan = await self._outline("plan:rest", "rest_plan", form.sections, bounds, {"words": words, **shown})
        return _scaled(plan, words)

    async def _lines(self, beats: Plan, before: tuple[Section, ...] = ()) -> Plan:
        """A plan line by line, each told what came before; where none is usable, its beat stands."""
        made = list(before)
        for number, beat in enumerate(beats.sections, 1 + len(before)):
            made.append(await self._line(number, beat, tuple(made), len(before) + len(beats.sections)))
        return Plan(title="", sections=tuple(made[len(before) :]))

    async def _line(self, number: int, beat: Section, before: tuple[Section, ...], count: int) -> Section:
        lines = "\n".join(f"{s.title}: {s.point}" for s in before[-LINES_SHOWN:]) or "-"
        asked = self.prompts.render(
            "plan_line", instruction=self.settings.instruction, number=number, count=count, lines=lines, beat=beat.point
        )
        text = self._resting(asked, beat.point)
        for attempt in range(LINE_TRIES):
            step = f"plan:line:{number}:{attempt}"
            request = Request(
                messages=user(text),
                max_tokens=token_limit(LINE_WORDS, self.card),
                temperature=self._sampling("temperature"),
                top_p=self._sampling("top_p"),
                min_p=self.card.min_p,
                seed=seed_of(self.settings.seed, step, 0),
                json_schema=schema(1, beat.words, beat.words),
            )
            try:
                reply = await self.calls.ask("planner", step, request, expect=PLAN_TOKENS_PER_SECTION)
                found = _parsed(reply.text).sections[0]
            except (EmptyReply, PlanError):
                continue
            section = Section(title=found.title, point=found.point, words=beat.words, chapter=beat.chapter)
            if not line_fault(section, before, self.settings.instruction):
                return section
        return beat

    def _resting(self, text: str, line: str) -> str:
        """A prompt behind what the sources say; without sources as it is. `line`: what is planned, beside the request."""
        if not self.sources:
            return text
        chunks = shown(overview(self.sources, f"{line}\n{self.settings.instruction}"))
        return f"{self.prompts.render('sources_plan', chunks=chunks)}\n\n{text}"

    def _sampling(self, name: str) -> float | None:
        """A setting of the user's, else the card's."""
        own: float | None = getattr(self.settings, name)
        return getattr(self.card, name) if own is None else own

    async def _book(
        self, form: PlanShape, words: int, bounds: dict[str, int], name: Name = "chapters",
        shown: Mapping[str, object] = {},
    ) -> Plan:  # fmt: skip
        own = {"low": LOW, "high": words}
        outline = await self._outline("plan:chapters", name, form.chapters, own, {"words": words, **shown})
        outline = _scaled(outline, words)
        chapters = "\n".join(f"{i}. {c.title}: {c.point}" for i, c in enumerate(outline.sections, 1))
        sections: list[Section] = []
        for number, chapter in enumerate(outline.sections, 1):
            title = (
                chapter.title if all(s.chapter != chapter.title for s in sections) else f"{chapter.title} ({number})"
            )
            count = max(1, round(form.sections * chapter.words / words))
            values = {"chapters": chapters, "number": number, "title": title, "point": chapter.point}
            part = await self._outline(
                f"plan:chapter:{number}", "chapter_plan", count, bounds, {"words": chapter.words, **values}
            )
            for section in _scaled(part, chapter.words).sections:
                sections.append(section.model_copy(update={"chapter": title}))
        return Plan(title=outline.title, sections=tuple(sections))

    async def _outline(
        self, step: str, name: Name, count: int | None, bounds: Mapping[str, int], values: Mapping[str, object] = {}
    ) -> Plan:
        """One readable outline: asked for, and asked again with the fault named. `bounds`: low and high of its budgets."""
        asked = self.prompts.render(name, instruction=self.settings.instruction, count=count, **bounds, **values)
        text = self._resting(asked, " ".join(str(values.get(key, "")) for key in ("title", "point")))
        messages = user(text, self.prompts.render("system") if self.card.system else None)
        low, high = bounds["low"], bounds["high"]
        planner, fault = self.calls.roles["planner"].model, ""
        odd: tuple[Plan, str] | None = None
        limit = token_limit(PLAN_WORDS + PLAN_WORDS_PER_SECTION * (count or FREE_SECTIONS), self.card, 1.5)
        for attempt in range(REPAIRS + 1):
            again = (REPAIRS + 1) * self.calls.redone(f"{step}:")
            request = Request(
                messages=messages,
                max_tokens=await within_window(limit, planner, messages),
                temperature=self._sampling("temperature"),
                top_p=self._sampling("top_p"),
                min_p=self.card.min_p,
                seed=seed_of(self.settings.seed, step, attempt + again),
                json_schema=schema(count, low, high),
            )
            expect = 100 + PLAN_TOKENS_PER_SECTION * (count or 12)
            reply = await self.calls.ask("planner", f"{step}:{attempt}", request, expect=expect)
            try:
                plan = self._readable(reply, max(high, LARGEST))
                check_plan(plan, count, self.settings.instruction)
                return plan
            except SamePointError as error:
                odd, fault = (plan, str(error)), str(error)
            except PlanError as error:
                fault = str(error)
            repair = self.prompts.render("repair", problem=fault)
            messages = (
                *messages,
                Message(role="assistant", content=reply.text),
                Message(role="user", content=repair),
            )
        if odd:
            self.note = f"the plan is odd: {odd[1]}; edit plan.md, or try another --planner with --run NAME"
            return odd[0]
        self.calls.forget((f"{step}:",), fault)  # the replies stay in the journal; the next command asks again
        raise PlanError(
            f"the planner gave no usable outline in {REPAIRS + 1} tries: {fault}; its replies are in the run's "
            "journal. The same command asks again; or try another --planner with --run NAME, or your own outline with --plan"
        )

    def _readable(self, reply: Reply, largest: int) -> Plan:
        """The plan in a reply. Raises PlanError that says why there is none."""
        if refusal(reply.text):
            raise PlanError(f"the planner refuses: {' '.join(reply.text.split())[:160]!r}")
        if reply.finish != "stop":
            raise PlanError("it was cut before its end; make it shorter")
        return _parsed(reply.text, largest)


def _shortened(plan: Plan) -> Plan:
    """A plan whose earlier lines say their titles alone, so that a long draft's outline fits a prompt."""
    early = [s.model_copy(update={"point": ""}) for s in plan.sections[:-POINTS_SHOWN]]
    return Plan(title=plan.title, sections=(*early, *plan.sections[-POINTS_SHOWN:]))


def _scaled(plan: Plan, words: int) -> Plan:
    budgets = scaled([s.words for s in plan.sections], words)
    sections = [s.model_copy(update={"words": w}) for s, w in zip(plan.sections, budgets, strict=True)]
    return Plan(title=plan.title, sections=tuple(sections))


def _parsed(reply: str, *largest: int) -> Plan:
    """The plan in a reply, by `parse_plan`."""
    # Its patterns take a third of a command's start, and few commands read a reply with a plan.
    from longwriter.writer.plan.parse import parse_plan  # noqa: PLC0415 - see above

    return parse_plan(reply, *largest)
