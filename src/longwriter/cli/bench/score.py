"""longwriter bench score: the numbers of a run, computed again from what it stored."""

from pathlib import Path

import click

from longwriter.bench.scores import score_run
from longwriter.cli.bench.run import COMPAT, show_scores
from longwriter.cli.shared.options import JSON, with_options

EXAMPLES = """
\b
Examples:
  longwriter bench score bench/writer-mini-smollm2
  longwriter bench score bench/longbench-write-NAME --compat longwriter
"""


@click.command(epilog=EXAMPLES)
@click.argument("folder", type=click.Path(path_type=Path))
@with_options(COMPAT, JSON)
def score(folder: Path, compat: str | None, *, as_json: bool) -> None:
    """Compute the scores of the run FOLDER again from its journal; asks no model, and gives the same bytes each time."""
    show_scores(score_run(folder), folder, compat, as_json=as_json)  # type: ignore[arg-type]  # click checked the choice
