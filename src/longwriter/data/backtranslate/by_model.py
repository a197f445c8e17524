"""Back-translation by a model: it reads a text and writes the request and the plan that could have led to it.

The model finds words, never numbers: sections and their counts come from cutting the text, the length that a request names
is added in our own wording. A reply that cannot be read, or whose request names a length, is asked for again.
"""

import random
import re
from collections.abc import Iterator, Sequence
from typing import cast

from longwriter.data.backtranslate.passages import Cutter, Passage, near_lengths, round_words
from longwriter.data.backtranslate.records import ChapterText, Triple
from longwriter.data.backtranslate.request_templates import with_length
from longwriter.data.prompts import HERE
from longwriter.length.target import read_target
from longwriter.models.verdicts import Unreadable, the_json
from longwriter.prompts import prompt_set
from longwriter.steps.ask import Asker
from longwriter.steps.step import Item, Result
from longwriter.text import count_words, head_words, tail_words
from longwriter.types import Record, Section

STEP = "backtranslate"
SHOWN_WORDS = 6000
"""Words of a text that the model sees; a longer one is shown by the beginning and end of each section."""
STATED = 0.8
"""Share of requests that name the length."""


INSTRUCTION_CHARS, TITLE_CHARS, POINT_CHARS = 1500, 80, 600
"""Most that is asked for; longer ones are refused where the server keeps to the schema."""
_NOTHING = re.compile(r"[\W_]*|\W*<[^<>]*>\W*")
"""What says nothing: dots, and the words in angle brackets that stand in the prompt."""


class Instructed(Record):
    """What a model says of a text: the request and the plan that could have led to it."""

    instruction: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    """Title and point of each section."""
    dropped: str | None = None
    """Why the text has neither."""


def schema(count: int) -> dict[str, object]:
    """JSON schema of a reply on a text of `count` sections."""
    text = {"type": "string", "minLength": 1, "maxLength": POINT_CHARS}
    line = {
        "type": "object",
        "properties": {"title": text | {"maxLength": TITLE_CHARS}, "point": text},
        "required": ["title", "point"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "instruction": text | {"maxLength": INSTRUCTION_CHARS},
            "sections": {"type": "array", "items": line, "minItems": count, "maxItems": count},
        },
        "required": ["instruction", "sections"],
        "additionalProperties": False,
    }


def reply_words(language: str, count: int) -> float:
    """Words (Chinese: characters) of the longest reply on `count` sections that the schema allows."""
    characters = INSTRUCTION_CHARS + count * (TITLE_CHARS + POINT_CHARS)
    return characters if language == "zh" else characters / 5


def passages_of(text: str, section_words: tuple[int, int], rng: random.Random) -> list[Passage]:
    """The sections of a text, whose counts make its plan."""
    return list(Cutter(text).run(near_lengths(*section_words, rng)))


def shown(sections: Sequence[str]) -> str:
    """The sections as the model sees them, numbered, each shortened in its middle where all are too long."""
    whole = sum(map(count_words, sections)) <= SHOWN_WORDS
    half = max(10, SHOWN_WORDS // len(sections) // 2)
    parts = [s if whole else _ends(s, half) for s in sections]
    return "\n\n".join(f"[{number}]\n{part}" for number, part in enumerate(parts, 1))


def _ends(text: str, half: int) -> str:
    return text if count_words(text) <= 2 * half else f"{head_words(text, half)}\n[...]\n{tail_words(text, half)}"


class BackTranslator(Asker):
    """Asks for the request and plan of one text."""

    async def __call__(self, item: Item) -> Result:
        """An `Instructed`; the item as `item_of` makes it."""
        title, code, sections = str(item["title"]), str(item["language"]), cast(list[str], item["sections"])
        count = len(sections)
        text = prompt_set(HERE / code).render("backtranslate_model", title=title, count=count, sections=shown(sections))
        answer = await self.ask(
            text, schema(count), lambda reply: read_reply(reply, count), words=reply_words(code, count), cold=False
        )
        found = answer.value or Instructed(dropped=answer.fault)
        return found.model_dump(mode="json", exclude_unset=True)


def read_reply(reply: str, count: int) -> Instructed:
    """Request and plan of a reply about `count` sections. Raises Unreadable."""
    value = the_json(reply)
    instruction, sections = value.get("instruction"), value.get("sections")
    if not isinstance(instruction, str) or _NOTHING.fullmatch(instruction):
        raise Unreadable("reply has no instruction")
    if read_target(instruction) is not None:
        raise Unreadable("instruction names a length of its own")
    if not isinstance(sections, list) or len(sections) != count:
        raise Unreadable("reply has another number of sections")
    lines = tuple((_line(s, "title"), _line(s, "point")) for s in sections)
    if not all(title for title, _ in lines):
        raise Unreadable("a section has no title")
    return Instructed(instruction=" ".join(instruction.split()), lines=lines)


def _line(section: object, name: str) -> str:
    value = section.get(name) if isinstance(section, dict) else None
    return " ".join(value.split()) if isinstance(value, str) and not _NOTHING.fullmatch(value) else ""


def item_id(chapter: ChapterText) -> str:
    """The id of a text; one that was changed since has another."""
    return f"{chapter.id}@{chapter.sha256[:12]}"


def item_of(chapter: ChapterText, section_words: tuple[int, int], rng: random.Random) -> Item:
    """What the model is asked about."""
    sections = [p.text for p in passages_of(chapter.text, section_words, rng)]
    return {
        "id": item_id(chapter),
        "title": chapter.about.title,
        "language": chapter.about.language,
        "sections": sections,
    }


def triples_of(
    chapter: ChapterText, result: Instructed, section_words: tuple[int, int], rng: random.Random
) -> Iterator[Triple]:
    """The row of a text; `rng` as in `item_of`, so that the sections are the same."""
    passages = passages_of(chapter.text, section_words, rng)
    plan = tuple(
        Section(title=title, point=point, words=round_words(p.words))
        for (title, point), p in zip(result.lines, passages, strict=True)
    )
    words = count_words(chapter.text)
    asked = with_length(result.instruction, words, chapter.about.language, rng, share=STATED)
    yield Triple("chat", asked.text, chapter.text.strip(), words, asked.required, plan)
