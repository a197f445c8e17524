"""What 20,000 words cost by context, price list and cache, and how much of a request is the one before it.

Run: python measurements/money.py. Prints two Markdown tables. The first is the program's own estimate: the writer runs on a
model that costs nothing, so the prompts are real and their tokens guessed (cold: nothing read from a cache; warm: all that
could be). The second is read off the bytes that a real local server (tests/helpers/server.py) received.
"""

import asyncio
import statistics
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from longwriter.config import build
from longwriter.models.base import ModelConfig, open_model
from longwriter.writer.estimate import estimate
from longwriter.writer.session import Options, write
from longwriter.writer.settings import WriteSettings

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.helpers.server import Server

WORDS, REQUEST, WINDOW = 20_000, "Write a history of tea", 200_000
OPENAI, DEEPSEEK, OPENROUTER = (
    "https://api.openai.com/v1",
    "https://api.deepseek.com/v1",
    "https://openrouter.ai/api/v1",
)
LISTS = {
    "gpt-4o": OPENAI,
    "gpt-5.4": OPENAI,
    "anthropic/claude-sonnet-4.5": OPENROUTER,
    "deepseek-flash": DEEPSEEK,
}


def settings(model: str, url: str | None, **more: object) -> WriteSettings:
    """Settings of one text."""
    tree = {"instruction": REQUEST, "words": WORDS, "writer": {"model": model, "base_url": url}, "window": WINDOW}
    return build(WriteSettings, {**tree, **more}, "benchmark")


async def costs() -> None:
    """The first table."""
    print(
        "| price list | context | calls | prompt tokens | can be read | cold | warm | batch |",
        f"|{'---|' * 8}",
        sep="\n",
    )
    for model, url in LISTS.items():
        chosen = (await estimate(settings(model, url), Options())).context
        for context in ("full", "window"):
            made = await estimate(settings(model, url, context=context), Options())
            auto = " (auto)" if context == {"auto": "full"}.get(chosen, chosen) else ""
            warm, batch = made.cost_cached or 0.0, f"${made.cost_batch:.3f}" if made.cost_batch else ""
            share = 100 * made.cached_tokens / made.prompt_tokens
            print(
                f"| {model} | {context}{auto} | {made.calls} | {made.prompt_tokens:,} | {share:.0f} % "
                f"| ${made.cost:.3f} | ${warm:.3f} | {batch} |"
            )


async def beginnings() -> None:
    """The second table."""
    print(
        "\n| context | requests | shared with the one before: median | least | most | all |", f"|{'---|' * 6}", sep="\n"
    )
    for context in ("full", "window"):
        with Server(usage=False) as server, tempfile.TemporaryDirectory() as folder:
            model = open_model(ModelConfig(model="m", base_url=server.url))
            chosen = settings("m", server.url, context=context)
            await write(chosen, Path(folder) / "run", Options(), {"writer": model, "planner": model})
            await model.aclose()
        bodies = [raw for raw in server.raw if b"\\n\\nWrite section" in raw]
        shared = [alike(one, other) for one, other in pairwise(bodies)]
        shares = [100 * n / len(body) for n, body in zip(shared, bodies[1:], strict=True)]
        whole = 100 * sum(shared) / sum(map(len, bodies))
        print(
            f"| {context} | {len(bodies)} | {statistics.median(shares):.0f} % | {min(shares):.0f} % "
            f"| {max(shares):.0f} % | {whole:.0f} % |"
        )


def alike(one: bytes, other: bytes) -> int:
    """Bytes that two requests begin with alike."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


if __name__ == "__main__":
    asyncio.run(costs())
    asyncio.run(beginnings())
