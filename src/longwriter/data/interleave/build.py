"""Journals of runs into a data set of replies that think between their sections.

A run says what was planned, written and wanted next, so the thinking is made of its records, without a model; a model may add
what it thinks of each section (`by_model`). Runs are read from their journals in each walk: memory holds numbers, not texts.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal, Self

import pyarrow as pa
from pydantic import Field, model_validator

from longwriter.data.dataset import Row
from longwriter.data.filters.audit import DroppedOutput, Output, conclude
from longwriter.data.filters.contamination import read_benchmarks
from longwriter.data.filters.outputs import Candidate, FilterLimits
from longwriter.data.interleave.by_model import STEP, Reflected, Reflector, items_of, notes_of
from longwriter.data.interleave.runs import NoTrace, run_folders, trace_of
from longwriter.data.interleave.thoughts import Thinking, Trace, reply_of
from longwriter.data.prompts import HERE
from longwriter.data.schemas import OUTPUTS
from longwriter.data.thinking import think_words, visible
from longwriter.errors import RunError
from longwriter.models.base import REACH, ModelConfig
from longwriter.models.verdicts import check_judge
from longwriter.prompts import sha256_of_prompts
from longwriter.runs.folders import opened
from longwriter.steps.step import Engine, Item, StepRun, Tell, run_typed
from longwriter.types import Record

SCHEMA = OUTPUTS.append(pa.field("think_words", pa.int32()))
"""`think_words`: words of thinking in the reply, beside `words` of text: by both, variants are brought to equal length."""


class InterleaveSettings(Record):
    """What decides the rows; saved in the folder."""

    kind: Literal["interleave"] = "interleave"
    runs: tuple[str, ...] = Field(min_length=1)
    """Run folders, folders of runs, data sets of agentwrite."""
    thinking: Thinking = "interleaved"
    answer_tags: bool = False
    """Put the text into <answer> tags, as GRPO with thinking wants it (arXiv:2506.18841)."""
    own_thoughts: bool = False
    """Keep what the run's models thought themselves, where they did."""
    model: ModelConfig | None = None
    """What says what it thinks of each section; None: nothing but the run's records."""
    seed: int = 7
    benchmarks: tuple[str, ...] = ()
    limits: FilterLimits = FilterLimits()
    skip_failed: bool = False
    """Leave out runs that the model failed on, instead of stopping before the data set is written."""

    @model_validator(mode="after")
    def fits(self) -> Self:
        """What can stand together."""
        if self.answer_tags and self.thinking == "interleaved":
            raise ValueError("answer_tags want one block of thinking before the text; take --thinking static or none")
        if self.model is not None and self.thinking != "interleaved":
            raise ValueError(f"--thinking {self.thinking} has no thoughts between sections; leave --by out")
        return self


MAY_CHANGE_ON_RESUME = (
    {"runs", "thinking", "answer_tags", "own_thoughts", "benchmarks", "skip_failed"}
    | {f"limits.{name}" for name in FilterLimits.model_fields}
    | {f"model.{key}" for key in REACH}
)
"""Keys that may change between two commands on one data set."""


def interleave(settings: InterleaveSettings, folder: Path, engine: Engine, tell: Tell, made: Row) -> Row:
    """Make the data set, or go on with it; gives its report.

    `made`: command and version, for the data card. Raises InputError for paths that hold no run, RunError for the folder,
    ModelError for the model.
    """
    if settings.model is not None:
        check_judge(settings.model, "give --by another model, or leave it out")
    found, benchmarks = run_folders(settings.runs), read_benchmarks(settings.benchmarks)
    with opened(folder, settings.model_dump(mode="json"), MAY_CHANGE_ON_RESUME) as journal:
        names, items, dropped = _look(found, settings)
        results: dict[str, Reflected] | None = None
        if settings.model is not None:
            reflector = Reflector(settings.model, settings.seed)
            results = run_typed(
                STEP, items, reflector, StepRun(journal, engine, tell), Reflected, partial=settings.skip_failed
            )
            names, lost = _answered(names, results)
            dropped += lost
        facts = made | {
            "title": "Long outputs with thinking between their sections",
            "runs": len(found),
            "thinking": settings.thinking,
            "answer_tags": str(settings.answer_tags),
            "reflections": settings.model.model if settings.model else "the runs' records",
        }
        outputs = partial(_outputs, names, settings, results)
        return conclude(folder, outputs, dropped, settings.limits, benchmarks, facts, SCHEMA)


def _look(
    found: Sequence[tuple[str, Path]], settings: InterleaveSettings
) -> tuple[list[tuple[str, Path]], list[Item], list[DroppedOutput]]:
    """The runs that conversations can be made of, what a model is asked about them, and the others."""
    usable, items, dropped = list[tuple[str, Path]](), list[Item](), list[DroppedOutput]()
    for name, folder in found:
        trace = trace_of(name, folder)
        if isinstance(trace, NoTrace):
            dropped.append(DroppedOutput(name, trace.request, "read", trace.name, trace.reason))
            continue
        if not _tells_apart(trace, settings):
            reason = (
                "its plan, or what its models thought, holds tags that end thinking, or its text those of an answer"
            )
            dropped.append(DroppedOutput(name, trace.request, "read", "tags", reason))
            continue
        usable.append((name, folder))
        items += items_of(trace) if settings.model is not None else ()
    return usable, items, dropped


def _tells_apart(trace: Trace, settings: InterleaveSettings) -> bool:
    """Whether readers of its reply see the text alone. Asked of the interleaved one too: variants have the same runs."""
    own = settings.own_thoughts
    replies = {
        reply_of(trace, "interleaved", own=own),
        reply_of(trace, settings.thinking, own=own, tags=settings.answer_tags),
    }
    return all(visible(reply) == trace.text.strip() for reply in replies)


def _answered(
    found: Sequence[tuple[str, Path]], results: dict[str, Reflected]
) -> tuple[list[tuple[str, Path]], list[DroppedOutput]]:
    """The runs about which the model said all, and the others."""
    usable, dropped = list[tuple[str, Path]](), list[DroppedOutput]()
    for name, folder in found:
        trace = _again(name, folder)
        notes = notes_of(trace, results)
        if isinstance(notes, str):
            dropped.append(DroppedOutput(name, trace.request, STEP, "no reflection", notes))
        else:
            usable.append((name, folder))
    return usable, dropped


def _again(name: str, folder: Path) -> Trace:
    trace = trace_of(name, folder)
    if isinstance(trace, NoTrace):
        raise RunError(f"{folder} changed while it was read; run the same command again")
    return trace


def _outputs(
    found: Sequence[tuple[str, Path]], settings: InterleaveSettings, results: dict[str, Reflected] | None
) -> Iterator[Output]:
    for name, folder in found:
        trace = _again(name, folder)
        notes = () if results is None else notes_of(trace, results)
        if isinstance(notes, str):
            raise RunError(f"{folder} changed while it was read; run the same command again")
        reply = reply_of(trace, settings.thinking, notes, own=settings.own_thoughts, tags=settings.answer_tags)
        plan = tuple(section.planned for section in trace.sections)
        chat = [{"role": "user", "content": trace.request}, {"role": "assistant", "content": reply}]
        lines = [line.model_dump(include={"title", "point", "words"}) for line in plan]
        candidate = Candidate(trace.id, trace.request, trace.text, plan)
        files = [HERE / trace.language / f"{name}.txt" for name in ("thinking", "interleave_reflect")]
        prompts = sha256_of_prompts(files if settings.model else files[:1])
        yield Output(candidate, chat, lines, trace.model, prompts, {"think_words": think_words(reply)})
