"""longwriter bench preferences: how often a reward model or a judge prefers what people preferred."""

import re
from collections.abc import Mapping
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from longwriter.bench.preferences.report import PreferencePart, PreferenceReport
from longwriter.bench.preferences.run import preference_settings, run_preferences
from longwriter.bench.records import Metric
from longwriter.bench.run import Runtime
from longwriter.cli.bench.run import HOME
from longwriter.cli.shared.options import FINITE, JSON, extra_body_option, from_flags, header_option, with_options
from longwriter.cli.shared.printed import print_json
from longwriter.cli.shared.step_progress import StepProgressDisplay
from longwriter.cli.shared.tables import show_table
from longwriter.data.pairs.published import read_published
from longwriter.errors import LongWriterError
from longwriter.rewards.base import RewardSettings
from longwriter.steps.local import LocalEngine

EXAMPLES = """
\b
Examples:
  longwriter bench preferences WP_bench_english.json \\
      --reward-model build/reward
  longwriter bench preferences hub:m-a-p/Writing-Preference-Bench \\
      --judge NAME --judge-url URL --first 200
  longwriter bench preferences rehydrated_test_data.csv \\
      --reward-url http://localhost:8000/classify
The same command again goes on with a run that was stopped.
"""
GIVEN = (
    *("reward_model", "reward_url", "reward_name", "judge", "judge_url", "judge_key_env", "judge_headers"),
    *("judge_extra_body", "judge_reasons", "timeout_s", "retry_s"),
)


@click.command("preferences", epilog=EXAMPLES)
@click.argument("pairs")
@click.option("--reward-model", help="Folder of longwriter train reward.")
@click.option("--reward-url", help="Server with a reward model, such as vLLM's /classify.")
@click.option("--reward-name", help="The model's name at that server.")
@click.option("--judge", help="A language model that reads both texts, in both orders.")
@click.option("--judge-url", help="Its OpenAI-compatible endpoint.")
@click.option("--judge-key-env", help="Environment variable with its key.  [default: the provider's]")
@with_options(
    header_option("--judge-header", "judge_headers"), extra_body_option("--judge-extra-body", "judge_extra_body")
)
@click.option(
    "--reasons/--verdict", "judge_reasons", default=True, help="The judge reasons first, or not.  [default: reasons]"
)
@click.option("--timeout", "timeout_s", type=FINITE, help="Longest silence of a server, in seconds.")
@click.option("--retry", "retry_s", type=FINITE, help="Seconds that one call may spend on retries.")
@click.option("--first", type=click.IntRange(1), help="The first so many pairs.")
@click.option("--concurrency", type=click.IntRange(1, 4096), default=16, show_default=True, help="Calls at once.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run.  [default: bench/preferences-...]")
@with_options(JSON)
def preferences(
    pairs: str, first: int | None, concurrency: int, out: Path | None, *, as_json: bool, **flags: object
) -> None:
    """Ask a reward model or a judge which text of each of PAIRS is better, and report by language, genre and length.

    PAIRS is a .json, .jsonl, .csv or .parquet file, a folder of them or hub:OWNER/NAME, in the form of
    WritingPreferenceBench, of LitBench, or with prompt, chosen and rejected.
    """
    rewards = from_flags(RewardSettings, {key: flags[key] for key in GIVEN if flags[key] is not None})
    by = next((str(flags[key]) for key in ("reward_model", "reward_url", "judge") if flags[key] is not None), "")
    named = re.sub(r"[^0-9A-Za-z._-]+", "-", f"{Path(pairs).stem}-{by}").strip("-")
    folder = out or HOME / f"preferences-{named}"
    runtime = Runtime(LocalEngine(concurrency if rewards.judge else 1), StepProgressDisplay())
    read = read_published(pairs)
    settings = preference_settings(pairs, read.pairs, rewards, first)
    found = run_preferences(settings, read.pairs, read.left_out, folder, runtime)
    if as_json:
        print_json(found.model_dump())
    else:
        show(found)
    click.echo(f"every pair: {folder / 'pairs.jsonl'}", err=True)
    if found.whole.accuracy.missing:
        why = next(iter(found.faults))
        raise LongWriterError(
            f"{found.whole.accuracy.missing:,} of {found.whole.pairs:,} pairs have no verdict, and are left out of the "
            f"means; the most frequent reason: {why}"
        )


def show(found: PreferenceReport) -> None:
    """On standard output."""
    show_table(_parts("", {"all pairs": found.whole}))
    for title, parts in (("longer text", found.lengths), ("language", found.languages), ("genre", found.genres)):
        if len(parts) > 1 or title == "longer text":
            show_table(_parts(title, parts))
    told = {
        "the longer text is preferred": found.longer_preferred,
        "r of preference and ln(words chosen / words rejected)": found.length_correlation,
        "r of score and words": found.score_words_correlation,
        "both orders agree": found.order_agreement,
        "the text shown first is preferred": found.first_preferred,
    }
    for name, value in told.items():
        if value is not None:
            click.echo(f"{name}: {_value(value)}{_interval(value)}")
    for reason, count in found.left_out.items():
        click.echo(f"left out: {count:,} rows, {reason}")


def _parts(title: str, parts: Mapping[str, PreferencePart]) -> Table:
    table = Table(title, "accuracy", "95 %", "ties", "always the longer", "pairs", "missing", box=None, pad_edge=False)
    for name, part in parts.items():
        ties = "-" if part.ties is None else f"{part.ties:.3f}"
        missing = f"{part.accuracy.missing:,}"
        cells = (_value(part.accuracy), _interval(part.accuracy).strip(), ties, _value(part.longer))
        table.add_row(Text(name), *cells, f"{part.pairs:,}", missing)
    return table


def _value(metric: Metric) -> str:
    return "-" if metric.value is None else f"{metric.value:.3f}"


def _interval(metric: Metric) -> str:
    return "" if metric.low is None or metric.high is None else f"  {metric.low:.3f} to {metric.high:.3f}"
