"""What a person might have typed to get a text: requests made of its kind, title, description, keywords and length.

The words stand in `prompts/<language>/backtranslate_*.txt`: one request a line, where `$length` is one of the lengths or
nothing. A line whose fields are unknown is not used. Every number is true of the text that answers.
"""

import math
import random
import re
from collections.abc import Sequence
from functools import cache
from string import Template
from typing import Literal, NamedTuple

from longwriter.data.backtranslate.passages import round_words
from longwriter.data.prompts import HERE
from longwriter.prompts import prompt_set

PromptLanguage = Literal["en", "zh"]
LONGEST_DESCRIPTION = 160
"""Characters; a longer one is a summary and no request."""
TYPED = 0.1
"""Share of English requests as people type them in a hurry: small first letter, no full stop."""
COMMAS = 0.4
"""Share of English numbers from 1,000 on that are written with a comma."""
WITH_THE = 0.35
"""Share of English requests that put "the" before what is no name."""
AS_PASSAGE = 0.15
"""Share of short texts that are asked for as a passage or scene."""
SHORT = 150
"""Words up to which a text may be called one."""
_CHAPTER_NUMBER = re.compile(r"(?i)(?:(?:chapter|part|book|section)\b)?[\s\divxlc.:-]*|第.{1,4}[章节回]")


class About(NamedTuple):
    """What is known of a text beside its words."""

    language: PromptLanguage = "en"
    title: str = ""
    description: str = ""
    kind: str = ""
    """article, guide, chapter..."""
    fiction: bool = False
    subjects: tuple[str, ...] = ()


class MadeRequest(NamedTuple):
    """A request made from wordings."""

    text: str
    required: int | None
    """The number of words it names."""


@cache
def lines(language: PromptLanguage, name: str) -> tuple[str, ...]:
    """The lines of one file of wordings."""
    return tuple(prompt_set(HERE / language).text(name).split("\n"))


@cache
def _fields(line: str) -> frozenset[str]:
    return frozenset(Template(line).get_identifiers())


@cache
def kinds(language: PromptLanguage) -> dict[str, str]:
    """Subject or kind -> what such a text is called."""
    return dict(line.split(": ", 1) for line in lines(language, "backtranslate_kinds"))


def kind_of(about: About) -> str:
    """One plain phrase: detective story, guide, essay."""
    names = kinds(about.language)
    told = next((names[s] for s in (*about.subjects, about.kind) if s in names), "")
    return told or names["fiction" if about.fiction else "other"]


def joined(topics: Sequence[str], language: PromptLanguage) -> str:
    """A list in words: "a, b and c", "a、b和c"."""
    comma, last = ("、", "和") if language == "zh" else (", ", " and ")
    return last.join([comma.join(topics[:-1]), topics[-1]] if len(topics) > 1 else topics)


def request(about: About, topics: Sequence[str], words: int, rng: random.Random) -> MadeRequest:
    """One request for a text of `words` words on `topics` (at least one), which names the length."""
    values = _values(about, topics, words, rng)
    known = {*values, "length"}
    task = rng.choice([line for line in lines(about.language, "backtranslate_tasks") if _fields(line) <= known])
    phrase = rng.choice(lines(about.language, "backtranslate_lengths")) if "length" in _fields(task) else ""
    field = next(iter((_fields(task) | _fields(phrase)) & _numbers(words).keys()))
    text = Template(task).substitute(values | {"length": Template(phrase).substitute(values)})
    if about.language == "en" and rng.random() < TYPED:
        text = (text[0].lower() + text[1:] if text[1:2].islower() else text).removesuffix(".")
    return MadeRequest(text, _numbers(words)[field])


def with_length(
    instruction: str, words: int, language: PromptLanguage, rng: random.Random, *, share: float
) -> MadeRequest:
    """A request that names no length, with one after it in a share of cases."""
    if rng.random() >= share:
        return MadeRequest(instruction, None)
    stop = "。" if language == "zh" else "."
    phrase = rng.choice([line for line in lines(language, "backtranslate_lengths") if line.startswith(stop)])
    field = next(iter(_fields(phrase)))
    number = _numbers(words)[field]
    said = Template(phrase).substitute({field: number})
    body = instruction.rstrip().removesuffix(stop)
    return MadeRequest(body + (said[1:] if body.endswith(("?", "!", "？", "！")) else said) + stop, number)


def _numbers(words: int) -> dict[str, int]:
    """The count rounded to the nearest, and such that no more and no less stand in the text."""
    step = 10 if words >= 100 else 5
    least, most = step * math.floor(words / step), step * math.ceil(words / step)
    return {"words": round_words(words), "least": max(1, least), "most": most}


def _values(about: About, topics: Sequence[str], words: int, rng: random.Random) -> dict[str, str]:
    """Fields of the wordings that are known."""
    if about.language == "en" and rng.random() < WITH_THE:
        topics = [f"the {t}" if t.islower() else t for t in topics]
    kind, listed = kind_of(about), joined(topics, about.language)
    if words <= SHORT and rng.random() < AS_PASSAGE:
        kind = kinds(about.language)["scene" if about.fiction and rng.random() < 0.5 else "passage"]
    article = "an" if kind[0] in "aeiou" else "a"
    commas = about.language == "en" and rng.random() < COMMAS
    values = {name: f"{n:,}" if commas else str(n) for name, n in _numbers(words).items()}
    values |= {"kind": kind, "Kind": kind[0].upper() + kind[1:], "a_kind": f"{article} {kind}", "topics": listed}
    values |= {"tale": listed} if about.fiction else {"subject": listed}
    if about.title and not _CHAPTER_NUMBER.fullmatch(about.title):
        values["title"] = about.title.replace('"', "")
    if about.description and len(about.description) < LONGEST_DESCRIPTION:
        values["description"] = about.description
    return values
