"""A worker over the planner and the writer of AgentWrite, for steps whose items are written."""

from types import TracebackType
from typing import Self

from longwriter.models.base import Model, close_all
from longwriter.writer.session import open_models
from longwriter.writer.settings import WriteSettings


class WithModels:
    """A worker over the planner and the writer of AgentWrite."""

    models: dict[str, Model]

    def __init__(self, settings: WriteSettings) -> None:
        self.settings = settings

    async def __aenter__(self) -> Self:
        self.models = open_models(self.settings)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await close_all(self.models.values())
