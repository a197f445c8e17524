"""longwriter data agentwrite: from requests to a data set of long outputs; longwriter data filter: the filters alone."""

import json
from pathlib import Path

import click

from longwriter.api.settings import role_over
from longwriter.cli.data.options import BENCHMARK, ENGINE, JSON, LIMITS, OUT, PUSH, Delivery, limits
from longwriter.cli.shared.grouped import GroupedHelp
from longwriter.cli.shared.options import REACH, TEXT, from_flags, settings, with_options
from longwriter.cli.shared.step_progress import StepProgressDisplay, provenance
from longwriter.cli.shared.tables import money
from longwriter.cli.write.write_run import run_async
from longwriter.data.agentwrite.build import EACH, BuildSettings, build_dataset, each
from longwriter.data.agentwrite.select import by_rules
from longwriter.data.filters.audit import filter_dataset
from longwriter.data.filters.contamination import read_benchmarks
from longwriter.data.filters.outputs import FilterLimits
from longwriter.data.instructions import Instruction, read_instructions, sha256_of_instructions
from longwriter.errors import InputError
from longwriter.steps.engines import open_engine
from longwriter.writer.estimate import estimate
from longwriter.writer.session import Options

SAMPLE = 8
"""Texts that a dry run rehearses; the others are taken to be like them."""
EXAMPLES = """
\b
Examples:
  longwriter data agentwrite requests.jsonl --model NAME --base-url URL \\
      --out long-outputs
  longwriter data agentwrite requests.jsonl --model NAME --base-url URL \\
      --out long-outputs --dry-run
  longwriter data agentwrite hub:OWNER/NAME --model NAME --judge OTHER \\
      --out d --benchmark longbench_write.jsonl
The same command again goes on with a build that was stopped; thresholds may
change, and nothing is written twice.
"""
FILTER_EXAMPLES = """
\b
Example:
  longwriter data filter hub:OWNER/LongWriter-6k --out audited \\
      --min-score 80 --benchmark longbench_write.jsonl
"""


@click.command(cls=GroupedHelp, epilog=EXAMPLES)
@click.argument("instructions")
@with_options(OUT)
@click.option("--judge", help="Model that judges whether a request needs a long answer.  [default: the writer]")
@click.option("--least-words", type=int, help="Length from which a request is worth answering.  [default: 2000]")
@click.option("--limit", type=int, help="Use the first so many instructions.")
@click.option("--skip-failed", is_flag=True, help="Build the data set without the texts that failed.")
@click.option("--dry-run", is_flag=True, help="Print what the rules select and what writing it costs; ask no model.")
@with_options(BENCHMARK, *LIMITS, *ENGINE, PUSH, *TEXT[1:], *REACH, JSON)
def agentwrite(
    instructions: str, out: Path, engine: str, concurrency: int, push_to: str | None, as_json: bool, **flags: object
) -> None:
    """Build long outputs for INSTRUCTIONS: select, write by AgentWrite, filter.

    INSTRUCTIONS is a .jsonl, .parquet, .csv or .txt file, a folder of them or hub:OWNER/NAME, with prompt, instruction or
    messages, and id and words if wanted. --max-cost and --max-tokens hold for each text.
    """
    found = read_instructions(instructions)
    chosen = _settings(instructions, found, flags)
    if flags["dry_run"]:
        _forecast(chosen, found, as_json=as_json)
        return
    opened = open_engine(engine, concurrency)
    report = build_dataset(chosen, out, opened, StepProgressDisplay(), provenance())
    Delivery(out, push_to, as_json).finish(report)


@click.command("filter", epilog=FILTER_EXAMPLES)
@click.argument("dataset")
@with_options(OUT, BENCHMARK, *LIMITS, PUSH, JSON)
def filter_(
    dataset: str, out: Path, benchmarks: tuple[str, ...], push_to: str | None, as_json: bool, **flags: object
) -> None:
    """Filter DATASET, rows with messages or prompt and response, by the filters of agentwrite."""
    thresholds = from_flags(FilterLimits, limits(flags))
    report = filter_dataset(dataset, out, thresholds, read_benchmarks(benchmarks), provenance())
    Delivery(out, push_to, as_json).finish(report)


def _settings(path: str, found: list[Instruction], flags: dict[str, object]) -> BuildSettings:
    """Settings of a build. Raises InputError naming the bad key."""
    writer = settings(EACH, flags)
    tree: dict[str, object] = {
        "instructions": path,
        "instructions_sha256": sha256_of_instructions(found),
        "writer": writer.model_dump(),
        "judge": role_over(writer.writer.model_dump(), {"model": flags["judge"]}),
        "benchmarks": flags["benchmarks"],
        "limits": limits(flags),
        "first": flags["limit"],
        "skip_failed": flags["skip_failed"],
    }
    return from_flags(BuildSettings, tree | {k: flags[k] for k in ("least_words",) if flags[k] is not None})


def _forecast(chosen: BuildSettings, found: list[Instruction], *, as_json: bool) -> None:
    """What the rules select, and calls, tokens and cost of writing it, from a rehearsal of a few."""
    limits_, first = chosen.limits, found[: chosen.first]
    ruled = by_rules(first, read_benchmarks(chosen.benchmarks), chosen.least_words, limits_.overlap, limits_.near)
    both = [*ruled.long, *ruled.open]
    if not both:
        raise InputError(f"the rules drop all of {len(first)} instructions; the first: {ruled.dropped[0].reason}")
    sample = both[:: max(1, len(both) // SAMPLE)][:SAMPLE]
    rehearsed = [run_async(estimate(each(chosen.writer, instruction), Options())) for instruction in sample]
    scale = len(both) / len(sample)
    costs = [m.cost for m in rehearsed]
    forecast: dict[str, object] = {
        "instructions": len(first),
        "long by rule": len(ruled.long),
        "for the judge": len(ruled.open),
        "dropped by rule": len(ruled.dropped),
        "calls": round(scale * sum(m.calls for m in rehearsed)) + len(ruled.open),
        "prompt tokens": round(scale * sum(m.prompt_tokens for m in rehearsed)),
        "completion tokens": round(scale * sum(m.completion_tokens for m in rehearsed)),
        "cost": None if None in costs else round(scale * sum(c or 0.0 for c in costs), 4),
    }
    if as_json:
        click.echo(json.dumps(forecast))
        return
    for name, value in forecast.items():
        cost = value if value is None or isinstance(value, float) else None
        click.echo(f"{name:>18}  {money(cost) if name == 'cost' else format(value, ',')}")
    click.echo(
        f"writing rehearsed on {len(sample)} of {len(both)}, as if the judge kept all that it is asked about", err=True
    )
