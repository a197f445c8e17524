"""The loop: plan, then section after section (or chapter beside chapter), until the contract is met.

Every section of the current plan that is due is written: `budget` says how many words to ask for, `section` asks with what
`context` shows it, and a `section` record makes it final.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from longwriter.length.doubts import doubts
from longwriter.length.target import exact
from longwriter.models.base import Model
from longwriter.models.cards import Card
from longwriter.models.limits import token_limit
from longwriter.prompts import PromptSet
from longwriter.text import count_words
from longwriter.types import Plan, Request
from longwriter.writer.calls import Calls, user
from longwriter.writer.document import Document
from longwriter.writer.events import OnEvent, Planned, SectionDone, SectionStarted, Streamed, Warned
from longwriter.writer.files import RunFiles
from longwriter.writer.given.kept import Carried, carried, carry
from longwriter.writer.given.rest import Standing, with_rest
from longwriter.writer.given.wording import main_name
from longwriter.writer.hold.extractor import FactFinder
from longwriter.writer.hold.holds import holds
from longwriter.writer.hold.style import opening
from longwriter.writer.manuscript import WantedDraft, call_names
from longwriter.writer.plan.planner import Planner
from longwriter.writer.records.asked import PlanRecord
from longwriter.writer.records.written import SectionRecord
from longwriter.writer.section.budget import Pace, scaled, share
from longwriter.writer.section.choice import choose
from longwriter.writer.section.context import ContextBuilder, Outline, Window
from longwriter.writer.section.request import NO_WISH, SectionRequests, Wish, seed_of
from longwriter.writer.section.section import Place, SectionWriter, WrittenSection
from longwriter.writer.settings import WriteSettings, wanted_length
from longwriter.writer.sources.leads import Leads, is_led
from longwriter.writer.staleness import groups

SLACK = 0.02
"""Part of the whole text that may be missing at its end."""
SLACK_OF_DRAFT = 0.1
"""The same of a draft, which nothing makes up for."""
SWING = (0.3, 2.0)
"""How far one section's share may move from its plan while others' words are made up or paid back."""
SWING_REDONE = (0.8, 1.2)
"""The same for a section that is rewritten within a finished text."""
AGREEMENT_WORDS = 60
"""Words per chapter in the agreement of a parallel run."""


class Loop:
    """Plans a manuscript and writes what is due."""

    def __init__(
        self, settings: WriteSettings, document: Document, prompts: PromptSet, on_event: OnEvent, files: RunFiles
    ) -> None:
        """`files`: the draft among them is kept up to date as sections are finished."""
        self.settings, self.document, self.prompts = settings, document, prompts
        self.on_event, self.files = on_event, files
        self.manuscript, self.calls = document.manuscript, document.calls
        self.may_begin: Callable[[int], bool] = lambda _: True
        """Asked before each section; False ends the writing of those that see each other."""
        self.interrupted: Callable[[], bool] = lambda: False
        """Asked between sections; True ends `write`: plan or texts are not what it began with."""
        self.finder: FactFinder | None = None
        """Asked for the facts of each section; None: no model is."""
        self.under_way: set[str] = set()
        """Names of the sections that are being written."""

    def follow(self, plan: Plan, source: Literal["file", "edited"], keep: Mapping[int, str] = {}) -> None:
        """Take a plan that a person wrote or edited; sections whose line is unchanged keep their text.

        Those that a draft gave keep it also under a line that is reworded, as `keep` names it or `carried` finds it. A plan
        given with --words is scaled to them; otherwise the plan's own sum is the length.
        """
        words = self.settings.words if source == "file" else None
        target = exact(words, "option") if words else exact(plan.words, "plan")
        asked = wanted_length(self.settings)
        if asked and abs(target.aim / asked.aim - 1) > 0.05:
            self._warn(f"the plan adds up to {target.aim:,} words; {asked.aim:,} were asked for")
        kept = self._carried(plan, keep) if self.manuscript.imported else {}
        self.manuscript.note(PlanRecord(plan=plan, target=target, source=source))
        carry(self.manuscript, kept)

    def _carried(self, plan: Plan, keep: Mapping[int, str]) -> dict[int, Carried]:
        manuscript, out = self.manuscript, {}
        for i, name in carried(manuscript, plan, keep).items():
            old = manuscript.ids.index(name)
            frame, final = manuscript.given(old), manuscript.final(old)
            assert frame is not None
            assert final is not None
            text = self.document.text_of(final.held.record)
            out[i] = Carried(manuscript.plan.sections[old], frame, final, text)
        return out

    async def plan(self, card: Card) -> None:
        """Have a plan: the journalled one, or a new one from the planner. `card`: of the planner."""
        if not self.manuscript.planned:
            asked = wanted_length(self.settings)
            for doubt in () if asked else doubts(self.settings.instruction):
                self._warn(doubt)
            planner = Planner(self.calls, self.prompts, self.settings, card, self.document.sources or None)
            plan = await planner.plan(asked)
            if planner.note:
                self._warn(planner.note)
            self.manuscript.note(PlanRecord(plan=plan, target=asked or exact(plan.words, "plan"), source="model"))
        elif self.manuscript.rest_unplanned:
            await self._plan_rest(Planner(self.calls, self.prompts, self.settings, card, self.document.sources or None))
        self.on_event(Planned(self.manuscript.plan, self.manuscript.target, titled=bool(self.document.title)))

    async def _plan_rest(self, planner: Planner) -> None:
        """Plan what is to come after an imported draft."""
        manuscript, document = self.manuscript, self.document
        document.load()
        standing = Standing.of(document)
        rest = await planner.rest(standing, max(1, manuscript.target.aim - document.written()))
        if planner.note:
            self._warn(planner.note)
        plan = with_rest(standing, rest)
        manuscript.note(PlanRecord(plan=plan, target=manuscript.target, source="model"))

    async def write(self, model: Model, card: Card, window: int, *, watched: bool = False) -> None:
        """Write every section that is due. Raises what the model raises, with all finished work saved.

        `window`: tokens of prompt and reply together. `watched`: text is streamed to `on_event` as it comes.
        """
        plan, target = self.manuscript.plan, self.manuscript.target
        due = [i for i in range(len(plan.sections)) if self.manuscript.due(i)]
        requests, outline = self._requests(card, model), Outline(plan, self.prompts)
        together = groups(plan, parallel=self.settings.parallel)
        if len(together) > 1 and card.prompts == "full" and any(map(self.may_begin, due)):
            requests.agreement = await self._agreement(outline, card, len(together))
            if self.interrupted():
                return
        budgets = scaled([sum(plan.sections[i].words for i in group) for group in together], target.aim)
        writer = SectionWriter(self.calls, requests)
        tasks = []
        for group, budget in zip(together, budgets, strict=True):
            context = self._context(outline, card, window)
            tasks.append(self._write_group(writer, group, budget, context, watched))
        results = await asyncio.gather(*tasks, return_exceptions=True)  # other chapters finish what they can
        for failure in results:
            if isinstance(failure, BaseException):
                raise failure

    def _requests(self, card: Card, model: Model) -> SectionRequests:
        manuscript = self.manuscript
        requests = SectionRequests(
            self.prompts, card, self.settings, manuscript.plan, prefill=model.prefill, goes_on=manuscript.imported,
            holds=holds(self.settings, self.prompts, manuscript.plan, self.calls, manuscript.facts, self.document.sources),
        )  # fmt: skip
        requests.sources = self.document.sources or None
        if card.prompts == "short" and is_led(self.document.sources, self.settings.instruction, self.prompts.name):
            standing = {i: text for i, text in self.document.texts.items() if not manuscript.due(i)}
            requests.leads = Leads(
                self.document.sources, manuscript.plan, self.prompts, self.settings.instruction,
                standing=standing, banned=self.settings.ban or (),
            )  # fmt: skip
        if self.settings.style is not None:
            requests.voice = opening(self.settings.style)
        if manuscript.imported and card.prompts == "short":
            requests.name_person(main_name("\n".join(self.document.texts.values())))
        written = [i for i in range(len(manuscript.ids)) if manuscript.given(i) is None]
        requests.last = written[-1] if written else requests.last
        return requests

    def _goes_on_from(self, index: int) -> str:
        """The text that a section goes on with in its middle; "" for none."""
        return self.document.texts.get(index - 1, "") if self.document.frames.goes_on(index) else ""

    def report_finished(self) -> None:
        """Report the sections that have a text and are not due."""
        for i in range(len(self.manuscript.ids)):
            if not self.manuscript.due(i):
                self._report_done(i, reused=True)

    async def draft(self, draft: WantedDraft, model: Model, card: Card, window: int) -> None:
        """Write a draft that stands beside a section's text. Raises what `write` raises."""
        i, manuscript, order = draft.index, self.manuscript, draft.order
        plan, steps = manuscript.plan, call_names(order.id, 0, draft.number)
        calls = self.calls.of_draft(steps)
        requests = self._requests(card, model)
        context = self._context(Outline(plan, self.prompts), card, window, calls)
        for earlier in next(g for g in groups(plan, parallel=self.settings.parallel) if i in g):
            if earlier < i and earlier in self.document.texts:
                context.earlier.add(self.document.texts[earlier])
        want = order.words or self.document.words.get(i) or plan.sections[i].words
        wish = Wish(order.instruction, self.document.texts.get(i, ""))
        place = Place(i, steps, want, True, SLACK_OF_DRAFT * want, self.document.heading_words(i), wish,
                      self._goes_on_from(i))  # fmt: skip
        result = await SectionWriter(calls, requests).write(place, Pace(), context, None)
        self._note_section(result, SectionRecord(
            id=order.id, redone=0, asked=result.asked, prefill=requests.prefill, seen=context.earlier.fingerprint,
            faults=result.faults, draft=draft.number,
        ))  # fmt: skip

    def _note_section(self, result: WrittenSection, record: SectionRecord) -> None:
        for fault in result.faults:
            self._warn(fault)
        self.manuscript.note(record, durable=False)

    def _context(self, outline: Outline, card: Card, window: int, calls: Calls | None = None) -> ContextBuilder:
        """What sections that see each other may see of the text before them: nothing yet."""
        mode, limit = self._mode(outline, card, window), Window(window, self.settings.window)
        return ContextBuilder(calls or self.calls, self.prompts, outline, mode, limit, self._warn)

    async def _agreement(self, outline: Outline, card: Card, chapters: int) -> str:
        """What chapters written side by side must share."""
        words = AGREEMENT_WORDS * chapters
        prompt = self.prompts.render("synopsis", instruction=self.settings.instruction, plan=outline.whole, ask=words)
        request = Request(
            messages=user(prompt),
            max_tokens=token_limit(words, card),
            seed=seed_of(self.settings.seed, "agreement", 0),
        )
        reply = await self.calls.ask("planner", "agreement", request, expect=2 * words)
        return reply.text.strip()

    async def _write_group(
        self, writer: SectionWriter, group: Sequence[int], budget: int, context: ContextBuilder, watched: bool
    ) -> None:
        """Write the sections that see each other, in order."""
        manuscript, sections = self.manuscript, self.manuscript.plan.sections
        pace, planned = Pace(), sum(sections[i].words for i in group)
        due = [i for i in group if manuscript.due(i)]
        left = sum(sections[i].words for i in due)
        written = sum(self.document.words[i] for i in set(group) - set(due))
        for i in group:
            if self.interrupted():
                return
            if not manuscript.due(i):
                self._replay_pace(pace, i)
            else:
                usual = sections[i].words * budget / max(1, planned)
                if not self.may_begin(i):
                    return
                low, high = SWING_REDONE if manuscript.redone(i) else SWING
                want = share(budget, written, [sections[i].words, left - sections[i].words])
                want, order = min(max(want, low * usual), high * usual), manuscript.order(i)
                want = order.words if order and order.words else want
                wish = Wish(order.instruction, self.document.texts.get(i, "")) if order else NO_WISH
                last = left == sections[i].words
                heading = self.document.heading_words(i)
                before = self._goes_on_from(i)
                place = Place(i, manuscript.steps(i), want, last, SLACK * budget, heading, wish, before)
                await self._write_section(writer, place, pace, context, watched)
                if self.interrupted():
                    return
                written, left = written + self.document.words[i], left - sections[i].words
            context.earlier.add(self.document.texts[i])

    async def _write_section(
        self, writer: SectionWriter, place: Place, pace: Pace, context: ContextBuilder, watched: bool
    ) -> None:
        """Write one section, and make it final."""
        i, manuscript = place.index, self.manuscript
        await self._find_facts(context.earlier.texts)
        self.on_event(SectionStarted(i, place.steps))
        name, redone = manuscript.ids[i], manuscript.redone(i)
        self.under_way.add(name)
        try:
            result = await writer.write(place, pace, context, self._shower(i) if watched else None)
            await self._find_facts([result.text])  # first: a finished run needs no model any more
        finally:
            self.under_way.discard(name)
        self._note_section(result, SectionRecord(
            id=name, redone=redone, asked=result.asked, prefill=writer.requests.prefill, seen=context.earlier.fingerprint,
            faults=result.faults,
        ))  # fmt: skip
        if name not in manuscript.ids:  # the outline was edited meanwhile
            return
        i = manuscript.ids.index(name)
        self.document.put(i, result.text)
        self._report_done(i, reused=False)
        self.files.grow(self.document)

    async def _find_facts(self, texts: Sequence[str]) -> None:
        """Have the facts of these texts, where a model is asked for them."""
        if self.finder is not None:
            await self.finder.find(texts)

    def _mode(self, outline: Outline, card: Card, window: int) -> str:
        """The context to begin with; `auto` is chosen once: prices change from command to command, the text must not."""
        if self.settings.context != "auto" or card.prompts == "short":
            return self.settings.context
        if self.manuscript.context is None:
            head = self.calls.roles["writer"].counter.count(f"{self.settings.instruction}\n{outline.whole}")
            chosen = choose(self.calls, self.manuscript.plan, head, window)
            self.manuscript.note(chosen)
            if chosen.why:
                self._warn(chosen.why)
            return chosen.mode
        return self.manuscript.context.mode

    def _report_done(self, index: int, *, reused: bool) -> None:
        spent, document = self.calls.spent, self.document
        placed = document.placed(index)
        self.on_event(SectionDone(
            index, document.words[index], reused, spent.cost, spent.hit_rate, spent.saved, placed.text, placed.joint, placed.end
        ))  # fmt: skip

    def _warn(self, message: str) -> None:
        self.on_event(Warned(message))

    def _shower(self, index: int) -> Callable[[str], None]:
        return lambda text: self.on_event(Streamed(index, text))

    def _replay_pace(self, pace: Pace, index: int) -> None:
        final = self.manuscript.final(index)
        assert final is not None
        record = final.held.record
        if not isinstance(record, SectionRecord):  # a person's words say nothing of the model's pace
            return
        for ask, reply in zip(record.asked, self.document.replies(record), strict=True):
            pace.saw(ask, count_words(reply.text))
