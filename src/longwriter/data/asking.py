"""A worker that asks a model one thing about each item. A reply that cannot be read is asked for again, never guessed."""

from collections.abc import Callable
from typing import TypeVar

from longwriter.data.workers import WithModel
from longwriter.errors import EmptyReply, PromptTooLong
from longwriter.models.base import ModelConfig
from longwriter.types import Message, Request

T = TypeVar("T")
TRIES = 3


class Asker(WithModel):
    """See `steps.Worker`."""

    def __init__(self, config: ModelConfig, seed: int) -> None:
        """`seed`: of the first try; later ones count on from it."""
        super().__init__(config)
        self.seed = seed

    async def ask(self, text: str, schema: dict[str, object], read: Callable[[str], T | None]) -> tuple[T | None, str]:
        """What `read` made of a reply; or None, after `TRIES` that it could not read, with the beginning of the last.

        Raises what the model raises; PromptTooLong in words that tell nothing of a window, which these steps do not set.
        """
        said = ""
        for attempt in range(TRIES):
            request = Request(
                messages=(Message(role="user", content=text),),
                temperature=0.0 if attempt == 0 else None,  # cold, a reply that cannot be read comes again as it was
                seed=self.seed + attempt,
                json_schema=schema,
            )
            try:
                said = (await self.model.reply(request)).text
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
