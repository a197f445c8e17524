"""longwriter data interleave: journals of runs into replies that think between their sections."""

from pathlib import Path

import click

from longwriter.api.settings import SERVED
from longwriter.cli.data.options import BENCHMARK, ENGINE, JSON, LIMITS, OUT, PUSH, Delivery, limits
from longwriter.cli.shared.options import SERVER, from_flags, with_options
from longwriter.cli.shared.step_progress import StepProgressDisplay, provenance
from longwriter.config import merge
from longwriter.data.interleave.build import InterleaveSettings, interleave
from longwriter.steps.engines import open_engine

EXAMPLES = """
\b
Examples:
  longwriter data interleave long-outputs --out build/interleaved
  longwriter data interleave long-outputs --thinking static --out build/static
  longwriter data interleave long-outputs --thinking none --out build/plain
  longwriter data interleave runs/ --by NAME --base-url URL --out build/told
The first three have the same texts; they differ in the thinking alone.
"""


@click.command("interleave", epilog=EXAMPLES)
@click.argument("runs", nargs=-1, required=True)
@with_options(OUT)
@click.option(
    "--thinking", type=click.Choice(["interleaved", "static", "none"]),
    help="Plan, then look back and ahead between sections; the plan alone; or nothing.  [default: interleaved]",
)  # fmt: skip
@click.option("--answer-tags", is_flag=True, help="Put the text into <answer> tags, for GRPO with thinking.")
@click.option("--own-thoughts", is_flag=True, help="Keep what the run's own models thought, where they did.")
@click.option(
    "--by", help="Model that also says what it thinks of each section: PROVIDER/NAME, or a name at --base-url."
)
@click.option("--seed", type=int, help="Of the questions to the model.  [default: 7]")
@click.option("--skip-failed", is_flag=True, help="Leave out the runs that the model failed on.")
@with_options(BENCHMARK, *LIMITS, *ENGINE, *SERVER, PUSH, JSON)
def interleave_(
    runs: tuple[str, ...], out: Path, engine: str, concurrency: int, push_to: str | None, as_json: bool, **flags: object
) -> None:
    """Make one conversation of each of RUNS: plan, write, look back, write on, in one reply.

    RUNS are run folders, folders of runs, or data sets of `longwriter data agentwrite`. The thinking stands in <think>
    tags and is made of the run's records: its plan, the words written and still wanted, what a section left out.
    """
    tree = merge({"runs": runs}, {key: flags[key] for key in OWN if flags[key] is not None})
    tree |= {"benchmarks": flags["benchmarks"], "limits": limits(flags)}
    if flags["by"]:
        tree = merge(tree, {"model": {"model": flags["by"]} | {key: flags[key] for key in SERVED}})
    settings = from_flags(InterleaveSettings, tree)
    report = interleave(settings, out, open_engine(engine, concurrency), StepProgressDisplay(), provenance())
    Delivery(out, push_to, as_json).finish(report)


OWN = ("thinking", "answer_tags", "own_thoughts", "seed", "skip_failed")
