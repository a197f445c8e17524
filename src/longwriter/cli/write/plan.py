"""longwriter plan: the outline alone, to be looked at and edited."""

import click

from longwriter.api.job import new_job
from longwriter.cli.shared.grouped import GroupedHelp
from longwriter.cli.shared.options import HOME, JSON, PRICES, REACH, TEXT, naming_flags, with_options
from longwriter.cli.shared.printed import json_line
from longwriter.cli.write.write_run import shown
from longwriter.runs.folders import PLAN

EXAMPLES = """
\b
Examples:
  longwriter plan "A field guide to clouds" --words 20000 > plan.md
  longwriter write --plan plan.md
"""


@click.command(cls=GroupedHelp, epilog=EXAMPLES)
@click.argument("instruction")
@with_options(*TEXT, *REACH, PRICES, HOME, JSON)
def plan(instruction: str, **flags: object) -> None:
    """Print the outline of a text as Markdown, to edit and pass to `write --plan`."""
    with naming_flags():
        job = new_job(instruction, flags | {"runs": flags["home"]}, plan_only=True)
    shown(job)
    text = (job.folder / PLAN).read_text("utf-8")
    if flags["as_json"]:
        text = json_line({"run": str(job.folder), "plan": text}) + "\n"
    click.echo(text, nl=False)
