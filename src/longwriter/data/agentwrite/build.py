"""The LongWriter-6k builder: requests in, long outputs by AgentWrite out, filtered and accounted for (arXiv:2408.07055).

DIR/settings.json  what was asked     DIR/runs/ID        AgentWrite's own run for each request, with all its replies
DIR/journal.jsonl  judged and written DIR/train.parquet  what passed; dropped.jsonl, report.json, README.md, picture.png

Selecting, judging, writing and filtering are four walks over the same ids. Judging and writing are journalled steps; what
rules and filters say is computed again by every command, so their thresholds may change without writing anything again.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Literal

from pydantic import Field

from longwriter.config import Tree, build
from longwriter.data.agentwrite.select import LengthAnswer, LongAnswerSelector, by_rules
from longwriter.data.agentwriter import WithModels
from longwriter.data.dataset import Row
from longwriter.data.filters.audit import DroppedOutput, Output, conclude
from longwriter.data.filters.cleanup import tidy
from longwriter.data.filters.contamination import Benchmarks, read_benchmarks
from longwriter.data.filters.outputs import Candidate, FilterLimits
from longwriter.data.instructions import Instruction, read_unchanged
from longwriter.data.prompts import HERE as JUDGE_PROMPTS
from longwriter.errors import EmptyReply, InputError, PlanError, RunError
from longwriter.models.base import REACH, ModelConfig
from longwriter.models.verdicts import check_judge
from longwriter.prompts import sha256_of_prompts
from longwriter.runs.folders import opened
from longwriter.steps.step import Engine, Item, Result, StepRun, Tell, run_typed
from longwriter.text import language
from longwriter.types import Record
from longwriter.writer import prompts as writer_prompts
from longwriter.writer.session import Options, write
from longwriter.writer.settings import MAY_CHANGE_ON_RESUME as WRITER_MAY_CHANGE
from longwriter.writer.settings import WriteSettings
from longwriter.writer.stored import stored

JUDGE, WRITE = "judge", "write"
"""Names of the steps."""
RUNS = "runs"
"""Folder of AgentWrite's own runs."""
EACH = "each request"
"""Stands for the instruction in the settings of all texts."""


class BuildSettings(Record):
    """What a data set is built from, and how."""

    kind: Literal["agentwrite"] = "agentwrite"
    instructions: str
    instructions_sha256: str
    writer: WriteSettings
    """Settings of every text; each has its own instruction."""
    judge: ModelConfig
    least_words: int = Field(default=2000, ge=1)
    """A request is worth an answer if it needs so many."""
    benchmarks: tuple[str, ...] = ()
    """Files whose prompts must not get in."""
    limits: FilterLimits = FilterLimits()
    first: int | None = Field(default=None, ge=1)
    """Use the first so many instructions; None: all."""
    skip_failed: bool = False
    """Leave out what failed, instead of stopping before the data set is written."""


MAY_CHANGE_ON_RESUME = (
    {"instructions", "benchmarks", "first", "skip_failed"}
    | {f"limits.{name}" for name in FilterLimits.model_fields}
    | {f"writer.{key}" for key in WRITER_MAY_CHANGE}
    | {f"judge.{key}" for key in REACH}
)
"""Keys that may change between two commands on one data set."""


class WriteResult(Record):
    """What came of one request: what its text took, or why there is none."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    """None: the model's price is not known."""
    prompts: str | None = None
    """The writer's prompt set; None where nothing was written."""
    dropped: str = "failed"
    reason: str = "left out by --skip-failed; without it, the same command tries again"


class AgentWriter(WithModels):
    """Writes one text in its own run folder. See `steps.Worker`."""

    def __init__(self, settings: WriteSettings, home: Path) -> None:
        """`home`: folder of the run folders."""
        super().__init__(settings)
        self.home = home

    async def __call__(self, item: Item) -> Result:
        """A `WriteResult`; `dropped` where the model cannot plan or write the text."""
        settings = each(self.settings, Instruction(**item))  # type: ignore[arg-type]  # as `_items` made it
        try:
            result = await write(settings, self.home / str(item["id"]), Options(), self.models)
        except (PlanError, EmptyReply) as failure:
            name = "no plan" if isinstance(failure, PlanError) else "empty reply"
            return {"dropped": name, "reason": str(failure)}
        report = result.report
        spent = {"calls": report.calls, "prompt_tokens": report.prompt_tokens, "cost": report.cost}
        prompts = settings.language or language(settings.instruction)
        return spent | {"completion_tokens": report.completion_tokens, "prompts": prompts}


def each(settings: WriteSettings, instruction: Instruction) -> WriteSettings:
    """The settings of one text. Raises InputError for a request or length that cannot be written."""
    own: Tree = {"instruction": instruction.prompt}
    if instruction.words:
        own["words"] = instruction.words
    return build(WriteSettings, settings.model_dump() | own, instruction.id)


def build_dataset(settings: BuildSettings, folder: Path, engine: Engine, tell: Tell, made: Row) -> Row:
    """Build the data set, or go on with it; gives its report.

    `made`: command and version, for the data card. Raises LongWriterError; what is finished is kept, and the same call
    goes on.
    """
    instructions = read_unchanged(settings.instructions, settings.instructions_sha256)[: settings.first]
    benchmarks = read_benchmarks(settings.benchmarks)
    with opened(folder, json.loads(settings.model_dump_json()), MAY_CHANGE_ON_RESUME) as journal:
        run = StepRun(journal, engine, tell)
        chosen, dropped = choose(instructions, benchmarks, settings, run)
        results = _written(chosen, folder, settings, run)
        for i in chosen:
            result = results.get(i.id, WriteResult())
            if result.prompts is None:
                dropped.append(DroppedOutput(i.id, i.prompt, "write", result.dropped, result.reason))
        facts = made | _facts(settings, len(instructions), results)
        outputs = partial(_outputs, chosen, results, folder, settings)
        return conclude(folder, outputs, dropped, settings.limits, benchmarks, facts)


def choose(
    instructions: Sequence[Instruction], benchmarks: Benchmarks, settings: BuildSettings, run: StepRun
) -> tuple[list[Instruction], list[DroppedOutput]]:
    """The requests to be written for, in order, and what rules and judge drop."""
    limits = settings.limits
    usable, unusable = _usable(instructions, settings.writer)
    ruled = by_rules(usable, benchmarks, settings.least_words, limits.overlap, limits.near)
    if ruled.open:
        named = f"{len(ruled.open)} requests name no length, first {ruled.open[0].id}"
        check_judge(settings.judge, f"{named}: give --judge NAME, or words in their rows")
    judge = LongAnswerSelector(settings.judge, settings.least_words, settings.writer.seed)
    items: list[Item] = [i._asdict() for i in ruled.open]
    answers = run_typed(JUDGE, items, judge, run, LengthAnswer, partial=settings.skip_failed)
    long, dropped = {i.id for i in ruled.long}, [*unusable, *ruled.dropped]
    for instruction in ruled.open:
        answer = answers.get(instruction.id, LengthAnswer())
        if answer.long:
            long.add(instruction.id)
            continue
        why = ("short", "the judge says that a shorter answer serves")
        if answer.long is None:
            why = ("undecided", f"the judge gave neither yes nor no: {answer.said[:120]!r}")
        dropped.append(DroppedOutput(instruction.id, instruction.prompt, "judge", *why))
    return [i for i in instructions if i.id in long], dropped


def _usable(
    instructions: Sequence[Instruction], settings: WriteSettings
) -> tuple[list[Instruction], list[DroppedOutput]]:
    """The requests that the writer would take, and the others: too long to be read, a length out of bounds."""
    usable, dropped = [], []
    for instruction in instructions:
        try:
            each(settings, instruction)
            usable.append(instruction)
        except InputError as error:
            dropped.append(DroppedOutput(instruction.id, instruction.prompt, "select", "unusable", str(error)))
    return usable, dropped


def _written(
    chosen: Sequence[Instruction], folder: Path, settings: BuildSettings, run: StepRun
) -> dict[str, WriteResult]:
    items: list[Item] = [i._asdict() for i in chosen]
    try:
        (folder / RUNS).mkdir(exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot make {folder / RUNS}: {error.strerror}") from error
    writer = AgentWriter(settings.writer, folder / RUNS)
    return run_typed(WRITE, items, writer, run, WriteResult, partial=settings.skip_failed)


def _outputs(
    chosen: Sequence[Instruction], results: dict[str, WriteResult], folder: Path, settings: BuildSettings
) -> Iterator[Output]:
    """The finished texts, from their journals."""
    names = [c.model for c in (settings.writer.writer, settings.writer.planner) if c]
    model = names[0] if len(names) == 1 else f"{names[0]} (plans: {names[1]})"
    for instruction in chosen:
        written_by = results.get(instruction.id, WriteResult()).prompts
        if written_by is None:
            continue
        session = stored(folder / RUNS / instruction.id)
        if session is None or not session.manuscript.finished:
            raise RunError(
                f"{folder / RUNS / instruction.id}: its journal is gone or cut; put it back, or start a new --out"
            )
        plan = session.manuscript.plan.sections
        text = tidy(session.document.text(), plan)
        chat = [{"role": "user", "content": instruction.prompt}, {"role": "assistant", "content": text}]
        prompts = prompts_sha256(written_by, language(instruction.prompt))
        lines = [s.model_dump(include={"title", "point", "words"}) for s in plan]
        yield Output(Candidate(instruction.id, instruction.prompt, text, plan), chat, lines, model, prompts)


@cache
def prompts_sha256(writer_set: str, judge_language: str) -> str:
    """The SHA-256 of the prompts that made a row: the writer's set and the judge's question."""
    written = (Path(writer_prompts.__file__).parent / writer_set).rglob("*.txt")
    return sha256_of_prompts([*written, JUDGE_PROMPTS / judge_language / "needs_length.txt"])


def _facts(settings: BuildSettings, instructions: int, results: dict[str, WriteResult]) -> Row:
    """What the report says of the making."""
    spent = [r for r in results.values() if r.prompts is not None]
    costs = [r.cost for r in spent]
    planner = settings.writer.planner
    return {
        "title": "Long outputs by AgentWrite",
        "instructions": instructions,
        "instructions_from": settings.instructions,
        "instructions_sha256": settings.instructions_sha256,
        "writer": settings.writer.writer.model,
        "planner": planner.model if planner else settings.writer.writer.model,
        "judge": settings.judge.model,
        "least_words": settings.least_words,
        "calls": sum(r.calls for r in spent),
        "prompt_tokens": sum(r.prompt_tokens for r in spent),
        "completion_tokens": sum(r.completion_tokens for r in spent),
        "cost": None if None in costs else round(sum(cost or 0.0 for cost in costs), 6),
    }
