"""Several processes that write one batch into one folder of runs, kept apart by the runs' locks alone.

Run: python measurements/workers.py [WORKERS ...] (without: 1 2 4). A server in this process answers at 400 words a second for
each request. Each number of workers writes the same 24 texts of 1,200 words, two at a time a worker, then one command more
says whether all are there. Prints one line of JSON per number: seconds, calls answered, texts that a worker found in another's
hands (its exit code is 2 then, and the text is written once), whether all texts are the same as those of the first number.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.helpers.server import Server

TEXTS, WORDS, EACH = 24, 1200, 2


def command(folder: Path, url: str) -> list[str]:
    """One worker."""
    batch = ["--batch", str(folder / "batch.jsonl"), "--runs", str(folder / "runs"), "--concurrency", str(EACH)]
    return [sys.executable, "-m", "longwriter", "write", *batch, "--model", "any", "--base-url", url, "--json"]


def measured(workers: int) -> tuple[dict[str, object], dict[str, str]]:
    """What so many workers took, and the texts."""
    with tempfile.TemporaryDirectory() as home, Server(ttft_s=0.1, per_token_s=1 / 400) as server:
        folder = Path(home)
        lines = [{"id": f"t{i}", "instruction": f"A {WORDS}-word story about harbour {i}"} for i in range(TEXTS)]
        (folder / "batch.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        environment, began = os.environ | {"OPENAI_API_KEY": "none"}, time.monotonic()
        started = [
            subprocess.Popen(
                command(folder, server.url),
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            for _ in range(workers)
        ]
        said = [json.loads(line) for process in started for line in process.communicate()[0].splitlines()]
        seconds = time.monotonic() - began
        answered = len(server.requests)
        last = subprocess.run(command(folder, server.url), env=environment, capture_output=True, check=False)
        texts = {f"t{i}": (folder / "runs" / f"t{i}" / "draft.md").read_text("utf-8") for i in range(TEXTS)}
        row: dict[str, object] = {
            "workers": workers,
            "seconds": round(seconds, 1),
            "calls": answered,
            "calls_of_the_last_command": len(server.requests) - answered,
            "last_exit_code": last.returncode,
            "in_other_hands": sum(line["failure"] is not None for line in said),
        }
        return row, texts


def main(arguments: list[str]) -> None:
    """One line a number of workers."""
    first: dict[str, str] = {}
    for workers in [int(argument) for argument in arguments] or [1, 2, 4]:
        row, texts = measured(workers)
        first = first or texts
        print(json.dumps(row | {"same_texts": texts == first}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
