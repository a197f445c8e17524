"""Work over many items that survives a kill: each result is journalled as it comes, and no item is done twice.

A step has a name and a `Worker`; an `Engine` decides where the worker runs: in this process (`LocalEngine`) or on Ray.
The journal belongs to the driver alone, so both engines resume alike. What an item is, is the step's business.
"""

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from pydantic import ConfigDict

from longwriter.errors import (
    CeilingReached,
    EmptyReply,
    InputError,
    LongWriterError,
    ModelError,
    PlanError,
    PromptTooLong,
    RunError,
    SetupError,
    Unavailable,
)
from longwriter.journal import Journal, RecordT
from longwriter.types import Record

Item = dict[str, object]
"""JSON-able, with "id": str, unique in a step."""
Result = dict[str, object]
"""JSON-able, and small: every result of a step stays in memory. Texts belong into files."""
Outcome = Result | LongWriterError
Outcomes = Generator[tuple[str, Outcome], None, None]

KINDS: dict[str, type[LongWriterError]] = {
    kind.__name__: kind
    for kind in (
        PlanError,
        InputError,
        RunError,
        PromptTooLong,
        SetupError,
        Unavailable,
        EmptyReply,
        ModelError,
        CeilingReached,
    )
} | {"LongWriterError": LongWriterError}
"""Failures that can be made of their message alone, by name."""
IN_A_ROW = 50
"""Failures one after another that stop a step: a dead server would else cost every item its retries."""


class Worker(Protocol):
    """What is done to an item. Pickled before it is entered, so it opens its models in `__aenter__`."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def __call__(self, item: Item) -> Result:
        """The item's result. Raises LongWriterError."""
        ...


class Engine(Protocol):
    """Where a worker runs."""

    def run(self, items: Iterable[Item], worker: Worker) -> Outcomes:
        """Id and result, or failure, of each item as it is finished, in any order."""
        ...


class StepProgress(NamedTuple):
    """How far a step is."""

    step: str
    done: int
    """Items with a result, those of earlier commands included."""
    total: int
    failed: int
    seconds: float
    """Since this command began the step."""
    new: int = 0
    """Items done by this command."""


Tell = Callable[[StepProgress], None]


class StepRun(NamedTuple):
    """What every step of one command has in common."""

    journal: Journal
    engine: Engine
    tell: Tell


class StepRecord(Record):
    """The journal's record of a finished item. Its kind is the step's name; keys of other versions are left aside."""

    model_config = ConfigDict(extra="ignore")
    id: str
    result: Result


def kind_of(failure: LongWriterError) -> str:
    """The name in `KINDS` that is nearest to the failure's type."""
    return next(c.__name__ for c in type(failure).__mro__ if c.__name__ in KINDS)


def results_of(step: str, journal: Journal) -> dict[str, Result]:
    """The results that a journal holds of a step, by id. Raises RunError naming the line of another shape."""
    records = (journal.parsed(entry, StepRecord) for entry in journal if entry.kind == step)
    return {record.id: record.result for record in records}


def run_step(
    step: str, items: Sequence[Item], worker: Worker, run: StepRun, *, partial: bool = False
) -> dict[str, Result]:
    """The result of each item, by id and in the items' order.

    An item whose id has a record of kind `step` in the journal is not done again. A SetupError stops the step at once,
    unless it is PromptTooLong, which concerns its item alone. Other failures let the rest go on, unless `IN_A_ROW` come
    without a success (prompts that are too long do not count: who refuses them is there); then the first one's type is
    raised, with their number. The same command again does what is missing. `partial`: failures raise nothing, and the
    results lack them.
    """
    ids = [str(item["id"]) for item in items]
    if len(set(ids)) < len(ids):
        raise InputError(f"the id {next(i for i in ids if ids.count(i) > 1)!r} stands twice; give each item its own")
    results = results_of(step, run.journal)
    todo = [item for item in items if item["id"] not in results]
    before, started, failures = len(ids) - len(todo), time.monotonic(), list[tuple[str, LongWriterError]]()
    new = in_a_row = 0

    def say() -> None:
        run.tell(StepProgress(step, before + new, len(ids), len(failures), time.monotonic() - started, new))

    if ids:
        say()
    if not todo:
        return {name: results[name] for name in ids}
    with closing(run.engine.run(todo, worker)) as outcomes:
        for name, outcome in outcomes:
            too_long = isinstance(outcome, PromptTooLong)
            if isinstance(outcome, SetupError) and not too_long:
                raise outcome
            if isinstance(outcome, LongWriterError):
                failures.append((name, outcome))
                in_a_row = 0 if too_long else in_a_row + 1
            else:
                run.journal.append(step, {"id": name, "result": outcome})
                results[name] = outcome
                new += 1
                in_a_row = 0
            say()
            if in_a_row == IN_A_ROW:
                break
    if failures and (in_a_row == IN_A_ROW or not partial):
        name, first = failures[0]
        raise KINDS[kind_of(first)](
            f"{step}: {len(failures)} of {len(ids)} items failed, first {name}: {first}. "
            "What is done is kept: the same command goes on with the rest"
        )
    return {name: results[name] for name in ids if name in results}


def run_typed(
    step: str, items: Sequence[Item], worker: Worker, run: StepRun, kind: type[RecordT], *, partial: bool = False
) -> dict[str, RecordT]:
    """`run_step` with the results as records. Raises RunError naming the journal's line with a result of another shape."""
    results, found = run_step(step, items, worker, run, partial=partial), dict[str, RecordT]()
    for entry in run.journal:
        if entry.kind == step and (name := str(entry.data["id"])) in results:
            found[name] = run.journal.parsed(entry, kind, entry.data["result"])
    return {name: found[name] for name in results}


async def outcome_of(worker: Worker, item: Item) -> tuple[str, Outcome]:
    """An item's id and what became of it."""
    try:
        return str(item["id"]), await worker(item)
    except LongWriterError as failure:
        return str(item["id"]), failure
