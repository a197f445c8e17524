"""CPU and memory of the writer's own work as the text grows: the fake model writes texts of several lengths.

Run: python measurements/write_scale.py [--profile] [WORDS ...] (without WORDS: 100,000 and 1,000,000). Each length is written
in a process and a run folder of its own. Prints one line of JSON per length: words written, sections, calls, CPU seconds,
peak memory in MB; then the ratio of CPU seconds of the last length to the first. Aims for 1,000,000 words: at most 12 times
the CPU of 100,000, and less than 300 MB. `--profile` prints where the time of the last length goes.
"""

import asyncio
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from longwriter.config import build
from longwriter.writer.session import Options, write
from longwriter.writer.settings import WriteSettings

LENGTHS = (100_000, 1_000_000)


def measured(words: int, profile: bool) -> dict[str, float]:
    """One text, in this process."""
    settings = build(
        WriteSettings,
        {"instruction": "Write a history of a harbour town", "words": words, "writer": {"model": "fake:"}},
        "measurement",
    )
    profiler = cProfile.Profile()
    with tempfile.TemporaryDirectory() as home:
        began = time.process_time()
        if profile:
            profiler.enable()
        result = asyncio.run(write(settings, Path(home) / "run", Options()))
        profiler.disable()
        cpu = time.process_time() - began
    if profile:
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumulative").print_stats(60)
    return {
        "words": result.report.written,
        "sections": len(result.report.sections),
        "calls": result.report.calls,
        "cpu_s": round(cpu, 2),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main(arguments: list[str]) -> None:
    """Write each length in a child process, so that no peak of memory hides another."""
    profile = "--profile" in arguments
    given = [int(a) for a in arguments if a.isdigit()]
    if "--here" in arguments:
        print(json.dumps(measured(given[0], profile)))
        return
    rows = []
    for words in given or LENGTHS:
        options = ["--profile"] if profile and words == (given or LENGTHS)[-1] else []
        child = subprocess.run(
            [sys.executable, __file__, "--here", str(words), *options], stdout=subprocess.PIPE, text=True, check=True
        )
        rows.append(json.loads(child.stdout))
        print(child.stdout, end="", flush=True)
    if len(rows) > 1:
        print(json.dumps({"cpu_ratio": round(rows[-1]["cpu_s"] / rows[0]["cpu_s"], 1)}))


if __name__ == "__main__":
    main(sys.argv[1:])
