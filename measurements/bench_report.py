"""Seconds and bytes of `longwriter bench report` for a run of 1,000 items with texts of 5,000 words.

Run: python measurements/bench_report.py [ITEMS] [WORDS]. Makes runs in a temporary folder, then runs the command as a user
would, new process and all, for one run and for three over each other. Prints JSON.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from longwriter.bench.records import BenchItem, Decay, ItemScore, Metric, Scores
from longwriter.bench.settings import BenchSettings
from longwriter.journal import Journal

LENGTHS = (200, 500, 1000, 2000, 5000, 10_000)
DIMENSIONS = ("Relevance", "Accuracy", "Coherence", "Clarity", "Breadth and Depth", "Reading Experience")
METRIC = Metric(value=60.0, low=55.0, high=65.0, n=100, missing=2)


def made(folder: Path, system: str, items: int, words: int) -> Path:
    """A run's folder: settings, journal with every text, scores."""
    rng = random.Random(system)
    folder.mkdir()
    settings = BenchSettings(benchmark="longbench-write", data_sha256="00", system=system)
    (folder / "settings.json").write_text(settings.model_dump_json(), "utf-8")
    journal, own = Journal(folder / "journal.jsonl"), []
    vocabulary = ["".join(rng.choices("abcdefghij", k=rng.randint(2, 9))) for _ in range(5000)]
    keys = ["S", "S_l", "S_q", *(f"quality/{name}" for name in DIMENSIONS)]
    for n in range(items):
        item = BenchItem(id=str(n), prompt=f"Write about {n}. " * 20, required=LENGTHS[n % 6], type=f"type {n % 7}")
        journal.append("item", item.model_dump(exclude_defaults=True), durable=False)
        result = {"id": str(n), "text": " ".join(rng.choices(vocabulary, k=words)), "thinking": "", "cost": 0.01}
        journal.append("write", {"id": str(n), "result": result}, durable=False)
        scores: dict[str, float | None] = {key: rng.uniform(0, 100) for key in keys}
        told = {"S_q": "The plot holds, and the ending is hurried. " * 10}
        own.append(
            ItemScore(id=str(n), type=item.type, required=item.required, words=words, scores=scores, reasons=told)
        )
    journal.close()
    metrics = dict.fromkeys(keys, METRIC)
    found = Scores(
        benchmark="longbench-write", system=system, judge="judge", metrics=metrics, items=tuple(own),
        by={"bucket": dict.fromkeys(("[0, 500)", "[500, 2k)", "[2k, 4k)", "[4k, 20k]"), metrics),
            "type": {f"type {n}": metrics for n in range(7)}},
        decay=tuple(Decay(name=f"measure {n}", values=tuple(rng.random() for _ in range(10)), n=items) for n in range(8)),
    )  # fmt: skip
    (folder / "scores.json").write_text(found.model_dump_json(indent=1), "utf-8")
    return folder


def main(items: int, words: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        runs = [made(home / system, system, items, words) for system in ("a", "b", "c")]
        for chosen in (runs[:1], runs):
            out = home / "report.html"
            code = "from longwriter.cli.bench.report import report; report()"
            command = [sys.executable, "-c", code, *map(str, chosen), "--out", str(out)]
            begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            subprocess.run(command, check=True, capture_output=True)
            seconds, cpu = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            told = {
                "runs": len(chosen),
                "items": items,
                "words": words,
                "seconds": round(seconds, 2),
                "cpu": round(cpu, 2),
            }
            print(json.dumps(told | {"page_kb": out.stat().st_size // 1000}), flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in (*sys.argv[1:], *("1000", "5000")[len(sys.argv) - 1 :])))
