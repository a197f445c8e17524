"""What an assistant waits for: each tool of `longwriter mcp` over standard input and output, by the length of the run.

Run: python measurements/assistant.py [WORDS ...] (without: 10000 100000). The fake model writes each text first, in a process
of its own. Prints one line of JSON per length: the seconds from the start of the process to the first list of tools, and the
longest of five calls of each tool on the finished run. Aims: no call 30 s or longer, `write` under 1 s.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters


async def timed(client: Client, tool: str, arguments: dict[str, Any], times: int = 5) -> float:
    """The longest of some calls, in seconds."""
    longest = 0.0
    for _ in range(times):
        began = time.monotonic()
        result = await client.call_tool(tool, arguments)
        longest = max(longest, time.monotonic() - began)
        if result.is_error:
            raise RuntimeError(f"{tool}: {result.content}")
    return round(longest, 2)


async def measured(words: int) -> dict[str, float]:
    """All tools on a run of so many words."""
    with tempfile.TemporaryDirectory() as home:
        request = f"Write a history of bridges of {words} words"
        write = ["write", request, "--model", "fake", "--run", "long", "--runs", home]
        subprocess.run([sys.executable, "-m", "longwriter", *write], check=True, capture_output=True)
        outline = (Path(home) / "long" / "plan.md").read_text("utf-8")
        args = ["-m", "longwriter", "mcp", "--model", "fake", "--runs", home]
        began = time.monotonic()
        async with Client(StdioServerParameters(command=sys.executable, args=args, env=dict(os.environ))) as client:
            await client.list_tools()
            row: dict[str, float] = {"words": words, "start": round(time.monotonic() - began, 2)}
            run = {"run": "long"}
            row["estimate"] = await timed(client, "estimate", {"request": request}, 2)
            row["runs"] = await timed(client, "runs", {})
            row["status"] = await timed(client, "status", run)
            row["read"] = await timed(client, "read", run | {"section": 1, "to_section": 9})
            row["contents"] = await timed(client, "read", run)
            row["check"] = await timed(client, "check", run)
            row["export"] = await timed(client, "export", run | {"file": "text", "form": "html"})
            row["preview"] = await timed(client, "edit_outline", run | {"outline": outline, "preview": True})
            row["redo"] = await timed(client, "redo", run | {"sections": [1]}, 1)
            row["write"] = await timed(client, "write", {"request": "A 100-word story"})
            planned = await client.call_tool("write", {"request": request})
            assert planned.structured_content is not None
            row["stop"] = await timed(client, "stop", {"run": planned.structured_content["run"]}, 1)
        return row


def main(arguments: list[str]) -> None:
    """One line a length."""
    for words in [int(argument) for argument in arguments] or [10_000, 100_000]:
        print(json.dumps(asyncio.run(measured(words))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
