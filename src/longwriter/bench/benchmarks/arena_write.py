"""Arena-Write (arXiv:2506.18841): 100 requests, each with recorded texts of six models to be compared with.

Rows have `idx, question, type, length, baseline_response`; the last is {model: text} or a list of texts. Each pair is
judged in both orders, with five verdicts; a tie is half a win.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from longwriter.bench.benchmarks.base import Benchmark, Data, language_of, need_data, unique
from longwriter.bench.benchmarks.files import FileRow, find_file, read_rows
from longwriter.bench.judging.pairs import Pairs
from longwriter.bench.records import BenchItem
from longwriter.errors import InputError

BASELINES = "baseline_response"


class ArenaWrite(Benchmark):
    """Arena-Write, read from its own file."""

    title = "Arena-Write"
    judging = Pairs()
    data = "its JSONL file, a folder with it, or hub:THU-KEG/Arena-Write"
    judge_max_tokens = 2048

    def read(self, data: str | None) -> Data:
        """The benchmark's items."""
        path = find_file(need_data(data, self), ["arena_write.jsonl", "Arena-Write.jsonl", "arena-write.jsonl"])
        return Data(unique(_items(path), path), (path,))


def _items(path: Path) -> Iterator[tuple[str, BenchItem]]:
    for line in read_rows(path):
        question = line.text("question")
        item = BenchItem(
            id=str(line.need("idx")),
            prompt=question,
            required=None if line.row.get("length") is None else line.words("length"),
            language=language_of(line.row.get("language"), question, line.where),
            type=str(line.row.get("type") or ""),
            baselines=_baselines(line),
        )
        yield line.where, item


def _baselines(line: FileRow) -> dict[str, str]:
    """Texts by model. Raises InputError for one that is empty or no text."""
    value = line.need(BASELINES)
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{line.where}: {BASELINES} is a text that is not JSON: {error}") from error
    if isinstance(value, list):
        value = {f"baseline-{number}": _named(text) for number, text in enumerate(value, 1)}
    if not isinstance(value, dict) or not value:
        raise InputError(f"{line.where}: {BASELINES} must be texts by model, or a list of texts")
    for name, text in value.items():
        if not isinstance(text, str) or not text.strip():
            raise InputError(f"{line.where}: {BASELINES} has no text for {name}")
        if "/" in name:
            raise InputError(f"{line.where}: {BASELINES}: {name!r} may not hold a slash")
    return {str(name): str(text) for name, text in value.items()}


def _named(text: object) -> object:
    """A list's element may be a text, or an object that holds one."""
    if isinstance(text, dict):
        return next((text[key] for key in ("response", "text", "content", "output") if key in text), None)
    return text
