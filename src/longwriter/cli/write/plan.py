"""longwriter plan: the outline alone, to be looked at and edited."""

import json
from pathlib import Path

import click

from longwriter.cli.pull import bring
from longwriter.cli.shared.grouped import Grouped
from longwriter.cli.shared.options import HOME, JSON, PRICES, REACH, TEXT, settings, with_options
from longwriter.cli.shared.progress import Progress
from longwriter.cli.write.write_run import run_async
from longwriter.runs.folders import PLAN, run_name
from longwriter.writer.session import Options
from longwriter.writer.session import write as write_run

EXAMPLES = """
\b
Examples:
  longwriter plan "A field guide to clouds" --words 20000 > plan.md
  longwriter write --plan plan.md
"""


@click.command(cls=Grouped, epilog=EXAMPLES)
@click.argument("instruction")
@with_options(*TEXT, *REACH, PRICES, HOME, JSON)
def plan(instruction: str, **flags: object) -> None:
    """Print the outline of a text as Markdown, to edit and pass to `write --plan`."""
    home, prices = flags["home"], flags["prices"]
    assert isinstance(home, Path)
    chosen = settings(instruction, flags)
    folder = home / run_name(instruction, chosen.words, None, None)
    bring(chosen.writer, chosen.planner or chosen.writer)
    with Progress(folder) as progress:
        options = Options(progress.on_event, prices=prices if isinstance(prices, Path) else None)
        run_async(write_run(chosen, folder, options, plan_only=True))
    text = (folder / PLAN).read_text("utf-8")
    if flags["as_json"]:
        text = json.dumps({"run": str(folder), "plan": text}, ensure_ascii=False) + "\n"
    click.echo(text, nl=False)
