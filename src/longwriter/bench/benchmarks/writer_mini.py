"""writer-mini: 24 requests of our own, 12 English and 12 Chinese, in four classes of length; in the package.

Small enough for any machine: without a judge it gives S_l and the measures of the texts, with one S_q too.
"""

from pathlib import Path

from longwriter.bench.benchmarks.base import Benchmark, Data, unique
from longwriter.bench.benchmarks.files import find_file
from longwriter.bench.benchmarks.longbench_write import length_items
from longwriter.bench.judging.quality import Quality

SHIPPED = Path(__file__).with_name("writer_mini.jsonl")


class WriterMini(Benchmark):
    """writer-mini, read from the package."""

    title = "writer-mini"
    judging = Quality()
    judge_temperature = 0.5
    judge_max_tokens = 1024

    def read(self, data: str | None) -> Data:
        """The items; `data`: a file of your own in the same form."""
        path = find_file(data, [SHIPPED.name]) if data else SHIPPED
        return Data(unique(length_items(path, set()), path), (path,))
