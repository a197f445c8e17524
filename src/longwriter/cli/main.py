"""The command `longwriter`, and what its exit codes mean.

0 done · 2 bad input, or something the message names; nothing is lost · 3 stopped at a ceiling with a valid partial text,
or a training by its file `stop` ·
4 finished, with faults that the report names · 130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP. Failures are one line
on standard error.
"""

import re
import sys
from contextlib import suppress

import click

from longwriter import __version__
from longwriter.cli.lazy import LazyGroup, Listed
from longwriter.cli.signals import ENDING, end_when_told
from longwriter.errors import Flawed, LongWriterError, Stopped

NAME = "longwriter"
VARIABLE = "_LONGWRITER_COMPLETE"
"""Set by the shell scripts of `longwriter completion`."""
GOES_ON = "finished sections are kept: the same command goes on from there"
AGAIN = "stopped; nothing is kept of it: the same command begins again"

COMMANDS = {
    "write": Listed("longwriter.cli.write.write:write", "Write a long text from INSTRUCTION.", f"stopped; {GOES_ON}"),
    "plan": Listed(
        "longwriter.cli.write.plan:plan",
        "Print the outline of a text as Markdown, to edit and pass to `write --plan`.",
        "stopped; the parts of the plan that came are kept: the same command goes on from there",
    ),
    "estimate": Listed(
        "longwriter.cli.write.estimate:estimate",
        "Print calls, tokens, cost and minutes of a text; nothing is asked of the model.",
    ),
    "resume": Listed(
        "longwriter.cli.write.resume:resume", "Go on with RUN exactly where it stopped.", f"stopped; {GOES_ON}"
    ),
    "import": Listed(
        "longwriter.cli.book.import_draft:import_draft",
        "Make a run of a draft, FILE.docx, .epub, .html, .md or .txt, to go on with.",
        "stopped; the draft was imported as a whole or not at all: the same command says which, and goes on",
    ),
    "redo": Listed(
        "longwriter.cli.write.redo:redo",
        "Write sections of RUN again.",
        "stopped; finished sections are kept: go on with longwriter resume RUN",
    ),
    "revise": Listed(
        "longwriter.cli.book.revise:revise",
        "Mend what checks find in RUN, passage by passage.",
        "stopped; what is mended is kept: the same command goes on from there",
    ),
    "export": Listed(
        "longwriter.cli.book.export:export",
        "Put the text of RUN, or of a Markdown file, into FILEs: epub, docx, pdf, html, md, txt, or a folder chapters/.",
        "stopped; files that were named before are done",
    ),
    "edit": Listed(
        "longwriter.cli.write.edit:edit",
        "Change the text of a section of RUN by hand; no command writes it over unasked.",
    ),
    "versions": Listed(
        "longwriter.cli.write.versions:versions", "Show and choose between the texts that sections of RUN had."
    ),
    "ledger": Listed(
        "longwriter.cli.book.ledger:ledger",
        "Show who and what is in RUN, what is said of them, and what contradicts it; say what is so.",
    ),
    "runs": Listed(
        "longwriter.cli.write.runs:runs",
        "List the runs, the one that was active last first.",
        "stopped; runs that were not removed yet are as they were",
    ),
    "show": Listed("longwriter.cli.write.show:show", "Show what RUN was asked for, planned and wrote."),
    "replay": Listed(
        "longwriter.cli.write.replay:replay",
        "Print the text of a finished RUN, rebuilt byte for byte from its journal.",
    ),
    "serve": Listed(
        "longwriter.cli.serve:serve",
        "Serve the page to write at, and the API that any OpenAI client can use.",
        "stopped; the sentences that came are kept, and what was being written goes on at the next start",
        ("starlette", "uvicorn"),
    ),
    "mcp": Listed(
        "longwriter.cli.mcp:mcp",
        "Give an assistant tools to plan, write, read and check long texts (Model Context Protocol).",
        "stopped; finished sections are kept, and what was being written goes on at the next start",
        ("mcp", "starlette", "uvicorn"),
    ),
    "check": Listed(
        "longwriter.cli.book.check:check",
        "Say what rules find in the text of RUN or FILE: contradictions, repetition, broken form.",
        AGAIN,
    ),
    "score": Listed("longwriter.cli.score:score", "Say what the rewards of a text are, and why.", AGAIN),
    "slop": Listed(
        "longwriter.cli.slop.group:slop", "Find stock phrases: what models write far more often than people do."
    ),
    "rollouts": Listed(
        "longwriter.cli.train.rollouts:rollouts",
        "Browse the rollouts of RUN, the folder of a longwriter train grpo run.",
        AGAIN,
    ),
    "style": Listed("longwriter.cli.style.group:style", "Learn how a writer writes, and compare texts with it."),
    "bench": Listed(
        "longwriter.cli.bench.group:bench", "Measure how well a model, an agent or a file of texts writes long."
    ),
    "data": Listed(
        "longwriter.cli.data.group:data",
        "Build training data: long outputs, books, back-translated instructions, preference pairs.",
    ),
    "train": Listed(
        "longwriter.cli.train.group:train",
        "Train: pretraining, continual pretraining, supervised fine-tuning, preferences, reward models, reinforcement.",
    ),
    "models": Listed(
        "longwriter.cli.models:models",
        "List models: files that were pulled, servers of this machine that answer, providers whose key is set.",
    ),
    "pull": Listed(
        "longwriter.cli.pull:pull",
        "Fetch SOURCE: a name (smollm2), a file hub:OWNER/NAME/FILE.gguf, or a file that is here.",
        "stopped; a file of the hub goes on where it stopped, a named model begins again: give the same command",
    ),
    "init": Listed(
        "longwriter.cli.init:init",
        "Write longwriter.toml with the model to use from now on, after one test call to it.",
        "stopped; no settings were written",
    ),
    "completion": Listed(
        "longwriter.cli.completion:completion",
        "Print the script with which a shell completes longwriter's commands and runs.",
    ),
}


@click.command(
    cls=LazyGroup,
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
    except Stopped as stop:
        _say(str(stop))
        sys.exit(3)
    except Flawed as flaw:
        _say(str(flaw))
        sys.exit(4)
    except LongWriterError as error:
        _say(str(error))
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort) as stop:
        _end(str(stop) or str(stop.__cause__ or ""))  # click makes an Abort of a Ctrl-C
    except BaseExceptionGroup as group:  # a signal that came within a library's group of tasks
        if group.subgroup(KeyboardInterrupt) is None:
            raise
        _end("")


def _end(said: str) -> None:
    """Exit because of a signal, saying what is kept."""
    with suppress(OSError):  # the terminal may be what ended it
        click.echo(err=True)
        _say(said or ENDING.said())
    sys.exit(ENDING.code)


def _in_a_line(error: click.ClickException) -> str:
    """What is wrong with a command line, without the usage: the option, the value, what is allowed."""
    from longwriter.config import allowed  # pydantic takes 0.05 s, which --help need not wait for

    said = error.message.rstrip(".") or error.format_message().rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter) and error.param:
        kind, name = error.param.type, error.param.opts[0] if isinstance(error.param, click.Option) else "argument"
        if isinstance(kind, click.IntRange | click.FloatRange) and "not in the range" in said:
            lowest, highest = "gt" if kind.min_open else "ge", "lt" if kind.max_open else "le"
            ends = {lowest: kind.min, highest: kind.max}
            known = {key: end for key, end in ends.items() if end is not None}
            said = f"{said.split(' ')[0]} is not allowed; give {allowed(known)}"
        said = re.sub("is not a valid integer.*", "is not a whole number; give digits alone, such as 2000", said)
        return f"{name}: {re.sub('is not a valid float.*', 'is not a number; give one such as 0.5', said)}"
    if isinstance(error, click.MissingParameter | click.NoSuchOption):
        said = error.format_message().rstrip(".")
    return said if context is None else f"{said}; see {context.command_path} --help"


def _say(message: str) -> None:
    """One line on standard error; what servers and files said in it may hold tricks of terminals."""
    from longwriter.cli.shared.screen import one_line, say  # rich and numpy take 0.1 s, which --help need not wait for

    say(f"longwriter: {one_line(message)}")
