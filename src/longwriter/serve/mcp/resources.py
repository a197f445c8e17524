"""What clients can attach to a conversation by address, and the prompts that they offer."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError
from mcp.types import Completion, CompletionArgument, CompletionContext, PromptReference, ResourceTemplateReference
from pydantic import Field

from longwriter.api.runs import Run
from longwriter.errors import InputError, LongWriterError
from longwriter.serve.mcp.owners import OwnRuns
from longwriter.serve.mcp.passages import paragraphs, session_of
from longwriter.serve.mcp.writing import outline_of

SCHEME = "longwriter://runs/"
MARKDOWN = "text/markdown"


def add_resources(server: MCPServer[None], own: OwnRuns) -> None:
    """Offer plan, draft, report and sections of each run, and complete their names."""

    async def told(make: Callable[[], str]) -> str:
        try:
            return await asyncio.to_thread(make)
        except LongWriterError as error:
            raise ResourceError(str(error)) from error

    @server.resource(SCHEME + "{run}/plan", mime_type=MARKDOWN)
    async def plan(run: str) -> str:
        """The outline of a run, as edit_outline takes it."""
        return await told(lambda: outline_of(own.folder(run)))

    @server.resource(SCHEME + "{run}/draft", mime_type=MARKDOWN)
    async def draft(run: str) -> str:
        """The whole text so far."""
        return await told(lambda: session_of(own.folder(run)).document.text())

    @server.resource(SCHEME + "{run}/report", mime_type="application/json")
    async def report(run: str) -> str:
        """What was asked, planned and written, the verdict, and what it took."""
        return await told(lambda: Run(own.folder(run)).report.model_dump_json())

    @server.resource(SCHEME + "{run}/section/{number}", mime_type=MARKDOWN)
    async def section(run: str, number: str) -> str:
        """One finished section, by its number in the outline, from 1."""
        return await told(lambda: "\n\n".join(paragraphs(session_of(own.folder(run)), _number(number) - 1)))

    @server.completion()  # type: ignore[no-untyped-call, untyped-decorator]  # the library's
    async def complete(
        _: PromptReference | ResourceTemplateReference, argument: CompletionArgument, __: CompletionContext | None
    ) -> Completion | None:
        if argument.name != "run":
            return None
        names = [row.name for row in await own.rows() if row.name.startswith(argument.value)]
        return Completion(values=names[:100], total=len(names), has_more=len(names) > 100)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise InputError(f"{text!r} is no section; give its number in the outline")
    return int(text)


def add_prompts(server: MCPServer[None]) -> None:
    """Offer the beginnings of a conversation."""

    @server.prompt(title="Write a long text")
    def write_long(
        subject: Annotated[str, Field(description="What it is about.")],
        words: Annotated[str, Field(description="Its length.")] = "10000",
        kind: Annotated[str, Field(description="Story, report, guide, history, ...")] = "text",
    ) -> str:
        """Plan, estimate, write and check a long text."""
        return (
            f"Write a long {kind} of {words} words on {subject}, with the tools of longwriter. Say what it will take "
            "(estimate), make the outline (plan) and show it to me. When I agree, call write with its run, then ask status "
            "until it is finished, telling me now and then how far it is. Then check it, and say in a few lines what it "
            "holds and whether it is as asked. Read sections only where I ask for them."
        )

    @server.prompt(title="Revise a long text")
    def revise(
        run: Annotated[str, Field(description="Id of the run.")],
        wish: Annotated[str, Field(description="What should be better.")] = "",
    ) -> str:
        """Read a run critically and write its weak sections again."""
        wanted = f" What I want: {wish}." if wish else ""
        return (
            f"Check the run {run} of longwriter, read it section by section, and list what is weak, with section numbers."
            f"{wanted} Wait for my decision, then redo those sections with an instruction each, and those that become stale."
        )
