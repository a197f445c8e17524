"""Chapters as lessons for nano: plans, sections, continuations and direct requests, each in one short form of prompt.

The forms stand in `lessons`. Numbers are true counts (`round_words`); each keyword stands in its section, and the lines of
one plan share none.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from longwriter.data.backtranslate.keywords import Keywords, Term, share_out
from longwriter.data.backtranslate.passages import Cutter, EvenLengths, Passage, near_lengths, round_words
from longwriter.data.backtranslate.records import Triple
from longwriter.data.backtranslate.request_templates import About, PromptLanguage, request
from longwriter.prompts import prompt_set
from longwriter.text import head_words, tail_words
from longwriter.types import Section

LESSONS = Path(__file__).parent / "lessons"
REQUEST_WORDS = 40
"""Most words of a request in a lesson's prompt."""
RECENT_WORDS, RECENT_CHARACTERS = 70, 600
"""Most of the earlier text that a lesson's prompt shows."""
FEWEST, MOST = 2, 6
"""Keywords of a plan line."""
WORDS_A_KEYWORD = 30
"""A section of fewer words than so many times its keywords has too little room for them."""
TOPICS = 4
"""Most words that a request names."""
STATED = 0.75
"""Share of requests before a plan that name the length; the prompt has it in a line of its own."""
IN_CHAPTERS = 0.5
"""Share of texts of two plans and more that are planned chapter by chapter, as the writer does above some length."""
CONTINUED = 0.2
"""Share of sections that are also given from a sentence in their middle on."""


class LessonLimits(NamedTuple):
    """Sizes of lessons, in words of `text.count_words`."""

    words: tuple[int, int]
    """Least and most words of a section."""
    max_parts: int
    """Most lines of a plan."""


class _Part(NamedTuple):
    passage: Passage
    line: Section
    terms: list[Term]


def title_of(terms: Sequence[Term], language: PromptLanguage = "en", topics: Sequence[str] = ()) -> tuple[str, str]:
    """Title and point of a plan line: its best word or two, one of the request's first, then the others."""
    joint, comma = ("与", "、") if language == "zh" else (" and ", ", ")
    ranked = sorted(terms, key=lambda t: (t.word not in topics, -t.score))
    head = [t.word for t in ranked[: 2 if len(terms) > 2 else 1]]
    return joint.join(w[0].upper() + w[1:] for w in head), comma.join(t.word for t in terms if t.word not in head)


def so_far(texts: Sequence[str], current: str = "") -> str:
    """What a prompt shows of the text written before: its last words, on one line."""
    last = "\n\n".join([*texts[-2:], current])
    return " ".join(tail_words(last, RECENT_WORDS).split())[-RECENT_CHARACTERS:] or "(start)"


def form(name: Literal["plan", "section"], **values: object) -> str:
    """A lesson's prompt. A field without a value is a KeyError."""
    return prompt_set(LESSONS).render(name, **values)


class NanoForm:
    """Makes the lessons of one chapter after another."""

    def __init__(self, keywords: Keywords, limits: LessonLimits, lengths: EvenLengths, dropped: Counter[str]) -> None:
        """`lengths`: of direct requests; it sees to it that all are equally often. `dropped`: counts by reason."""
        self.keywords, self.limits, self.lengths, self.dropped = keywords, limits, lengths, dropped

    def examples(self, about: About, text: str, rng: random.Random) -> Iterator[Triple]:
        """All lessons of one text."""
        cutter = Cutter(text)
        parts = list(cutter.run(near_lengths(*self.limits.words, rng), aligned=False))
        groups = [g for g in self._groups(parts, rng) if g]
        while groups:
            several = len(groups) > 1 and rng.random() < IN_CHAPTERS
            taken, groups = (
                (groups[: self.limits.max_parts], groups[self.limits.max_parts :])
                if several
                else (groups[:1], groups[1:])
            )
            yield from self._book(about, cutter, taken, rng) if several else self._plan(about, cutter, taken[0], rng)
        yield from self._direct(about, cutter, rng)

    def _groups(self, passages: list[Passage], rng: random.Random) -> Iterator[list[tuple[Passage, list[Term]]]]:
        """Neighbours that make up one plan, each with words of its own; those without enough are left out."""
        while passages:
            size = rng.randint(1, self.limits.max_parts)
            group, passages = passages[:size], passages[size:]
            most = [min(MOST, max(FEWEST, p.words // WORDS_A_KEYWORD)) for p in group]
            shared = share_out(
                [self.keywords.of(p.text) for p in group], [rng.randint(max(FEWEST, m - 2), m) for m in most], FEWEST
            )
            kept = [(p, terms) for p, terms in zip(group, shared, strict=True) if len(terms) >= FEWEST]
            self.dropped["fewer than two keywords"] += len(group) - len(kept)
            yield kept

    def _lines(self, group: list[tuple[Passage, list[Term]]], topics: Sequence[str]) -> list[_Part]:
        out = []
        for passage, terms in group:
            title, point = title_of(terms, topics=topics)
            out.append(_Part(passage, Section(title=title, point=point, words=round_words(passage.words)), terms))
        return out

    def _plan(
        self, about: About, cutter: Cutter, group: list[tuple[Passage, list[Term]]], rng: random.Random
    ) -> Iterator[Triple]:
        """A text of one plan: its plan and its sections."""
        total = sum(p.words for p, _ in group)
        topics = topics_of([t for _, terms in group for t in terms], rng)
        asked = request(about, topics, total, rng, length=STATED).text
        parts = self._lines(group, topics)
        yield self._outline("plan", asked, [p.line for p in parts], total, [t for p in parts for t in p.terms])
        yield from self._sections(asked, cutter, parts, [], rng)

    def _book(
        self, about: About, cutter: Cutter, groups: list[list[tuple[Passage, list[Term]]]], rng: random.Random
    ) -> Iterator[Triple]:
        """A text of several plans: its chapters, each chapter's plan, and all sections under one request."""
        texts = ["\n\n".join(p.text for p, _ in group) for group in groups]
        totals = [sum(p.words for p, _ in group) for group in groups]
        shared = share_out([self.keywords.of(t) for t in texts], [rng.randint(4, MOST) for _ in groups], FEWEST)
        if min(len(terms) for terms in shared) < FEWEST:
            for group in groups:
                yield from self._plan(about, cutter, group, rng)
            return
        topics = topics_of([t for terms in shared for t in terms], rng)
        asked = request(about, topics, sum(totals), rng, length=STATED).text
        lines = []
        for terms, words in zip(shared, totals, strict=True):
            title, point = title_of(terms, topics=topics)
            lines.append(Section(title=title, point=point, words=round_words(words)))
        yield self._outline("chapters", asked, lines, sum(totals), [t for terms in shared for t in terms])
        written: list[str] = []
        for chapter, group, words in zip(lines, groups, totals, strict=True):
            parts = self._lines(group, topics)
            terms = [t for p in parts for t in p.terms]
            yield self._outline("plan", asked, [p.line for p in parts], words, terms, chapter)
            yield from self._sections(asked, cutter, parts, written, rng)

    def _outline(
        self,
        kind: Literal["chapters", "plan"],
        asked: str,
        lines: list[Section],
        words: int,
        terms: list[Term],
        chapter: Section | None = None,
    ) -> Triple:
        """A plan as compact JSON; of one chapter, where one is given."""
        named = head_words(asked, REQUEST_WORDS)
        named += "" if chapter is None else f" {chapter.title}: {chapter.point}"
        prompt = form("plan", request=named, count=len(lines), words=round_words(words))
        sections = [{"title": s.title, "point": s.point, "words": s.words} for s in lines]
        reply = json.dumps({"sections": sections}, separators=(",", ":"), ensure_ascii=False)
        return Triple(kind, prompt, reply, 0, None, tuple(lines), tuple(terms))

    def _sections(
        self, asked: str, cutter: Cutter, parts: list[_Part], written: list[str], rng: random.Random
    ) -> Iterator[Triple]:
        """Each section after the end of what is written, and some of them from their middle on. Adds to `written`."""
        fixed = {"request": head_words(asked, REQUEST_WORDS)}
        for passage, line, terms in parts:
            values = {**fixed, "title": line.title, "point": line.point}
            prompt = form("section", ask=line.words, recent=so_far(written), **values)
            yield Triple("section", prompt, passage.text, passage.words, line.words, (line,), tuple(terms))
            middle = self._middle(cutter, passage, rng) if rng.random() < CONTINUED else None
            if middle:
                head, rest = cutter.passage(passage.first, middle), cutter.passage(middle, passage.after)
                ask = round_words(rest.words)
                prompt = form("section", ask=ask, recent=so_far(written, head.text), **values)
                yield Triple("continue", prompt, rest.text, rest.words, ask, (line,))
            written.append(passage.text)

    def _middle(self, cutter: Cutter, passage: Passage, rng: random.Random) -> int | None:
        """A unit to go on from, with a third to two thirds of the words before it."""
        upto, begin = cutter.upto, cutter.upto[passage.first]
        fitting = [
            i
            for i in range(passage.first + 1, passage.after)
            if cutter.units[i - 1].ends and 1 / 3 <= (upto[i] - begin) / passage.words <= 2 / 3
        ]
        return rng.choice(fitting) if fitting else None

    def _direct(self, about: About, cutter: Cutter, rng: random.Random) -> Iterator[Triple]:
        """Passages of all lengths, each asked for in one sentence."""
        for passage in cutter.run(self.lengths, aligned=True):
            terms = self.keywords.of(passage.text)[:MOST]
            if not terms:
                self.dropped["no keyword"] += 1
                continue
            self.lengths.made(passage.words)
            chosen = topics_of(terms, rng)
            asked = request(about, chosen, passage.words, rng)
            kept = tuple(t for t in terms if t.word in chosen)
            yield Triple("direct", asked.text, passage.text, passage.words, asked.required, (), kept)


def topics_of(terms: Sequence[Term], rng: random.Random) -> list[str]:
    """What a request names: one to four of the best words, in the order in which they come."""
    best = sorted(terms, key=lambda t: (not t.prominent, -t.score))[: rng.randint(1, TOPICS)]
    return [t.word for t in terms if t in best][:TOPICS]
