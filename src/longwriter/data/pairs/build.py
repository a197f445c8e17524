"""Preference pairs from a model's own samples (the DPO data of LongWriter, arXiv:2408.07055).

1. `samples`: k answers to each request. 2. Each is scored: S_l against the length that the request states, a quality
(`quality`), and the mean of those that there are. 3. The best sample that ended by
itself is paired with a random other.
Sampling and judging are journalled steps, so another judge, margin or k is tried on the samples that exist.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple

import pyarrow as pa
from pydantic import Field

from longwriter.data.dataset import Row, write_dataset, write_lines
from longwriter.data.instructions import DroppedRequest, Instruction, read_unchanged
from longwriter.data.pairs.quality import (
    ComparisonResult,
    QualityResult,
    comparisons,
    open_quality,
    qualities,
    read_sample,
    wordings,
)
from longwriter.data.pairs.report import card, draw, histogram
from longwriter.data.pairs.samples import ENDED, Sampler, SampleResult, items_of, make_folders, sample_file, sample_id
from longwriter.data.schemas import CHAT
from longwriter.errors import InputError
from longwriter.length.score import length_score
from longwriter.length.target import read_target
from longwriter.models.base import ModelConfig
from longwriter.models.verdicts import check_judge
from longwriter.prompts import sha256_of_prompts
from longwriter.runs.folders import opened
from longwriter.steps.step import Engine, Item, StepRun, Tell, run_typed
from longwriter.text import language
from longwriter.types import Record
from longwriter.writer import prompts as writer_prompts
from longwriter.writer.settings import MAY_CHANGE_ON_RESUME as WRITER_MAY_CHANGE
from longwriter.writer.settings import WriteSettings

SAMPLE = "sample"
"""Name of the step."""
DROPPED, PICTURE = "dropped.jsonl", "picture.png"
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("prompt", CHAT),
        ("chosen", CHAT),
        ("rejected", CHAT),
        *((f"{name}_{side}", pa.float32()) for name in ("score", "length_score", "quality") for side in ("chosen", "rejected")),
        *((f"{name}_{side}", pa.int32()) for name in ("words", "sample") for side in ("chosen", "rejected")),
        *((f"cut_{side}", pa.bool_()) for side in ("chosen", "rejected")),
        ("required", pa.int32()),
        ("language", pa.string()),
        ("model", pa.string()),
        ("method", pa.string()),
        ("judge", pa.string()),
        ("prompts_sha256", pa.string()),
    ]
)  # fmt: skip
"""`prompt`, `chosen` and `rejected` are TRL's conversational preference format."""


class PairSettings(Record):
    """What pairs are made from, and how."""

    kind: Literal["pairs"] = "pairs"
    instructions: str
    instructions_sha256: str
    writer: WriteSettings
    """Settings of every sample; each has its own instruction and seed."""
    direct: bool = True
    """The model's reply to the bare request; False: AgentWrite."""
    k: int = Field(default=4, ge=2, le=64)
    judge: ModelConfig | None = None
    quality: Literal["judge", "rules", "none"] = "rules"
    judging: Literal["score", "preference"] = "score"
    """A judge gives each sample a number, or reasons about two at once and prefers one."""
    margin: float = Field(default=0.0, ge=0, le=100)
    """Least difference of the scores of a pair; pairs of equal scores are never kept."""
    first: int | None = Field(default=None, ge=1)
    """Use the first so many instructions; None: all."""
    skip_failed: bool = False
    """Go on without what failed, instead of stopping before the data set is written."""


MAY_CHANGE_ON_RESUME = {"instructions", "k", "quality", "judge", "judging", "margin", "first", "skip_failed"}
MAY_CHANGE_ON_RESUME |= {f"judge.{name}" for name in ModelConfig.model_fields} | {
    f"writer.{key}" for key in WRITER_MAY_CHANGE
}
"""Keys that may change between two commands on one folder."""


class ScoredSample(NamedTuple):
    """A sample with its scores, 0 to 100; None where there is none."""

    number: int
    words: int
    length: float | None
    quality: float | None
    cut: bool = False
    """The reply did not end by itself."""

    @property
    def score(self) -> float:
        """The mean of those that there are."""
        parts = [part for part in (self.length, self.quality) if part is not None]
        return sum(parts) / len(parts)


class Pair(NamedTuple):
    """Two samples of one request."""

    instruction: Instruction
    required: int | None
    chosen: ScoredSample
    rejected: ScoredSample


def make_pairs(settings: PairSettings, folder: Path, engine: Engine, tell: Tell, made: Row) -> Row:
    """Sample, score and pair, or go on with it; gives the report. `made`: command and version, for the card.

    Raises LongWriterError; what is finished is kept, and the same call goes on.
    """
    instructions = read_unchanged(settings.instructions, settings.instructions_sha256)[: settings.first]
    if settings.quality == "judge" and settings.judge is not None:
        check_judge(settings.judge, "give --quality another model, rules or none")
    with opened(folder, json.loads(settings.model_dump_json()), MAY_CHANGE_ON_RESUME) as journal:
        make_folders(folder)
        items = items_of(instructions, settings.k)
        sampler = Sampler(settings.writer, folder, direct=settings.direct)
        run = StepRun(journal, engine, tell)
        samples = run_typed(SAMPLE, items, sampler, run, SampleResult, partial=settings.skip_failed)
        judged = _judged(settings, items, samples, folder, run)
        return _conclude(settings, folder, instructions, samples, judged, made)


def _judged(
    settings: PairSettings, items: Sequence[Item], samples: dict[str, SampleResult], folder: Path, run: StepRun
) -> dict[str, QualityResult]:
    """What the quality says of each sample that there is; nothing with --quality none."""
    if settings.quality == "none":
        return {}
    todo: list[Item] = [
        {"id": name, "prompt": i["prompt"], "file": str(sample_file(folder, name).resolve()), "finish": sample.finish}
        for i in items
        for name in [str(i["id"])]
        if (sample := samples.get(name)) is not None and sample.missing is None
    ]
    prefers = settings.quality == "judge" and settings.judging == "preference"
    quality = open_quality(
        settings.judge if settings.quality == "judge" else None, settings.writer.seed, prefers=prefers
    )
    if not prefers:
        return run_typed(quality.name, todo, quality.worker, run, QualityResult, partial=settings.skip_failed)
    of_request = groupby(todo, key=lambda item: str(item["id"]).rpartition(".")[0])  # items of a request stand together
    asked = [comparison for _, own in of_request for comparison in comparisons(list(own))]
    found = run_typed(quality.name, asked, quality.worker, run, ComparisonResult, partial=settings.skip_failed)
    return qualities(found.values())


def required_words(instruction: Instruction) -> int | None:
    """The length to be scored against: the row's own, else the one that the request states."""
    target = read_target(instruction.prompt)
    return instruction.words or (target.aim if target else None)


def scored(
    settings: PairSettings,
    instruction: Instruction,
    samples: dict[str, SampleResult],
    judged: dict[str, QualityResult],
) -> tuple[list[ScoredSample], Counter[str]]:
    """The samples of one request that can be compared, and how many cannot, by reason."""
    required, missing, out = required_words(instruction), Counter[str](), []
    for number in range(settings.k):
        name = sample_id(instruction.id, number)
        sample, quality = samples.get(name), judged.get(name, QualityResult()).quality
        if sample is None or sample.missing is not None:
            missing["no text"] += 1
            continue
        if quality is None and settings.quality != "none":
            missing["no verdict"] += 1
            continue
        length = None if required is None else length_score(required, sample.words)
        if length is None and quality is None:
            missing["neither length nor quality"] += 1
            continue
        out.append(ScoredSample(number, sample.words, length, quality, sample.finish != ENDED))
    return out, missing


def pair(samples: Sequence[ScoredSample], margin: float, rng: random.Random) -> tuple[ScoredSample, ScoredSample] | str:
    """The best sample that ended by itself and a random one of the others that score no higher; else why there is no pair.

    A cut reply is never chosen: its score says nothing of the end that it lacks. One that scores higher than the best
    whole sample is not rejected either.
    """
    if len(samples) < 2:
        return "fewer than two samples to compare"
    whole = [s for s in samples if not s.cut]
    if not whole:
        return "every sample was cut"
    chosen = max(whole, key=lambda s: (s.score, -s.number))
    others = [s for s in samples if s is not chosen and s.score <= chosen.score]
    if not others:
        return "every other sample was cut and scores higher"
    rejected = rng.choice(others)
    apart = chosen.score - rejected.score
    if apart == 0:
        return "equal scores"
    return (chosen, rejected) if apart >= margin else "scores nearer than the margin"


def _conclude(
    settings: PairSettings,
    folder: Path,
    instructions: Sequence[Instruction],
    samples: dict[str, SampleResult],
    judged: dict[str, QualityResult],
    made: Row,
) -> Row:
    """Pair what is scored, and write the data set's files."""
    pairs, dropped, missing, every = list[Pair](), list[DroppedRequest](), Counter[str](), list[ScoredSample]()
    for instruction in instructions:
        found, lost = scored(settings, instruction, samples, judged)
        missing += lost
        every += found
        both = pair(found, settings.margin, random.Random(f"{settings.writer.seed}:{instruction.id}"))
        if isinstance(both, str):
            scores = ", ".join(f"{s.score:.1f}" for s in found) or "none"
            dropped.append(DroppedRequest(instruction.id, both, f"{both}; scores: {scores}"))
        else:
            pairs.append(Pair(instruction, required_words(instruction), *both))
    drops = dict(Counter(d.name for d in dropped).most_common())
    report = made | _facts(settings, instructions, every, missing) | _numbers(pairs, drops)
    if not pairs:
        raise InputError(f"no pair came of {len(instructions)} requests: {drops}; samples left out: {dict(missing)}")
    write_lines(folder / DROPPED, (d._asdict() for d in dropped))
    draw(folder / PICTURE, [(p.chosen.score, p.rejected.score) for p in pairs], drops)
    body = card(report, drops, dict(missing.most_common()))
    write_dataset(folder, _rows(settings, folder, pairs, samples), SCHEMA, body, report)
    return report


def _rows(
    settings: PairSettings, folder: Path, pairs: Sequence[Pair], samples: dict[str, SampleResult]
) -> Iterator[Row]:
    for p in pairs:
        sides = {"chosen": p.chosen, "rejected": p.rejected}
        row: Row = {"id": p.instruction.id, "prompt": [{"role": "user", "content": p.instruction.prompt}]}
        for side, s in sides.items():
            name = sample_id(p.instruction.id, s.number)
            text = read_sample(sample_file(folder, name))
            row[side] = [{"role": "assistant", "content": text}]
            row |= {f"score_{side}": s.score, f"length_score_{side}": s.length, f"quality_{side}": s.quality}
            row |= {f"words_{side}": s.words, f"sample_{side}": s.number, f"cut_{side}": s.cut}
        prompts = samples[sample_id(p.instruction.id, p.chosen.number)].prompts
        yield row | {
            "required": p.required,
            "language": language(p.instruction.prompt),
            "model": settings.writer.writer.model,
            "method": "direct" if settings.direct else "agentwrite",
            "judge": _judge(settings),
            "prompts_sha256": _prompts_sha256(settings, prompts),
        }


def _judge(settings: PairSettings) -> str:
    return settings.judge.model if settings.quality == "judge" and settings.judge else settings.quality


def _prompts_sha256(settings: PairSettings, writer_set: str) -> str:
    """The SHA-256 of the prompts that had a part in a row: the writer's (none, for direct samples) and the judge's."""
    files = list((Path(writer_prompts.__file__).parent / writer_set).rglob("*.txt")) if writer_set else []
    files += wordings(prefers=settings.judging == "preference") if settings.quality == "judge" else []
    return sha256_of_prompts(files)


def _facts(
    settings: PairSettings, instructions: Sequence[Instruction], every: Sequence[ScoredSample], missing: Counter[str]
) -> Row:
    """What the report says of samples."""
    return {
        "title": "Preference pairs",
        "instructions": len(instructions),
        "instructions_from": settings.instructions,
        "instructions_sha256": settings.instructions_sha256,
        "model": settings.writer.writer.model,
        "method": "direct" if settings.direct else "agentwrite",
        "quality_by": _judge(settings),
        "judging": settings.judging if settings.quality == "judge" else None,
        "samples_each": settings.k,
        "margin_least": settings.margin,
        "samples_scored": len(every),
        "samples_cut": sum(s.cut for s in every),
        "samples_left_out": dict(missing.most_common()),
        "length_score": _mean([s.length for s in every]),
        "quality": _mean([s.quality for s in every]),
    }


def _numbers(pairs: Sequence[Pair], drops: Mapping[str, int]) -> Row:
    """What the report says of pairs."""
    sides = {"chosen": [p.chosen for p in pairs], "rejected": [p.rejected for p in pairs]}
    out: Row = {"kept": len(pairs), "dropped": drops}
    out |= {f"score_{side}": _mean([s.score for s in samples]) for side, samples in sides.items()}
    out |= {f"length_{side}": _mean([s.length for s in samples]) for side, samples in sides.items()}
    out |= {f"quality_{side}": _mean([s.quality for s in samples]) for side, samples in sides.items()}
    out["pairs_with_cut_rejected"] = sum(p.rejected.cut for p in pairs)
    return out | {"margins": histogram([p.chosen.score - p.rejected.score for p in pairs])}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return round(sum(known) / len(known), 2) if known else None
