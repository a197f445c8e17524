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

from longwriter.data.dataset import Row, beside, write_dataset
from longwriter.data.instructions import Instruction
from longwriter.data.prompts import HERE
from longwriter.data.prompts import sha256_of as sha256_of_files
from longwriter.data.rl_prompts.ask import RangeAsker, Selector
from longwriter.data.rl_prompts.chat_logs import Drop
from longwriter.data.rl_prompts.report import card, draw, facts
from longwriter.data.rl_prompts.requests import read_once
from longwriter.data.rl_prompts.settings import FREE, RangeSettings
from longwriter.errors import InputError
from longwriter.journal import Journal
from longwriter.length.range import range_of
from longwriter.models.base import ModelConfig
from longwriter.models.verdicts import check_judge
from longwriter.runs.folders import opened
from longwriter.steps.step import Engine, Item, Result, Tell, run_step
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


class Ranged(NamedTuple):
    """A request with its range in words."""

    instruction: Instruction
    lower: int
    upper: int
    source: Literal["request", "model"]


class Work(NamedTuple):
    """How to work on a step."""

    journal: Journal
    engine: Engine
    tell: Tell


def make_ranges(settings: RangeSettings, folder: Path, engine: Engine, tell: Tell, made: Row) -> Row:
    """Build the data set, or go on with it; gives the report. `made`: command and version, for the card.

    While requests are read, `tell` is given a step `read` with the rows that were read (total) and kept (done).
    Raises LongWriterError; what is finished is kept, and the same call goes on.
    """
    with opened(folder, json.loads(settings.model_dump_json()), FREE) as journal:
        work = Work(journal, engine, tell)
        instructions, ruled_out = read_once(settings, folder, journal, tell)
        dropped = list[Drop]()
        chosen = _selected(settings, instructions, dropped, work)
        ranged = _ranged(settings, chosen, dropped, work)
        counts = Counter(ruled_out) + Counter(drop.name for drop in dropped)
        read = {"rows": len(instructions) + sum(ruled_out.values()), "requests": len(instructions)}
        return _conclude(settings, folder, (ranged, dropped), counts, made | read)


def _selected(
    settings: RangeSettings, instructions: list[Instruction], dropped: list[Drop], work: Work
) -> list[Instruction]:
    """The requests that the model calls good exercises; all of them where it is not asked."""
    if not settings.select:
        return instructions
    worker = Selector(_model(settings, len(instructions)), settings.seed)
    answers = run_step(SELECT, _items(instructions), worker, *work, partial=settings.skip_failed)
    chosen = []
    for instruction in instructions:
        answer = answers.get(instruction.id)
        if answer is not None and answer["keep"]:
            chosen.append(instruction)
        elif answer is None:
            dropped.append(Drop(instruction.id, "failed", "left out by --skip-failed"))
        elif answer["keep"] is None:
            dropped.append(Drop(instruction.id, "undecided", f"neither keep nor not: {str(answer['said'])[:120]!r}"))
        else:
            dropped.append(Drop(instruction.id, "not selected", "the model says that it calls for no good long text"))
    return chosen


def _ranged(
    settings: RangeSettings, instructions: Sequence[Instruction], dropped: list[Drop], work: Work
) -> list[Ranged]:
    """The requests with a range, in order."""
    named = {i.id: both for i in instructions if (both := named_range(i)) is not None}
    open_ = [i for i in instructions if i.id not in named]
    answers: dict[str, Result] = {}
    if open_:
        model = _model(settings, len(open_))
        worker = RangeAsker(model, settings.seed, settings.allow_upper, settings.width)
        answers = run_step(RANGE, _items(open_), worker, *work, partial=settings.skip_failed)
    ranged = []
    for i in instructions:
        found = _range_or_drop(named.get(i.id), answers.get(i.id), settings.allow_upper)
        if isinstance(found, Drop):
            dropped.append(found._replace(id=i.id))
        else:
            ranged.append(Ranged(i, *found, "request" if i.id in named else "model"))
    return ranged


def named_range(instruction: Instruction) -> tuple[int, int] | None:
    """The range that the request names, else 10 % about the `words` of its row; None where it has neither."""
    words = instruction.words
    return range_of(instruction.prompt) or ((round(0.9 * words), round(1.1 * words)) if words else None)


def _range_or_drop(named: tuple[int, int] | None, answer: Result | None, most: int) -> tuple[int, int] | Drop:
    """A range, or why there is none."""
    if named is not None:
        too_long = Drop("", "too long", f"asks for up to {named[1]:,} words, more than {most:,}")
        return named if named[1] <= most else too_long
    if answer is None:
        return Drop("", "failed", "left out by --skip-failed; without it, the same command tries again")
    value = answer["range"]
    if value is None:
        said = str(answer["said"])[:120]
        return Drop("", "no usable range", f"{answer['fault']}; the model's last words: {said!r}")
    assert isinstance(value, list)
    lower, upper = value
    return (lower, upper) if upper else Drop("", "left out by the model", "[0, 0]: too long, impossible, or no text")


def _items(instructions: Sequence[Instruction]) -> list[Item]:
    return [{"id": i.id, "prompt": i.prompt} for i in instructions]


def _model(settings: RangeSettings, number: int) -> ModelConfig:
    """The model to ask. Raises InputError where there is none that could judge."""
    if settings.model is None:
        raise InputError(f"{number:,} requests need a model's judgement: give --model NAME")
    check_judge(settings.model, f"{number:,} requests need a model's judgement: give --model another")
    return settings.model


def _conclude(
    settings: RangeSettings,
    folder: Path,
    found: tuple[Sequence[Ranged], Sequence[Drop]],
    counts: Counter[str],
    made: Row,
) -> Row:
    """Write the data set's files."""
    ranged, dropped = found
    report = made | {
        "title": "Requests with ranges of length",
        "instructions_from": settings.instructions,
        "model": settings.model.model if settings.model else None,
        "allow_upper": settings.allow_upper,
        "width": settings.width,
        "selected": settings.select,
        "benchmark_files": len(settings.benchmarks),
        "kept": len(ranged),
        "dropped": dict(counts.most_common()),
        "failed": [drop.id for drop in dropped if drop.name in ("no usable range", "undecided", "failed")],
    }
    if not ranged:
        raise InputError(f"no request got a range: {report['dropped']}")
    with beside(folder / LEFT_OUT) as path, path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(drop._asdict(), ensure_ascii=False) + "\n" for drop in dropped)
    ranges = [(language(r.instruction.prompt), r.source, r.lower, r.upper) for r in ranged]
    report |= facts(ranges)
    draw(folder / PICTURE, ranges, counts)
    write_dataset(folder, _rows(settings, ranged), SCHEMA, card(report), report)
    return report


def _rows(settings: RangeSettings, ranged: Sequence[Ranged]) -> Iterator[Row]:
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
    """Of the questions that had a part in a row; None where no model was asked."""
    names = ["range_ask"] * (source == "model") + ["range_select"] * settings.select
    return sha256_of_files(HERE / code / f"{name}.txt" for name in names) if names else None
