"""longwriter mcp: runs as tools of an assistant, over standard input and output or HTTP."""

import asyncio
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import click
from starlette.routing import BaseRoute

from longwriter.api.settings import WriteOptions
from longwriter.cli.serve import SERVER, WINDOW
from longwriter.cli.shared.grouped import GroupedHelp
from longwriter.cli.shared.options import FINITE, HOME, PRICES, TEXT, from_flags, naming_flags, with_options
from longwriter.cli.shared.options import SERVER as MODEL_SERVER
from longwriter.cli.shared.screen import say
from longwriter.cli.signals import ENDING
from longwriter.cli.write.write_run import run_async
from longwriter.errors import InputError
from longwriter.runs.folders import resolved
from longwriter.serve.app import serve as run_server
from longwriter.serve.desk import Desk
from longwriter.serve.mcp.http import PATH, mounted
from longwriter.serve.mcp.server import LongwriterServer
from longwriter.serve.settings import ServeSettings, checked_token
from longwriter.serve.writing.begin import check_start

EXAMPLES = """
\b
Examples:
  longwriter mcp --runs ~/texts/runs --model gpt-4o --max-cost 5
  longwriter mcp --read-only
  longwriter mcp --http --port 8766
  claude mcp add longwriter -- longwriter mcp --runs ~/texts/runs
"""
OWN = ("host", "port", "names", "token_env", "max_runs", "read_only")


@click.command(cls=GroupedHelp, epilog=EXAMPLES)
@click.option("--read-only", is_flag=True, help="Leave out the tools that write.")
@click.option("--max-cost", type=FINITE, help="US dollars for all that is begun until this ends.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for exported texts.  [default: each run's own]")
@click.option("--max-runs", type=int, default=2, show_default=True, help="Runs that are written at a time.")
@click.option("--http", is_flag=True, help="Serve HTTP instead, at /mcp.")
@with_options(*SERVER[:4], *TEXT[1:], *MODEL_SERVER, WINDOW, PRICES, HOME)
def mcp(home: Path, max_cost: float | None, out: Path | None, http: bool, **flags: Any) -> None:  # noqa: ANN401 - as click gives them
    """Give an assistant tools to plan, write, read and check long texts (Model Context Protocol)."""
    write = {key: flags[key] for key in WriteOptions.__annotations__ if flags.get(key) is not None}
    settings = from_flags(ServeSettings, {key: flags[key] for key in OWN} | {"write": write})
    if out is not None and not out.is_dir():
        raise InputError(f"--out: {out} is no folder; make it first")
    files = out and resolved(out)
    with naming_flags():
        check_start(home, settings)
    if not http:
        run_async(_talk(home, settings, max_cost, files))
        return
    token = checked_token(settings, os.environ.get(settings.token_env or "") if settings.token_env else None)

    def rooms(desk: Desk) -> tuple[list[BaseRoute], list[Callable[[], AbstractAsyncContextManager[None]]]]:
        place = mounted(desk, max_cost=max_cost, files=files)
        return [place.route], [place.running]

    run_server(home, settings, token, lambda url: say(f"MCP: {url}{PATH}\nruns: {home}"), rooms)


async def _talk(home: Path, settings: ServeSettings, max_cost: float | None, files: Path | None) -> None:
    """Serve whoever is at the other end of standard input and output, until they go."""
    try:
        async with Desk(home, settings) as desk:
            server = LongwriterServer(desk, max_cost=max_cost, files=files)
            talk = asyncio.ensure_future(server.run_stdio_async())
            await asyncio.wait([talk])
            talk.result()
    except asyncio.CancelledError:
        ENDING.leave()  # a thread waits for standard input, and nothing interrupts it
