"""longwriter write: from a sentence, or an outline, to a text."""

from dataclasses import replace
from pathlib import Path

import click

from longwriter.cli.shared.grouped import Grouped
from longwriter.cli.shared.options import HOME, JSON, PRICES, REACH, TEXT, settings, with_options
from longwriter.cli.write.batch import write_lines
from longwriter.cli.write.estimate import print_estimate
from longwriter.cli.write.run_states import planned_by
from longwriter.cli.write.write_run import Goal, work_on
from longwriter.config import read_text
from longwriter.errors import InputError
from longwriter.runs.folders import LAST, run_name
from longwriter.writer.plan.outline import from_markdown
from longwriter.writer.session import Options

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


@click.command(cls=Grouped, epilog=EXAMPLES)
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
@with_options(*TEXT, *REACH, PRICES, HOME, JSON)
def write(instruction: str | None, plan_file: Path | None, out: Path | None, **flags: object) -> None:
    """Write a long text from INSTRUCTION."""
    home, prices = flags["home"], flags["prices"]
    assert isinstance(home, Path)
    work = Options(prices=prices if isinstance(prices, Path) else None)
    batch, as_json = flags["batch"], bool(flags["as_json"])
    if isinstance(batch, Path):
        alone = {"an instruction": instruction, "--plan": plan_file, "--run": flags["name"]}
        if given := [name for name, value in alone.items() if value]:
            raise InputError(f"--batch does not go with {', '.join(given)}: each line is a text of its own")
        write_lines(batch, settings("batch", flags), out, home, work, flags)
        return
    if plan_file is not None:
        plan, stated = from_markdown(read_text(plan_file), str(plan_file))
        work, instruction = replace(work, plan=plan), instruction or stated or plan.title
    if not instruction:
        raise InputError('say what to write: longwriter write "Write a 3000-word story about a lighthouse"')
    chosen = settings(instruction, flags)
    if plan_file is not None and (origin := planned_by(instruction, home)):
        click.echo(f"{plan_file}: planned in the run {origin}", err=True)
    if flags["dry_run"]:
        print_estimate(chosen, work, as_json=as_json)
        return
    if flags["name"] == LAST:
        raise InputError(f"--run: {LAST!r} stands for the run that was active last; give another name")
    name = flags["name"] or run_name(
        instruction, chosen.words, out and str(out.resolve()), plan_file and str(plan_file.resolve())
    )
    work_on(chosen, home / str(name), work, Goal(out, bool(flags["force"]), as_json))
