"""How public scripts handle what goes wrong, to compare with numbers made by them; LongBench-Write's alone.

Both (evaluation/eval_*.py of the LongWriter repository; third_party/longbench_write of evalscope): words are Han
characters plus runs of a-z; S_l is the mean over all texts; a judge's reply is JSON, bare or in a ```json fence, whose
six values are taken as they are (4.5, or 6 of 5); items without such a reply are left out of S_q without a word, and
S is the mean of S_l and S_q over what is left for each.

    longwriter   any of the replies to a question counts: the script asks up to five times, ours were asked up to three
    evalscope    the first reply counts: it asks once

Not reproduced: an empty text stops the scripts with a division by zero, and is 0 here; they ask a judge about it, which
is not done here, so it is left out of S_q. What evalscope's version of 2024 loses between its processes is kept.
"""

import json
import math
import re
from collections.abc import Sequence

from longwriter.bench.benchmarks.base import Benchmark
from longwriter.bench.judging.base import JudgeReading
from longwriter.bench.judging.quality import DIMENSIONS, Quality
from longwriter.bench.records import Metric
from longwriter.bench.settings import Compat
from longwriter.errors import InputError

_FENCE = re.compile(r"```json\n(.*?)\n```", re.S)


def check(benchmark: Benchmark, way: Compat) -> None:
    """Raises InputError where that script has nothing for the benchmark."""
    if benchmark.judging is not None and not isinstance(benchmark.judging, Quality):
        raise InputError(f"--compat {way}: that script is LongBench-Write's; {benchmark.title} has no such variant")


def averages(metrics: dict[str, Metric]) -> dict[str, Metric]:
    """Our averages as the scripts give them: nothing is missing, and S is the mean of two means."""
    found = {name: own.model_copy(update={"missing": 0}) for name, own in metrics.items()}
    if "S" in found:
        s_l, s_q = found["S_l"].value, found["S_q"].value
        value = None if s_l is None or s_q is None else (s_l + s_q) / 2
        found["S"] = Metric(value=value, n=found["S_l"].n)
    return found


def reading(replies: Sequence[str], compat: Compat) -> JudgeReading | None:
    """The reply that the script would have taken; None where it would have left the item out."""
    for reply in replies if compat == "longwriter" else replies[:1]:
        if (found := read_public(reply)) is not None:
            return found
    return None


def read_public(reply: str) -> JudgeReading | None:
    """Six numbers of any size."""
    if "```json" in reply:
        fenced = _FENCE.search(reply)
        if fenced is None:
            return None
        reply = fenced[1]
    try:
        value = json.loads(reply.replace("\n", ""))
        marks = {name: float(value[name]) for name in DIMENSIONS}
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    if not all(map(math.isfinite, marks.values())):  # NaN would be the scripts' mean of all texts
        return None
    return JudgeReading(marks, str(value.get("Analysis", "")))
