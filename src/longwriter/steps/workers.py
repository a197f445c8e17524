"""What workers of `steps` share: models that are open while they work, and seeds. Each defines `__call__` alone."""

from types import TracebackType
from typing import Self

from longwriter.journal import digest
from longwriter.models.base import Model, ModelConfig, open_model

LARGEST_SEED = 2**31


def seed_of(seed: int, name: str) -> int:
    """A seed of its own for each item, whatever stands beside it."""
    return int(digest(f"{seed}:{name}"), 16) % LARGEST_SEED


class WithoutModel:
    """A worker that opens nothing."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class WithModel:
    """A worker over one model."""

    model: Model

    def __init__(self, config: ModelConfig) -> None:
        self.config = config

    async def __aenter__(self) -> Self:
        self.model = open_model(self.config)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.model.aclose()
