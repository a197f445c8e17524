"""Speed of scoring a whole run of stored texts by rules, journal and all: `longwriter bench` on texts, then `bench score`.

    python measurements/bench_score.py [texts]

Texts of 5,000 words as in `bench_measures`, four in five English, each begun at another place. Prints JSON: CPU seconds,
texts a second on one core and the largest memory of both commands. Takes a gigabyte of disk for 10,000 texts.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench_measures import WORDS, chinese, english

KINDS = 40
BENCH = [sys.executable, "-m", "longwriter", "bench"]


def texts(count: int) -> Iterator[str]:
    """So many, no two the same."""
    rng = random.Random(0)
    pool = [(chinese if n % 5 == 4 else english)(WORDS, rng) for n in range(KINDS)]
    for n in range(count):
        whole = pool[n % KINDS]
        start = rng.randrange(len(whole))
        yield whole[start:] + whole[:start]


def cpu(command: list[str]) -> tuple[float, float]:
    """CPU seconds and largest memory in GiB of a command."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20


def main(count: int) -> None:
    """Measure and print."""
    with TemporaryDirectory() as folder:
        data, texts_file, run = Path(folder, "data.jsonl"), Path(folder, "texts.jsonl"), str(Path(folder, "run"))
        with data.open("w", encoding="utf-8") as asked, texts_file.open("w", encoding="utf-8") as written:
            for n, text in enumerate(texts(count)):
                prompt = f"请写灯塔{n}，5000字" if n % 5 == 4 else f"Write 5000 words about lighthouse {n}"
                asked.write(json.dumps({"id": str(n), "prompt": prompt, "type": "-", "length": WORDS}) + "\n")
                written.write(json.dumps({"id": str(n), "text": text}) + "\n")
        first = [*BENCH, "longbench-write", "--data", str(data), "--system", f"texts:{texts_file}", "--out", run]
        out: dict[str, object] = {"texts": count, "words": WORDS}
        for name, command in (("store_and_score", first), ("score", [*BENCH, "score", run])):
            seconds, memory = cpu(command)
            told = {"cpu_seconds": round(seconds, 1), "texts_per_s": round(count / seconds), "gib": round(memory, 2)}
            out[name] = told
        print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
