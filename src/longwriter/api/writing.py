"""Write, plan and estimate texts from Python: `write` and `stream`, and their twins for callers with a loop of their own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Literal, Unpack, overload

from longwriter.api.job import new_job
from longwriter.api.loop import run
from longwriter.api.runs import Run
from longwriter.api.settings import AnyModel, TextOptions, WriteOptions, known_options
from longwriter.api.streaming import aevents_of, apieces, events_of, pieces
from longwriter.types import Plan
from longwriter.writer.estimate import TOKENS_A_SECOND, Estimate
from longwriter.writer.estimate import estimate as forecast
from longwriter.writer.events import Event, OnEvent
from longwriter.writer.session import Result


def write(
    prompt: str | None = None,
    *,
    words: int | None = None,
    model: AnyModel | None = None,
    out: str | Path | None = None,
    plan: Plan | str | Path | None = None,
    on_event: OnEvent | None = None,
    **options: Unpack[TextOptions],
) -> Result:
    """Write a long text, as `longwriter write` does; the same call again goes on with one that was stopped.

    Defaults come from longwriter.toml and the environment. `out`: a file for the text besides the run folder. `plan`: an
    outline, or the file that holds one. `on_event` hears what happens: see `longwriter.events`. Other options have the names
    and meanings of the flags (`longwriter.api.settings.TextOptions`). Works where a loop is running, such as in a notebook.

    Raises LongWriterError, with finished sections kept; a text that is finished with flaws is returned, and `flaws` of the
    result names them.
    """
    named = {"words": words, "model": model, "out": out, "plan": plan, "on_event": on_event}
    return new_job(prompt, known_options({**named, **options}, WriteOptions)).finish()


async def awrite(prompt: str | None = None, **options: Unpack[WriteOptions]) -> Result:
    """Write a long text on the caller's loop; options, result and errors are those of `write`."""
    job = new_job(prompt, known_options(options, WriteOptions))
    with job.claimed():
        await asyncio.to_thread(job.fetch)
        return await job.work()


@overload
def stream(
    prompt: str | None = None, *, events: Literal[False] = False, **options: Unpack[WriteOptions]
) -> Iterator[str]: ...
@overload
def stream(prompt: str | None = None, *, events: Literal[True], **options: Unpack[WriteOptions]) -> Iterator[Event]: ...
def stream(
    prompt: str | None = None, *, events: bool = False, **options: Unpack[WriteOptions]
) -> Iterator[str] | Iterator[Event]:
    """Write a long text and give it section by section, each as soon as all before it are finished.

    What is given adds up to the text of `write`, and is never taken back. `events`: give what happens instead, as
    `longwriter.events` describes it, with words as they come (`Streamed`). Options are those of `write`. Leaving the loop
    stops the work; finished sections are kept. Raises what `write` raises, after what came before.
    """
    job = new_job(prompt, known_options(options, WriteOptions))
    return events_of(job, live=True) if events else pieces(job)


@overload
def astream(
    prompt: str | None = None, *, events: Literal[False] = False, **options: Unpack[WriteOptions]
) -> AsyncIterator[str]: ...
@overload
def astream(
    prompt: str | None = None, *, events: Literal[True], **options: Unpack[WriteOptions]
) -> AsyncIterator[Event]: ...
def astream(
    prompt: str | None = None, *, events: bool = False, **options: Unpack[WriteOptions]
) -> AsyncIterator[str] | AsyncIterator[Event]:
    """Write a long text on the caller's loop and give it section by section; all else is as with `stream`."""
    job = new_job(prompt, known_options(options, WriteOptions))
    return aevents_of(job, live=True) if events else apieces(job)


def plan(prompt: str, **options: Unpack[WriteOptions]) -> Plan:
    """Make the outline alone, to be looked at, edited, and given to `write` as `plan`. Options and errors as with `write`."""
    job = new_job(prompt, known_options(options, WriteOptions), plan_only=True)
    job.finish()
    return Run(job.folder).plan


def estimate(prompt: str | None = None, *, speed: float = TOKENS_A_SECOND, **options: Unpack[WriteOptions]) -> Estimate:
    """Forecast calls, tokens, cost and minutes of a text; no model is asked. Options are those of `write`.

    `speed`: tokens per second that the model generates.
    """
    job = new_job(prompt, known_options(options, WriteOptions))
    return run(forecast(job.settings, job.options, speed))
