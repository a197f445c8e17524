"""A worker that asks a model one thing about each item. A reply that cannot be read is asked for again, never guessed."""

from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from longwriter.errors import EmptyReply
from longwriter.models.base import Model, ModelConfig, open_model
from longwriter.types import Message, Request

T = TypeVar("T")
TRIES = 3


class Asker:
    """Opens the model when it is entered; see `steps.Worker`."""

    model: Model

    def __init__(self, config: ModelConfig, seed: int) -> None:
        """`seed`: of the first try; later ones count on from it."""
        self.config, self.seed = config, seed

    async def __aenter__(self) -> Self:
        self.model = open_model(self.config)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.model.aclose()

    async def ask(self, text: str, schema: dict[str, object], read: Callable[[str], T | None]) -> tuple[T | None, str]:
        """What `read` made of a reply; or None, after `TRIES` that it could not read, with the beginning of the last."""
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
            if (found := read(said)) is not None:
                return found, ""
        return None, said[:200]
