"""Other lines of a plan by a model, which is shown the request, the plan and the section that a line stands for."""

import re
from typing import cast

from longwriter.data.backtranslate.reason.search import Plan
from longwriter.data.prompts import HERE
from longwriter.data.thinking import closes_thinking, plan_said
from longwriter.models.thinking import split
from longwriter.models.verdicts import Unreadable, the_json
from longwriter.prompts import prompt_set
from longwriter.steps.ask import Asker
from longwriter.steps.step import Item
from longwriter.text import count_words, head_words, tail_words
from longwriter.types import Section

TITLE_CHARS, POINT_CHARS = 80, 300
SHOWN_WORDS = 800
"""Words of a section that the model sees; of a longer one, half from each end."""
_NOTHING = re.compile(r"[\W_]*|\W*<[^<>]*>\W*")
"""What says nothing: dots, and the words in angle brackets that stand in the prompt."""


class LineWriter(Asker):
    """Asks a model for other lines of a plan."""

    async def lines(self, item: Item, plan: Plan, index: int, count: int) -> tuple[Section, ...]:
        """Lines for one section with its words and chapter; none where the model gave none that could be read."""
        code, section = str(item["language"]), cast(list[str], item["pieces"])[index]
        said = plan_said(plan, sum(line.words for line in plan), code)
        text = prompt_set(HERE / code).render(
            "reason_line", request=item["request"], plan=said, section=_shown(section), number=index + 1, count=count
        )
        words = count * (TITLE_CHARS + POINT_CHARS) / (1 if code == "zh" else 5)
        answer = await self.ask(text, schema(count), read_reply, words=words, cold=False)
        return tuple(plan[index].model_copy(update=line) for line in answer.value or ())


def schema(count: int) -> dict[str, object]:
    """JSON schema of a reply of `count` lines."""
    text = {"type": "string", "minLength": 1}
    line = {
        "type": "object",
        "properties": {"title": text | {"maxLength": TITLE_CHARS}, "point": text | {"maxLength": POINT_CHARS}},
        "required": ["title", "point"],
        "additionalProperties": False,
    }
    lines = {"type": "array", "items": line, "minItems": count, "maxItems": count}
    return {"type": "object", "properties": {"lines": lines}, "required": ["lines"], "additionalProperties": False}


def read_reply(reply: str) -> tuple[dict[str, str], ...]:
    """Title and point of each line of a reply. Raises Unreadable."""
    lines = the_json(reply).get("lines")
    if not isinstance(lines, list) or not lines:
        raise Unreadable("the reply has no lines")
    return tuple({name: _text(line, name) for name in ("title", "point")} for line in lines)


def _text(line: object, name: str) -> str:
    value = line.get(name) if isinstance(line, dict) else None
    if not isinstance(value, str) or _NOTHING.fullmatch(value):
        raise Unreadable(f"a line has no {name}")
    if split(value) != (value, "") or closes_thinking(value):
        raise Unreadable("a line holds tags of thinking")
    return " ".join(value.split())


def _shown(text: str) -> str:
    half = SHOWN_WORDS // 2
    return text if count_words(text) <= SHOWN_WORDS else f"{head_words(text, half)}\n[...]\n{tail_words(text, half)}"
