"""Runs a benchmark: items, texts and the judge's replies go into the run's journal as they come.

RUN/settings.json  what was asked           RUN/journal.jsonl  records, append-only and checksummed (see `journal`)
RUN/scores.json    computed from these two  RUN/runs/ID        AgentWrite's own run of each text

The same command goes on with what is missing. The records are `stored`'s.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from longwriter.bench.benchmarks.base import Data, open_benchmark
from longwriter.bench.benchmarks.files import sha256_of
from longwriter.bench.judging.judge import JudgeWorker, all_questions, check, round_of, step_of
from longwriter.bench.judging.wording import wording
from longwriter.bench.records import BenchItem, RunTexts, Scores
from longwriter.bench.scores import score_run
from longwriter.bench.settings import MAY_CHANGE_ON_RESUME, BenchSettings
from longwriter.bench.stored import WRITE, GroupedJournal, Stored
from longwriter.bench.systems import open_system
from longwriter.bench.watched import WatchedWorker
from longwriter.errors import InputError
from longwriter.journal import Journal
from longwriter.models.verdicts import TRIES
from longwriter.runs.folders import opened
from longwriter.steps.step import Engine, Item, StepProgress, StepRun, Tell, Worker, run_step


class Runtime(NamedTuple):
    """How to work."""

    engine: Engine
    tell: Tell
    prices: Path | None = None
    """The user's own table of prices."""


def run_benchmark(
    settings: BenchSettings, data: Data, folder: Path, runtime: Runtime, made: dict[str, object]
) -> Scores:
    """Write and judge what is missing, and score. `made`: date, version and command, kept of the first command.

    Items that fail are left for the next command and counted. Raises LongWriterError for what stops the whole.
    """
    if sha256_of(data.files) != settings.data_sha256:
        raise InputError(f"{data.files[0]} changed while it was read")
    chosen = choose(data.items, settings)
    if settings.judge is not None:
        asyncio.run(check(settings.judge))
    with opened(folder, json.loads(settings.model_dump_json()), MAY_CHANGE_ON_RESUME) as journal:
        stored = Stored(settings, journal)
        stored.add_made(made)
        stored.add_items(chosen)
        stored.catch_up()
        step = _Step(journal, stored, runtime)
        system = open_system(settings, stored.items, folder, runtime.prices)
        step.run(WRITE, [{"id": item.id} for item in chosen], system, WRITE)
        if settings.judge is not None:
            _judge(step, made)
    return score_run(folder)


def choose(items: Sequence[BenchItem], settings: BenchSettings) -> list[BenchItem]:
    """The items that `ids` and `first` name. Raises InputError for an id that is not there."""
    known = {item.id for item in items}
    if unknown := [name for name in settings.ids if name not in known]:
        raise InputError(f"--ids: no item {unknown[0]!r}; there are {', '.join(sorted(known)[:5])} ...")
    chosen = [item for item in items if not settings.ids or item.id in settings.ids]
    return chosen[: settings.first]


class _Step(NamedTuple):
    """What every step of the run works with."""

    journal: Journal
    stored: Stored
    runtime: Runtime

    def run(self, name: str, items: list[Item], worker: Worker, shown: str) -> None:
        """Run a step, `shown` so; why items failed is noted for the scores, and the next command tries them again."""
        watched = WatchedWorker(worker, proven=self.stored.answered(name))

        def tell(progress: StepProgress) -> None:
            paid = f" (${watched.cost:.4f})" if watched.cost else ""
            self.runtime.tell(progress._replace(step=f"{shown}{paid}"))

        grouped = GroupedJournal(self.journal)
        try:
            run_step(name, items, watched, StepRun(grouped, self.runtime.engine, tell), partial=True)
        finally:
            grouped.sync(name)
            self.stored.add_failures(name, watched.failures)
        self.stored.catch_up()


def _judge(step: _Step, made: dict[str, object]) -> None:
    """Ask the judge about every text that there is."""
    stored, judge = step.stored, step.stored.settings.judge
    assert judge is not None
    judging = open_benchmark(stored.settings.benchmark).judging
    if judging is None:
        raise InputError(f"{stored.settings.benchmark} asks no judge; leave out --judge")
    texts = RunTexts(stored.items, stored.responses)
    words = wording(judging, Path(judge.prompt) if judge.prompt else None)
    worker = JudgeWorker(judge, judging, words, texts, step.runtime.prices)
    name = step_of(judge)
    stored.add_made(made | {"step": name})
    asked = all_questions(judging, texts, judge.repeat)
    for attempt in range(TRIES):
        now = round_of(judging, asked, stored.judgements, attempt)
        shown = f"judge, try {attempt + 1}" if attempt else "judge"
        step.run(name, [dict(question._asdict()) for question in now], worker, shown)
