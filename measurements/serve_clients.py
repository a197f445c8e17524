"""Many clients of one `longwriter serve`: streams side by side, clients that hang up, clients that retry.

    python measurements/serve_clients.py                        # a server that writes by rule behind it, and counts
    python measurements/serve_clients.py --model gguf:smollm2 --streams 3 --words 400 --drops 0

With `--model fake` (the default) a server of tests/helpers answers in the place of a model; it counts what it is asked, and
each call must be asked once: what it was asked is what the journals hold. Prints what was measured, and fails where a text
differs from its run or anything was paid twice.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import openai

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.helpers.server import Server  # noqa: E402
from tests.helpers.serving import Serving  # noqa: E402

from longwriter.api.runs import Run  # noqa: E402 - the tree that this file belongs to


def plain(text: str) -> str:
    """A text without differences of whitespace."""
    return re.sub(r"\s+", " ", text).strip()


def request(number: int, words: int) -> dict[str, object]:
    """One of many requests, each for another text."""
    content = f"Write a {words}-word story about {number + 2} ships"
    return {"model": "MODEL:long", "messages": [{"role": "user", "content": content}], "stream": True}


async def read(
    client: openai.AsyncOpenAI, asked: dict[str, object], leave_s: float | None = None
) -> tuple[str, str, float]:
    """The text, the run, and the seconds to the first chunk; "" for a run that was left."""
    began, text, run, first = time.monotonic(), "", "", 0.0
    stream = await client.chat.completions.create(**asked)  # type: ignore[call-overload]
    try:
        async with asyncio.timeout(leave_s):
            async for chunk in stream:
                first = first or time.monotonic() - began
                text += chunk.choices[0].delta.content or ""
                run = ((chunk.model_extra or {}).get("longwriter") or {}).get("run", run)
    except TimeoutError:
        run = ""
    finally:
        await stream.close()
    return text, run, first


async def side_by_side(client: openai.AsyncOpenAI, asked: list[dict[str, object]], runs: Path) -> None:
    """All at once, each another run."""
    began = time.monotonic()
    found = await asyncio.gather(*(read(client, one) for one in asked))
    took = time.monotonic() - began
    firsts = sorted(first for _, _, first in found)
    wrong = sum(plain(text) != plain(Run(runs / run).text) for text, run, _ in found)
    print(f"{len(asked)} streams at once: {took:.1f} s, first chunk {firsts[len(firsts) // 2]:.2f} s in the middle, "
          f"{firsts[-1]:.2f} s at most; texts that differ from their run: {wrong}")  # fmt: skip
    assert not wrong


async def dropped(client: openai.AsyncOpenAI, asked: dict[str, object], drops: int, runs: Path) -> None:
    """One text, whose client hangs up at random moments and asks again."""
    rng, began, left = random.Random(1), time.monotonic(), 0
    seen = list[str]()
    for _ in range(drops):
        text, run, _ = await read(client, asked, rng.uniform(0, 0.6))
        left += not run
        seen.append(text)
    text, run, _ = await read(client, asked)
    wrong = sum(not plain(text).startswith(plain(part)) for part in seen)
    print(f"{drops} drops at random moments ({left} before the end): {time.monotonic() - began:.1f} s; "
          f"pieces that are not the beginning of the text: {wrong}")  # fmt: skip
    assert not wrong
    assert plain(text) == plain(Run(runs / run).text)


async def retried(address: str, asked: dict[str, object], runs: Path) -> None:
    """A client whose patience is too short for any answer: its package asks three times."""
    before = {run.name for run in runs.iterdir()}
    async with openai.AsyncOpenAI(base_url=address, api_key="none", timeout=0.5, max_retries=2) as impatient:
        with suppress(openai.APITimeoutError):
            await impatient.chat.completions.create(**{**asked, "stream": False})  # type: ignore[call-overload]
    began = {run.name for run in runs.iterdir()} - before
    print(f"a client that timed out three times: {len(began)} run")
    assert len(began) == 1


async def measure(arguments: argparse.Namespace, serving: Serving, model: str, folder: Path) -> None:
    """All of it."""
    address, runs = f"http://127.0.0.1:{serving.port}/v1", folder / "runs"
    async with openai.AsyncOpenAI(base_url=address, api_key="none", max_retries=0, timeout=3600) as client:
        asked = [request(n, arguments.words) | {"model": f"{model}:long"} for n in range(arguments.streams + 2)]
        await side_by_side(client, asked[2:], runs)
        began = time.monotonic()
        found = await asyncio.gather(*(read(client, asked[2]) for _ in range(arguments.streams)))
        same = len({text for text, _, _ in found}) == 1
        print(f"{arguments.streams} readers of one finished run: {time.monotonic() - began:.1f} s, all alike: {same}")
        if arguments.drops:
            long = request(0, 100 * arguments.words)  # most drops are in its middle: each finishes a section
            long |= {"model": f"{model}:long"}
            await dropped(client, long, arguments.drops, runs)
            await retried(address, asked[1], runs)
            await read(client, asked[1])


def main() -> None:
    """Parse, serve, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="fake")
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--drops", type=int, default=200)
    parser.add_argument("--words", type=int, default=1000)
    parser.add_argument("--per-token-s", type=float, default=0.0005, help="How fast the server behind it writes.")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        upstream, at = None, ["--model", arguments.model]
        if arguments.model == "fake":
            upstream = stack.enter_context(Server(per_token_s=arguments.per_token_s))
            at = ["--model", "local", "--base-url", upstream.url]
        serving = Serving(folder, *at, "--max-runs", 8, "--queue", arguments.streams)
        stack.callback(serving.end)
        asyncio.run(measure(arguments, serving, "local" if upstream else arguments.model, folder))
        if upstream is not None:
            calls = sum(
                Run(run).report.calls for run in (folder / "runs").iterdir() if (run / "journal.jsonl").exists()
            )
            print(f"calls that the server behind it was asked: {len(upstream.requests)}; in the journals: {calls}")


if __name__ == "__main__":
    main()
