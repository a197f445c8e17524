"""The tools that write: they begin work in the background and return at once."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from pydantic import Field

from longwriter.api.book.exporting import export_run
from longwriter.api.runs import Run
from longwriter.errors import InputError
from longwriter.runs.folders import check_id
from longwriter.serve.desk import Desk
from longwriter.serve.exports import offered
from longwriter.serve.mcp.allowance import Allowance
from longwriter.serve.mcp.answers import ExportedText, OutlineAnswer, OutlineEffects, StartedRun
from longwriter.serve.mcp.news import AT_WORK, news
from longwriter.serve.mcp.owners import OwnRuns
from longwriter.serve.mcp.passages import session_of
from longwriter.serve.mcp.reading import NEXT, Length, ModelName, RunId, Wish
from longwriter.serve.page.asking import outline_of as pasted_outline
from longwriter.types import Plan
from longwriter.writer.plan.outline import to_markdown
from longwriter.writer.revision.edits import Edits

PLAN_S = 20.0
"""How long `plan` waits for the outline."""
MaxCost = Annotated[float | None, Field(description="Ceiling of this text in US dollars.", gt=0)]
OutlineText = Annotated[
    str,
    Field(
        description="Markdown: `# Title`, `## Chapter`, and a line `1. **Section** (450 words): point` for each section."
    ),
]

Form = Literal["md", "html", "epub", "docx", "pdf", "txt"]


class WritingTools:
    """What can be done to runs."""

    def __init__(self, desk: Desk, allowance: Allowance, files: Path | None) -> None:
        """`files`: the folder that exported texts go to; None: each run's own."""
        self.desk, self.own, self.allowance, self.files = desk, OwnRuns(desk), allowance, files
        self._alone = asyncio.Lock()
        """Held while a part of the allowance is given."""

    async def plan(
        self,
        request: Wish,
        context: Context,
        words: Length = None,
        model: ModelName = None,
        max_cost: MaxCost = None,
    ) -> OutlineAnswer:
        """Make the outline of a long text and wait for approval: nothing else is written until `write` is called with its run.

        Where the outline takes over 20 seconds, ask status and then read the resource longwriter://runs/RUN/plan.
        """
        options = _options(words=words, model=model)
        run = await self._begin(request, options, max_cost, approve=True)

        async def tell(seconds: float, text: str) -> None:
            await context.report_progress(seconds, PLAN_S, text)

        async with self.desk.feed(run) as feed:
            await news(feed, 0, PLAN_S, tell)
            state, session = feed.state(), feed.following.session
        if session is None or not session.manuscript.planned:
            say = "the outline is being made: ask status" if state.name in AT_WORK else state.why
            return OutlineAnswer(run=run, state=state.name, say=say)
        text = await asyncio.to_thread(outline_of, self.own.folder(run))
        say = "show it to the user; change it with edit_outline; then call write with this run"
        return OutlineAnswer(run=run, state=state.name, outline=text, words=session.manuscript.plan.words, say=say)

    async def write(
        self,
        request: Annotated[str, Field(description='What to write; "" with `run`.')] = "",
        run: Annotated[str, Field(description="A run to go on with: one that was planned, paused or stopped.")] = "",
        words: Length = None,
        model: ModelName = None,
        max_cost: MaxCost = None,
        outline: Annotated[str, Field(description="An outline to follow, as edit_outline takes it.")] = "",
    ) -> StartedRun:
        """Write a long text (1,000 to 100,000 words) in the background, or go on with a run; returns its id at once.

        Then ask status until it is finished, and read it section by section. The same request again is another run.
        """
        if bool(request.strip()) == bool(run):
            raise InputError("give either a request or the run to go on with")
        if run:
            if words or model or max_cost or outline:
                raise InputError("a run keeps its settings; its outline is changed by edit_outline")
            name = self.own.folder(run).name
            await self._go(name)
        else:
            options = _options(words=words, model=model, plan=_plan(outline) if outline else None)
            name = await self._begin(request, options, max_cost)
        async with self.desk.feed(name) as feed:
            state = feed.state()
        return StartedRun(run=name, state=state.name, say="it is written in the background: ask status")

    async def edit_outline(
        self,
        run: RunId,
        outline: OutlineText,
        preview: Annotated[bool, Field(description="Only say what it would do to the text.")] = False,
    ) -> OutlineEffects:
        """Put an edited outline in the place of a run's own. A line that stays the same keeps its text, wherever it moves.

        Lines that are new or changed are written when the run goes on (write). Get the outline from longwriter://runs/RUN/plan.
        """
        name, plan = self.own.folder(run).name, _plan(outline)
        effects = await self.desk.do(name, lambda edits: edits.effects(plan))
        if not preview:
            await self.desk.do(name, lambda edits: edits.outline(plan))
        return OutlineEffects(
            saved=not preview,
            words=plan.words,
            unchanged=_numbers(effects.unchanged),
            moved=_numbers(effects.moved),
            new=_numbers(effects.new),
            dropped=_numbers(effects.dropped),
            stale=_numbers(effects.stale),
        )

    async def redo(
        self,
        run: RunId,
        sections: Annotated[list[int], Field(description="Numbers in the outline, from 1.", max_length=1000)] = [],  # noqa: B006 - never changed
        instruction: Annotated[
            str, Field(description="What should be different, such as: shorter, more dialogue.")
        ] = "",
        words: Annotated[int | None, Field(description="Words of each of them.", ge=1)] = None,
        stale: Annotated[bool, Field(description="Also all whose earlier text has changed.")] = False,
    ) -> StartedRun:
        """Write sections again, in the background. The old text stands until the new one is there, and is kept as a version."""
        name = self.own.folder(run).name
        if not sections and not stale:
            raise InputError("say which sections")
        self.allowance.again(name, await self._rows())

        def again(edits: Edits) -> set[int]:
            chosen = {*(n - 1 for n in sections), *(edits.session.stale() if stale else ())}
            edits.redo(chosen, instruction, words)
            return chosen

        chosen = await self.desk.do(name, again)
        if not chosen:
            raise InputError("no section is stale")
        await self.desk.go(name)
        said = ", ".join(map(str, _numbers(sorted(chosen))))
        return StartedRun(run=name, state="writing", say=f"written again: {said}; ask status")

    async def stop(
        self,
        run: RunId,
        after_section: Annotated[bool, Field(description="Finish the section under way first.")] = False,
    ) -> StartedRun:
        """Stop a run. Finished sections are kept; `write` with the run goes on with it."""
        name = self.own.folder(run).name
        if after_section:
            await self.desk.after_section(name)
        else:
            await self.desk.pause(name)
        async with self.desk.feed(name) as feed:
            state = feed.state()
        return StartedRun(run=name, state=state.name, say=NEXT[state.name])

    async def export(
        self,
        run: RunId,
        file: Annotated[str, Field(description="Name of the file, without a folder; else the run's name.")] = "",
        form: Annotated[
            Literal["md", "html", "epub", "docx", "pdf", "txt"], Field(description="As its file's name ends.")
        ] = "md",
    ) -> ExportedText:
        """Put the text so far into a file on the machine of this server, and say where it is."""
        folder = self.own.folder(run)
        name = file or f"{folder.name}.{form}"
        check_id(name, "file")
        target = (self.files or folder) / (name if name.endswith(f".{form}") else f"{name}.{form}")
        return await asyncio.to_thread(_export, folder, target, form)

    async def _begin(
        self, request: str, options: Mapping[str, Any], max_cost: float | None, *, approve: bool = False
    ) -> str:
        async with self._alone:
            ceiling = self.allowance.ceiling(max_cost, await self._rows())
            limited = options if ceiling is None else {**options, "max_cost": ceiling}
            run = await self.own.begin(request, limited, approve=approve)
            self.allowance.take(run, ceiling)
        return run

    async def _go(self, name: str) -> None:
        self.allowance.again(name, await self._rows())
        await self.desk.do(name, lambda edits: edits.control(approve=False, permit=True))
        await self.desk.go(name)

    async def _rows(self) -> dict[str, Any]:
        return {row.name: row for row in await self.desk.rows()}


def _options(**given: object) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _numbers(indices: Iterable[int]) -> tuple[int, ...]:
    return tuple(i + 1 for i in indices)


def _plan(outline: str) -> Plan:
    return pasted_outline(outline)


def outline_of(folder: Path) -> str:
    """A run's outline as Markdown. Raises InputError while it has none."""
    session = session_of(folder)
    return to_markdown(session.manuscript.plan, session.settings.instruction, session.prompts.name)


def _export(folder: Path, file: Path, form: str) -> ExportedText:
    run = Run(folder)
    report = run.report
    if form not in offered():
        raise InputError(f"{form} is no form here; there are {', '.join(offered())}")
    export_run(folder, [file])
    return ExportedText(run=folder.name, file=str(file.resolve()), words=report.written, finished=report.finished)
