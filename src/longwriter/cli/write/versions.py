"""longwriter versions: every text that a section had, and named states of the whole."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from longwriter.api.runs import Run
from longwriter.cli.shared.options import HOME, JSON, RUN, with_options
from longwriter.cli.shared.printed import print_json
from longwriter.cli.shared.screen import say
from longwriter.cli.shared.tables import money
from longwriter.errors import InputError
from longwriter.text import counted
from longwriter.writer.revision.versions import Version

EXAMPLES = """
\b
Examples:
  longwriter versions RUN --section 7
  longwriter versions RUN --section 7 --show 52
  longwriter versions RUN --section 7 --accept 52  # a draft, or an older text
  longwriter versions RUN --snapshot "before the cut"
  longwriter versions RUN --restore 80
"""


@click.command(epilog=EXAMPLES)
@RUN
@click.option("--section", "number", type=click.IntRange(min=1), help="Number in the plan.")
@click.option("--show", type=int, metavar="VERSION", help="Print the text of a version.")
@click.option("--accept", type=int, metavar="VERSION", help="Make a version the section's text.")
@click.option("--snapshot", metavar="NAME", help="Give the whole as it is a name.")
@click.option("--restore", type=int, metavar="SNAPSHOT", help="Make plan and texts what they were at a snapshot.")
@with_options(HOME, JSON)
def versions(run: str, number: int | None, home: Path, as_json: bool, **flags: object) -> None:
    """Show and choose between the texts that sections of RUN had."""
    chosen = Run.open(run, home)
    show, accept, snapshot, restore = (flags[key] for key in ("show", "accept", "snapshot", "restore"))
    if number is None and (show is not None or accept is not None):
        raise InputError("say of which section: --section 7")
    if isinstance(snapshot, str):
        entry = chosen.snapshot(snapshot)
        say(f"snapshot {entry}; back to it with: longwriter versions {chosen.folder} --restore {entry}")
    elif isinstance(restore, int):
        chosen.restore(restore)
        say(f"the text is that of snapshot {restore}")
    elif number is None:
        show_snapshots(chosen, as_json=as_json)
    elif isinstance(show, int):
        click.echo(_named(chosen, number, show).text)
    else:
        if isinstance(accept, int):
            chosen.accept(number, accept)
        show_versions(chosen, number, as_json=as_json)


def _named(run: Run, number: int, entry: int) -> Version:
    for version in run.versions(number):
        if version.entry == entry:
            return version
    raise InputError(
        f"section {number} has no version {entry}; see: longwriter versions {run.folder} --section {number}"
    )


def show_versions(run: Run, number: int, *, as_json: bool = False) -> None:
    """Print the versions of a section, the oldest first."""
    found = run.versions(number)
    if as_json:
        print_json([asdict(version) for version in found])
        return
    waiting = {version.entry for version in run.waiting(number)}
    for version in found:
        mark = "*" if version.final else "?" if version.entry in waiting else " "
        at = datetime.fromtimestamp(version.at).astimezone().strftime("%Y-%m-%d %H:%M") if version.at else ""
        parts = [version.why, counted(version.words, "word"), version.model, money(version.cost) if version.model else "",
                 at, version.instruction and f'"{version.instruction}"']  # fmt: skip
        click.echo(f"{mark} {version.entry:>5}  {', '.join(filter(None, parts))}")
    if waiting:
        say(f"? waits: longwriter versions {run.folder} --section {number} --accept VERSION")


def show_snapshots(run: Run, *, as_json: bool) -> None:
    """Print the named states of the whole."""
    found = {entry: record.name for entry, record in run.snapshots.items()}
    if as_json:
        print_json([{"entry": entry, "name": name} for entry, name in found.items()])
    for entry, name in () if as_json else found.items():
        click.echo(f"{entry:>5}  {name}")
    if not found and not as_json:
        say("no snapshots; make one with --snapshot NAME, or see the texts of a section with --section 7")
