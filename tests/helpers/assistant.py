"""An assistant: the real client of the Model Context Protocol, at the other end of a server."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from longwriter.serve.desk import Desk
from longwriter.serve.mcp.server import LongwriterServer
from longwriter.serve.settings import ServeSettings

AT_WORK = ("queued", "planning", "writing")


class Assistant:
    """Calls tools, and keeps what it is told on the way."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.told: list[tuple[float, float | None, str | None]] = []

    async def _hear(self, progress: float, total: float | None, message: str | None) -> None:
        self.told.append((progress, total, message))

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What a tool answers; the client checks it against the tool's schema."""
        result = await self.client.call_tool(tool, arguments, progress_callback=self._hear)
        assert not result.is_error, result.content
        assert result.structured_content is not None
        return result.structured_content

    async def refused(self, tool: str, **arguments: Any) -> str:
        """Why a tool refuses."""
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error, result.structured_content
        assert result.structured_content is None
        [content] = result.content
        return str(content.text)  # type: ignore[union-attr]

    async def until_over(self, run: str) -> dict[str, Any]:
        """Ask until nothing more happens by itself."""
        status = await self.call("status", run=run, wait_s=0)
        while status["state"] in AT_WORK:
            status = await self.call("status", run=run, since=status["position"])
        return status

    async def text(self, address: str) -> str:
        """A resource."""
        [content] = (await self.client.read_resource(f"longwriter://runs/{address}")).contents
        return str(content.text)  # type: ignore[union-attr]


@asynccontextmanager
async def assistant(
    home: Path,
    write: dict[str, Any] | None = None,
    *,
    read_only: bool = False,
    max_cost: float | None = None,
    files: Path | None = None,
) -> AsyncIterator[Assistant]:
    """An assistant and a desk in this process."""
    settings = ServeSettings(read_only=read_only, write=write or {"model": "fake"})
    async with (
        Desk(home, settings) as desk,
        Client(LongwriterServer(desk, max_cost=max_cost, files=files)) as client,
    ):
        yield Assistant(client)


def command(home: Path, *arguments: object) -> StdioServerParameters:
    """`longwriter mcp` as an assistant starts it."""
    args = ["-m", "longwriter", "mcp", "--runs", str(home), *map(str, arguments)]
    return StdioServerParameters(command=sys.executable, args=args, env=dict(os.environ), cwd=home.parent)
