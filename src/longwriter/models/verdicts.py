"""A question to a model whose answer a program reads: who may be asked, how it is asked again, how JSON is found in a reply.

Judges, selectors and back-translation ask here. A reply that cannot be read is asked for again with another seed, and
never guessed.
"""

import json
import re
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from longwriter.errors import EmptyReply, InputError
from longwriter.jsonl import without_halves
from longwriter.models.base import Model, ModelConfig
from longwriter.models.cards import card_of
from longwriter.models.limits import within_window
from longwriter.types import Message, Reply, Request

T = TypeVar("T")
TRIES = 3
_FENCE = re.compile(r"```(?:json)?\s*(\{.*?\})\s*```", re.S)


class Unreadable(ValueError):  # noqa: N818 - a state of the reply
    """A reply does not say what was asked for; the message says what is missing."""


class Question(NamedTuple):
    """What is put to the model."""

    messages: tuple[Message, ...]
    limit: int
    """Tokens of an answer."""
    schema: dict[str, object] | None = None
    seed: int = 0
    """Sampling seed of the first attempt; later ones count on from it."""
    cold: bool = True
    """Temperature 0 in the first try, the model's own later: cold, a reply that cannot be read comes again as it was."""


class Answer(NamedTuple, Generic[T]):
    """What was read, or why nothing was."""

    value: T | None
    fault: str = ""
    """What was wrong with the last reply, where none could be read."""
    said: str = ""
    """The last reply, or why there was none."""


async def ask(model: Model, question: Question, read: Callable[[str], T]) -> Answer[T]:
    """The first of `TRIES` replies that ended by itself and that `read` can read; `read` raises Unreadable for others.

    Raises what the model raises, an empty reply aside; PromptTooLong is the caller's to explain.
    """
    fault = said = ""
    for attempt in range(TRIES):
        request = Request(
            messages=question.messages,
            max_tokens=await within_window(question.limit, model, question.messages),
            temperature=0.0 if question.cold and attempt == 0 else None,
            seed=question.seed + attempt,
            json_schema=question.schema,
        )
        try:
            said = ended(await model.reply(request))
            return Answer(read(said))
        except EmptyReply as error:
            fault = said = str(error)
        except Unreadable as error:
            fault = str(error)
    return Answer(None, fault, said)


def ended(reply: Reply) -> str:
    """The text of a reply that ended by itself. Raises EmptyReply for any other: half an answer is none."""
    if reply.finish != "stop":
        raise EmptyReply(f"the reply did not end by itself ({reply.finish}): {reply.text.strip()[:100]!r}")
    return reply.text


def find_json(reply: str) -> list[dict[str, object]]:
    """The reply's JSON objects: the reply itself; else what code fences hold, and what stands outside of them.

    Outside, it is all from the first brace to the last: objects inside a broken one are never taken for the answer.
    """
    if (whole := _object(reply)) is not None:
        return [whole]
    outside = _FENCE.sub(" ", reply)
    pieces = [*_FENCE.findall(reply), outside[outside.find("{") : outside.rfind("}") + 1]]
    return [found for piece in pieces if piece and (found := _object(piece)) is not None]


def the_json(reply: str) -> dict[str, object]:
    """The one JSON object of a reply, which may be said more than once. Raises Unreadable."""
    found = find_json(reply)
    if not found:
        raise Unreadable("the reply holds no JSON object")
    if any(other != found[0] for other in found):
        raise Unreadable("the reply holds several JSON objects that differ")
    return found[0]


def check_judge(config: ModelConfig, instead: str) -> None:
    """Raises InputError for a model whose card says that it follows short asks alone. `instead`: what the user can do.

    SmolLM2-135M, asked about ten requests whether they need long answers and what length they need, gave one answer to all
    of them, "What is the capital of France?" included. Such verdicts look like data, so they are refused beforehand.
    """
    if card_of(config.model, config.card).longest_ask is not None:
        raise InputError(f"{config.model} is too small to judge: it gives one answer to every question; {instead}")


def _object(text: str) -> dict[str, object] | None:
    try:
        value = json.loads(text, strict=False, object_pairs_hook=_unlike)  # line breaks inside strings are common
    except (ValueError, RecursionError):  # a judge caught in a loop opens brackets by the thousand
        return None
    found = without_halves(value, text)
    return found if isinstance(found, dict) else None


def _unlike(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """One answer to each key: `json` itself takes the last of two."""
    found = dict(pairs)
    if any(found[key] != value for key, value in pairs):
        raise ValueError("a key with two values")
    return found
