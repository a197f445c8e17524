"""Preference pairs from a model's own samples (the DPO data of LongWriter, arXiv:2408.07055).

1. `samples`: k answers to each request. 2. Each is scored: S_l against the length that the request states, a quality
(`quality`), and the mean of those that there are. 3. The best of a request goes against a random other.
Sampling and judging are journalled steps, so another judge, margin or k is tried on the samples that exist.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import pyarrow as pa
from pydantic import Field

from longwriter.data.dataset import Row, write_dataset
from longwriter.data.instructions import Instruction, read_instructions, sha256_of
from longwriter.data.pairs.quality import open_quality, read_sample
from longwriter.data.pairs.report import card, draw, histogram
from longwriter.data.pairs.samples import Sampler, items_of, make_folders, sample_file, sample_id
from longwriter.data.prompts import HERE
from longwriter.data.prompts import sha256_of as sha256_of_files
from longwriter.errors import InputError
from longwriter.journal import Journal
from longwriter.length.score import length_score
from longwriter.length.target import read_target
from longwriter.models.base import ModelConfig
from longwriter.models.verdicts import check_judge
from longwriter.runs.folders import opened, write_file
from longwriter.steps.step import Engine, Item, Result, Tell, run_step
from longwriter.text import language
from longwriter.types import Record
from longwriter.writer import prompts as writer_prompts
from longwriter.writer.settings import MAY_CHANGE_ON_RESUME, WriteSettings

DROPPED, PICTURE = "dropped.jsonl", "picture.png"
_CHAT = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("prompt", _CHAT),
        ("chosen", _CHAT),
        ("rejected", _CHAT),
        *((f"{name}_{side}", pa.float32()) for name in ("score", "length_score", "quality") for side in ("chosen", "rejected")),
        *((f"{name}_{side}", pa.int32()) for name in ("words", "sample") for side in ("chosen", "rejected")),
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
    """Of every sample; its instruction and seed stand for each."""
    direct: bool = True
    """The model's reply to the bare request; False: AgentWrite."""
    k: int = Field(default=4, ge=2, le=64)
    judge: ModelConfig | None = None
    quality: Literal["judge", "rules", "none"] = "rules"
    margin: float = Field(default=0.0, ge=0, le=100)
    """Least difference of the scores of a pair; pairs of equal scores are never kept."""
    first: int | None = Field(default=None, ge=1)
    """Use the first so many instructions; None: all."""
    skip_failed: bool = False
    """Go on without what failed, instead of stopping before the data set is written."""


FREE = {"instructions", "k", "quality", "judge", "margin", "first", "skip_failed"}
FREE |= {f"judge.{name}" for name in ModelConfig.model_fields} | {f"writer.{key}" for key in MAY_CHANGE_ON_RESUME}
"""Keys that may change between two commands on one folder."""


class Scored(NamedTuple):
    """A sample with its scores, 0 to 100; None where there is none."""

    number: int
    words: int
    length: float | None
    quality: float | None

    @property
    def score(self) -> float:
        """The mean of those that there are."""
        parts = [part for part in (self.length, self.quality) if part is not None]
        return sum(parts) / len(parts)


class Pair(NamedTuple):
    """Two samples of one request."""

    instruction: Instruction
    required: int | None
    chosen: Scored
    rejected: Scored


class Dropped(NamedTuple):
    """A request without a pair."""

    id: str
    name: str
    reason: str


def make_pairs(settings: PairSettings, folder: Path, engine: Engine, tell: Tell, made: Row) -> Row:
    """Sample, score and pair, or go on with it; gives the report. `made`: command and version, for the card.

    Raises LongWriterError; what is finished is kept, and the same call goes on.
    """
    instructions = read_instructions(settings.instructions)
    if sha256_of(instructions) != settings.instructions_sha256:
        raise InputError(f"{settings.instructions} changed while it was read")
    if settings.quality == "judge" and settings.judge is not None:
        check_judge(settings.judge, "give --quality another model, rules or none")
    instructions = instructions[: settings.first]
    with opened(folder, json.loads(settings.model_dump_json()), FREE) as journal:
        make_folders(folder)
        items = items_of(instructions, settings.k)
        sampler = Sampler(settings.writer, folder, direct=settings.direct)
        samples = run_step("sample", items, sampler, journal, engine, tell, partial=settings.skip_failed)
        judged = _judged(settings, items, samples, folder, (journal, engine, tell))
        return _conclude(settings, folder, instructions, samples, judged, made)


def _judged(
    settings: PairSettings,
    items: Sequence[Item],
    samples: dict[str, Result],
    folder: Path,
    work: tuple[Journal, Engine, Tell],
) -> dict[str, Result]:
    """What the quality says of each sample that there is; nothing with --quality none."""
    if settings.quality == "none":
        return {}
    name, worker = open_quality(settings.judge if settings.quality == "judge" else None, settings.writer.seed)
    todo: list[Item] = [
        {"id": i["id"], "prompt": i["prompt"], "file": str(file.resolve()), "finish": samples[str(i["id"])]["finish"]}
        for i in items
        if "words" in samples.get(str(i["id"]), {})
        for file in [sample_file(folder, str(i["id"]))]
    ]
    return run_step(name, todo, worker, *work, partial=settings.skip_failed)


def required_words(instruction: Instruction) -> int | None:
    """The length to be scored against: the row's own, else the one that the request states."""
    target = read_target(instruction.prompt)
    return instruction.words or (target.aim if target else None)


def scored(
    settings: PairSettings, instruction: Instruction, samples: dict[str, Result], judged: dict[str, Result]
) -> tuple[list[Scored], Counter[str]]:
    """The samples of one request that can be compared, and how many cannot, by reason."""
    required, missing, out = required_words(instruction), Counter[str](), []
    for number in range(settings.k):
        name = sample_id(instruction.id, number)
        sample = samples.get(name, {"missing": "failed"})
        if "missing" in sample:
            missing["no text"] += 1
            continue
        words, verdict = int(str(sample["words"])), judged.get(name, {}).get("quality")
        quality = float(verdict) if isinstance(verdict, int | float) else None
        if quality is None and settings.quality != "none":
            missing["no verdict"] += 1
            continue
        length = None if required is None else length_score(required, words)
        if length is None and quality is None:
            missing["neither length nor quality"] += 1
            continue
        out.append(Scored(number, words, length, quality))
    return out, missing


def pair(samples: Sequence[Scored], margin: float, rng: random.Random) -> tuple[Scored, Scored] | str:
    """The best sample and a random one of the others; why there is no pair, where their scores are too near."""
    if len(samples) < 2:
        return "fewer than two samples to compare"
    chosen = max(samples, key=lambda s: (s.score, -s.number))
    rejected = rng.choice([s for s in samples if s is not chosen])
    apart = chosen.score - rejected.score
    if apart == 0:
        return "equal scores"
    return (chosen, rejected) if apart >= margin else "scores nearer than the margin"


def _conclude(
    settings: PairSettings,
    folder: Path,
    instructions: Sequence[Instruction],
    samples: dict[str, Result],
    judged: dict[str, Result],
    made: Row,
) -> Row:
    """Pair what is scored, and write the data set's files."""
    pairs, dropped, missing, every = list[Pair](), list[Dropped](), Counter[str](), list[Scored]()
    for instruction in instructions:
        found, lost = scored(settings, instruction, samples, judged)
        missing += lost
        every += found
        both = pair(found, settings.margin, random.Random(f"{settings.writer.seed}:{instruction.id}"))
        if isinstance(both, str):
            scores = ", ".join(f"{s.score:.1f}" for s in found) or "none"
            dropped.append(Dropped(instruction.id, both, f"{both}; scores: {scores}"))
        else:
            pairs.append(Pair(instruction, required_words(instruction), *both))
    report = made | _facts(settings, instructions, every, missing) | _numbers(pairs, dropped)
    if not pairs:
        raise InputError(
            f"no pair came of {len(instructions)} requests: {report['dropped']}; samples left out: {dict(missing)}"
        )
    write_file(folder / DROPPED, "".join(json.dumps(d._asdict(), ensure_ascii=False) + "\n" for d in dropped))
    draw(folder / PICTURE, [(p.chosen.score, p.rejected.score) for p in pairs], Counter(d.name for d in dropped))
    write_dataset(folder, _rows(settings, folder, pairs, samples), SCHEMA, card(report), report)
    return report


def _rows(settings: PairSettings, folder: Path, pairs: Sequence[Pair], samples: dict[str, Result]) -> Iterator[Row]:
    for p in pairs:
        sides = {"chosen": p.chosen, "rejected": p.rejected}
        row: Row = {"id": p.instruction.id, "prompt": [{"role": "user", "content": p.instruction.prompt}]}
        for side, s in sides.items():
            name = sample_id(p.instruction.id, s.number)
            text = read_sample({"file": sample_file(folder, name)})
            row[side] = [{"role": "assistant", "content": text}]
            row |= {f"score_{side}": s.score, f"length_score_{side}": s.length, f"quality_{side}": s.quality}
            row |= {f"words_{side}": s.words, f"sample_{side}": s.number}
        prompts = str(samples[sample_id(p.instruction.id, p.chosen.number)]["prompts"])
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
    """Of the prompts that had a part in a row: the writer's (none, for direct samples) and the judge's."""
    files = list((Path(writer_prompts.__file__).parent / writer_set).rglob("*.txt")) if writer_set else []
    files += list(HERE.glob("*/quality_judge.txt")) if settings.quality == "judge" else []
    return sha256_of_files(files)


def _facts(
    settings: PairSettings, instructions: Sequence[Instruction], every: Sequence[Scored], missing: Counter[str]
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
        "samples_each": settings.k,
        "margin_least": settings.margin,
        "samples_scored": len(every),
        "samples_left_out": dict(missing.most_common()),
        "length_score": _mean([s.length for s in every]),
        "quality": _mean([s.quality for s in every]),
    }


def _numbers(pairs: Sequence[Pair], dropped: Sequence[Dropped]) -> Row:
    """What the report says of pairs."""
    out: Row = {"kept": len(pairs), "dropped": dict(Counter(d.name for d in dropped).most_common())}
    for name in ("score", "length", "quality"):
        for side in ("chosen", "rejected"):
            values = {"chosen": [p.chosen for p in pairs], "rejected": [p.rejected for p in pairs]}[side]
            out[f"{name}_{side}"] = _mean(
                [{"score": s.score, "length": s.length, "quality": s.quality}[name] for s in values]
            )
    out["margins"] = histogram([p.chosen.score - p.rejected.score for p in pairs])
    return out


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return round(sum(known) / len(known), 2) if known else None
