"""A worker that asks a model one thing about each item. A reply that cannot be read is asked for again, never guessed."""

from collections.abc import Callable
from typing import TypeVar

from longwriter.errors import EmptyReply, PromptTooLong
from longwriter.models.base import ModelConfig
from longwriter.models.cards import card_of
from longwriter.models.limits import token_limit, within_window
from longwriter.steps.workers import WithModel
from longwriter.types import Message, Reply, Request

T = TypeVar("T")
TRIES = 3
ANSWER_WORDS = 60
"""Of a short answer as JSON, with a sentence before it from a model that does not keep to a schema."""


class Asker(WithModel):
    """See `steps.Worker`."""

    def __init__(self, config: ModelConfig, seed: int) -> None:
        """`seed`: of the first try; later ones count on from it."""
        super().__init__(config)
        self.seed, self.card = seed, card_of(config.model, config.card)

    async def ask(self, text: str, schema: dict[str, object], read: Callable[[str], T | None]) -> tuple[T | None, str]:
        """What `read` made of a reply; or None, after `TRIES` that it could not read, with the beginning of the last.

        Raises what the model raises; PromptTooLong in words that tell nothing of a window, which these steps do not set.
        """
        said = ""
        messages = (Message(role="user", content=text),)
        for attempt in range(TRIES):
            request = Request(
                messages=messages,
                max_tokens=await within_window(token_limit(ANSWER_WORDS, self.card), self.model, messages),
                temperature=0.0 if attempt == 0 else None,  # cold, a reply that cannot be read comes again as it was
                seed=self.seed + attempt,
                json_schema=schema,
            )
            try:
                said = whole(await self.model.reply(request))
            except EmptyReply as error:
                said = str(error)
                continue
            except PromptTooLong as error:
                raise PromptTooLong(
                    f"the question about it is too long for {self.model.name}; shorten the item, or leave it out with "
                    f"--skip-failed ({error.said or error})",
                    error.said,
                ) from error
            if (found := read(said)) is not None:
                return found, ""
        return None, said[:200]


def whole(reply: Reply) -> str:
    """The text of a reply that ended by itself. Raises EmptyReply for any other: half an answer is none."""
    if reply.finish != "stop":
        raise EmptyReply(f"the reply did not end by itself ({reply.finish}): {reply.text.strip()[:100]!r}")
    return reply.text
