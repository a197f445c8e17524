"""Writes one run to its next stop, in the worker's thread, and counts what it costs as it comes."""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

from longwriter.api.book.revising import RevisionJob
from longwriter.errors import InputError, RunError
from longwriter.serve.settings import ServeSettings
from longwriter.serve.writing.begin import going_on, least
from longwriter.serve.writing.going import is_mended, to_mend
from longwriter.serve.writing.live import LiveRun, Revising
from longwriter.serve.writing.spending import DaySpending
from longwriter.serve.writing.worker import OpenModels
from longwriter.writer.outcome.spent import Ceilings
from longwriter.writer.revising.wishes import Wishes
from longwriter.writer.revision.edits import Edits, has_work
from longwriter.writer.session import configs_of
from longwriter.writer.stops import note_stop
from longwriter.writer.stored import editing


class RunWriter:
    """Writes runs, one session each. Belongs to the worker's thread."""

    def __init__(self, home: Path, settings: ServeSettings, spending: DaySpending) -> None:
        self.home, self.settings, self.spending = home, settings, spending
        self._models = OpenModels()
        self._live: dict[str, LiveRun] = {}

    async def write(self, live: LiveRun) -> bool:
        """Write what the run's `control` allows, or mend what it names; whether there is more to do afterwards.

        Raises what `WriteJob.work` and `RevisionJob.work` raise: see `note_failure`.
        """
        folder = self.home / live.name
        chosen, by = await asyncio.to_thread(to_mend, folder)
        over = await asyncio.to_thread(is_mended, folder)
        if chosen and over:
            return await asyncio.to_thread(revised, folder)
        live.revision = Revising(0, len(chosen), 0) if chosen else None
        try:
            self.spending.check()
            job = going_on(folder, self.settings)
            with job.claimed():
                revision = RevisionJob(job, Wishes(chosen=chosen, by=by))
                await asyncio.to_thread(revision.fetch if chosen else job.fetch)
                async with AsyncExitStack() as stack:
                    configs = () if by else configs_of(job.settings).items()
                    models = {role: await stack.enter_async_context(self._models.model(c)) for role, c in configs}
                    mender = await stack.enter_async_context(self._models.model(by)) if by else None
                    options = replace(
                        job.options, on_event=live.hear, watched=False, controlled=True, on_open=live.open
                    )
                    self._live[live.name] = live
                    try:
                        work = replace(job, models=models, options=options)
                        wishes = replace(revision.wishes, by_model=mender)
                        await (RevisionJob(work, wishes) if chosen else work).work()
                    finally:  # before the models close, which takes a moment: a change would meet a closed journal
                        more = live.close()
            return await asyncio.to_thread(revised, folder) if chosen else more
        finally:
            self._live.pop(live.name, None)

    def count(self, live: LiveRun) -> None:
        """Count what a run has cost more, and tell all runs what is left for today."""
        session = live.session
        if session is None:
            return
        cost = session.calls.spent.cost
        if cost is not None and cost > live.counted:
            self.spending.add(cost - live.counted)
            live.counted = cost
        if self.spending.ceiling is not None:
            if cost is None or any(role.price is None for role in session.calls.roles.values()):
                raise InputError(
                    "no price is known for a model of this run, so the budget of a day cannot hold (--prices)"
                )
            for other in self._live.values():
                self._bound(other)

    def _bound(self, live: LiveRun) -> None:
        """Lower a run's ceiling to what it has cost and what is left for today; runs side by side may pass it by a call."""
        session, left = live.session, self.spending.left
        if session is not None and left is not None and session.calls.spent.cost is not None:
            now = least(session.settings.max_cost, session.calls.spent.cost + left)
            session.calls.ceilings = Ceilings(now, session.calls.ceilings.tokens)


def revised(folder: Path) -> bool:
    """Note that a run is revised; whether it is to be written on. Raises RunError."""
    with editing(folder) as session:
        Edits(session).control(revise=())
        return has_work(session)


def note_failure(folder: Path, error: BaseException) -> None:
    """Note in a run what ended its turn, whatever it was; a revision is not tried again by itself.

    Nothing where another process has the run.
    """
    with suppress(RunError, InputError), editing(folder) as session:
        if session.manuscript.control is not None and session.manuscript.control.revise:
            Edits(session).control(revise=())
        note_stop(session.manuscript, error)
