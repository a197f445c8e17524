"""The command `longwriter`, and what its exit codes mean.

0 done · 2 bad input, or something the message names; nothing is lost · 3 stopped at a ceiling with a valid partial text ·
4 finished, with faults that the report names · 130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP. Failures are one line
on standard error.
"""

import re
import sys
from contextlib import suppress

import click

from longwriter import __version__
from longwriter.cli.completion import NAME, VARIABLE
from longwriter.cli.lazy import Lazy
from longwriter.cli.signals import ENDING, KEPT, end_when_told
from longwriter.config import allowed
from longwriter.errors import CeilingReached, Flawed, LongWriterError

COMMANDS = {  # name -> module and attribute, imported when called
    "write": "longwriter.cli.write.write:write",
    "plan": "longwriter.cli.write.plan:plan",
    "estimate": "longwriter.cli.write.estimate:estimate",
    "resume": "longwriter.cli.write.resume:resume",
    "redo": "longwriter.cli.write.redo:redo",
    "runs": "longwriter.cli.write.runs:runs",
    "show": "longwriter.cli.write.show:show",
    "replay": "longwriter.cli.write.replay:replay",
    "score": "longwriter.cli.score:score",
    "rollouts": "longwriter.cli.train.rollouts:rollouts",
    "bench": "longwriter.cli.bench.group:bench",
    "data": "longwriter.cli.data.group:data",
    "train": "longwriter.cli.train.group:train",
    "models": "longwriter.cli.models:models",
    "pull": "longwriter.cli.pull:pull",
    "init": "longwriter.cli.init:init",
    "completion": "longwriter.cli.completion:completion",
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
    end_when_told()
    try:
        cli(standalone_mode=False, prog_name=NAME, complete_var=VARIABLE)
    except click.ClickException as error:
        if "\n" in error.message:  # a group without a command: its help
            error.show()
        else:
            _say(_in_a_line(error))
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
        with suppress(OSError):  # the terminal may be what ended it
            click.echo(err=True)
            _say(said or KEPT)
        sys.exit(ENDING.code)


def _in_a_line(error: click.ClickException) -> str:
    """What is wrong with a command line, without the usage: the option, the value, what is allowed."""
    said = error.message.rstrip(".") or error.format_message().rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter) and error.param:
        kind, name = error.param.type, error.param.opts[0] if isinstance(error.param, click.Option) else "argument"
        if isinstance(kind, click.IntRange | click.FloatRange) and "not in the range" in said:
            lowest, highest = "gt" if kind.min_open else "ge", "lt" if kind.max_open else "le"
            ends = {lowest: kind.min, highest: kind.max}
            known = {key: end for key, end in ends.items() if end is not None}
            said = f"{said.split(' ')[0]} is not allowed; give {allowed(known)}"
        said = re.sub("is not a valid integer.*", "is no whole number; give digits alone, such as 2000", said)
        return f"{name}: {re.sub('is not a valid float.*', 'is no number; give one such as 0.5', said)}"
    if isinstance(error, click.MissingParameter | click.NoSuchOption):
        said = error.format_message().rstrip(".")
    return said if context is None else f"{said}; see {context.command_path} --help"


def _say(message: str) -> None:
    """One line on standard error; what servers and files said in it may hold tricks of terminals."""
    from longwriter.cli.shared.screen import one_line, say  # rich and numpy take 0.1 s, which --help need not wait for

    say(f"longwriter: {one_line(message)}")
