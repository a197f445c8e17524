"""Overhead of judging, against a local server with a fixed latency (tests/helpers/server.py, its own process).

Run: python measurements/bench_judge.py [SECONDS]. Prints JSON: wall time of 1,000 judgements (six marks each, of texts of
300 words) at concurrency 64 beside the ideal, which is 1,000 / 64 rounded up times the server's latency; and of scoring
them again from the journal. Aim: ratio <= 1.10 at the latency of a real judge, 2 seconds and more.
"""

import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from longwriter.bench.benchmarks.base import open_benchmark
from longwriter.bench.benchmarks.files import sha256_of
from longwriter.bench.judging.quality import Quality
from longwriter.bench.judging.wording import wording
from longwriter.bench.records import Scores
from longwriter.bench.run import Runtime, run_benchmark
from longwriter.bench.scores import score_run
from longwriter.bench.settings import BenchSettings, JudgeSettings
from longwriter.models.base import ModelConfig, open_model
from longwriter.steps.local import LocalEngine
from longwriter.steps.step import StepProgress

JUDGEMENTS, CONCURRENCY, WORDS = 1000, 64, 300
SERVER = Path(__file__).parent.parent / "tests" / "helpers" / "server.py"


def settings(data: Path, texts: Path, url: str) -> BenchSettings:
    """Of a run whose texts are there, so that judging is all its work."""
    judge = JudgeSettings(
        model=ModelConfig(model="judge", base_url=url),
        prompt_sha256=wording(Quality(), None).sha256,
        temperature=0,
    )
    return BenchSettings(
        benchmark="longbench-write",
        data=str(data),
        data_sha256=sha256_of([data]),
        system=f"texts:{texts}",
        texts_sha256=sha256_of([texts]),
        judge=judge,
    )


def judged(home: Path, url: str) -> tuple[Scores, float, float]:
    """Scores, and seconds of wall clock and CPU from the first question to the last reply."""
    data, texts = home / "data.jsonl", home / "texts.jsonl"
    rows = [{"id": f"r{n}", "prompt": f"Write {WORDS} words on tin {n}", "length": WORDS} for n in range(JUDGEMENTS)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    text = [{"id": f"r{n}", "text": f"Tin {n} " + "is soft. " * (WORDS // 2 - 1)} for n in range(JUDGEMENTS)]
    texts.write_text("".join(json.dumps(row) + "\n" for row in text), "utf-8")
    chosen = settings(data, texts, url)
    read = open_benchmark("longbench-write").read(str(data))
    open_model(ModelConfig(model="judge", base_url=url))  # imports the client: start-up, not a call's cost
    marks: list[tuple[float, float]] = []

    def tell(progress: StepProgress) -> None:
        if progress.step.startswith("judge"):
            marks.append((time.monotonic(), time.process_time()))

    scores = run_benchmark(chosen, read, home / "run", Runtime(LocalEngine(CONCURRENCY), tell), {"date": "-"})
    return scores, marks[-1][0] - marks[0][0], marks[-1][1] - marks[0][1]


def main() -> None:
    """Print what was measured."""
    latency = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    command = [sys.executable, str(SERVER), "--port", "0", "--ttft-s", str(latency)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
    with tempfile.TemporaryDirectory() as home:
        try:
            scores, wall, cpu = judged(Path(home), url)
        finally:
            server.kill()
        clock = time.monotonic()
        again = score_run(Path(home) / "run")
        scored = time.monotonic() - clock
    assert again == scores
    ideal = math.ceil(JUDGEMENTS / CONCURRENCY) * latency
    told = {
        "judgements": scores.counts["judgements"],
        "unreadable": scores.counts["unreadable"],
        "latency_s": latency,
        "wall_s": round(wall, 2),
        "ideal_s": round(ideal, 2),
        "ratio": round(wall / ideal, 3),
        "cpu_ms_per_judgement": round(1000 * cpu / JUDGEMENTS, 2),
        "score_again_s": round(scored, 2),
    }
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
