"""longwriter redo: write sections again."""

from pathlib import Path

import click

from longwriter.cli.shared.grouped import GroupedHelp
from longwriter.cli.shared.options import HOME, JSON, PRICES, REACH, RUN, with_options
from longwriter.cli.write.resume import reopened
from longwriter.cli.write.write_run import work_on
from longwriter.errors import InputError

EXAMPLES = """
\b
Examples:
  # rewrite one; later sections are kept and marked stale
  longwriter redo RUN --section 7
  longwriter redo RUN --stale  # rewrite what became stale, and nothing else
"""


@click.command(cls=GroupedHelp, epilog=EXAMPLES)
@RUN
@click.option(
    "--section", "sections", type=click.IntRange(min=1), multiple=True, help="Number in the plan; may be repeated."
)
@click.option("--stale", is_flag=True, help="All sections whose earlier text has changed since they were written.")
@click.option("--out", type=click.Path(path_type=Path), help="File for the text; - for standard output.")
@click.option("--force", is_flag=True, help="Replace a file at --out that this run did not write.")
@with_options(*REACH, PRICES, HOME, JSON)
def redo(run: str, sections: tuple[int, ...], stale: bool, **flags: object) -> None:
    """Write sections of RUN again."""
    if not sections and not stale:
        raise InputError("say what to redo: --section 7, or --stale")
    job = reopened(run, flags, tuple(n - 1 for n in sections), redo_stale=stale)
    result = work_on(job, as_json=bool(flags["as_json"]))
    left = [s.number for s in result.report.sections if s.stale]
    if left:
        shown = ", ".join(map(str, left))
        click.echo(f"stale now: {shown}; rewrite them with: longwriter redo {job.folder} --stale", err=True)
