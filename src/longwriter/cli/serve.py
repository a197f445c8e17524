"""longwriter serve: a page to write at, and long answers for any OpenAI client, on the runs of a folder."""

import asyncio
import os
from pathlib import Path
from typing import Any

import click

from longwriter.api.settings import WriteOptions
from longwriter.cli.shared.grouped import GroupedHelp
from longwriter.cli.shared.options import FINITE, HOME, PRICES, TEXT, from_flags, naming_flags, with_options
from longwriter.cli.shared.options import SERVER as MODEL_SERVER
from longwriter.cli.shared.screen import say
from longwriter.errors import SetupError
from longwriter.models.base import at_a_server, open_model
from longwriter.serve.app import serve as run_server
from longwriter.serve.keys import ClientKeys
from longwriter.serve.settings import PORT, ServeSettings, checked_token
from longwriter.serve.writing.begin import check_start
from longwriter.serve.writing.models import own_model

EXAMPLES = """
\b
Examples:
  longwriter serve
  longwriter serve --model gpt-4o --max-cost-per-day 20
  LONGWRITER_TOKEN=... longwriter serve --host 0.0.0.0 \\
      --token-env LONGWRITER_TOKEN --allow-host write.example.org
  longwriter serve --keys keys.json --new-key editor
"""
OWN = (
    "host", "port", "names", "token_env", "keys", "max_runs", "queue", "max_cost_per_run", "max_cost_per_day", "long_from",
    "on_disconnect", "progress", "dedupe_h", "read_only",
)  # fmt: skip
SERVER = [
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; others need a token."),
    click.option("--port", type=int, default=PORT, show_default=True, help="Port; 0 for any that is free."),
    click.option("--allow-host", "names", multiple=True, metavar="NAME", help="Name of a proxy before it. Repeat it."),
    click.option("--token-env", help="Environment variable with the token that opens all."),
    click.option("--keys", type=click.Path(path_type=Path), help="File of the clients' keys, outside any repository."),
    click.option("--new-key", metavar="CLIENT", help="Make a client's key, show it once, and end."),
    click.option("--drop-key", metavar="CLIENT", help="Make a client's key void, and end."),
    click.option("--read-only", is_flag=True, help="Show the runs; change nothing."),
]
WORK = [
    click.option("--max-runs", type=int, default=2, show_default=True, help="Runs that are written at a time."),
    click.option("--queue", type=int, default=100, show_default=True, help="Runs that may wait."),
    click.option("--max-cost-per-run", type=FINITE, help="Ceiling of every run, in US dollars."),
    click.option("--max-cost-per-day", type=FINITE, help="Ceiling of all runs in a day (UTC), in US dollars."),
    click.option("--long-from", type=int, default=1500, show_default=True, help="Words that make a request a run."),
    click.option(
        "--on-disconnect",
        type=click.Choice(["finish", "cancel"]),
        default="finish",
        show_default=True,
        help="When a client leaves: finish the section, or stop at once.",
    ),
    click.option(
        "--progress",
        type=click.Choice(["reasoning", "content", "none"]),
        default="reasoning",
        show_default=True,
        help="Where a stream tells how far it is.",
    ),
    click.option(
        "--dedupe",
        "dedupe_h",
        type=FINITE,
        default=24.0,
        show_default=True,
        help="Hours in which a retry joins its run.",
    ),
]

WINDOW = click.option(
    "--window", type=int, help="The model's context window in tokens, where the server does not tell."
)


@click.command(cls=GroupedHelp, epilog=EXAMPLES)
@with_options(*SERVER, *WORK, *TEXT[1:], *MODEL_SERVER, WINDOW, PRICES, HOME)
def serve(new_key: str | None, drop_key: str | None, home: Path, **flags: Any) -> None:  # noqa: ANN401 - as click gives them
    """Serve the page to write at, and the API that any OpenAI client can use."""
    keys = flags["keys"]
    if new_key or drop_key:
        _change_keys(keys, new_key, drop_key)
        return
    own = {key: flags[key] for key in OWN}
    write = {key: flags[key] for key in WriteOptions.__annotations__ if flags.get(key) is not None}
    settings = from_flags(ServeSettings, own | {"write": write})
    token = checked_token(settings, os.environ.get(settings.token_env or "") if settings.token_env else None)
    with naming_flags():
        model = check_start(home, settings)
    unready = _unready(settings)
    run_server(home, settings, token, lambda url: _started(url, home, model, unready))


def _unready(settings: ServeSettings) -> str:
    """Why the model of new runs cannot be asked, as far as that is known before a call; "" for nothing."""
    config = own_model(settings)
    if not at_a_server(config):
        return ""
    try:
        model = open_model(config)
    except SetupError as error:
        return str(error)
    asyncio.run(model.aclose())
    return ""


def _change_keys(keys: Path | None, new: str | None, old: str | None) -> None:
    """Make or drop a key. Raises InputError."""
    if keys is None:
        raise click.UsageError("--new-key and --drop-key need --keys FILE")
    held = ClientKeys(keys)
    if old:
        held.drop(old)
        say(f"{old}: its key is void")
    if new:
        key = held.new(new)
        say(f"the key of {new}, shown this once; {keys} holds its digest alone:")
        click.echo(key)


def _started(url: str, home: Path, model: str, unready: str) -> None:
    """Say where it is."""
    say(f"page: {url}\nAPI:  {url}/v1\nruns: {home}")
    say(f"new runs: {model}; Ctrl-C stops, and what was being written goes on at the next start")
    if unready:
        say(f"that model cannot be asked yet: {unready}")
