"""Overhead of the writer, against a local server with a fixed latency model (tests/helpers/server.py, its own process).

Run: python measurements/write.py. Prints JSON: wall time of 64 manuscripts of 20 sections at concurrency 64 as a ratio to the
ideal (the longest chain of server times), CPU per call, peak memory; prompt tokens of a 20,000-word manuscript with
`full` and `window` context. Aims: ratio <= 1.10, CPU < 5 ms, memory < 300 MB, window <= 35 % of full.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from longwriter.api.batch import write_batch
from longwriter.config import build
from longwriter.models.base import ModelConfig, open_model
from longwriter.writer.session import Options, Result, write
from longwriter.writer.settings import WriteSettings

MANUSCRIPTS, WORDS, TTFT_S, TOKEN_S = 64, 10_000, 0.2, 0.002
SERVER = Path(__file__).parent.parent / "tests" / "helpers" / "server.py"


def start(*options: str) -> tuple[subprocess.Popen[str], str]:
    """The server and its URL."""
    server = subprocess.Popen(
        [sys.executable, str(SERVER), "--port", "0", "--window", "1000000", *options], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    return server, f"http://127.0.0.1:{int(server.stdout.readline())}/v1"


def settings(url: str, instruction: str, **more: object) -> WriteSettings:
    """Settings for a model at the server."""
    model = ModelConfig(model="m", base_url=url).model_dump()
    return build(WriteSettings, {"instruction": instruction, "writer": model, **more}, "benchmark")


def chain(folder: Path) -> float:
    """Seconds that the server took for one manuscript, by its latency model."""
    lines = [json.loads(line) for line in (folder / "journal.jsonl").read_text("utf-8").splitlines()]
    replies = [e["data"]["reply"] for e in lines if e["kind"] == "call"]
    return sum(TTFT_S + TOKEN_S * int(r["usage"]["completion_tokens"]) for r in replies)


async def side_by_side(home: Path) -> dict[str, float]:
    """64 manuscripts at once."""
    server, url = start("--ttft-s", str(TTFT_S), "--per-token-s", str(TOKEN_S))
    open_model(ModelConfig(model="m", base_url=url))  # imports the client: start-up, not a call's cost
    try:
        items = {f"m{i}": settings(url, f"Write a report on harbour {i}", words=WORDS) for i in range(MANUSCRIPTS)}
        cpu, clock = time.process_time(), time.monotonic()
        outcomes = await write_batch(items, home, MANUSCRIPTS, Options(), lambda _: None)
        wall, cpu = time.monotonic() - clock, time.process_time() - cpu
    finally:
        server.kill()
    reports = [o.result.report for o in outcomes if o.result]
    assert len(reports) == MANUSCRIPTS, [o.failure for o in outcomes]
    calls, ideal = sum(r.calls for r in reports), max(chain(home / name) for name in items)
    return {
        "manuscripts": MANUSCRIPTS,
        "sections": len(reports[0].sections),
        "calls": calls,
        "wall_s": round(wall, 2),
        "ideal_s": round(ideal, 2),
        "ratio": round(wall / ideal, 3),
        "cpu_ms_per_call": round(1000 * cpu / calls, 2),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


async def prompt_tokens(home: Path) -> dict[str, float]:
    """A 20,000-word manuscript, both ways."""
    server, url = start()
    try:
        made: dict[str, Result] = {}
        for context in ("full", "window"):
            asked = settings(url, "Write a history of a harbour town", words=20_000, context=context)
            made[context] = await write(asked, home / context)
    finally:
        server.kill()
    full, window = (made[c].report.prompt_tokens for c in ("full", "window"))
    return {
        "full_prompt_tokens": full,
        "window_prompt_tokens": window,
        "share": round(window / full, 3),
        "full_calls": made["full"].report.calls,
        "window_calls": made["window"].report.calls,
    }


def main() -> None:
    """Print both measurements."""
    with tempfile.TemporaryDirectory() as folder:
        made = {"side_by_side": asyncio.run(side_by_side(Path(folder) / "a"))}
        made["context"] = asyncio.run(prompt_tokens(Path(folder) / "b"))
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main()
