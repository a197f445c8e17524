"""Runs a benchmark: items, texts and the judge's replies go into the run's journal as they come.

RUN/settings.json  what was asked           RUN/journal.jsonl  records, append-only and checksummed (see `journal`)
RUN/scores.json    computed from these two  RUN/runs/ID        AgentWrite's own run of each text

Kinds of records: `made` (date, version and command, of the run and of each judge's step), `item`, `write` (a response),
`judge ...` (replies of one judge), `failed` (why an item or question has none; a later success stands), `synced` (those
before it are on the disk). The same command goes on with what is missing.
"""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from longwriter.bench.benchmarks.base import Data, open_benchmark
from longwriter.bench.benchmarks.files import sha256_of
from longwriter.bench.judging import JUDGINGS
from longwriter.bench.judging.judge import TRIES, Judge, check, questions, round_of, step_of
from longwriter.bench.judging.wording import wording
from longwriter.bench.records import Item, Scores
from longwriter.bench.scores import FAILED, ITEM, MADE, WRITE, load, score_run
from longwriter.bench.settings import FREE, BenchSettings
from longwriter.bench.systems import open_system
from longwriter.errors import InputError, LongWriterError, ModelError, PromptTooLong, SetupError
from longwriter.journal import Entry, Journal
from longwriter.runs.folders import opened
from longwriter.steps.step import Engine, Result, StepProgress, StepRun, Tell, Worker, run_step
from longwriter.steps.step import Item as Work

SYNC_S = 1.0
WAIT_S = 0.05
SYNCED = "synced"


class Means(NamedTuple):
    """How to work."""

    engine: Engine
    tell: Tell
    prices: Path | None = None


def run_benchmark(settings: BenchSettings, data: Data, folder: Path, means: Means, made: dict[str, object]) -> Scores:
    """Write and judge what is missing, and score. `made`: date, version and command, kept of the first command.

    Items that fail are left for the next command and counted. Raises LongWriterError for what stops the whole.
    """
    if sha256_of(data.files) != settings.data_sha256:
        raise InputError(f"{data.files[0]} changed while it was read")
    chosen = choose(data.items, settings)
    if settings.judge is not None:
        asyncio.run(check(settings.judge))
    with opened(folder, json.loads(settings.model_dump_json()), FREE) as journal:
        _store(journal, chosen, made)
        items = load(journal, settings).items
        worker = open_system(settings, items, folder, means.prices)
        _step(WRITE, [{"id": item.id} for item in chosen], worker, journal, means, WRITE)
        if settings.judge is not None:
            _judged(settings, journal, means, made)
    return score_run(folder)


def choose(items: Sequence[Item], settings: BenchSettings) -> list[Item]:
    """The items that `ids` and `first` name. Raises InputError for an id that is not there."""
    known = {item.id for item in items}
    if unknown := [name for name in settings.ids if name not in known]:
        raise InputError(f"--ids: no item {unknown[0]!r}; there are {', '.join(sorted(known)[:5])} ...")
    chosen = [item for item in items if not settings.ids or item.id in settings.ids]
    return chosen[: settings.first]


def _store(journal: Journal, items: Sequence[Item], made: dict[str, object]) -> None:
    """Put what is asked into the journal, before anything is written."""
    _note(journal, made)
    known = {str(entry.data["id"]) for entry in journal if entry.kind == ITEM}
    new = [item for item in items if item.id not in known]
    for item in new:
        journal.append(ITEM, item.model_dump(exclude_defaults=True), durable=item is new[-1])


def _note(journal: Journal, made: dict[str, object]) -> None:
    """Keep what made the run, or a judge's `step` of it, where nothing is known of that."""
    if not any(entry.kind == MADE and entry.data.get("step") == made.get("step") for entry in journal):
        journal.append(MADE, made)


def _judged(settings: BenchSettings, journal: Journal, means: Means, made: dict[str, object]) -> None:
    """Ask the judge about every text that there is."""
    assert settings.judge is not None
    judging = JUDGINGS.get(open_benchmark(settings.benchmark).judging)
    if judging is None:
        raise InputError(f"{settings.benchmark} asks no judge; leave out --judge")
    stored = load(journal, settings)
    words = wording(judging, Path(settings.judge.prompt) if settings.judge.prompt else None)
    judge = Judge(settings.judge, judging, words, (stored.items, stored.responses), means.prices)
    step = step_of(settings.judge)
    _note(journal, made | {"step": step})
    asked = questions(judging, stored.items, stored.responses, settings.judge.repeat)
    for attempt in range(TRIES):
        now = round_of(judging, asked, load(journal, settings).judgements, attempt)
        shown = f"judge, try {attempt + 1}" if attempt else "judge"
        _step(step, [dict(question._asdict()) for question in now], judge, journal, means, shown)


def _step(step: str, items: list[Work], worker: Worker, journal: Journal, means: Means, shown: str) -> None:
    """Run a step, `shown` so; why items failed is noted for the scores, and the next command tries them again."""
    noting = _Noting(worker, works=any(entry.kind == step for entry in journal))

    def tell(progress: StepProgress) -> None:
        paid = f" (${noting.cost:.4f})" if noting.cost else ""
        means.tell(progress._replace(step=f"{shown}{paid}"))

    grouped = Grouped(journal)
    try:
        run_step(step, items, noting, StepRun(grouped, means.engine, tell), partial=True)
    finally:
        grouped.sync(step)
        for name, reason in noting.failures.items():
            journal.append(FAILED, {"step": step, "id": name, "reason": reason})


class Grouped(Journal):
    """A journal whose records are forced to the disk once in `SYNC_S`, not one by one: at 5 ms each that would stop all calls.

    Each record is with the operating system at once, so kill -9 loses nothing; a power cut may take the last second's.
    """

    def __init__(self, journal: Journal) -> None:
        """`journal`: where the records go."""
        super().__init__(None)
        self._journal, self._synced, self._waiting = journal, time.monotonic(), 0

    def append(self, kind: str, data: dict[str, object], *, durable: bool = True) -> Entry:
        """See `Journal`."""
        durable = durable and time.monotonic() - self._synced > SYNC_S
        entry = self._journal.append(kind, data, durable=durable)
        self._waiting += 1
        if durable:
            self._synced, self._waiting = time.monotonic(), 0
        return entry

    def sync(self, step: str) -> None:
        """Force what waits, with a record that says how much of it there was."""
        if self._waiting:
            self._journal.append(SYNCED, {"step": step, "records": self._waiting})
            self._waiting = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._journal)

    def __len__(self) -> int:
        return len(self._journal)


class _Noting:
    """A worker that remembers failures and adds up costs; runs in this process.

    A SetupError stops a run, except of a model that has answered others: then it concerns one request alone, and is that
    item's failure, as is a prompt that is too long.
    """

    def __init__(self, worker: Worker, *, works: bool) -> None:
        """`works`: an earlier command had answers."""
        self.worker, self.works = worker, works
        self.failures: dict[str, str] = {}
        self.cost: float | None = 0.0
        self._running = self._refused = 0

    async def __aenter__(self) -> Self:
        await self.worker.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.worker.__aexit__(kind, error, trace)

    async def __call__(self, item: Work) -> Result:
        self._running += 1
        try:
            result = await self._asked(item)
        except SetupError:
            raise
        except LongWriterError as failure:
            self.failures[str(item["id"])] = str(failure)
            raise
        finally:
            self._running -= 1
        cost = result["cost"]
        self.works = True
        self.cost = None if self.cost is None or cost is None else self.cost + float(str(cost))
        return result

    async def _asked(self, item: Work) -> Result:
        """Raises ModelError for a refusal once the model is known to work; waits for what is under way to know it."""
        try:
            return await self.worker(item)
        except PromptTooLong as error:
            raise ModelError(str(error)) from error
        except SetupError as refusal:
            self._refused += 1
            try:
                while not self.works and self._refused < self._running:
                    await asyncio.sleep(WAIT_S)
            finally:
                self._refused -= 1
            if not self.works:
                raise
            raise ModelError(str(refusal)) from refusal
