"""A written run as one reply: its text, with what the writer knew at each place as thinking between the sections.

`interleaved` plans the whole, and after each section looks back at it and ahead to the next (the plan - write - reflect cycle
of IS-CoT, arXiv:2606.09709); `static` plans once, before the text; `none` is the text alone. The visible text is the same in
all three, character by character. Every number is true of the run and its text: what was planned and written, and what is
then wanted of the next section, by the writer's own arithmetic. Pure.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from longwriter.data.thinking import GAP, block, plan_said, said, thought_first
from longwriter.text import count_words, is_cjk
from longwriter.types import Section
from longwriter.writer.section.budget import LEAST_ASK, share
from longwriter.writer.section.cover import missing_words

Thinking = Literal["interleaved", "static", "none"]
NAMED = 5
"""Words of a plan's line that are named as missing."""
CHANGED = 0.1
"""A wanted length that is further from the planned one, as a part of it, is said to be another."""


class TracedSection(NamedTuple):
    """A section as the run has it."""

    text: str
    """As it stands in the document, under its headings."""
    planned: Section
    thinking: str = ""
    """What the model itself thought before it wrote it; "" where it did not say."""


class Trace(NamedTuple):
    """A finished run as it came about."""

    id: str
    request: str
    language: str
    """en, zh or zh-Hant: of the thinking."""
    aim: int
    """Words of the whole."""
    title: str
    """Heading of the whole; "" for none."""
    sections: tuple[TracedSection, ...]
    model: str
    thinking: str = ""
    """What the planner itself thought."""

    @property
    def pieces(self) -> list[str]:
        """The texts of the sections; the first under the title."""
        texts = [section.text for section in self.sections]
        return [f"# {self.title}{GAP}{texts[0]}", *texts[1:]] if self.title else texts

    @property
    def text(self) -> str:
        """What a reader sees."""
        return GAP.join(self.pieces)


class Reflection(NamedTuple):
    """What a model says of a section, where one was asked."""

    told: str
    next: str


def reply_of(
    trace: Trace, thinking: Thinking, notes: Sequence[Reflection] = (), *, own: bool = False, tags: bool = False
) -> str:
    """The whole reply. `notes`: of all sections but the last. `own`: with what the run's models thought themselves.

    `tags`: the text in <answer> tags, where no thinking stands in it.
    """
    if thinking == "none":
        return thought_first("", trace.text, tags=tags)
    lines = [section.planned for section in trace.sections]
    plan = [*_own(trace.thinking, own), plan_said(lines, trace.aim, trace.language)]
    if thinking == "static":
        return thought_first(block(*plan), trace.text, tags=tags)
    first = trace.sections[0]
    plan += [
        *_own(first.thinking, own),
        said(trace.language, "first", title=first.planned.title, words=first.planned.words),
    ]
    reply, pieces = thought_first(block(*plan), trace.pieces[0], tags=False), trace.pieces
    for index in range(1, len(pieces)):
        look = [_look_back(trace, index - 1)]
        look += [notes[index - 1].told] if notes else []
        look += _own(trace.sections[index].thinking, own)
        look.append(_look_ahead(trace, index))
        look += [notes[index - 1].next] if notes else []
        reply += f"\n{block(*look)}\n{pieces[index]}"  # the gap of the text, with the block in its middle
    return reply


def _own(thinking: str, own: bool) -> list[str]:
    return [thinking.strip()] if own and thinking.strip() else []


def _look_back(trace: Trace, index: int) -> str:
    """What a section has become, against the plan."""
    section, code = trace.sections[index], trace.language
    words, total = count_words(section.text), count_words(GAP.join(trace.pieces[: index + 1]))
    line = section.planned
    lines = [
        said(
            code,
            "written",
            number=index + 1,
            title=line.title,
            words=words,
            asked=line.words,
            total=total,
            aim=trace.aim,
        )
    ]
    if line.point:
        missing = _left_out(line.point, section.text)[:NAMED]
        comma = "、" if code.startswith("zh") else ", "
        lines.append(said(code, "missing", missing=comma.join(missing)) if missing else said(code, "kept"))
    return "\n".join(lines)


def _left_out(point: str, text: str) -> list[str]:
    """Words of a plan's line that a text lacks. Characters that stand side by side are a word; one alone tells nothing."""
    found = missing_words(point, text)
    lost = {word for word in found if is_cjk(word[0])}
    runs = ("".join(part) for inside, part in groupby(point, lost.__contains__) if inside)
    return sorted([run for run in runs if len(run) > 1] + [word for word in found if word not in lost], key=point.find)


def _look_ahead(trace: Trace, index: int) -> str:
    """What the next section is to be: its line of the plan, and the words that are now wanted of it."""
    code, line = trace.language, trace.sections[index].planned
    left = [section.planned.words for section in trace.sections[index:]]
    words = _round(max(LEAST_ASK, share(trace.aim, count_words(GAP.join(trace.pieces[:index])), left)))
    values = {"number": index + 1, "count": len(trace.sections), "title": line.title, "words": words}
    ahead = said(code, "next" if line.point else "next_bare", point=line.point.rstrip(".。"), **values)
    if abs(words / line.words - 1) > CHANGED:
        ahead += ("" if code.startswith("zh") else " ") + said(code, "changed", words=words, planned=line.words)
    return ahead


def _round(words: float) -> int:
    return 10 * round(words / 10)
