"""longwriter resume: go on with a run."""

from pathlib import Path

import click

from longwriter.api.job import WriteJob, resumed_job
from longwriter.cli.shared.grouped import GroupedHelp
from longwriter.cli.shared.options import HOME, JSON, PRICES, REACH, RUN, naming_flags, with_options
from longwriter.cli.write.write_run import work_on
from longwriter.runs.folders import find

EXAMPLES = """
\b
Examples:
  # the beginning of the name is enough
  longwriter resume write-a-10000-word-history
  # the server has moved
  longwriter resume RUN --base-url http://other:8000/v1
An edited plan.md in the run folder is followed: new and changed lines are
written, the rest is kept.
"""


@click.command(cls=GroupedHelp, epilog=EXAMPLES)
@RUN
@click.option("--out", type=click.Path(path_type=Path), help="File for the text; - for standard output.")
@click.option("--force", is_flag=True, help="Replace a file at --out that this run did not write.")
@with_options(*REACH, PRICES, HOME, JSON)
def resume(run: str, **flags: object) -> None:
    """Go on with RUN exactly where it stopped."""
    work_on(reopened(run, flags), as_json=bool(flags["as_json"]))


def reopened(run: str, flags: dict[str, object], redo: tuple[int, ...] = (), *, redo_stale: bool = False) -> WriteJob:
    """A run to be gone on with, by its name."""
    home = flags["home"]
    assert isinstance(home, Path)
    with naming_flags():
        return resumed_job(find(home, run), flags, redo=redo, redo_stale=redo_stale)
