"""A model that looks back: asked after each section what it settled and how to go on, in the writer's own voice."""

import re
from collections.abc import Iterator, Sequence

from longwriter.data.interleave.thoughts import Reflection, Trace
from longwriter.data.prompts import HERE
from longwriter.data.thinking import closes_thinking
from longwriter.journal import digest
from longwriter.models.thinking import split
from longwriter.models.verdicts import Unreadable, the_json
from longwriter.prompts import prompt_set
from longwriter.steps.ask import Asker
from longwriter.steps.step import Item, Result
from longwriter.text import count_words, head_words, tail_words
from longwriter.types import Record

STEP = "reflect"
LONGEST = 500
"""Characters of each of the two answers."""
SHOWN_WORDS = 1500
"""Words of a section that the model sees; of a longer one, as many from its beginning and its end together."""
_NOTHING = re.compile(r"[\W_]*|\W*<[^<>]*>\W*")
"""What says nothing: dots, and the words in angle brackets that stand in the prompt."""


class Reflected(Record):
    """What a model says after one section."""

    told: str = ""
    next: str = ""
    dropped: str | None = None
    """Why there is nothing."""


class Reflector(Asker):
    """Asks for the thoughts between two sections."""

    async def __call__(self, item: Item) -> Result:
        """A `Reflected`; the item as `items_of` makes it."""
        code = str(item["language"])
        text = prompt_set(HERE / code).render(
            "interleave_reflect", **{k: item[k] for k in ("request", "section", "plan")}
        )
        words = 2.0 * LONGEST if code.startswith("zh") else 2 * LONGEST / 5
        answer = await self.ask(text, schema(), read_reply, words=words, cold=False)
        found = answer.value or Reflected(dropped=answer.fault)
        return found.model_dump(mode="json", exclude_unset=True)


def schema() -> dict[str, object]:
    """JSON schema of a reply."""
    text = {"type": "string", "minLength": 1, "maxLength": LONGEST}
    return {
        "type": "object",
        "properties": {"told": text, "next": text},
        "required": ["told", "next"],
        "additionalProperties": False,
    }


def read_reply(reply: str) -> Reflected:
    """Both answers of a reply. Raises Unreadable."""
    value = the_json(reply)
    said = {}
    for name in ("told", "next"):
        text = value.get(name)
        if not isinstance(text, str) or _NOTHING.fullmatch(text):
            raise Unreadable(f"the reply does not say what {name!r} asks for")
        if split(text) != (text, "") or closes_thinking(text):
            raise Unreadable("the reply holds tags of thinking")
        said[name] = " ".join(text.split())
    return Reflected(**said)


def item_id(trace: Trace, index: int) -> str:
    """The id of what is asked after a section; one whose text was changed has another."""
    return f"{trace.id}.{index + 1}@{digest(trace.request + trace.pieces[index])[:12]}"


def items_of(trace: Trace) -> Iterator[Item]:
    """What the model is asked about: each section but the last."""
    for index, section in enumerate(trace.sections[:-1]):
        line = trace.sections[index + 1].planned
        yield {
            "id": item_id(trace, index),
            "language": trace.language,
            "request": trace.request,
            "section": _shown(section.text),
            "plan": f"{line.title}: {line.point}" if line.point else line.title,
        }


def notes_of(trace: Trace, results: dict[str, Reflected]) -> Sequence[Reflection] | str:
    """The notes of a run; why there are none, where one of them is missing."""
    found = [results.get(item_id(trace, i), Reflected(dropped="failed")) for i in range(len(trace.sections) - 1)]
    lacking = next((r.dropped for r in found if r.dropped is not None), None)
    return [Reflection(r.told, r.next) for r in found] if lacking is None else lacking


def _shown(text: str) -> str:
    half = SHOWN_WORDS // 2
    if count_words(text) <= SHOWN_WORDS:
        return text
    return f"{head_words(text, half)}\n[...]\n{tail_words(text, half)}"
