"""Back-translation by a model: it reads a text and writes the request and the plan that could have led to it.

The model finds words, never numbers: sections and their counts come from cutting the text, the length that a request names
is added in our own wording. A reply that cannot be read, or whose request names a length, is asked for again.
"""

import json
import random
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from longwriter.data.backtranslate.passages import Cutter, Passage, near_lengths, round_words
from longwriter.data.backtranslate.records import Chapter, Triple
from longwriter.data.backtranslate.request_templates import with_length
from longwriter.data.prompts import render
from longwriter.errors import EmptyReply
from longwriter.length.target import read_target
from longwriter.models.limits import token_limit, within_window
from longwriter.steps.ask import TRIES, Asker, whole
from longwriter.steps.step import Item, Result
from longwriter.text import count_words, head_words, tail_words
from longwriter.types import Message, Request, Section

STEP = "backtranslate"
SHOWN_WORDS = 6000
"""Of a text that the model sees; a longer one is shown by the beginning and end of each section."""
STATED = 0.8
"""Share of requests that name the length."""


INSTRUCTION_CHARS, TITLE_CHARS, POINT_CHARS = 1500, 80, 600
"""Most that is asked for; longer ones are refused where the server keeps to the schema."""
_NOTHING = re.compile(r"[\W_]*|\W*<[^<>]*>\W*")
"""What says nothing: dots, and the words in angle brackets that stand in the prompt."""


class Read(NamedTuple):
    """A reply that could be read."""

    instruction: str
    lines: list[tuple[str, str]]
    """Title and point of each section."""


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
    return list(Cutter(text).run(near_lengths(*section_words, rng), aligned=False))


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
        """`instruction` and `lines`; or `dropped`, the last reply's fault."""
        sections = item["sections"]
        assert isinstance(sections, list)
        values = {"title": item["title"], "count": len(sections), "sections": shown(sections)}
        prompt, fault = render(str(item["language"]), "backtranslate_model", **values), ""
        messages = (Message(role="user", content=prompt),)
        limit = token_limit(reply_words(str(item["language"]), len(sections)), self.card)
        for attempt in range(TRIES):
            request = Request(
                messages=messages,
                max_tokens=await within_window(limit, self.model, messages),
                seed=self.seed + attempt,
                json_schema=schema(len(sections)),
            )
            try:
                found = read_reply(whole(await self.model.reply(request)), len(sections))
            except EmptyReply as error:
                found = str(error)
            if isinstance(found, Read):
                return {"instruction": found.instruction, "lines": [list(line) for line in found.lines]}
            fault = found
        return {"dropped": fault}


def read_reply(reply: str, count: int) -> Read | str:
    """Request and plan of a reply, which may stand in a code fence; or what is wrong with it."""
    begin, end = reply.find("{"), reply.rfind("}")
    try:
        value = json.loads(reply[begin : end + 1])
    except (ValueError, RecursionError):
        return "reply is no JSON"
    instruction, sections = value.get("instruction"), value.get("sections")
    if not isinstance(instruction, str) or _NOTHING.fullmatch(instruction):
        return "reply has no instruction"
    if read_target(instruction) is not None:
        return "instruction names a length of its own"
    if not isinstance(sections, list) or len(sections) != count:
        return "reply has another number of sections"
    lines = [(_line(s, "title"), _line(s, "point")) for s in sections]
    return Read(" ".join(instruction.split()), lines) if all(title for title, _ in lines) else "a section has no title"


def _line(section: object, name: str) -> str:
    value = section.get(name) if isinstance(section, dict) else None
    return " ".join(value.split()) if isinstance(value, str) and not _NOTHING.fullmatch(value) else ""


def item_id(chapter: Chapter) -> str:
    """Of a text as it stands: one that was changed is another."""
    return f"{chapter.id}@{chapter.sha256[:12]}"


def item_of(chapter: Chapter, section_words: tuple[int, int], rng: random.Random) -> Item:
    """What the model is asked about."""
    sections = [p.text for p in passages_of(chapter.text, section_words, rng)]
    return {
        "id": item_id(chapter),
        "title": chapter.about.title,
        "language": chapter.about.language,
        "sections": sections,
    }


def triples_of(
    chapter: Chapter, result: Result, section_words: tuple[int, int], rng: random.Random
) -> Iterator[Triple]:
    """The row of a text; `rng` as in `item_of`, so that the sections are the same."""
    passages = passages_of(chapter.text, section_words, rng)
    lines = result["lines"]
    assert isinstance(lines, list)
    plan = tuple(
        Section(title=title, point=point, words=round_words(p.words))
        for (title, point), p in zip(lines, passages, strict=True)
    )
    words = count_words(chapter.text)
    asked = with_length(str(result["instruction"]), words, chapter.about.language, rng, share=STATED)
    yield Triple("chat", asked.text, chapter.text.strip(), words, asked.required, plan)
