"""LongWrite-Ruler (arXiv:2408.07055, 2): 8 requests at each of six lengths, 1,000 to 30,000 words; how long texts get.

Its file longwrite_ruler.jsonl has `prompt, type, length`. No judge: the curve of words written over words asked is the
result, with S_l beside it.
"""

from collections.abc import Sequence

from longwriter.bench.benchmarks.base import Benchmark, Data, need_data, unique
from longwriter.bench.benchmarks.files import find_file
from longwriter.bench.benchmarks.longbench_write import length_items
from longwriter.bench.judging.base import ScoredItem, Summary
from longwriter.bench.records import Metric
from longwriter.bench.stats.bootstrap import metric

FILE = "longwrite_ruler.jsonl"


class LongWriteRuler(Benchmark):
    """LongWrite-Ruler, read from its own file."""

    title = "LongWrite-Ruler"
    data = f"{FILE} of the LongWriter repository, or a folder with it"

    def read(self, data: str | None) -> Data:
        """The benchmark's items."""
        path = find_file(need_data(data, self), [FILE])
        return Data(unique(length_items(path, set()), path), (path,))

    def summarise(self, scored: Sequence[ScoredItem], system: str) -> Summary:  # noqa: ARG002 - Benchmark's signature
        """The longest text, and words written at each length asked for."""
        words = [s.score.words for s in scored if s.score.words is not None]
        longest = Metric(value=max(words, default=None), n=len(words), missing=len(scored) - len(words))
        lengths = sorted({s.item.required for s in scored if s.item.required})
        curve = tuple((n, metric([s.score.words for s in scored if s.item.required == n])) for n in lengths)
        return Summary(metrics={"longest": longest}, curve=curve)
