"""The tools that change nothing: what there is, how far it is, what it says, whether it is as it should be."""

import asyncio
from pathlib import Path
from typing import Annotated

from mcp.server.mcpserver import Context
from pydantic import Field

from longwriter.api.loop import run
from longwriter.api.runs import Run
from longwriter.serve.desk import Desk
from longwriter.serve.mcp.answers import ReadingPlace, RunCheck, RunLine, RunList, RunStatus, TextPassage, Underway
from longwriter.serve.mcp.news import AT_WORK, news, said
from longwriter.serve.mcp.owners import OwnRuns
from longwriter.serve.mcp.passages import contents, contents_line, passage, session_of
from longwriter.serve.writing.begin import new_run
from longwriter.writer.estimate import Estimate
from longwriter.writer.estimate import estimate as forecast

WAIT_S = 25.0
RunId = Annotated[str, Field(description="Id of a run, as write, plan and runs give it.")]
Wish = Annotated[
    str, Field(description="What to write, as to a writer: kind, subject, reader, tone, language, length.")
]
Length = Annotated[int | None, Field(description="Words; else what the request names.", ge=1, le=1_000_000)]
ModelName = Annotated[str | None, Field(description="Another model than the server's.")]
SectionNumber = Annotated[int | None, Field(description="Number in the outline, from 1.", ge=1)]

NEXT = {
    "queued": "it waits for its turn: ask status again",
    "planning": "ask status again",
    "writing": "ask status again; finished sections can be read now",
    "to revise": "passages wait for their turn to be mended: ask status again",
    "revising": "passages are being mended: ask status again",
    "approval": "show the outline (read), change it with edit_outline, then call write with this run",
    "paused": "write with this run goes on",
    "review": "write with this run goes on",
    "ceiling": "its budget is spent; the text so far can be read and exported",
    "failed": "write with this run tries again; finished sections are kept",
    "unfinished": "write with this run goes on",
    "plan": "write with this run writes it",
    "no plan": "write with this run goes on",
    "finished": "read it, check it, export it; redo writes sections again",
}


class ReadingTools:
    """What can be asked of runs."""

    def __init__(self, desk: Desk) -> None:
        """`desk`: the runs."""
        self.desk, self.own = desk, OwnRuns(desk)

    async def estimate(self, request: Wish, words: Length = None, model: ModelName = None) -> Estimate:
        """Forecast calls, tokens, cost and minutes of a text before it is written. Nothing is spent."""
        options = {"words": words, "model": model}

        def forecasted() -> Estimate:
            job = new_run(self.desk.home, self.desk.settings, request, options, None)
            return run(forecast(job.settings, job.options))

        return await asyncio.to_thread(forecasted)

    async def runs(
        self,
        search: Annotated[str, Field(description="Only runs with this in their title or request.")] = "",
        most: Annotated[int, Field(ge=1, le=100)] = 20,
    ) -> RunList:
        """List the runs, the one that was active last first."""
        rows = await self.own.rows()
        found = [row for row in rows if search.lower() in f"{row.title} {row.instruction} {row.name}".lower()]
        lines = [
            RunLine(
                run=row.name, title=row.title or row.instruction[:80], state=row.state, asked=row.asked,
                written=row.written, done=row.done, sections=row.sections, cost=row.cost,
            )
            for row in found[:most]
        ]  # fmt: skip
        return RunList(runs=tuple(lines), more=len(found) - len(lines))

    async def status(
        self,
        run: RunId,
        context: Context,
        since: Annotated[int | None, Field(description="`position` of the last status; null: from now on.")] = None,
        wait_s: Annotated[float, Field(description="Longest wait for news.", ge=0, le=WAIT_S)] = WAIT_S,
    ) -> RunStatus:
        """Wait for news of a run (a section finished, another state), at most 25 seconds, then say how far it is.

        Call it again while the state is planning or writing. Long texts take minutes to hours: tell the user how far it is.
        """
        folder = self.own.folder(run)

        async def tell(seconds: float, text: str) -> None:
            await context.report_progress(seconds, wait_s, text)

        async with self.desk.feed(folder.name) as feed:
            await news(feed, feed.position if since is None else since, wait_s, tell)
            state, meter, session = feed.state(), feed.meter(), feed.following.session
            position, text, writing = feed.position, said(feed), feed.writing
        plan = session.manuscript.plan if session is not None and session.manuscript.planned else None
        due = [i for i in range(len(plan.sections)) if session.manuscript.due(i)] if plan and session else []
        at = [i for i in writing if i in due] or due
        report = await asyncio.to_thread(lambda: Run(folder).report) if state.name == "finished" else None
        return RunStatus(
            run=folder.name,
            state=state.name,
            why=state.why,
            title=plan.title if plan else "",
            position=position,
            asked=meter.aim,
            written=report.written if report else meter.words,
            sections=len(plan.sections) if plan else 0,
            done=len(plan.sections) - len(due) if plan else 0,
            section=Underway(number=at[0] + 1, title=plan.sections[at[0]].title) if plan and at else None,
            cost=meter.cost,
            rest_cost=meter.rest_cost,
            max_cost=meter.budget,
            minutes_left=meter.minutes_left if state.name in AT_WORK else None,
            verdict=report.verdict if report else (),
            say=f"{text}; {NEXT.get(state.name, state.why)}",
        )

    async def read(
        self,
        run: RunId,
        section: SectionNumber = None,
        to_section: SectionNumber = None,
        paragraph: Annotated[int, Field(description="First paragraph, from 1.", ge=1)] = 1,
        to_paragraph: Annotated[int | None, Field(description="Last one; null: to the section's end.", ge=1)] = None,
    ) -> TextPassage:
        """Read a section, or a range of sections and paragraphs, of finished text; without a section, the contents.

        At most 3,000 words a call; `rest` says where to go on.
        """
        folder = self.own.folder(run)
        if section is None:
            return await asyncio.to_thread(_contents, folder)
        last = ReadingPlace(section=to_section or section, paragraph=to_paragraph or 0)
        return await asyncio.to_thread(passage, folder, ReadingPlace(section=section, paragraph=paragraph), last)

    async def check(self, run: RunId) -> RunCheck:
        """Say whether a text is as it was asked for: its length score S_l, the verdict, repetition, each section's words."""
        folder = self.own.folder(run)
        return await asyncio.to_thread(_check, folder)


def _contents(folder: Path) -> TextPassage:
    session = session_of(folder)
    lines = contents(session)
    return TextPassage(
        run=folder.name,
        title=session.manuscript.plan.title,
        contents=lines,
        words=sum(line.written or 0 for line in lines),
    )


def _check(folder: Path) -> RunCheck:
    report = Run(folder).report
    same = report.model_dump(include=set(RunCheck.model_fields) - {"verdict", "sections"})
    target = report.target
    return RunCheck.model_validate(
        same
        | {"run": folder.name, "asked": target.aim, "low": target.low, "high": target.high, "verdict": report.verdict}
        | {"sections": tuple(map(contents_line, report.sections))}
        | {"stale": tuple(row.number for row in report.sections if row.stale)}
    )
