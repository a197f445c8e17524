"""The loop: plan, then section after section (or chapter beside chapter), until the contract is met.

State is a fold over the journal: `plan` records hold the outline, `section` records say that a section is finished, from
how many replies and over which earlier text; `redo` records make sections due again (their old text stands until the new
one is finished). Nothing else is remembered, so going on after a kill, redoing a section and following an edited plan are
the same walk: write every section of the current plan that is due.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from longwriter.errors import InputError, RunError
from longwriter.journal import Journal, digest
from longwriter.length.doubts import doubts
from longwriter.length.target import Target, exact, read_target
from longwriter.models.base import Model
from longwriter.models.cards import Card
from longwriter.models.limits import token_limit
from longwriter.text import count_words
from longwriter.types import Plan, Record, Reply, Request
from longwriter.writer.calls import Calls, user
from longwriter.writer.events import OnEvent, Planned, SectionDone, SectionStarted, Streamed, Warned
from longwriter.writer.plan.planner import Planner, chapters_of
from longwriter.writer.prompts import PromptSet
from longwriter.writer.section.budget import Pace, scaled, share
from longwriter.writer.section.choice import Choice, choose
from longwriter.writer.section.context import Memory, Seen, Window, outline
from longwriter.writer.section.request import Asker, seed_of
from longwriter.writer.section.section import Place, SectionWriter, assemble, section_ids, with_heading
from longwriter.writer.settings import WriteSettings

SLACK = 0.02
"""Part of the whole text that may be missing at its end."""
SWING = (0.3, 2.0)
"""How far one section's share may move from its plan while others' words are made up or paid back."""
SWING_REDONE = (0.8, 1.2)
"""The same for a section that is written anew into a text whose other sections stand."""
AGREEMENT_WORDS = 60
"""Words a chapter in the agreement of a parallel run."""


@dataclass(frozen=True)
class Part:
    """A section as it stands in the document."""

    index: int
    id: str
    text: str
    """With its heading, and its chapter's where it opens one."""
    asked: int
    words: int
    stale: bool
    """Earlier text has changed since it was written, or it was asked to be redone."""
    faults: tuple[str, ...] = ()
    """What is wrong with it, for people."""


class Finished(Record):
    """A `section` record of the journal: this section is finished."""

    id: str
    redone: int
    """How often it had been asked to be redone."""
    asked: tuple[int, ...]
    """Words asked for, reply by reply: its replies are the first so many of its steps."""
    prefill: bool
    """How the replies join: see `section.assemble`."""
    seen: str
    """Digest of the earlier text that it was written over."""
    faults: tuple[str, ...] = ()


class Manuscript:
    """One text in the making."""

    def __init__(
        self,
        settings: WriteSettings,
        journal: Journal,
        calls: Calls,
        prompts: PromptSet,
        on_event: OnEvent,
        save: Callable[["Manuscript"], None],
    ) -> None:
        """`save` is called whenever a section is finished, in the order in which they are."""
        self.settings, self.journal, self.calls, self.prompts = settings, journal, calls, prompts
        self.on_event, self.save = on_event, save
        self.card = Card()
        self._plan: tuple[Plan, Target] | None = None
        self.ids: list[str] = []
        self._records: dict[str, Finished] = {}
        self._redone: Counter[str] = Counter()
        self._texts: dict[str, str] = {}
        self._words: dict[str, int] = {}
        self._fold()

    def _fold(self) -> None:
        """Read plan and finished sections from the journal."""
        for entry in self.journal:
            if entry.kind == "plan":
                self._set_plan(Plan.model_validate(entry.data["plan"]), Target.model_validate(entry.data["target"]))
            elif entry.kind == "section":
                record = Finished.model_validate(entry.data)
                self._records[record.id] = record
            elif entry.kind == "redo":
                ids = entry.data["sections"]
                assert isinstance(ids, list)
                self._redone.update(ids)

    def _set_plan(self, plan: Plan, target: Target) -> None:
        self._plan, self.ids = (plan, target), section_ids(plan.sections)
        self._texts, self._words = {}, {}

    @property
    def planned(self) -> bool:
        """Whether there is a plan yet."""
        return self._plan is not None

    @property
    def plan(self) -> Plan:
        """The outline. Raises RunError while there is none."""
        return self._settled()[0]

    @property
    def target(self) -> Target:
        """The length. Raises RunError while there is no plan."""
        return self._settled()[1]

    def _settled(self) -> tuple[Plan, Target]:
        if self._plan is None:
            raise RunError("this run has no plan yet; resume it first")
        return self._plan

    def _due(self, index: int) -> bool:
        """Whether a section has no text, or one that was asked to be redone."""
        name = self.ids[index]
        return name not in self._records or self._records[name].redone != self._redone[name]

    def adopt(self, plan: Plan, source: Literal["file", "edited"]) -> None:
        """Take a plan that a person wrote or edited; sections whose line is unchanged keep their text.

        A plan given with --words is scaled to them; otherwise the plan's own sum is the length.
        """
        words = self.settings.words if source == "file" else None
        target = exact(words, "option") if words else exact(plan.words, "plan")
        asked = wanted(self.settings)
        if asked and abs(target.aim / asked.aim - 1) > 0.05:
            self.on_event(Warned(f"the plan adds up to {target.aim:,} words; {asked.aim:,} were asked for"))
        self.journal.append("plan", {"plan": plan.model_dump(), "target": target.model_dump(), "source": source})
        self._set_plan(plan, target)

    async def make_plan(self, card: Card) -> Plan:
        """The journalled plan, or a new one from the planner. `card`: of the planner."""
        if not self.planned:
            asked = wanted(self.settings)
            for doubt in () if asked else doubts(self.settings.instruction):
                self._warn(doubt)
            planner = Planner(self.calls, self.prompts, self.settings, card)
            plan = await planner.plan(asked)
            if planner.note:
                self._warn(planner.note)
            target = asked or exact(plan.words, "plan")
            self.journal.append("plan", {"plan": plan.model_dump(), "target": target.model_dump(), "source": "model"})
            self._set_plan(plan, target)
        self.on_event(Planned(self.plan, self.target))
        return self.plan

    async def write(self, model: Model, window: int, *, watched: bool = False) -> None:
        """Write every section that has no valid record. Raises what the model raises, with all finished work saved.

        `watched`: text is streamed to `on_event` as it comes.
        """
        asker = Asker(self.prompts, self.card, self.settings, self.plan, prefill=model.prefill)
        writer = SectionWriter(self.calls, asker)
        self.load()
        for i in range(len(self.ids)):
            if not self._due(i):
                self._tell_done(i, reused=True)
        groups = self._groups()
        if len(groups) > 1 and self.card.prompts == "full" and any(map(self._due, range(len(self.ids)))):
            asker.agreement = await self._agreement(len(groups))
        budgets = scaled([sum(self.plan.sections[i].words for i in g) for g in groups], self.target.aim)
        limit, mode = Window(window, self.settings.window), self._mode(window)
        tasks = [
            self._write_group(writer, g, b, Memory(self.calls, self.prompts, mode, limit, self._warn), watched)
            for g, b in zip(groups, budgets, strict=True)
        ]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for failure in results:
            if isinstance(failure, BaseException):
                raise failure

    async def _agreement(self, chapters: int) -> str:
        """What chapters written side by side must share."""
        words = AGREEMENT_WORDS * chapters
        prompt = self.prompts.render(
            "synopsis", instruction=self.settings.instruction, plan=outline(self.plan, self.prompts), ask=words
        )
        request = Request(
            messages=user(prompt),
            max_tokens=token_limit(words, self.card),
            seed=seed_of(self.settings.seed, "agreement", 0),
        )
        reply = await self.calls.ask("planner", "agreement", request, expect=2 * words)
        return reply.text.strip()

    async def _write_group(
        self, writer: SectionWriter, group: Sequence[int], budget: int, memory: Memory, watched: bool
    ) -> None:
        """Sections that see each other, in order."""
        sections = self.plan.sections
        pace = Pace()
        for i in group:
            name = self.ids[i]
            if not self._due(i):
                self._replay_pace(pace, name)
                continue
            todo = [j for j in group if self._due(j)]
            written = sum(self._words[self.ids[j]] for j in group if j not in todo)
            planned = sections[i].words * budget / max(1, sum(sections[j].words for j in group))
            want = share(budget, written, [sections[j].words for j in (i, *(j for j in todo if j != i))])
            low, high = SWING_REDONE if self._redone[name] else SWING
            want = min(max(want, low * planned), high * planned)
            steps = _steps(name, self._redone[name])
            place = Place(i, steps, want, len(todo) == 1, SLACK * budget, self._heading_words(i))
            self.on_event(SectionStarted(i, f"section:{steps}:"))
            seen = Seen(tuple(self._texts[self.ids[j]] for j in group if j < i and self.ids[j] in self._texts))
            show = self._shower(i) if watched else None
            result = await writer.write(place, seen, pace, memory, show)
            record = Finished(
                id=name,
                redone=self._redone[name],
                asked=result.asked,
                prefill=writer.asker.prefill,
                seen=self._fingerprints()[i],
                faults=result.faults,
            )
            for fault in result.faults:
                self._warn(fault)
            self.journal.append("section", record.model_dump(mode="json"), durable=False)
            self._records[name] = record
            self._keep(i, result.text)
            self._tell_done(i, reused=False)
            self.save(self)

    @property
    def context(self) -> Choice:
        """How the run began to show earlier text: as the settings say, or as was chosen where they leave it open."""
        found = next((e.data for e in self.journal if e.kind == "context"), None)
        if found is None or self.settings.context != "auto":
            return Choice(self.settings.context)
        return Choice(str(found["mode"]), str(found.get("why", "")))

    def _mode(self, window: int) -> str:
        """The context to begin with; `auto` is chosen once: prices change from command to command, the text must not."""
        if self.settings.context != "auto" or self.card.prompts == "short":
            return self.settings.context
        if not any(e.kind == "context" for e in self.journal):
            count = self.calls.roles["writer"].counter.count
            head = count(f"{self.settings.instruction}\n{outline(self.plan, self.prompts)}")
            chosen = choose(self.calls, self.plan, head, window)
            self.journal.append("context", {"mode": chosen.mode, "why": chosen.why})
            if chosen.why:
                self.on_event(Warned(chosen.why))
        return self.context.mode

    def _tell_done(self, index: int, *, reused: bool) -> None:
        spent, words = self.calls.spent, self._words[self.ids[index]]
        cost, text = (spent.cost, spent.hit_rate, spent.saved), self.piece(index)
        self.on_event(SectionDone(index, words, reused, *cost, text))

    def _warn(self, message: str) -> None:
        self.on_event(Warned(message))

    def _shower(self, index: int) -> Callable[[str], None]:
        return lambda text: self.on_event(Streamed(index, text))

    def _replies(self, name: str) -> list[Reply]:
        """The journalled replies of a finished section."""
        record = self._records[name]
        steps = _steps(name, record.redone)
        found = [self.calls.known(f"section:{steps}:{k}") for k in range(len(record.asked))]
        return [r for r in found if r is not None]

    def load(self) -> None:
        """Rebuild the texts of the sections that have a record from their replies."""
        for i, name in enumerate(self.ids):
            if name in self._records:
                self._keep(i, assemble(self._replies(name), prefill=self._records[name].prefill))

    def _keep(self, index: int, text: str) -> None:
        self._texts[self.ids[index]] = text
        self._words[self.ids[index]] = count_words(self.piece(index))

    def _replay_pace(self, pace: Pace, name: str) -> None:
        for ask, reply in zip(self._records[name].asked, self._replies(name), strict=True):
            pace.saw(ask, count_words(reply.text))

    def redo(self, indices: Sequence[int]) -> None:
        """Make sections due again; their text stands until the next `write` has finished a new one."""
        for i in indices:
            if not 0 <= i < len(self.ids):
                raise InputError(f"there is no section {i + 1}: the plan has {len(self.ids)}")
        names = [self.ids[i] for i in indices]
        self.journal.append("redo", {"sections": names})
        self._redone.update(names)

    @property
    def finished(self) -> bool:
        """Every section has a text, and none is due."""
        return not any(self._due(i) for i in range(len(self.ids)))

    def _opening(self, index: int) -> str:
        """What stands before a section: its chapter's heading, where it opens a chapter."""
        chapter = self.plan.sections[index].chapter
        opens = index == 0 or self.plan.sections[index - 1].chapter != chapter
        return f"## {chapter}\n\n" if chapter and opens else ""

    def _heading_words(self, index: int) -> str:
        """What will stand before a section's text, as far as the plan knows; "" for its heading where that is the model's."""
        title = "" if self._headings == "model" else self.plan.sections[index].title
        return f"{self._opening(index)}{title}"

    @property
    def _headings(self) -> str:
        """Who writes headings: plan, model, or auto: the plan wherever the model wrote none."""
        by_plan = self.settings.headings == "auto" and self.card.headings == "plan"
        return "plan" if by_plan else self.settings.headings

    def piece(self, index: int) -> str:
        """A finished section as it stands in the document."""
        return self._opening(index) + self._with_heading(index, self._texts[self.ids[index]])

    def _with_heading(self, index: int, text: str) -> str:
        section = self.plan.sections[index]
        return with_heading(text, section.title, 3 if section.chapter else 2, self._headings)

    def parts(self) -> list[Part]:
        """The finished sections, in order."""
        out = []
        for i, (name, seen) in enumerate(zip(self.ids, self._fingerprints(), strict=True)):
            if name in self._texts:
                record = self._records[name]
                stale = self._due(i) or record.seen != seen
                part = Part(i, name, self.piece(i), sum(record.asked), self._words[name], stale, record.faults)
                out.append(part)
        return out

    def _groups(self) -> list[list[int]]:
        """Section indices that see each other: all, or side by side a chapter each."""
        chapters = chapters_of(self.plan.sections)
        if not self.settings.parallel:
            return [[i for chapter in chapters for i in chapter]]
        return chapters if len(chapters) > 1 else _blocks(chapters[0])

    def _fingerprints(self) -> list[str]:
        """For each section, a digest of the earlier text that it can see now."""
        out = [""] * len(self.ids)
        for group in self._groups():
            seen = ""
            for i in group:
                out[i] = seen
                if self.ids[i] in self._texts:
                    seen = digest(seen + self._texts[self.ids[i]])
        return out

    def document(self) -> str:
        """The text so far: title and finished sections, ending in one newline."""
        head = [f"# {self.plan.title}"] if self.plan.title else []
        pieces = [self.piece(i) if name in self._texts else self._begun(i) for i, name in enumerate(self.ids)]
        return "\n\n".join([*head, *filter(None, pieces)]).rstrip() + "\n"

    def _begun(self, index: int) -> str:
        """What stands of a section that is not finished: its replies so far, and what was kept of the last one."""
        steps = _steps(self.ids[index], self._redone[self.ids[index]])
        texts: list[str] = []
        while (known := self.calls.known(f"section:{steps}:{len(texts)}")) is not None:
            texts.append(known.text.strip())
        texts.append(self.calls.partial(f"section:{steps}:{len(texts)}").strip())
        text = "\n\n".join(filter(None, texts))
        return self._opening(index) + self._with_heading(index, text) if text else ""


def wanted(settings: WriteSettings) -> Target | None:
    """The length by option or request."""
    return exact(settings.words, "option") if settings.words else read_target(settings.instruction)


def _steps(name: str, redone: int) -> str:
    """What the call names of a section begin with: they differ each time that it is written."""
    return f"{name}.{redone}" if redone else name


def _blocks(indices: Sequence[int], size: int = 4) -> list[list[int]]:
    """Sections of a plan without chapters, in blocks to be written side by side."""
    return [list(indices[i : i + size]) for i in range(0, len(indices), size)]
