"""One place of one finding: the passage around it is asked for again, and taken only where it is better for it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from longwriter.checks.citations.fence import shown
from longwriter.checks.finding import TextFinding
from longwriter.checks.messages import in_language
from longwriter.errors import EmptyReply, PromptTooLong, TruncatedPrompt
from longwriter.models.cards import card_of
from longwriter.models.limits import token_limit
from longwriter.text import count_words, head_words
from longwriter.types import Message, Reply, Request
from longwriter.writer.calls import mending_calls, user
from longwriter.writer.hold.holds import holds
from longwriter.writer.outcome.told import reason
from longwriter.writer.prompts import Name
from longwriter.writer.records.person import EditRecord
from longwriter.writer.records.revised import Mending, RevisionRecord, WantedFinding
from longwriter.writer.reply.prose import prose
from longwriter.writer.revising.fit import MOST_WORDS, unfit
from longwriter.writer.revising.judging import RevisionJudge
from longwriter.writer.revising.layout import DocumentLayout, EditedPassage, changed_alone, lines
from longwriter.writer.revising.measure import measured, worse
from longwriter.writer.revising.outcomes import edit_of
from longwriter.writer.section.request import seed_of
from longwriter.writer.session import Session

TRIES = 2
"""Replies that are asked for one place; the second is told why the first could not be used."""
ELSEWHERE_WORDS = 120
"""What is shown of the other place."""
MOST_SOURCES = 3
"""Chunks, of 160 words each, that are shown beside a citation that is wrong."""
ALIKE = 0.02
"""How far what a text holds may fall by an edit: a measure's own grain."""
HOW: dict[str, Name] = {
    "contradiction": "revise_contradiction", "repetition": "revise_repetition", "slop": "revise_slop", "form": "revise_cut",
}  # fmt: skip
"""By the kind of the finding."""
_CITED = re.compile(r"\bs[1-9]\d{0,5}\b")
_WRAPS = (('"', '"'), ("“", "”"), ("「", "」"), ("<passage>", "</passage>"))


class MendingTarget(NamedTuple):
    """A finding as it stands in the document now, and the place of it that is to change."""

    finding: WantedFinding
    name: str
    """Of the attempt: see `records.Mending`."""
    place: tuple[int, int]
    """In the document."""
    others: tuple[str, ...]
    """The quotes of its other places."""
    passage: EditedPassage


class MeasuredDocument(NamedTuple):
    """A document with all that the rules find in it."""

    layout: DocumentLayout
    findings: tuple[TextFinding, ...]


class Mender:
    """Asks for passages of one run. Nothing is changed here: an edit that is taken is handed back."""

    def __init__(self, session: Session, language: str, revision: RevisionRecord, judge: RevisionJudge | None) -> None:
        """`session`: one whose calls expect this revision. Raises SetupError for a model without a price under a ceiling."""
        self.session, self.language, self.words, self.judge = session, language, revision.words, judge
        self.steps = mending_calls(revision.number)
        session.calls.of_draft(self.steps)
        self.card = session.cards["writer"] if revision.by is None else card_of(revision.by.model, revision.by.card)
        manuscript = session.manuscript
        self.holds = holds(session.settings, session.prompts, manuscript.plan, session.calls, manuscript.facts)

    async def mend(self, target: MendingTarget, now: MeasuredDocument) -> EditRecord | str:
        """The edit that mends it, or why none was taken. Raises what the model raises, and CeilingReached."""
        passage = target.passage
        if why := out_of_reach(passage):
            return why
        for attempt in range(TRIES):
            step = f"revise:{target.name}.{attempt}"
            try:
                reply = await self.session.calls.of_draft(self.steps).ask(  # anew: a server lowers ceilings
                    "writer", step, self._request(target, step, why), expect=self._ask(passage)
                )
                new = _bare(reply, passage)
            except (EmptyReply, PromptTooLong, TruncatedPrompt) as error:
                why = str(error)
                continue
            edit = "it was cut off" if reply.finish != "stop" else await self._judged(target, new, now, attempt)
            if isinstance(edit, EditRecord):
                return edit
            why = edit
        return why

    def _ask(self, passage: EditedPassage) -> int:
        return max(8, count_words(passage.text))

    def _request(self, target: MendingTarget, step: str, why: str) -> Request:
        session, passage = self.session, target.passage
        s, card = session.settings, self.card
        ask = self._ask(passage)
        how = session.prompts.render(HOW.get(target.finding.kind, "revise_other"))
        messages: tuple[Message, ...]
        if card.prompts == "short":
            messages = user(session.prompts.render("revise_short", passage=passage.text, how=how, ask=ask))
        else:
            system = session.prompts.render("system")
            text = session.prompts.render("revise", how=how, **self._values(target, why))
            messages = user(text, system) if card.system else user(f"{system}\n\n{text}")
        return Request(
            messages=messages,
            max_tokens=s.max_section_tokens or token_limit(ask + 20, card),
            temperature=card.temperature if s.temperature is None else s.temperature,
            top_p=card.top_p if s.top_p is None else s.top_p,
            min_p=card.min_p,
            seed=seed_of(s.seed, step, 0),
        )

    def _values(self, target: MendingTarget, why: str) -> dict[str, object]:
        render, passage = self.session.prompts.render, target.passage
        section = self.session.manuscript.plan.sections[passage.section]
        language = self.session.prompts.name.partition("-")[0]
        said = in_language([target.finding], language)[0].message
        at = slice(target.place[0] - passage.shift - passage.start, target.place[1] - passage.shift - passage.start)
        marked = passage.text[at]
        return {
            "fault": said if marked == passage.text or target.finding.check == "cut" else f"{said}\n“{marked}”",
            "elsewhere": "\n\n".join(render("revise_elsewhere", quote=quote) for quote in self._others(target)),
            "point": f"{section.title}. {section.point}".rstrip(". "),
            "before": passage.before, "passage": passage.text, "behind": passage.after, "ask": self._ask(passage),
            "refused": render("revise_refused", why=reason(why, language)) if why else "",
        }  # fmt: skip

    def _others(self, target: MendingTarget) -> list[str]:
        """What the passage has to agree with: the finding's other places, and the sources that a wrong citation names."""
        others = [head_words(quote, ELSEWHERE_WORDS) for quote in target.others]
        if target.finding.kind == "citation":
            sources = self.session.document.sources
            named = dict.fromkeys(name for name in _CITED.findall(target.passage.text) if sources.has(name))
            others += [shown([sources.chunk(name)]) for name in [*named][:MOST_SOURCES]]
        return others

    async def _judged(self, target: MendingTarget, new: str, now: MeasuredDocument, attempt: int) -> EditRecord | str:
        """The edit, where nothing speaks against it; else what does."""
        passage, document, manuscript = target.passage, self.session.document, self.session.manuscript
        index, name = passage.section, manuscript.ids[passage.section]
        own = document.texts[index]
        inside = target.place[0] - passage.shift - passage.start, target.place[1] - passage.shift - passage.start
        if why := unfit(
            passage, new, target.finding.kind, inside, self.words.get(name, count_words(own)), count_words(own)
        ):
            return why
        text = own[: passage.start] + new + own[passage.end :]
        edit = self._edit(target, text, len(new) - len(passage.text))
        raw = document.with_record(index, edit)
        start, end = passage.place
        if not changed_alone(now.layout.raw, raw, start, end):
            return "the text around it would change"
        found = target.finding if target.finding.source == "rule" else None
        after = measured(lines(raw), self.language, document)
        if why := worse(now.findings, after, (start, end), (start, start + len(new)), found) or self._held(
            index, own, text
        ):
            return why
        if found is None and target.finding.quotes and _still(target, new):
            return "the words at fault still stand"
        if target.finding.source == "model" and self.judge is not None:
            again = f"{target.name.replace(':', '-')}-{attempt}"
            if not await self.judge.gone(target.finding.message, passage.text, new, again):
                return "the judge says that the fault is not gone"
        return edit

    def _held(self, index: int, old: str, new: str) -> str:
        """Whether it keeps less of what the run holds, such as its style."""
        texts = self.session.document.texts
        earlier = [texts[i] for i in sorted(texts) if i < index]
        lost = any(hold.worth(new, earlier) < hold.worth(old, earlier) - ALIKE for hold in self.holds)
        return "it is further from what the run holds to (style, worn phrases)" if lost else ""

    def _edit(self, target: MendingTarget, text: str, shift: int) -> EditRecord:
        mends = Mending(finding=target.name, start=target.passage.place[0], shift=shift)
        return edit_of(self.session, target.passage.section, text, "revised", mends)


def out_of_reach(passage: EditedPassage) -> str:
    """Why a passage is not asked for again; "" where it is."""
    if count_words(passage.text) > MOST_WORDS:
        number = passage.section + 1
        return f"the passage has more than {MOST_WORDS} words; write it again: longwriter redo RUN --section {number}"
    if any(line.startswith("#") for line in passage.text.split("\n")):
        return "it is in a heading, or reaches over one"
    return ""


def _still(target: MendingTarget, new: str) -> bool:
    start, end = target.place
    shift = target.passage.shift + target.passage.start
    return target.passage.text[start - shift : end - shift] in new


def _bare(reply: Reply, passage: EditedPassage) -> str:
    """The passage in a reply: without talk, wrappers, and what stands before and behind it. Raises Refused."""
    text = prose(reply.text, "").strip()
    for opens, closes in _WRAPS:
        if text.startswith(opens) and text.endswith(closes) and not passage.text.startswith(opens):
            inner = text[len(opens) : len(text) - len(closes)].strip()
            text = inner if opens not in inner else text
    before, after = passage.before.strip(), passage.after.strip()
    text = text.removeprefix(before).strip() if before else text
    text = text.removesuffix(after).strip() if after else text
    if "\n" not in passage.text and "\n\n" not in text:
        text = " ".join(text.split("\n"))
    return text


def chosen(quotes: Sequence[str], text: str, edit: int) -> int:
    """Which of a finding's places is to change, from 0: as a person says, else of short quotes the rarer, else the last."""
    if edit:
        return edit - 1
    if len(quotes) == 2 and all(count_words(quote) <= 3 for quote in quotes):
        first, last = (text.count(quote) for quote in quotes)
        return 0 if first < last else 1
    return len(quotes) - 1
