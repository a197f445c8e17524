"""longwriter score: the rewards of a text, and why."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import click
from pydantic import JsonValue
from rich.table import Table
from rich.text import Text

from longwriter.api.scoring import RangedSample, Wanted, about, check_rewards, score_samples
from longwriter.cli.score_source import read_range, read_source, sources_of
from longwriter.cli.shared.options import FINITE, HOME, JSON, extra_body_option, from_flags, header_option, with_options
from longwriter.cli.shared.printed import print_json
from longwriter.cli.shared.pulse import clock
from longwriter.cli.shared.tables import show_table
from longwriter.cli.write.write_run import run_async
from longwriter.errors import InputError
from longwriter.rewards.base import Mode, RewardSettings, Verdict, reward_class, traits_of
from longwriter.rewards.scoring import Verdicts, reason_of
from longwriter.rewards.tags import read_tags

EXAMPLES = """
\b
Examples:
  longwriter score story.md --words 3000
  longwriter score story.md --request "Write at least 2,000 words on tea"
  longwriter score RUN
      a run of write, or of train grpo (its last step)
  longwriter score samples.jsonl --json
      one sample per line: prompt and text; id, mode, lower, upper, words if
      wanted
  longwriter score samples.jsonl --id 17 --reward length,format,writing \\
      --reward-model build/reward
"""
TELL_AFTER_S = 2.0
MOST_ROWS = 40


@click.command(epilog=EXAMPLES)
@click.argument("source", metavar="FILE|RUN")
@click.option(
    "--reward",
    "names",
    default="length,format",
    show_default=True,
    help="length, format, style, slop, consistency, citations, writing, generative.",
)
@click.option("--request", help="What the text was asked to be.")
@click.option("--words", type=click.IntRange(min=1), help="Wanted length; 10 % either way is full.")
@click.option("--range", "bounds", metavar="LO-HI", help="Wanted length as a range.")
@click.option(
    "--mode", type=click.Choice(["think", "direct", "plain"]), help="Tags that must be there.  [default: by its tags]"
)
@click.option("--longest", type=FINITE, help="Times the range's upper end where length is worth 0.  [default: 2]")
@click.option("--id", "chosen", help="Explain this sample of many.")
@click.option("--slop-list", help="For slop: file of longwriter slop learn.  [default: the shipped list]")
@click.option("--style", help="For style: file of longwriter style learn.")
@click.option(
    "--sources",
    help="For citations: folder sources of a run, or its chunks.jsonl.  [default: the run's, the request's]",
)
@click.option("--reward-model", help="For writing: folder of longwriter train reward.")
@click.option("--reward-url", help="For writing: server with a reward model.")
@click.option("--judge", help="For writing: model that judges in pairs.")
@click.option("--judge-url", help="Its OpenAI-compatible endpoint.")
@with_options(
    header_option("--judge-header", "judge_headers"),
    extra_body_option("--judge-extra-body", "judge_extra_body"),
    HOME,
    JSON,
)
def score(source: str, names: str, chosen: str | None, home: Path, as_json: bool, **flags: object) -> None:
    """Say what the rewards of a text are, and why.

    The wanted range of lengths is that of --range or --words, the sample's own, or what its request names.
    """
    given = _given(flags)
    items = read_source(source, home, given)
    if chosen is not None:
        items = [item for item in items if item.sample.id == chosen]
        if not items:
            raise InputError(f"{source}: no sample has the id {chosen!r}")
    rewards = [name.strip() for name in names.split(",") if name.strip()]
    samples = [item.sample for item in items]
    check_rewards(rewards, samples)
    given_settings = (
        "longest",
        "slop_list",
        "style",
        "sources",
        "reward_model",
        "reward_url",
        "judge",
        "judge_url",
        "judge_headers",
        "judge_extra_body",
    )
    if "citations" in rewards and flags["sources"] is None and (own := sources_of(source, home)) is not None:
        flags["sources"] = str(own)
    settings = from_flags(RewardSettings, {k: flags[k] for k in given_settings if flags[k] is not None})
    scored = run_async(score_samples(rewards, settings, samples, HowFar().tell))
    if as_json:
        for item, verdicts in zip(items, scored, strict=True):
            print_json(as_tree(item, verdicts))
    elif len(items) == 1:
        explain(items[0], scored[0])
        return
    else:
        overview(items, scored)
    tell_missing(items, scored)


def _given(flags: dict[str, object]) -> Wanted:
    words, bounds = flags["words"], flags["bounds"]
    if words is not None and bounds is not None:
        raise InputError("give --words or --range, not both")
    wanted = about(words) if isinstance(words, int) else read_range(bounds) if isinstance(bounds, str) else None
    request = flags["request"]
    flag = "--range" if bounds is not None else "--words, 10 % either way"
    return Wanted(str(request) if request is not None else None, wanted, flag, cast("Mode | None", flags["mode"]))


class HowFar:
    """Says on standard error, every few seconds, how many samples are scored."""

    def __init__(self) -> None:
        self.begun = self.said_at = time.monotonic()

    def tell(self, done: int, total: int) -> None:
        """`done` of `total` samples."""
        now = time.monotonic()
        if now - self.said_at > TELL_AFTER_S and done < total:
            self.said_at = now
            left = (now - self.begun) / done * (total - done)
            click.echo(f"scored {done:,}/{total:,}, {clock(left)} left", err=True)


def as_tree(item: RangedSample, verdicts: Verdicts) -> dict[str, object]:
    """One sample for scripts."""
    sample = item.sample
    tree: dict[str, object] = {"id": sample.id, "mode": sample.mode, "lower": sample.lower, "upper": sample.upper}
    tree |= {"range_from": item.source, "rewards": {name: verdict.value for name, verdict in verdicts.items()}}
    return tree | {"why": {name: dict(verdict.why) for name, verdict in verdicts.items()}}


def tell_missing(items: list[RangedSample], scored: list[Verdicts]) -> None:
    """On standard error: how many samples a reward has no value for, and the first one's reason."""
    for name in scored[0]:
        missing = [(item, row[name]) for item, row in zip(items, scored, strict=True) if row[name].value is None]
        if missing:
            item, first = missing[0]
            unranged = traits_of(reward_class(name)).needs_range and item.sample.upper is None
            reason = reason_of(first) or (item.source if unranged else "the reward does not say why")
            told = f"{name}: no value for {len(missing):,} of {len(items):,} samples; the first, {item.sample.id}: {reason}"
            click.echo(" ".join(told.split()), err=True)


def explain(item: RangedSample, verdicts: Verdicts) -> None:
    """One sample for a person."""
    table = Table("reward", "value", "why", box=None, pad_edge=False)
    for name, verdict in verdicts.items():
        table.add_row(name, _value(verdict.value), Text(_why(name, item, verdict)))
    show_table(table)
    passages = verdicts["format"].why.get("passages") if "format" in verdicts else None
    if isinstance(passages, list) and passages:
        click.echo("")
        show_table(_passages(passages, read_tags(item.sample.completion, item.sample.mode).answer))


def _why(name: str, item: RangedSample, verdict: Verdict) -> str:
    why = verdict.why
    if name == "length":
        words = f"{why['words']:,} words" if not why["fault"] else f"no answer: {why['fault']}"
        if verdict.value is None:
            return f"{words}; no range: {item.source} (--words N, --range LO-HI or --request TEXT)"
        return f"{words}; {why['lower']:,} to {why['upper']:,} wanted ({item.source})"
    if name == "format":
        if why["fault"]:
            return str(why["fault"])
        form = {"think": "thinking, then an answer", "direct": "one answer", "plain": "plain text"}[item.sample.mode]
        return f"{form}; {100 * float(str(why['repeated'])):.1f} % of the words repeat what stood earlier"
    if reason := reason_of(verdict):
        return reason
    return "; ".join(f"{key} {_said(value)}" for key, value in why.items() if value not in ("", [], {}))


def _said(value: JsonValue) -> str:
    """A reason for a person: of what was found the message alone; --json has all."""
    if isinstance(value, dict):
        return str(value.get("message") or ", ".join(f"{key} {_said(one)}" for key, one in value.items()))
    return ", ".join(map(_said, value)) if isinstance(value, list) else str(value)


def _passages(passages: list[JsonValue], answer: str) -> Table:
    """What repeats what, by line of the answer."""
    table = Table("line", "similarity", "says", "line", "what stood there", box=None, pad_edge=False)
    for passage in passages:
        assert isinstance(passage, dict)
        lines = (answer.count("\n", 0, int(str(passage[key]))) + 1 for key in ("start", "earlier_start"))
        here, there = map(str, lines)
        said, earlier = Text(str(passage["text"])), Text(str(passage["earlier"]))
        table.add_row(here, f"{passage['similarity']:.2f}", said, there, earlier)
    return table


def overview(items: list[RangedSample], scored: list[Verdicts]) -> None:
    """Many samples for a person: the lowest first where there are too many, and the means."""
    names = list(scored[0])
    rows = list(zip(items, scored, strict=True))
    if len(rows) > MOST_ROWS:
        rows = sorted(rows, key=lambda row: _mean([verdict.value for verdict in row[1].values()]) or 0.0)[:MOST_ROWS]
    table = Table("id", *names, "range", "fault", box=None, pad_edge=False)
    for item, verdicts in rows:
        bounds = f"{item.sample.lower:,}-{item.sample.upper:,}" if item.sample.upper else ""
        fault = read_tags(item.sample.completion, item.sample.mode).fault
        table.add_row(Text(item.sample.id), *(_value(v.value) for v in verdicts.values()), bounds, Text(fault))
    means = [_mean([verdicts[name].value for verdicts in scored]) for name in names]
    table.add_row(f"mean of {len(scored):,}", *map(_value, means), "", "", style="bold")
    show_table(table)
    shown = f"the {len(rows)} lowest; " if len(rows) < len(items) else ""
    click.echo(f"{shown}--id ID explains one, --json prints all")


def _mean(values: Sequence[float | None]) -> float | None:
    """Mean of the values that there are."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _value(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
