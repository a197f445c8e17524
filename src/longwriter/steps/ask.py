"""A worker that asks a model one thing about each item, by `models.verdicts`."""

from collections.abc import Callable
from typing import TypeVar

from longwriter.errors import PromptTooLong
from longwriter.models.base import ModelConfig
from longwriter.models.cards import card_of
from longwriter.models.limits import token_limit
from longwriter.models.verdicts import Answer, Question, Unreadable, ask, the_json
from longwriter.steps.workers import WithModel
from longwriter.types import Message

T = TypeVar("T")
ANSWER_WORDS = 60
"""Words of a short answer as JSON, with a sentence before it from a model that does not keep to a schema."""
SHOWN = 200
"""Characters of a reply that could not be read, as the journal keeps it."""


class Asker(WithModel):
    """Asks a model about each item; see `steps.Worker`."""

    def __init__(self, config: ModelConfig, seed: int) -> None:
        """`seed`: of the first try; later ones count on from it."""
        super().__init__(config)
        self.seed, self.card = seed, card_of(config.model, config.card)

    async def ask(
        self,
        text: str,
        schema: dict[str, object],
        read: Callable[[str], T],
        *,
        words: float = ANSWER_WORDS,
        cold: bool = True,
    ) -> Answer[T]:
        """What `read` made of a reply, or the last one's fault and beginning. `words`: of the longest answer.

        `read` raises Unreadable. Raises what the model raises; PromptTooLong in words that tell nothing of a window, which
        these steps do not set.
        """
        messages = (Message(role="user", content=text),)
        question = Question(messages, token_limit(words, self.card), schema, self.seed, cold)
        try:
            answer = await ask(self.model, question, read)
        except PromptTooLong as error:
            raise PromptTooLong(
                f"the question about it is too long for {self.model.name}; shorten the item, or leave it out with "
                f"--skip-failed ({error.said or error})",
                error.said,
            ) from error
        return answer._replace(said=answer.said[:SHOWN])


def answer_schema(key: str, value: dict[str, object]) -> dict[str, object]:
    """JSON schema of an object that holds one key alone."""
    return {"type": "object", "properties": {key: value}, "required": [key], "additionalProperties": False}


def read_value(reply: str, key: str) -> object:
    """The value in a reply's one JSON object, which holds that key alone. Raises Unreadable."""
    found = the_json(reply)
    if found.keys() != {key}:
        raise Unreadable(f"the reply's JSON holds {', '.join(map(repr, found)) or 'nothing'}, not {key!r} alone")
    return found[key]


def read_yes_or_no(reply: str, key: str) -> bool:
    """True or false under the reply's one key. Raises Unreadable."""
    value = read_value(reply, key)
    if not isinstance(value, bool):
        raise Unreadable(f"{key!r} is neither true nor false")
    return value
