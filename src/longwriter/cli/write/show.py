"""longwriter show: one run, section by section."""

import json
from pathlib import Path

import click

from longwriter.cli.shared.options import HOME, JSON, RUN, with_options
from longwriter.cli.shared.screen import say
from longwriter.cli.shared.tables import section_table, show_table, totals
from longwriter.cli.write.run_states import PLAN, planned_by, standing
from longwriter.errors import InputError
from longwriter.runs.folders import find
from longwriter.text import counted
from longwriter.writer.session import stored


@click.command(epilog="\b\nExamples:\n  longwriter show last\n  longwriter show RUN --text | less")
@RUN
@click.option("--text", is_flag=True, help="Print the text so far.")
@with_options(HOME, JSON)
def show(run: str, text: bool, home: Path, as_json: bool) -> None:
    """Show what RUN was asked for, planned and wrote."""
    folder = find(home, run)
    session = stored(folder)
    if session is None or not session.manuscript.planned:
        raise InputError(f"{folder.name} has no plan yet; go on with: longwriter resume {folder}")
    result, run_ = session.result(), standing(folder)
    plan = planned_by(run_.instruction, folder.parent) if run_.given_plan else None
    if text:
        click.echo(result.text, nl=False)
    elif as_json:
        told = {"run": str(folder), "state": run_.state, "plan": str(plan) if plan else None}
        click.echo(json.dumps(result.report.model_dump() | told, ensure_ascii=False))
    else:
        show_table(section_table(result.report))
        if plan:
            say(f"plan: made in the run {plan}", stderr=False)
        if run_.state == PLAN:
            said = f"a plan for {counted(result.report.target.aim, 'word')}; write it with: longwriter resume {folder}"
        else:
            said = totals(result.report)
        say(said, stderr=False)
