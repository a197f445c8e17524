"""What small models begin their paragraphs with: statements of the sources, quoted word for word, each once in a text.

A model too small to cite is given a statement that is quoted and cited already, and goes on from it. Which statements a
section gets follows from plan and sources alone, so that a run which is gone on with, or which writes chapters side by side,
gives each of them once. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from longwriter.checks.citations.attached import LEAST_STEMS
from longwriter.checks.citations.numbers import numbers, stands
from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.citations.stems import stems
from longwriter.checks.phrases import Phrases
from longwriter.export.references import MARKED
from longwriter.language import tongue
from longwriter.prompts import PromptSet
from longwriter.text import count_words, each_word, sentence_ends
from longwriter.types import Plan, Section
from longwriter.writer.plan.skeleton import kind_of
from longwriter.writer.sources.telling import SPEAKING, Telling, tellings, title_of

WORDED = ("en", "zh", "")
"""Languages of requests; of one too short to tell its own, the prompts' is taken."""
LED_WORDS = 60
"""Words of a paragraph that begins with a statement."""
LEAST_LED = 30
"""Words of the shortest that does."""
RESERVE = 3
"""Statements of a section beyond those that it is expected to need."""
ALIKE = 0.6
"""Share of its stems that a statement has in common with another one that says the same."""
ECHO = 0.8
"""Share of its stems that a sentence has from a statement that it says again."""
_END = re.compile(r"[.。]\Z")
_QUOTE = re.compile(r"[\"“”«»「」『』]")
_NAME = re.compile(r"(?<=[^\s.!?:;][ -])([A-Z]\w+)")
"""Words with capitals behind the first of a sentence."""
_ANY_WORD = re.compile(r"[^\W_]")
_ITEM = re.compile(r"\s*(?:[-*+•#|>]|\(?\w{1,2}[.)]\s)")
_SELF = re.compile(
    rf"{SPEAKING.pattern}|\b[Tt]his (?:report|article|essay|paper|document|paragraph|section)\b|\A\s*Please\b|\bparagraphs?\b"
)
"""What a text says to its reader, and of itself."""
_STARS = re.compile(r"[*_\[\]`\"“”]")


class Lead(NamedTuple):
    """A statement of a source at the beginning of a paragraph."""

    plain: str
    """As the source has it: for the model."""
    text: str
    """Quoted, with its mark: for the text."""

    @property
    def words(self) -> int:
        """Of the text."""
        return count_words(self.text)


def is_led(sources: SourceSet, instruction: str, language: str) -> bool:
    """Whether the paragraphs of a text by a small model begin with statements: of all but stories, where a source has one.

    In languages that quotations can be worded in, and whose statements rules know.
    """
    if tongue(instruction) not in WORDED or kind_of(instruction, language) == "story":
        return False
    return any(tellings(sources).values())


class Leads:
    """The statements that the sections of a plan begin with."""

    def __init__(
        self, sources: SourceSet, plan: Plan, prompts: PromptSet, request: str,
        *, standing: Mapping[int, str] | None = None, banned: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """`prompts`: how a quotation is worded; `request`: may name what the text may name.

        `standing`: texts of sections that stay as they are, by their places; what they quote is quoted. `banned`: phrases
        that no text may hold but those of the request.
        """
        self.sources, self.plan, self.prompts, self.request = sources, plan, prompts, request
        self.standing = dict(standing or {})
        self.speaks = kind_of(request, prompts.name) == "guide"
        self._banned = Phrases(Phrases(banned).unsaid(request))

    def next(self, index: int, earlier: Sequence[str], text: str, ask: int) -> Lead | None:
        """The first of a section's statements that no text has yet; None where it has none left, or asks for few words.

        `earlier`: the texts before it, as it may see them; `text`: what stands of it; `ask`: words of what comes next.
        """
        if ask < LEAST_LED:
            return None
        others = (other for place, other in self.standing.items() if place != index)
        there = " ".join("\n".join((*earlier, *others, text)).split())
        for telling in self._given[index]:
            quote = _END.sub("", telling.text)
            if quote not in there:
                return Lead(telling.text, self._worded(telling, quote, index))
        return None

    def founded(self, text: str) -> str:
        """What of a model's own text may stand behind statements.

        Sentences that quote nobody, say no statement again and have no number and no name that neither a source nor the
        request has; lines of a list are left out, and what speaks of "I" or to "you", but in a guide.
        """
        out, start = list[str](), 0
        for end in (*sentence_ends(text), len(text)):
            if self._is_founded(text[start:end]):
                out.append(text[start:end])
            start = end
        return "".join(out).strip()

    def founded_or_all(self, text: str) -> str:
        """As `founded`, or the text where nothing is: a section for which no statement is left has something."""
        return self.founded(text) or text

    def _is_founded(self, sentence: str) -> bool:
        if _QUOTE.search(sentence) or _ITEM.match(sentence) or (not self.speaks and _SELF.search(sentence)):
            return False
        if not all(stands(number, self._values) for number in numbers(sentence)):
            return False
        if not all(name[1].casefold() in self._words for name in _NAME.finditer(sentence)):
            return False
        if len(sentence) < LEAST_STEMS:  # stems and words take the longest
            return _ANY_WORD.search(sentence) is not None
        names = frozenset(stems(MARKED.sub("", sentence)))
        if len(names) >= LEAST_STEMS and any(len(names & said) >= ECHO * len(names) for said in self._said):
            return False
        return _ANY_WORD.search(sentence) is not None

    @cached_property
    def _said(self) -> list[frozenset[str]]:
        """The stems of each statement that some section may begin a paragraph with."""
        return [telling.stems for held in self._given for telling in held]

    @cached_property
    def _words(self) -> set[str]:
        titles = (f"{chunk.title} {' '.join(chunk.author)}" for chunk in self.sources.chunks)
        texts = (chunk.text for chunk in self.sources.chunks)
        return {word for text in (*titles, *texts, self.request) for word in each_word(text.casefold())}

    @cached_property
    def _values(self) -> set[float]:
        return {value for chunk in self.sources.chunks for value in self.sources.values(chunk.id)}

    def _worded(self, telling: Telling, quote: str, index: int) -> str:
        """The quotation, with the title of its source where the section's title does not name it."""
        title = _title(self.sources, telling.source)
        if (
            not title
            or self._banned.find(title)
            or title.casefold() in _plain(self.plan.sections[index].title).casefold()
        ):
            return self.prompts.render("quoted", quote=quote, id=telling.chunk)
        return self.prompts.render("quoted_from", quote=quote, id=telling.chunk, title=title)

    @cached_property
    def _given(self) -> list[list[Telling]]:
        """For each section its statements: those of the sources that it names first, then those with most of its words."""
        all_of, used = self._sayable(), list[Telling]()
        out: list[list[Telling]] = [[] for _ in self.plan.sections]
        for held, section in zip(
            out, self.plan.sections, strict=True
        ):  # its own point before any other section's wishes
            held += [t for of in all_of.values() for t in of if t.text in section.point and t not in used]
            used += held
        for named, more in ((True, None), (False, None), (True, 0), (False, 0), (True, RESERVE), (False, RESERVE)):
            for held, section in zip(out, self.plan.sections, strict=True):  # each has one before any has several
                wanted = (1 if more is None else max(2, round(section.words / LED_WORDS)) + more) - len(held)
                ranked = self._named(section, all_of) if named else self._related(section, all_of)
                for telling in ranked:
                    if wanted <= 0:
                        break
                    if not any(_alike(telling, other) for other in used):
                        held.append(telling)
                        used.append(telling)
                        wanted -= 1
        return out

    def _sayable(self) -> dict[int, tuple[Telling, ...]]:
        """The statements of each source without a banned phrase."""
        return {
            number: tuple(telling for telling in held if not self._banned.find(telling.text))
            for number, held in tellings(self.sources).items()
        }

    def _named(self, section: Section, all_of: dict[int, tuple[Telling, ...]]) -> Iterator[Telling]:
        """What the section's point says, then what else its sources say, in turn."""
        whole = [telling for held in all_of.values() for telling in held]
        said = [telling for telling in whole if telling.text in section.point]
        sources = dict.fromkeys(telling.source for telling in said)
        title = _plain(section.title).casefold()
        for number in all_of:
            if (own := _title(self.sources, number).casefold()) and own in title:
                sources.setdefault(number)
        yield from said
        rows = [[telling for telling in all_of[number] if telling not in said] for number in sources]
        for turn in range(max(map(len, rows), default=0)):
            yield from (row[turn] for row in rows if turn < len(row))

    def _related(self, section: Section, all_of: dict[int, tuple[Telling, ...]]) -> list[Telling]:
        """The statements that have most of a section's words, the best first; where none has any, most of the request's."""
        whole = [telling for held in all_of.values() for telling in held]
        for line in (f"{section.chapter} {section.title} {section.point}", self.request):
            words = frozenset(stems(line))
            if found := [telling for telling in whole if words & telling.stems]:
                return sorted(found, key=lambda telling: (-len(words & telling.stems), -telling.worth))
        return sorted(whole, key=lambda telling: -telling.worth)


def _title(sources: SourceSet, number: int) -> str:
    """The title of a source, without signs that would end its emphasis."""
    return _plain(title_of(sources, number))


def _plain(title: str) -> str:
    return " ".join(_STARS.sub(" ", title).split())


def _alike(one: Telling, other: Telling) -> bool:
    """Whether two statements say the same."""
    return len(one.stems & other.stems) >= ALIKE * min(len(one.stems), len(other.stems))
