"""The server of the protocol: its tools, resources and prompts put together, each call bounded, each failure one line."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from mcp.types import Resource as ListedResource
from pydantic import ValidationError

from longwriter import __version__
from longwriter.config import fault
from longwriter.errors import InputError, LongWriterError
from longwriter.serve.desk import Desk
from longwriter.serve.mcp.allowance import Allowance
from longwriter.serve.mcp.owners import CLIENT, OwnRuns
from longwriter.serve.mcp.reading import ReadingTools
from longwriter.serve.mcp.resources import SCHEME, add_prompts, add_resources
from longwriter.serve.mcp.writing import WritingTools

LONGEST_S = 29.0
"""Of a call: the most impatient clients give up after 30 s."""
LISTED = 20
"""Runs whose drafts are listed as resources."""
INSTRUCTIONS = """\
longwriter writes texts of 1,000 to 100,000 words. The text is a run: it is written in the background, survives everything, \
and is read piece by piece.
1. estimate says what a text will take. 2. write begins it (or plan makes an outline first, for the user to see and \
edit_outline to change, and then write with that run). 3. status waits for news, up to 25 seconds: call it until the state \
is finished. 4. read gives the contents, then sections; check says whether it is as asked; redo writes sections again; \
export makes a file. Never ask for the whole text at once."""

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
BEGINS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=True)
CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True)
KEEPS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


class LongwriterServer(MCPServer[None]):
    """An MCP server of a desk."""

    def __init__(self, desk: Desk, *, max_cost: float | None = None, files: Path | None = None) -> None:
        """`desk`: open; one that is read-only has no tools that write. `max_cost`: US dollars for all that clients begin.

        `files`: the folder that exported texts go to; None: each run's own. Raises InputError for a cost that is none.
        """
        logging.basicConfig(format="%(message)s")  # else the library installs a handler of its own, which breaks lines
        super().__init__(
            "longwriter",
            title="longwriter",
            version=__version__,
            instructions=INSTRUCTIONS,
            log_level="WARNING",
            middleware=[_as_client],
        )
        self.own = OwnRuns(desk)
        reads, writes = ReadingTools(desk), WritingTools(desk, Allowance(max_cost), files)
        tools: list[tuple[Callable[..., Any], ToolAnnotations]] = [
            (reads.estimate, READS), (reads.runs, READS), (reads.status, READS), (reads.read, READS), (reads.check, READS),
        ]  # fmt: skip
        if not desk.settings.read_only:
            tools += [
                (writes.plan, BEGINS), (writes.write, BEGINS), (writes.edit_outline, CHANGES), (writes.redo, CHANGES),
                (writes.stop, KEEPS), (writes.export, KEEPS),
            ]  # fmt: skip
        for tool, annotations in tools:
            self.add_tool(tool, annotations=annotations)
        add_resources(self, self.own)
        add_prompts(self)

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool, for 29 s at most; a failure that a person can mend is a tool error of one line."""
        try:
            await self._check_names(name, arguments)
            async with asyncio.timeout(LONGEST_S):
                return await super().call_tool(name, arguments, context)
        except TimeoutError:
            return _failed(
                f"{name}: no answer within {LONGEST_S:.0f} s; what was begun goes on: ask status, or try again"
            )
        except LongWriterError as error:
            return _failed(str(error))
        except ToolError as error:
            match error.__cause__:
                case LongWriterError() as cause:
                    return _failed(str(cause))
                case ValidationError() as cause:
                    return _failed(": ".join((name, *fault(cause))))
            raise

    async def _check_names(self, name: str, arguments: dict[str, Any]) -> None:
        """Refuse arguments that a tool does not have. Raises InputError."""
        known = {tool.name: tool.input_schema.get("properties", {}) for tool in await self.list_tools()}
        if name not in known:
            raise InputError(f"there is no tool {name!r}; there are {', '.join(known)}")
        for argument in arguments:
            if argument not in known[name]:
                raise InputError(f"{name}: there is no argument {argument!r}; there are {', '.join(known[name])}")

    async def list_resources(self) -> list[ListedResource]:
        """The drafts of the runs that were active last."""
        return [
            ListedResource(
                uri=f"{SCHEME}{row.name}/draft",
                name=row.name,
                title=row.title or row.instruction[:80],
                description=f"{row.state}: {row.written:,} of {row.asked or 0:,} words",
                mime_type="text/markdown",
            )
            for row in (await self.own.rows())[:LISTED]
        ]


async def _as_client(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Answer a message as one of the client whose key came with it."""
    scope = ctx.request.scope if ctx.request is not None else {}
    before = CLIENT.set(str(scope.get("state", {}).get("client") or ""))
    try:
        return await call_next(ctx)
    finally:
        CLIENT.reset(before)


def _failed(said: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=said)], is_error=True)
