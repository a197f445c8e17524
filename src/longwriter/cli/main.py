"""The command `longwriter`, and what its exit codes mean.

0 done · 2 bad input, or something the message names; nothing is lost · 3 stopped at a ceiling with a valid partial text ·
4 finished, with faults that the report names · 130 stopped by Ctrl-C. Failures are one line on standard error.
"""

import sys

import click

from longwriter import __version__
from longwriter.cli.lazy import Lazy
from longwriter.errors import CeilingReached, Flawed, LongWriterError

COMMANDS = {  # name -> module and attribute, imported when called
    "write": "longwriter.cli.write:write",
    "plan": "longwriter.cli.plan:plan",
    "estimate": "longwriter.cli.estimate:estimate",
    "resume": "longwriter.cli.resume:resume",
    "redo": "longwriter.cli.redo:redo",
    "runs": "longwriter.cli.runs:runs",
    "show": "longwriter.cli.show:show",
    "replay": "longwriter.cli.replay:replay",
    "score": "longwriter.cli.score:score",
    "rollouts": "longwriter.cli.rollouts:rollouts",
    "bench": "longwriter.cli.bench:bench",
    "data": "longwriter.cli.data:data",
    "train": "longwriter.cli.train:train",
    "models": "longwriter.cli.models:models",
    "pull": "longwriter.cli.pull:pull",
    "init": "longwriter.cli.init:init",
}


@click.command(
    cls=Lazy,
    table=COMMANDS,
    epilog='First text: longwriter write "Write a 3000-word story about a lighthouse" --out story.md',
)
@click.version_option(__version__)
def cli() -> None:
    """Write texts of 10,000 to 100,000 words with any language model."""


def main() -> None:
    """Run the command line and exit."""
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except CeilingReached as stop:
        _say(str(stop))
        sys.exit(3)
    except Flawed as flaw:
        _say(str(flaw))
        sys.exit(4)
    except LongWriterError as error:
        _say(str(error))
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort) as stop:
        said = str(stop) or str(stop.__cause__ or "")  # click makes an Abort of a Ctrl-C
        click.echo(err=True)
        _say(said or "stopped; what is finished is kept: the same command goes on from here")
        sys.exit(130)


def _say(message: str) -> None:
    """One line on standard error; what servers and files said in it may hold tricks of terminals."""
    from longwriter.cli.screen import one_line, say  # rich and numpy take 0.1 s, which --help need not wait for

    say(f"longwriter: {one_line(message)}")
