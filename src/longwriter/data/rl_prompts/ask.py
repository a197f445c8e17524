"""What a model is asked about requests: the range of words of a good answer, and whether a request is worth training on.

The rules of a range are those of LongWriter-Zero's Length RM (arXiv:2506.18841), in our own wording: whole hundreds, a
ceiling, a greatest width, and [0, 0] for what should be left out. A reply that breaks one is asked for again.
"""

from longwriter.data.prompts import HERE
from longwriter.models.base import ModelConfig
from longwriter.models.verdicts import Unreadable
from longwriter.prompts import prompt_set
from longwriter.steps.ask import Asker, answer_schema, read_value, read_yes_or_no
from longwriter.steps.step import Item, Result
from longwriter.text import language
from longwriter.types import Record

STEP_OF_WORDS = 100
KEEP, RANGE = "keep", "range"
"""Keys of the answers."""


class KeepAnswer(Record):
    """What a model says of a request."""

    keep: bool | None = None
    """None: no reply could be read."""
    said: str = ""
    """The beginning of the last reply, in that case."""


class RangeAnswer(Record):
    """The range of words that a model gives a request."""

    range: tuple[int, int] | None = None
    """None: no reply keeps the rules."""
    fault: str = ""
    said: str = ""
    """Fault and beginning of the last reply, in that case."""


def range_schema(upper: int) -> dict[str, object]:
    """JSON schema of a range; multiples and width are checked by `read_range`, since servers do not know them all."""
    number = {"type": "integer", "minimum": 0, "maximum": upper}
    return answer_schema(RANGE, {"type": "array", "items": number, "minItems": 2, "maxItems": 2})


def read_range(reply: str, most: int, width: int) -> tuple[int, int]:
    """Lower and upper bound in words of {"range": [lower, upper]}; (0, 0) for a request to be left out.

    `most`: greatest upper bound, `width`: greatest distance of both, in words. Raises Unreadable naming the rule that the
    reply breaks.
    """
    value = read_value(reply, RANGE)
    if not isinstance(value, list) or len(value) != 2 or not all(type(n) is int for n in value):
        raise Unreadable("a range is two whole numbers")
    lower, upper = value
    rules = (
        (any(n < 0 or n % STEP_OF_WORDS for n in value), f"not both multiples of {STEP_OF_WORDS}"),
        (lower > upper, "the lower bound is above the upper"),
        (upper > most, f"the upper bound is above {most:,}"),
        (upper - lower > width, f"wider than {width:,}"),
    )
    if broken := next((rule for breaks, rule in rules if breaks), ""):
        raise Unreadable(f"{lower} to {upper}: {broken}")
    return lower, upper


def read_keep(reply: str) -> bool:
    """The answer of {"keep": true}. Raises Unreadable."""
    return read_yes_or_no(reply, KEEP)


class RangeAsker(Asker):
    """Asks for the range of one request."""

    def __init__(self, config: ModelConfig, seed: int, most: int, width: int) -> None:
        """`most` and `width`: as for `read_range`."""
        super().__init__(config, seed)
        self.most, self.width = most, width

    async def __call__(self, item: Item) -> Result:
        """A `RangeAnswer`."""
        prompt = str(item["prompt"])
        prompts = prompt_set(HERE / language(prompt))
        text = prompts.render("range_ask", instruction=prompt, upper=self.most, width=self.width)
        answer = await self.ask(text, range_schema(self.most), lambda reply: read_range(reply, self.most, self.width))
        if answer.value is None:
            return {RANGE: None, "fault": answer.fault, "said": answer.said}
        return {RANGE: list(answer.value)}


class RequestSelector(Asker):
    """Asks whether a request calls for a good long text."""

    async def __call__(self, item: Item) -> Result:
        """A `KeepAnswer`."""
        prompt = str(item["prompt"])
        text = prompt_set(HERE / language(prompt)).render("range_select", instruction=prompt)
        answer = await self.ask(text, answer_schema(KEEP, {"type": "boolean"}), read_keep)
        return {KEEP: None, "said": answer.said} if answer.value is None else {KEEP: answer.value}
