"""longwriter bench leaderboard: a file of results, a row a run."""

import subprocess
from pathlib import Path

import click

from longwriter.bench.leaderboard import add, current, places, read_rows, row_of, tables_of
from longwriter.bench.scores import read_scores
from longwriter.cli.shared.options import JSON, with_options
from longwriter.cli.shared.printed import print_json
from longwriter.errors import InputError

EXAMPLES = """
\b
Examples:
  longwriter bench leaderboard leaderboard.md --add runs/mini
  longwriter bench leaderboard leaderboard.md --add runs/a --add runs/b
  longwriter bench leaderboard leaderboard.md --json
"""
GIT = ["git", "--no-optional-locks", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]


@click.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--add", "runs", multiple=True, metavar="RUN", type=click.Path(path_type=Path), help="Add a run.")
@click.argument("more", metavar="[RUN...]", nargs=-1, type=click.Path(path_type=Path))
@with_options(JSON)
def leaderboard(file: Path, runs: tuple[Path, ...], more: tuple[Path, ...], as_json: bool) -> None:
    """Add runs to FILE, a Markdown file with tables; its rows are kept in a .jsonl file beside it. Without --add: show it.

    A table has the last row of each system; earlier ones stay in the .jsonl file. The commit is that of the current folder.
    """
    if more and not runs:
        raise InputError(f"--add {more[0]} adds a run")
    if not runs and not any(path.exists() for path in places(file)):
        raise InputError(f"{file} does not exist; --add RUN begins it")
    if runs:
        commit = commit_here()
        new = add(file, [row_of(read_scores(run), commit) for run in (*runs, *more)])
        click.echo(
            f"{len(new)} rows added to {places(file)[0]}, {len(runs) + len(more) - len(new)} were there", err=True
        )
    rows = read_rows(file)
    if as_json:
        print_json([row.model_dump() for row in current(rows)])
    else:
        click.echo(tables_of(rows).strip())


def commit_here() -> str:
    """The current folder's commit, with -dirty where files differ from it; "-" where there is none."""
    try:
        found = subprocess.run(GIT, capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return "-"
    return found.stdout.strip() or "-"
