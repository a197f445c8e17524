"""Reads requests once, into a file of the data set's folder: those of a plain file as they are, of a chat log the usable."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from longwriter.data.dataset import beside, read_rows
from longwriter.data.filters.contamination import read_benchmarks
from longwriter.data.filters.near_duplicates import NearDuplicates
from longwriter.data.instructions import (
    DroppedRequest,
    Instruction,
    read_instructions,
    read_unchanged,
    sha256_of_instructions,
)
from longwriter.data.rl_prompts.chat_logs import RequestRules, Sieve, is_log
from longwriter.data.rl_prompts.settings import RangeSettings
from longwriter.errors import InputError, RunError
from longwriter.steps.step import StepProgress, StepRun, Tell
from longwriter.types import Record

REQUESTS, RULED_OUT, REPEATS = "requests.jsonl", "dropped_by_rules.jsonl", ".repeats.sqlite"
READ = "read"
TELL_EVERY_S = 1.0


def reads_log(path: str) -> bool:
    """Whether a file's rows are chat logs. Raises InputError where it has no rows."""
    rows = read_rows(path)
    return is_log(next(rows))


class RequestsRead(Record):
    """The journal's record of the requests that were read, once."""

    sha256: str
    """Identity of the requests that are left."""
    dropped: dict[str, int]
    """Number of those that rules left out, by reason."""


def read_once(settings: RangeSettings, folder: Path, run: StepRun) -> tuple[list[Instruction], dict[str, int]]:
    """What was read, once, and how much of it rules dropped, by reason."""
    path = folder / REQUESTS
    read = next((run.journal.parsed(entry, RequestsRead) for entry in run.journal if entry.kind == READ), None)
    if read is None:
        dropped = _read(settings, folder, run.tell)
        instructions = read_instructions(str(path))
        read = RequestsRead(sha256=sha256_of_instructions(instructions), dropped=dict(dropped))
        run.journal.append(READ, read.model_dump())
    else:
        instructions = read_instructions(str(path))
    if sha256_of_instructions(instructions) != read.sha256:
        raise RunError(f"{path} is not as it was written; put it back, or choose another --out")
    return instructions, read.dropped


def _read(settings: RangeSettings, folder: Path, tell: Tell) -> Counter[str]:
    """Write usable requests to one file and the others' reasons to another; gives the number of drops by reason."""
    counts, started, told, rows, kept = Counter[str](), time.monotonic(), 0.0, 0, 0
    with (
        beside(folder / REQUESTS) as requests,
        beside(folder / RULED_OUT) as ruled_out,
        requests.open("w", encoding="utf-8") as good,
        ruled_out.open("w", encoding="utf-8") as bad,
        NearDuplicates(settings.near, folder / REPEATS) as repeats,
    ):
        for found in _candidates(settings, repeats):
            rows += 1
            if isinstance(found, DroppedRequest):
                counts[found.name] += 1
            else:
                kept += 1
            file = bad if isinstance(found, DroppedRequest) else good
            file.write(json.dumps(found._asdict(), ensure_ascii=False) + "\n")
            if time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                tell(StepProgress(READ, kept, rows, rows - kept, told - started))
            if kept == settings.first:
                break
        if not kept:
            raise InputError(f"{settings.instructions}: none of {rows:,} requests is left: {dict(counts)}")
    return counts


def _candidates(settings: RangeSettings, repeats: NearDuplicates) -> Iterator[Instruction | DroppedRequest]:
    """Each request of the file, or why it is none."""
    benchmarks = read_benchmarks(settings.benchmarks)
    rules = RequestRules(settings.shortest, settings.longest, settings.overlap)
    sieve = Sieve(rules, benchmarks, repeats)
    if settings.instructions_sha256 is None:
        for number, row in enumerate(read_rows(settings.instructions), 1):
            yield sieve(row, number)
        return
    for instruction in read_unchanged(settings.instructions, settings.instructions_sha256):
        overlap = sieve.in_benchmark(instruction.prompt)
        yield DroppedRequest(instruction.id, "benchmark", overlap) if overlap else instruction
