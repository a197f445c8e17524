"""LongWrite-Ruler (arXiv:2408.07055, 2): 8 requests at each of six lengths, 1,000 to 30,000 words; how long texts get.

Its file longwrite_ruler.jsonl has `prompt, type, length`. No judge: the curve of words written over words asked is the
result, with S_l beside it.
"""

from longwriter.bench.benchmarks.base import Data, need_data, unique
from longwriter.bench.benchmarks.files import find_file
from longwriter.bench.benchmarks.longbench_write import length_items

FILE = "longwrite_ruler.jsonl"


class LongWriteRuler:
    """See above."""

    title = "LongWrite-Ruler"
    judging = ""
    data = f"{FILE} of the LongWriter repository, or a folder with it"
    judge_temperature = 0.0
    judge_max_tokens: int | None = None

    def read(self, data: str | None) -> Data:
        """See `Benchmark`."""
        path = find_file(need_data(data, self), [FILE])
        return Data(unique(length_items(path, set()), path), (path,))
