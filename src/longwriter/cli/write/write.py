"""longwriter write: from a sentence, or an outline, to a text."""

from pathlib import Path

import click

from longwriter.cli.shared.grouped import GroupedHelp
from longwriter.cli.shared.options import HOME, JSON, PRICES, REACH, SOURCES, TEXT, naming_flags, settings, with_options
from longwriter.errors import InputError

EXAMPLES = """
\b
Examples:
  longwriter write "Write a 10000-word history of the Roman Empire" \\
      --out rome.md
  longwriter write "写一篇不少于8000字的茶史" --model ollama/qwen3:8b
  longwriter plan "A field guide to clouds" --words 20000 > plan.md
  longwriter write --plan plan.md
  longwriter write --batch instructions.jsonl --concurrency 16 --model NAME \\
      --base-url URL
  longwriter write "..." --model gpt-4o --dry-run
The same command again goes on with a run that was stopped.
"""


@click.command(cls=GroupedHelp, epilog=EXAMPLES)
@click.argument("instruction", required=False)
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path), help="Outline to follow, as `longwriter plan` prints it."
)
@click.option("--out", type=click.Path(path_type=Path), help="File for the text; - for standard output.")
@click.option("--force", is_flag=True, help="Replace a file at --out that this run did not write.")
@click.option("--run", "name", help="Name of the run folder.  [default: from the request]")
@click.option(
    "--batch", type=click.Path(path_type=Path), help="JSON lines with instruction, words, id: many texts at once."
)
@click.option(
    "--concurrency", type=click.IntRange(1, 1024), default=8, show_default=True, help="Texts at a time with --batch."
)
@click.option("--dry-run", is_flag=True, help="Print calls, tokens, cost and minutes; spend nothing.")
@with_options(*TEXT, *SOURCES, *REACH, PRICES, HOME, JSON)
def write(instruction: str | None, plan_file: Path | None, **flags: object) -> None:
    """Write a long text from INSTRUCTION."""
    # what writes takes 0.4 s to import, which --help need not wait for
    from longwriter.api.job import new_job
    from longwriter.cli.write.batch import write_lines
    from longwriter.cli.write.estimate import print_estimate
    from longwriter.cli.write.runs import planned_by
    from longwriter.cli.write.write_run import work_on

    home, batch, as_json = flags["home"], flags["batch"], bool(flags["as_json"])
    assert isinstance(home, Path)
    if isinstance(batch, Path):
        alone = {"an instruction": instruction, "--plan": plan_file, "--run": flags["name"]}
        if given := [name for name, value in alone.items() if value]:
            raise InputError(f"--batch does not go with {', '.join(given)}: each line is a text of its own")
        write_lines(batch, settings("batch", flags), home, flags)
        return
    with naming_flags():
        job = new_job(instruction, flags | {"plan": plan_file, "run": flags["name"], "runs": home})
    if plan_file is not None and (origin := planned_by(job.settings.instruction, home)):
        click.echo(f"{plan_file}: planned in the run {origin}", err=True)
    if flags["dry_run"]:
        print_estimate(job.settings, job.options, as_json=as_json)
    else:
        work_on(job, as_json=as_json)
