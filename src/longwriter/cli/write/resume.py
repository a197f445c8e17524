"""longwriter resume: go on with a run."""

from pathlib import Path

import click

from longwriter.cli.shared.grouped import Grouped
from longwriter.cli.shared.options import HOME, JSON, PRICES, REACH, RUN, from_flags, reach, with_options
from longwriter.cli.write.write_run import Goal, work_on
from longwriter.config import merge
from longwriter.runs.folders import find, saved_settings
from longwriter.writer.session import Options
from longwriter.writer.settings import WriteSettings

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


@click.command(cls=Grouped, epilog=EXAMPLES)
@RUN
@click.option("--out", type=click.Path(path_type=Path), help="File for the text; - for standard output.")
@click.option("--force", is_flag=True, help="Replace a file at --out that this run did not write.")
@with_options(*REACH, PRICES, HOME, JSON)
def resume(run: str, out: Path | None, force: bool, **flags: object) -> None:
    """Go on with RUN exactly where it stopped."""
    folder, chosen, work = reopen(run, flags)
    work_on(chosen, folder, work, Goal(out, force, bool(flags["as_json"])))


def reopen(run: str, flags: dict[str, object]) -> tuple[Path, WriteSettings, Options]:
    """A run's folder, its settings with what may be changed, and how to work."""
    home, prices = flags["home"], flags["prices"]
    assert isinstance(home, Path)
    folder = find(home, run)
    saved, over = saved_settings(folder), reach(flags)
    writer, planner = saved["writer"], saved["planner"]
    assert isinstance(writer, dict)
    if isinstance(planner, dict) and planner["base_url"] == writer["base_url"]:
        over["planner"] = over["writer"]  # the server that has moved is that of both
    chosen = from_flags(WriteSettings, merge(saved, over), str(folder))
    return folder, chosen, Options(prices=prices if isinstance(prices, Path) else None)
