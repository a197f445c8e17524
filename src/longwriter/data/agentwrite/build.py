"""The LongWriter-6k builder: requests in, long outputs by AgentWrite out, filtered and accounted for (arXiv:2408.07055).

DIR/settings.json  what was asked     DIR/runs/ID        AgentWrite's own run for each request, with all its replies
DIR/journal.jsonl  judged and written DIR/train.parquet  what passed; dropped.jsonl, report.json, README.md, picture.png

Selecting, judging, writing and filtering are four walks over the same ids. Judging and writing are journalled steps; what
rules and filters say is computed again by every command, so their thresholds may change without writing anything anew.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from longwriter.config import Tree, build
from longwriter.data.agentwrite.audit import Dropped, Output, conclude
from longwriter.data.agentwrite.filters import Candidate, Limits
from longwriter.data.agentwrite.select import Judge, by_rules
from longwriter.data.agentwriter import WithModels
from longwriter.data.dataset import Row, whole
from longwriter.data.filters.cleanup import tidy
from longwriter.data.filters.contamination import Benchmarks, read_benchmarks
from longwriter.data.instructions import Instruction, read_instructions, sha256_of
from longwriter.data.prompts import HERE as JUDGE_PROMPTS
from longwriter.data.prompts import sha256_of as sha256_of_files
from longwriter.errors import EmptyReply, InputError, PlanError, RunError
from longwriter.journal import Journal
from longwriter.models.base import REACH, ModelConfig
from longwriter.models.verdicts import check_judge
from longwriter.runs.folders import opened
from longwriter.steps.step import Engine, Item, Result, Tell, run_step
from longwriter.text import language
from longwriter.types import Record
from longwriter.writer import prompts as writer_prompts
from longwriter.writer.session import Options, stored, write
from longwriter.writer.settings import MAY_CHANGE_ON_RESUME, WriteSettings

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
    """Of every text; its `instruction` stands for each."""
    judge: ModelConfig
    least_words: int = Field(default=2000, ge=1)
    """A request is worth an answer if it needs so many."""
    benchmarks: tuple[str, ...] = ()
    """Files whose prompts must not get in."""
    limits: Limits = Limits()
    first: int | None = Field(default=None, ge=1)
    """Use the first so many instructions; None: all."""
    skip_failed: bool = False
    """Leave out what failed, instead of stopping before the data set is written."""


FREE = (
    {"instructions", "benchmarks", "first", "skip_failed"}
    | {f"limits.{name}" for name in Limits.model_fields}
    | {f"writer.{key}" for key in MAY_CHANGE_ON_RESUME}
    | {f"judge.{key}" for key in REACH}
)
"""Keys that may change between two commands on one data set."""


class AgentWriter(WithModels):
    """Writes one text in its own run folder. See `steps.Worker`."""

    def __init__(self, settings: WriteSettings, home: Path) -> None:
        """`home`: folder of the run folders."""
        super().__init__(settings)
        self.home = home

    async def __call__(self, item: Item) -> Result:
        """Calls, tokens and cost of the text; `dropped` and `reason` where the model cannot plan or write it."""
        settings = each(self.settings, Instruction(str(item["id"]), str(item["prompt"]), _optional(item["words"])))
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


def _optional(value: object) -> int | None:
    assert value is None or isinstance(value, int)
    return value


class Work(NamedTuple):
    """How to work on a step."""

    journal: Journal
    engine: Engine
    tell: Tell


def build_dataset(settings: BuildSettings, folder: Path, engine: Engine, tell: Tell, made: Row) -> Row:
    """Build the data set, or go on with it; gives its report.

    `made`: command and version, for the data card. Raises LongWriterError; what is finished is kept, and the same call
    goes on.
    """
    instructions = read_instructions(settings.instructions)
    if sha256_of(instructions) != settings.instructions_sha256:
        raise InputError(f"{settings.instructions} changed while it was read")
    instructions = instructions[: settings.first]
    benchmarks = read_benchmarks(settings.benchmarks)
    with opened(folder, json.loads(settings.model_dump_json()), FREE) as journal:
        work = Work(journal, engine, tell)
        chosen, dropped = choose(instructions, benchmarks, settings, work)
        results = _written(chosen, folder, settings, work)
        for instruction in chosen:
            if why := _failed(results.get(instruction.id)):
                dropped.append(Dropped(instruction.id, instruction.prompt, "write", *why))
        done = [i for i in chosen if "prompts" in results.get(i.id, {})]
        facts = made | _facts(settings, len(instructions), results)
        return conclude(
            folder, lambda: _outputs(done, results, folder, settings), dropped, (settings.limits, benchmarks), facts
        )


def choose(
    instructions: Sequence[Instruction], benchmarks: Benchmarks, settings: BuildSettings, work: Work
) -> tuple[list[Instruction], list[Dropped]]:
    """The requests to be written for, in order, and what rules and judge drop."""
    limits = settings.limits
    usable, unusable = _usable(instructions, settings.writer)
    ruled = by_rules(usable, benchmarks, settings.least_words, limits.overlap, limits.near)
    if ruled.open:
        named = f"{len(ruled.open)} requests name no length, first {ruled.open[0].id}"
        check_judge(settings.judge, f"{named}: give --judge NAME, or words in their rows")
    judge = Judge(settings.judge, settings.least_words, settings.writer.seed)
    items: list[Item] = [i._asdict() for i in ruled.open]
    answers = run_step("judge", items, judge, *work, partial=settings.skip_failed)
    long, dropped = {i.id for i in ruled.long}, [*unusable, *ruled.dropped]
    for instruction in ruled.open:
        answer = answers.get(instruction.id, {"long": None, "said": "no reply"})
        if answer["long"]:
            long.add(instruction.id)
            continue
        why = ("short", "the judge says that a shorter answer serves")
        if answer["long"] is None:
            why = ("undecided", f"the judge gave neither yes nor no: {str(answer['said'])[:120]!r}")
        dropped.append(Dropped(instruction.id, instruction.prompt, "judge", *why))
    return [i for i in instructions if i.id in long], dropped


def _usable(instructions: Sequence[Instruction], settings: WriteSettings) -> tuple[list[Instruction], list[Dropped]]:
    """The requests that the writer would take, and the others: too long to be read, a length out of bounds."""
    usable, dropped = [], []
    for instruction in instructions:
        try:
            each(settings, instruction)
            usable.append(instruction)
        except InputError as error:
            dropped.append(Dropped(instruction.id, instruction.prompt, "select", "unusable", str(error)))
    return usable, dropped


def _written(chosen: Sequence[Instruction], folder: Path, settings: BuildSettings, work: Work) -> dict[str, Result]:
    items: list[Item] = [i._asdict() for i in chosen]
    try:
        (folder / RUNS).mkdir(exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot make {folder / RUNS}: {error.strerror}") from error
    writer = AgentWriter(settings.writer, folder / RUNS)
    return run_step("write", items, writer, *work, partial=settings.skip_failed)


def _failed(result: Result | None) -> tuple[str, str] | None:
    """Name and reason of a request that has no text."""
    if result is None:
        return "failed", "left out by --skip-failed; without it, the same command tries again"
    return (str(result["dropped"]), str(result["reason"])) if "dropped" in result else None


def _outputs(
    done: Sequence[Instruction], results: dict[str, Result], folder: Path, settings: BuildSettings
) -> Iterator[Output]:
    """The finished texts, from their journals."""
    names = [c.model for c in (settings.writer.writer, settings.writer.planner) if c]
    model = names[0] if len(names) == 1 else f"{names[0]} (plans: {names[1]})"
    for instruction in done:
        session = stored(folder / RUNS / instruction.id)
        if session is None or not session.manuscript.finished:
            raise RunError(
                f"{folder / RUNS / instruction.id}: its journal is gone or cut; put it back, or start a new --out"
            )
        plan = session.manuscript.plan.sections
        text = whole(tidy(session.document.text(), plan))
        chat = [{"role": "user", "content": instruction.prompt}, {"role": "assistant", "content": text}]
        prompts = prompts_sha256(str(results[instruction.id]["prompts"]), language(instruction.prompt))
        lines = [s.model_dump(include={"title", "point", "words"}) for s in plan]
        yield Output(Candidate(instruction.id, instruction.prompt, text, plan), chat, lines, model, prompts)


@cache
def prompts_sha256(writer_set: str, judge_language: str) -> str:
    """Of the prompts that made a record: the writer's set and the judge's question."""
    written = (Path(writer_prompts.__file__).parent / writer_set).rglob("*.txt")
    return sha256_of_files([*written, JUDGE_PROMPTS / judge_language / "needs_length.txt"])


def _facts(settings: BuildSettings, instructions: int, results: dict[str, Result]) -> Row:
    """What the report says of the making."""
    spent = [r for r in results.values() if "prompts" in r]
    costs = [r["cost"] for r in spent]
    sums = {key: sum(int(str(r[key])) for r in spent) for key in ("calls", "prompt_tokens", "completion_tokens")}
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
        **sums,
        "cost": None if None in costs else round(sum(float(str(c)) for c in costs), 6),
    }
