"""longwriter show: one run, section by section."""

from pathlib import Path

import click

from longwriter.api.runs import PLAN, Run
from longwriter.cli.shared.options import HOME, JSON, RUN, with_options
from longwriter.cli.shared.printed import print_json
from longwriter.cli.shared.screen import say
from longwriter.cli.shared.tables import section_table, show_table, totals
from longwriter.cli.write.runs import planned_by
from longwriter.text import counted


@click.command(epilog="\b\nExamples:\n  longwriter show last\n  longwriter show RUN --text | less")
@RUN
@click.option("--text", is_flag=True, help="Print the text so far.")
@with_options(HOME, JSON)
def show(run: str, text: bool, home: Path, as_json: bool) -> None:
    """Show what RUN was asked for, planned and wrote."""
    chosen = Run.open(run, home)
    report, folder = chosen.report, chosen.folder
    if text:
        click.echo(chosen.text, nl=False)
        return
    plan = planned_by(chosen.instruction, folder.parent) if chosen.follows_a_file else None
    if as_json:
        told = {"run": str(folder), "state": chosen.state, "plan": str(plan) if plan else None}
        print_json(report.model_dump() | told)
        return
    show_table(section_table(report))
    if plan:
        say(f"plan: made in the run {plan}", stderr=False)
    if chosen.state == PLAN:
        aim = counted(report.target.aim, "word")
        say(f"a plan for {aim}; write it with: longwriter resume {folder}", stderr=False)
    else:
        say(totals(report), stderr=False)
