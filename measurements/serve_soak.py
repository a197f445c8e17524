"""A long time of `longwriter serve` under clients that come and go, with a model that fails: is its memory flat?

    python measurements/serve_soak.py --minutes 30
    python measurements/serve_soak.py --minutes 1440 --clients 20    # a day

Behind the server is one of tests/helpers that answers by rule, and cuts, refuses and delays a share of its answers. Each
client asks for another text each time, or for one of the last ones again; a third hang up at a random moment; some ask for
short answers, some for a response that they resume. Old runs are deleted. Once a minute it prints the server's memory,
descriptors, threads and open answers, and at the end whether they grew from the middle to the end.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, deque
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import openai

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.helpers.server import Server  # noqa: E402 - the tree that this file belongs to
from tests.helpers.serving import Serving, ask  # noqa: E402

KEPT = 50
"""Runs that stay in the folder."""
MOST_GROWTH = 0.1
"""How much larger the memory may be at the end than in the middle."""


class Soak:
    """The clients and what they met."""

    def __init__(self, port: int, runs: Path, words: int) -> None:
        """`words`: of a text."""
        self.client = openai.AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0)
        self.port, self.runs, self.words = port, runs, words
        self.met: Counter[str] = Counter()
        self.last: deque[str] = deque(maxlen=10)
        self.number = 0

    async def one_client(self, seed: int, until: float) -> None:
        """Ask again and again."""
        rng = random.Random(seed)
        while time.monotonic() < until:
            try:
                async with asyncio.timeout(rng.uniform(0, 3) if rng.random() < 0.33 else 300):
                    await self._ask(rng)
                self.met["answered"] += 1
            except TimeoutError:
                self.met["hung up"] += 1
            except openai.APIStatusError as error:
                self.met[f"status {error.status_code}"] += 1
            except openai.APIError as error:
                self.met[f"{type(error).__name__} {error.code or ''}".strip()] += 1
            except ValueError:  # a short answer that the model's server has broken comes as it is
                self.met["malformed"] += 1
            await asyncio.sleep(rng.uniform(0, 0.5))

    async def _ask(self, rng: random.Random) -> None:
        if self.last and rng.random() < 0.3:
            content = rng.choice(self.last)
        else:
            self.number += 1
            content = f"Write a {self.words}-word story about {self.number} ships"
            self.last.append(content)
        messages: Any = [{"role": "user", "content": content}]
        way = rng.random()
        if way < 0.2:
            short: Any = [{"role": "user", "content": "Say hello in 30 words"}]
            await self.client.chat.completions.create(model="local", messages=short)
        elif way < 0.4:
            await self.client.chat.completions.create(model="local:long", messages=messages)
        elif way < 0.6:
            answer = await self.client.responses.create(model="local:long", input=content)
            events = await self.client.responses.retrieve(answer.id, stream=True, starting_after=rng.randrange(12))
            async for _ in events:
                pass
        else:
            stream = await self.client.chat.completions.create(model="local:long", messages=messages, stream=True)
            try:
                async for _ in stream:
                    pass
            finally:
                await stream.close()

    def clean(self) -> None:
        """Delete old runs that nobody works on."""
        found = sorted((p.parent for p in self.runs.glob("*/report.json")), key=lambda f: f.stat().st_mtime)
        for folder in found[:-KEPT]:
            with suppress(OSError):
                shutil.rmtree(folder)


def figures(process: int) -> dict[str, float]:
    """MB resident, descriptors, threads of a process."""
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines() if ":" in line
    )
    held = len(list(Path(f"/proc/{process}/fd").iterdir()))
    return {"MB": int(status["VmRSS"].split()[0]) / 1024, "descriptors": held, "threads": int(status["Threads"])}


async def watch(soak: Soak, process: int, until: float, every_s: float) -> list[dict[str, float]]:
    """Print a line every so often; all the figures."""
    rows, began = list[dict[str, float]](), time.monotonic()
    while time.monotonic() < until:
        await asyncio.sleep(min(every_s, max(0.1, until - time.monotonic())))
        soak.clean()
        row = figures(process)
        heard = await asyncio.to_thread(ask, soak.port, "GET", "/metrics")
        metrics = dict(line.rsplit(" ", 1) for line in heard.body.decode().splitlines() if not line.startswith("#"))
        row["open"] = float(metrics["longwriter_streams_open"])
        rows.append(row)
        shown = ", ".join(f"{value:.0f} {name}" for name, value in row.items())
        print(f"{(time.monotonic() - began) / 60:6.1f} min: {shown}; {dict(soak.met)}", flush=True)
    return rows


async def run(arguments: argparse.Namespace, serving: Serving, runs: Path) -> list[dict[str, float]]:
    """All clients, for so long."""
    until = time.monotonic() + 60 * arguments.minutes
    soak = Soak(serving.port, runs, arguments.words)
    async with asyncio.TaskGroup() as clients:
        for n in range(arguments.clients):
            clients.create_task(soak.one_client(n, until))
        rows = await watch(soak, serving.process.pid, until, arguments.every)
    await soak.client.close()
    await asyncio.sleep(5)
    rows.append(figures(serving.process.pid))
    print(f"when all have left: {rows[-1]}")
    return rows


def main() -> None:
    """Parse, serve, soak, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--clients", type=int, default=12)
    parser.add_argument("--words", type=int, default=1000)
    parser.add_argument("--every", type=float, default=60, help="Seconds between two lines.")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        faults: dict[str, Any] = {
            "fault_rate": 0.1,
            "fault_kinds": ("429", "500", "cut", "empty", "slow", "bad_chunk", "402"),
        }
        upstream = stack.enter_context(Server(per_token_s=0.001, keep=False, **faults))
        at = ("--model", "local", "--base-url", upstream.url, "--retry", 5, "--max-runs", 8)
        serving = Serving(folder, *at)
        stack.callback(serving.end)
        rows = asyncio.run(run(arguments, serving, folder / "runs"))
    half = rows[len(rows) // 2 : -1] or rows
    first, last = half[0], half[-1]
    for name in ("MB", "descriptors", "threads"):
        print(
            f"{name}: {first[name]:.0f} in the middle, {last[name]:.0f} at the end, {rows[-1][name]:.0f} when all have left"
        )
    assert last["MB"] <= first["MB"] * (1 + MOST_GROWTH), "the memory grows"
    assert rows[-1]["descriptors"] <= rows[0]["descriptors"], "descriptors are left open"


if __name__ == "__main__":
    main()
