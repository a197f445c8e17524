"""Reads requests once, into a file of the data set's folder: those of a plain file as they are, of a chat log the usable."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from longwriter.data.dataset import beside, read_rows
from longwriter.data.filters.contamination import read_benchmarks
from longwriter.data.filters.near_duplicates import NearDuplicates
from longwriter.data.instructions import Instruction, read_instructions, sha256_of
from longwriter.data.rl_prompts.chat_logs import Drop, RequestRules, Sieve, is_log
from longwriter.data.rl_prompts.settings import RangeSettings
from longwriter.errors import InputError, RunError
from longwriter.journal import Journal
from longwriter.steps.step import Progress, Tell

REQUESTS, RULED_OUT, REPEATS = "requests.jsonl", "dropped_by_rules.jsonl", ".repeats.sqlite"
READ = "read"
TELL_EVERY_S = 1.0


def reads_log(path: str) -> bool:
    """Whether a file's rows are chat logs. Raises InputError where it has no rows."""
    rows = read_rows(path)
    return is_log(next(rows))


def read_once(
    settings: RangeSettings, folder: Path, journal: Journal, tell: Tell
) -> tuple[list[Instruction], dict[str, int]]:
    """What was read, once, and how much of it rules dropped, by reason."""
    path = folder / REQUESTS
    read = next((entry.data for entry in journal if entry.kind == READ), None)
    if read is None:
        dropped = _read(settings, folder, tell)
        instructions = read_instructions(str(path))
        read = journal.append(READ, {"sha256": sha256_of(instructions), "dropped": dict(dropped)}).data
    else:
        instructions = read_instructions(str(path))
    if sha256_of(instructions) != read["sha256"]:
        raise RunError(f"{path} is not as it was written; put it back, or choose another --out")
    counts = read["dropped"]
    assert isinstance(counts, dict)
    return instructions, counts


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
            if isinstance(found, Drop):
                counts[found.name] += 1
            else:
                kept += 1
            file = bad if isinstance(found, Drop) else good
            file.write(json.dumps(found._asdict(), ensure_ascii=False) + "\n")
            if time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                tell(Progress(READ, kept, rows, rows - kept, told - started))
            if kept == settings.first:
                break
        if not kept:
            raise InputError(f"{settings.instructions}: none of {rows:,} requests is left: {dict(counts)}")
    return counts


def _candidates(settings: RangeSettings, repeats: NearDuplicates) -> Iterator[Instruction | Drop]:
    """Each request of the file, or why it is none."""
    benchmarks = read_benchmarks(settings.benchmarks)
    rules = RequestRules(settings.shortest, settings.longest, settings.overlap)
    sieve = Sieve(rules, benchmarks, repeats)
    if settings.instructions_sha256 is None:
        for number, row in enumerate(read_rows(settings.instructions), 1):
            yield sieve(row, number)
        return
    instructions = read_instructions(settings.instructions)
    if sha256_of(instructions) != settings.instructions_sha256:
        raise InputError(f"{settings.instructions} changed while it was read")
    for instruction in instructions:
        overlap = sieve.in_benchmark(instruction.prompt)
        yield Drop(instruction.id, "benchmark", overlap) if overlap else instruction
