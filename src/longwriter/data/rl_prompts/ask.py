"""What a model is asked about requests: the range of words of a good answer, and whether a request is worth training on.

The rules of a range are those of LongWriter-Zero's Length RM (arXiv:2506.18841), in our own wording: whole hundreds, a
ceiling, a greatest width, and [0, 0] for what should be left out. A reply that breaks one is asked for again.
"""

import json
import re

from longwriter.data.prompts import render
from longwriter.models.base import ModelConfig
from longwriter.steps.ask import TRIES, Asker
from longwriter.steps.step import Item, Result
from longwriter.text import language

STEP_OF_WORDS = 100
KEEP_SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"keep": {"type": "boolean"}},
    "required": ["keep"],
    "additionalProperties": False,
}
_RANGE = re.compile(r'\{\s*"range"\s*:[^{}]*\}')
_KEEP = re.compile(r'\{\s*"keep"\s*:\s*(true|false)\s*\}')


def range_schema(upper: int) -> dict[str, object]:
    """JSON schema of a range; multiples and width are checked by `read_range`, since servers do not know them all."""
    number = {"type": "integer", "minimum": 0, "maximum": upper}
    return {
        "type": "object",
        "properties": {"range": {"type": "array", "items": number, "minItems": 2, "maxItems": 2}},
        "required": ["range"],
        "additionalProperties": False,
    }


def read_range(reply: str, most: int, width: int) -> tuple[int, int] | str:
    """Lower and upper bound in words, (0, 0) for a request to be left out; or the rule that the reply breaks.

    The object {"range": [lower, upper]} may stand among other words, but only once. `most`: greatest upper bound,
    `width`: greatest distance of both, in words.
    """
    found = set(_RANGE.findall(reply))
    if len(found) != 1:
        return f"{len(found)} ranges in the reply"
    try:
        value = json.loads(found.pop())["range"]
    except (ValueError, RecursionError):
        return "the reply is not JSON"
    if not isinstance(value, list) or len(value) != 2 or not all(type(n) is int for n in value):
        return "a range is two whole numbers"
    lower, upper = value
    if any(n < 0 or n % STEP_OF_WORDS for n in (lower, upper)):
        return f"{lower} to {upper}: not both multiples of {STEP_OF_WORDS}"
    if lower > upper:
        return f"{lower} to {upper}: the lower bound is above the upper"
    if upper > most:
        return f"{lower} to {upper}: the upper bound is above {most:,}"
    if upper - lower > width:
        return f"{lower} to {upper}: wider than {width:,}"
    return lower, upper


def read_keep(reply: str) -> bool | None:
    """The answer of {"keep": true}, which may stand among other words, but only once; None for anything else."""
    found = set(_KEEP.findall(reply))
    return found.pop() == "true" if len(found) == 1 else None


class RangeAsker(Asker):
    """Asks for the range of one request."""

    def __init__(self, config: ModelConfig, seed: int, most: int, width: int) -> None:
        """`most` and `width`: as for `read_range`."""
        super().__init__(config, seed)
        self.most, self.width = most, width

    async def __call__(self, item: Item) -> Result:
        """`range`; None after `TRIES` replies that break a rule, with the last one's `fault` and beginning (`said`)."""
        prompt, faults = str(item["prompt"]), list[str]()

        def read(reply: str) -> tuple[int, int] | None:
            found = read_range(reply, self.most, self.width)
            if isinstance(found, str):
                faults.append(found)
                return None
            return found

        text = render(language(prompt), "range_ask", instruction=prompt, upper=self.most, width=self.width)
        found, said = await self.ask(text, range_schema(self.most), read)
        if found is None:
            return {"range": None, "fault": faults[-1] if faults else f"{TRIES} empty replies", "said": said}
        return {"range": list(found)}


class Selector(Asker):
    """Asks whether a request calls for a good long text."""

    async def __call__(self, item: Item) -> Result:
        """`keep`: the answer, None if no reply could be read; `said`: the last reply's beginning, in that case."""
        prompt = str(item["prompt"])
        text = render(language(prompt), "range_select", instruction=prompt)
        keep, said = await self.ask(text, KEEP_SCHEMA, read_keep)
        return {"keep": None, "said": said} if keep is None else {"keep": keep}
