"""Prompts for reinforcement learning: each request with the range of words that its answer should have.

1. `read`: the requests, once, into DIR/requests.jsonl; of a chat log what its rules let through (`logs`).
2. `select` (where asked for): a model says which requests are good exercises in writing.
3. `range`: from the request where it names a length (`writer.length_target`), else from a model (`ask`).
4. The data set: id, prompt, lower, upper. Nothing is guessed: what has no range is left out and counted.

Steps are journalled, so the same command goes on where it stopped.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import pyarrow as pa

from longwriter.data.dataset import Row, write_dataset, write_lines
from longwriter.data.instructions import DroppedRequest, Instruction
from longwriter.data.prompts import HERE
from longwriter.data.rl_prompts.ask import KeepAnswer, RangeAnswer, RangeAsker, RequestSelector
from longwriter.data.rl_prompts.report import RangeFacts, card, draw, facts
from longwriter.data.rl_prompts.requests import read_once
from longwriter.data.rl_prompts.settings import MAY_CHANGE_ON_RESUME, RangeSettings
from longwriter.errors import InputError
from longwriter.length.range import range_of
from longwriter.models.base import ModelConfig
from longwriter.models.verdicts import check_judge
from longwriter.prompts import sha256_of_prompts
from longwriter.runs.folders import opened
from longwriter.steps.step import Engine, Item, StepRun, Tell, run_typed
from longwriter.text import language

LEFT_OUT, PICTURE = "dropped_by_model.jsonl", "picture.png"
SELECT, RANGE = "select", "range"
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("prompt", pa.string()),
        ("lower", pa.int32()),
        ("upper", pa.int32()),
        ("source", pa.string()),
        ("language", pa.string()),
        ("model", pa.string()),
        ("prompts_sha256", pa.string()),
    ]
)
"""`source`: request or model. `model` is empty where no model was asked about a request."""


class RangedRequest(NamedTuple):
    """A request with its range in words."""

    instruction: Instruction
    lower: int
    upper: int
    source: Literal["request", "model"]


class RangedRequests(NamedTuple):
    """What came of all requests."""

    kept: list[RangedRequest]
    dropped: list[DroppedRequest]
    """Those that got no range; not those that rules left out while they were read."""


def make_ranges(settings: RangeSettings, folder: Path, engine: Engine, tell: Tell, made: Row) -> Row:
    """Build the data set, or go on with it; gives the report. `made`: command and version, for the card.

    While requests are read, `tell` is given a step `read` with the rows that were read (total) and kept (done).
    Raises LongWriterError; what is finished is kept, and the same call goes on.
    """
    with opened(folder, json.loads(settings.model_dump_json()), MAY_CHANGE_ON_RESUME) as journal:
        run = StepRun(journal, engine, tell)
        instructions, ruled_out = read_once(settings, folder, run)
        chosen, not_chosen = _selected(settings, instructions, run)
        ranged, without_range = _ranged(settings, chosen, run)
        found = RangedRequests(ranged, [*not_chosen, *without_range])
        counts = Counter(ruled_out) + Counter(drop.name for drop in found.dropped)
        read = {"rows": len(instructions) + sum(ruled_out.values()), "requests": len(instructions)}
        return _conclude(settings, folder, found, dict(counts.most_common()), made | read)


def _selected(
    settings: RangeSettings, instructions: list[Instruction], run: StepRun
) -> tuple[list[Instruction], list[DroppedRequest]]:
    """The requests that the model calls good exercises, all of them where it is not asked; and the others."""
    if not settings.select:
        return instructions, []
    worker = RequestSelector(_model(settings, len(instructions)), settings.seed)
    answers = run_typed(SELECT, _items(instructions), worker, run, KeepAnswer, partial=settings.skip_failed)
    chosen, dropped = list[Instruction](), list[DroppedRequest]()
    for instruction in instructions:
        answer = answers.get(instruction.id)
        if answer is not None and answer.keep:
            chosen.append(instruction)
        elif answer is None:
            dropped.append(DroppedRequest(instruction.id, "failed", "left out by --skip-failed"))
        elif answer.keep is None:
            said = f"neither keep nor not: {answer.said[:120]!r}"
            dropped.append(DroppedRequest(instruction.id, "undecided", said))
        else:
            said = "the model says that it calls for no good long text"
            dropped.append(DroppedRequest(instruction.id, "not selected", said))
    return chosen, dropped


def _ranged(
    settings: RangeSettings, instructions: Sequence[Instruction], run: StepRun
) -> tuple[list[RangedRequest], list[DroppedRequest]]:
    """The requests with a range, in order; and the others."""
    named = {i.id: both for i in instructions if (both := named_range(i)) is not None}
    open_ = [i for i in instructions if i.id not in named]
    answers: dict[str, RangeAnswer] = {}
    if open_:
        model = _model(settings, len(open_))
        worker = RangeAsker(model, settings.seed, settings.allow_upper, settings.width)
        answers = run_typed(RANGE, _items(open_), worker, run, RangeAnswer, partial=settings.skip_failed)
    ranged, dropped = list[RangedRequest](), list[DroppedRequest]()
    for i in instructions:
        found = _range_or_drop(named.get(i.id), answers.get(i.id), settings.allow_upper)
        if isinstance(found, DroppedRequest):
            dropped.append(found._replace(id=i.id))
        else:
            ranged.append(RangedRequest(i, *found, "request" if i.id in named else "model"))
    return ranged, dropped


def named_range(instruction: Instruction) -> tuple[int, int] | None:
    """The range that the request names, else 10 % about the `words` of its row; None where it has neither."""
    words = instruction.words
    return range_of(instruction.prompt) or ((round(0.9 * words), round(1.1 * words)) if words else None)


def _range_or_drop(
    named: tuple[int, int] | None, answer: RangeAnswer | None, most: int
) -> tuple[int, int] | DroppedRequest:
    """A range, or why there is none."""
    if named is not None:
        too_long = DroppedRequest("", "too long", f"asks for up to {named[1]:,} words, more than {most:,}")
        return named if named[1] <= most else too_long
    if answer is None:
        return DroppedRequest("", "failed", "left out by --skip-failed; without it, the same command tries again")
    if answer.range is None:
        said = f"{answer.fault}; the model's last words: {answer.said[:120]!r}"
        return DroppedRequest("", "no usable range", said)
    if not answer.range[1]:
        return DroppedRequest("", "left out by the model", "[0, 0]: too long, impossible, or no text")
    return answer.range


def _items(instructions: Sequence[Instruction]) -> list[Item]:
    return [{"id": i.id, "prompt": i.prompt} for i in instructions]


def _model(settings: RangeSettings, number: int) -> ModelConfig:
    """The model to ask. Raises InputError where there is none that could judge."""
    if settings.model is None:
        raise InputError(f"{number:,} requests need a model's judgement: give --model NAME")
    check_judge(settings.model, f"{number:,} requests need a model's judgement: give --model another")
    return settings.model


def _conclude(settings: RangeSettings, folder: Path, found: RangedRequests, drops: dict[str, int], made: Row) -> Row:
    """Write the data set's files. `drops`: requests by reason, those of the rules included."""
    report = made | {
        "title": "Requests with ranges of length",
        "instructions_from": settings.instructions,
        "model": settings.model.model if settings.model else None,
        "allow_upper": settings.allow_upper,
        "width": settings.width,
        "selected": settings.select,
        "benchmark_files": len(settings.benchmarks),
        "kept": len(found.kept),
        "dropped": drops,
        "failed": [drop.id for drop in found.dropped if drop.name in ("no usable range", "undecided", "failed")],
    }
    if not found.kept:
        raise InputError(f"no request got a range: {drops}")
    write_lines(folder / LEFT_OUT, (drop._asdict() for drop in found.dropped))
    ranges = [RangeFacts(language(r.instruction.prompt), r.source, r.lower, r.upper) for r in found.kept]
    report |= facts(ranges)
    draw(folder / PICTURE, ranges, drops)
    write_dataset(folder, _rows(settings, found.kept), SCHEMA, card(report, drops), report)
    return report


def _rows(settings: RangeSettings, ranged: Sequence[RangedRequest]) -> Iterator[Row]:
    hashes = {(code, s): prompts_sha256(code, s, settings) for code in ("en", "zh") for s in ("request", "model")}
    for r in ranged:
        code = language(r.instruction.prompt)
        asked = settings.model is not None and (settings.select or r.source == "model")
        yield {
            "id": r.instruction.id,
            "prompt": r.instruction.prompt,
            "lower": r.lower,
            "upper": r.upper,
            "source": r.source,
            "language": code,
            "model": settings.model.model if asked and settings.model else None,
            "prompts_sha256": hashes[code, r.source],
        }


def prompts_sha256(code: str, source: str, settings: RangeSettings) -> str | None:
    """The SHA-256 of the questions that had a part in a row; None where no model was asked."""
    names = ["range_ask"] * (source == "model") + ["range_select"] * settings.select
    return sha256_of_prompts(HERE / code / f"{name}.txt" for name in names) if names else None
