"""LongBench-Write (arXiv:2408.07055, 4): 120 requests that state a length; S_l, six dimensions S_q, S = (S_l + S_q) / 2.

Its file longbench_write.jsonl has `prompt, type, length`. Where longbench_write_en.jsonl stands beside it, the prompts in
that are the English ones and the others Chinese (some mix both languages); else a prompt's own letters say what it is.
"""

from collections.abc import Iterator
from pathlib import Path

from longwriter.bench.benchmarks.base import Benchmark, Data, language_of, need_data, unique
from longwriter.bench.benchmarks.files import find_file, read_rows
from longwriter.bench.judging.quality import Quality
from longwriter.bench.records import BenchItem

FILE = "longbench_write.jsonl"


class LongBenchWrite(Benchmark):
    """LongBench-Write, read from its own file."""

    title = "LongBench-Write"
    judging = Quality()
    data = f"{FILE} of the LongWriter repository, or a folder with it"
    judge_temperature = 0.5
    judge_max_tokens = 1024

    def read(self, data: str | None) -> Data:
        """The benchmark's items."""
        path = find_file(need_data(data, self), [FILE, "longbench_write_en.jsonl"])
        english = path.with_name(f"{path.stem}_en.jsonl")
        known = {line.text("prompt") for line in read_rows(english)} if english.is_file() else set[str]()
        files = (path, english) if known else (path,)
        return Data(unique(length_items(path, known), path), files)


def length_items(path: Path, english: set[str]) -> Iterator[tuple[str, BenchItem]]:
    """Rows `prompt, type, length`, numbered from 1 where they have no id; `english`: the English prompts, if known."""
    for number, line in enumerate(read_rows(path), 1):
        prompt = line.text("prompt")
        tag = line.row.get("language") or (None if not english else "en" if prompt in english else "zh")
        item = BenchItem(
            id=str(number if line.row.get("id") is None else line.row["id"]),
            prompt=prompt,
            required=line.words("length"),
            language=language_of(tag, prompt, line.where),
            type=str(line.row.get("type") or ""),
        )
        yield line.where, item
