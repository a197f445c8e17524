"""Step I: from an instruction to a plan with word budgets (AgentWrite, arXiv 2408.07055 section 3.1).

Up to `SECTIONS_A_CALL` sections come from one call. Longer texts get chapters first, then each chapter its sections, so
nothing bounds the number of sections but the length asked for. A reply that cannot be read is answered with what was
wrong, twice at most; then a PlanError, with the raw replies in the run's journal.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from longwriter.errors import PlanError
from longwriter.text import head_words
from longwriter.types import Message, Plan, Request, Section
from longwriter.writer.budget import scaled
from longwriter.writer.calls import Calls, user
from longwriter.writer.keywords import keyword_schema, topics_of
from longwriter.writer.parse import parse_plan
from longwriter.writer.prompts import Name, PromptSet
from longwriter.writer.settings import WriteSettings
from longwriter.writer.target import Target

LOW, HIGH = 200, 1000
"""Words of a section (the paper's bounds)."""
SECTIONS_A_CALL = 24
"""More than that in one reply and models begin to merge or repeat them; small models: their prompt set's `parts`."""
REPAIRS = 2
PLAN_TOKENS_A_SECTION = 90
FREE_WORDS = 1500
"""Length when neither the request names one nor the planner can choose one (nano)."""
LARGEST = 5000
"""A count of words above this is nonsense, unless chapters are asked for."""
SMALL_SECTION = 300
REQUEST_WORDS = 40
"""What a model with a short window sees of the instruction."""


class Shape(NamedTuple):
    """How many sections, in how many chapters (1: none)."""

    sections: int
    chapters: int


def shape(words: int, section_words: int, at_once: int) -> Shape:
    """Sections of about `section_words`, longer ones when two levels of `at_once` cannot hold them."""
    sections = max(1, round(words / section_words))
    sections = max(min(sections, at_once * at_once), math.ceil(words / HIGH))
    if sections <= at_once:
        return Shape(sections, 1)
    return Shape(sections, max(2, math.ceil(sections / 12), round(math.sqrt(sections) / 2)))


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
    sections |= {"minItems": count, "maxItems": count} if count else {"minItems": 1}
    return {
        "type": "object",
        "properties": {"title": {"type": "string"}, "sections": sections},
        "required": ["sections"],
        "additionalProperties": False,
    }


class Planner:
    """Makes one run's plan."""

    def __init__(self, calls: Calls, prompts: PromptSet, settings: WriteSettings) -> None:
        """`prompts`: the set of the planner model, or of the request's language."""
        self.calls, self.prompts, self.settings = calls, prompts, settings
        self.keywords = prompts.keywords()
        self.topics = topics_of(settings.instruction)
        self.small = bool(self.keywords)
        self.at_once = 10 if self.small else SECTIONS_A_CALL
        self.section_words = SMALL_SECTION if self.small else settings.section_words

    def _schema(self, count: int | None, low: int, high: int) -> dict[str, object]:
        if self.small and count:
            return keyword_schema(count, low, high, self.keywords, self.topics)
        return schema(count, low, high)

    async def plan(self, target: Target | None) -> Plan:
        """The plan; its budgets sum to the target's aim where there is one."""
        if target is None and self.prompts.has("plan_free"):
            return await self._outline("plan", "plan_free", None, {"low": LOW, "high": HIGH})
        words = target.aim if target else FREE_WORDS
        form = shape(words, self.section_words, self.at_once)
        mean = words // form.sections
        bounds = _near(mean) if self.small else {"low": min(LOW, mean), "high": HIGH}
        if form.chapters == 1:
            plan = await self._outline("plan", "plan", form.sections, {"words": words, **bounds})
            return _scaled(plan, words)
        return await self._book(form, words, bounds)

    async def _book(self, form: Shape, words: int, bounds: dict[str, int]) -> Plan:
        own = _near(words // form.chapters) if self.small else {"low": LOW, "high": words}
        outline = await self._outline("plan:chapters", "chapters", form.chapters, {"words": words, **own})
        outline = _scaled(outline, words)
        chapters = "\n".join(f"{i}. {c.title}: {c.point}" for i, c in enumerate(outline.sections, 1))
        sections: list[Section] = []
        for number, chapter in enumerate(outline.sections, 1):
            title = (
                chapter.title if all(s.chapter != chapter.title for s in sections) else f"{chapter.title} ({number})"
            )
            count = max(1, round(form.sections * chapter.words / words))
            values = {"chapters": chapters, "number": number, "title": title, "point": chapter.point, **bounds}
            part = await self._outline(
                f"plan:chapter:{number}", "chapter_plan", count, {"words": chapter.words, **values}
            )
            for section in _scaled(part, chapter.words).sections:
                sections.append(section.model_copy(update={"chapter": title}))
        return Plan(title=outline.title, sections=tuple(sections))

    async def _outline(
        self, step: str, name: Name, count: int | None, values: dict[str, object] | dict[str, int]
    ) -> Plan:
        """One readable outline: asked for, and asked again with the fault named."""
        instruction = self.settings.instruction
        text = self.prompts.render(
            name, instruction=instruction, request=head_words(instruction, REQUEST_WORDS), count=count, **values
        )
        system = self.prompts.render("system") if self.prompts.has("system") else None
        messages = user(text, system)
        low, high = values["low"], values["high"]
        assert isinstance(low, int)
        assert isinstance(high, int)
        fault = ""
        for attempt in range(REPAIRS + 1):
            request = Request(
                messages=messages,
                temperature=self.settings.temperature,
                top_p=self.settings.top_p,
                seed=self.settings.seed + attempt + (REPAIRS + 1) * self.calls.redone(f"{step}:"),
                json_schema=self._schema(count, low, high),
            )
            expect = 100 + PLAN_TOKENS_A_SECTION * (count or 12)
            reply = await self.calls.ask("planner", f"{step}:{attempt}", request, expect=expect)
            try:
                return _checked(parse_plan(reply.text, max(high, LARGEST)), count)
            except PlanError as error:
                fault = str(error)
            if not self.small:  # a model of a few hundred tokens cannot read its own mistake; another seed serves it
                repair = self.prompts.render("repair", problem=fault)
                messages = (
                    *messages,
                    Message(role="assistant", content=reply.text),
                    Message(role="user", content=repair),
                )
        self.calls.forget([f"{step}:"], fault)  # the replies stay in the journal; the next command asks anew
        raise PlanError(
            f"the planner gave no usable outline in {REPAIRS + 1} tries: {fault}; its replies are in the run's "
            "journal. The same command asks again; or try another --planner with --run NAME, or your own outline with --plan"
        )


def _near(mean: int) -> dict[str, int]:
    """Bounds of budgets for a small model: it draws any number that it may, and its window holds no long plan."""
    return {"low": 7 * mean // 10, "high": 7 * mean // 5}


def _checked(plan: Plan, count: int | None) -> Plan:
    """Refuse a plan with far fewer or far more sections than asked for, or one that repeats itself."""
    if count and not count / 2 <= len(plan.sections) <= 2 * count:
        raise PlanError(f"it has {len(plan.sections)} sections, not {count}")
    distinct = {(s.title.casefold(), s.point.casefold()) for s in plan.sections}
    if len(distinct) <= len(plan.sections) / 2 and len(plan.sections) > 1:
        raise PlanError("its sections repeat each other")
    return plan


def _scaled(plan: Plan, words: int) -> Plan:
    budgets = scaled([s.words for s in plan.sections], words)
    sections = [s.model_copy(update={"words": w}) for s, w in zip(plan.sections, budgets, strict=True)]
    return Plan(title=plan.title, sections=tuple(sections))


def chapters_of(sections: Sequence[Section]) -> list[list[int]]:
    """Indices of the sections, chapter by chapter; a plan without chapters is one."""
    out: list[list[int]] = []
    for i, section in enumerate(sections):
        if i and section.chapter == sections[i - 1].chapter:
            out[-1].append(i)
        else:
            out.append([i])
    return out
