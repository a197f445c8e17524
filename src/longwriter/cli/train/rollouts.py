"""longwriter rollouts: what a GRPO run wrote, and why it was rewarded."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from longwriter.cli.shared.options import JSON, with_options
from longwriter.cli.shared.printed import json_line, print_json
from longwriter.cli.shared.tables import show_table
from longwriter.errors import InputError, RunError
from longwriter.rewards.tags import read_tags
from longwriter.runs.folders import resolved, write_file
from longwriter.train.rollouts.hacking import HackingWatch
from longwriter.train.rollouts.page import GENERATOR, SAMPLES, make_page
from longwriter.train.rollouts.stats import SORTS, StepStats, ordered, step_stats
from longwriter.train.rollouts.store import Rollout, read_steps

EXAMPLES = """
\b
Examples:
  longwriter rollouts build/zero
  longwriter rollouts build/zero --step 40 --sort reward
  longwriter rollouts build/zero --step 40 --group 3 --show 1 --full
  longwriter rollouts build/zero --html zero.html
"""
LEGEND = (
    "n rollouts, rewards ± their standard deviation within a group, words of answer and think; shares: rep. repeated text, "
    "cut at the token limit, bad form, flat groups (nothing to learn), miss. missing scores"
)
SHOWN = 10
CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | dict.fromkeys(
    range(127, 160), "\ufffd"
)
"""What a model writes must not steer a terminal."""
TELL_AFTER_S = 2.0


@click.command(epilog=EXAMPLES)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--step", type=int, help="Show this step's rollouts.  [default: a table of all steps]")
@click.option("--sort", type=click.Choice(SORTS), help="Highest first.  [default: advantage]")
@click.option("--group", type=int, help="Of this group alone: the rollouts of one request.")
@click.option("--show", type=click.IntRange(1), help=f"Show so many rollouts.  [default: {SHOWN}; with --json all]")
@click.option("--full", is_flag=True, help="Whole texts, with the reasons of each reward.")
@click.option(
    "--html", type=click.Path(path_type=Path), help="Write one page with curves and samples, for any browser."
)
@click.option("--samples", type=click.IntRange(0), help=f"Rollouts of each step on the page.  [default: {SAMPLES}]")
@with_options(JSON)
def rollouts(run: Path, html: Path | None, samples: int | None, **flags: object) -> None:
    """Browse the rollouts of RUN, the folder of a longwriter train grpo run.

    Without options: a table of the steps. With --step, --sort, --group, --show or --full: rollouts of one step, the last
    one if none is named.
    """
    as_json = bool(flags["as_json"])
    if html is not None:
        _check(html)
        write_file(resolved(html), make_page(run, SAMPLES if samples is None else samples, ReadingProgress()))
        click.echo(json_line({"html": str(html)}) if as_json else f"written: {html}; open it in a browser")
        return
    if any(flags[key] for key in ("sort", "show", "full")) or flags["step"] is not None or flags["group"] is not None:
        _step(run, flags)
        return
    stats, watch = list[StepStats](), HackingWatch()
    for number, found in _told(run):
        stats.append(step_stats(number, found))
        watch.take(found)
    if as_json:
        print_json([s.model_dump() for s in stats])
        return
    show_table(_steps_table(stats))
    for sign in watch.signs():
        click.echo(f"is the reward gamed? {sign.told}")
    click.echo(f"{LEGEND}\nRollouts of a step: longwriter rollouts {run} --step {stats[-1].step}", err=True)


def _check(html: Path) -> None:
    """Refuse a place that cannot be written, or a file there that is no such page. Raises InputError."""
    if html.is_dir():
        raise InputError(f"{html} is a folder; give a file name, such as {html / 'rollouts.html'}")
    if not resolved(html).parent.is_dir():
        raise InputError(f"{html.parent} does not exist; make it first")
    if html.exists() and GENERATOR not in html.read_text("utf-8", errors="replace")[:2000]:
        raise InputError(f"{html} exists and is no page of this command; choose another name")


class ReadingProgress:
    """Says from time to time how far the reading is, on standard error."""

    def __init__(self, write: Callable[[str], None] = lambda line: click.echo(line, err=True)) -> None:
        """`write`: shows a line."""
        self.write, self.told = write, time.monotonic()

    def __call__(self, step: int) -> None:
        """One more step was read."""
        if time.monotonic() - self.told > TELL_AFTER_S:
            self.told = time.monotonic()
            self.write(f"read up to step {step:,}")


def _told(run: Path) -> Iterator[tuple[int, list[Rollout]]]:
    tell = ReadingProgress()
    for step, found in read_steps(run):
        yield step, found
        tell(step)


def _step(run: Path, flags: dict[str, object]) -> None:
    """Rollouts of one step."""
    step, found = _one(run, flags["step"])
    if flags["group"] is not None:
        groups = sorted({r.group for r in found})
        found = [r for r in found if r.group == flags["group"]]
        if not found:
            raise InputError(f"step {step} has no group {flags['group']}; there are {_listed(groups)}")
    stats = step_stats(step, found)
    chosen = ordered(found, str(flags["sort"] or "advantage"))
    show = flags["show"]
    assert show is None or isinstance(show, int)
    if flags["as_json"]:
        every = [r.model_dump() for r in chosen[:show]]
        print_json({"stats": stats.model_dump(), "rollouts": every})
        return
    shown = chosen[: show or (1 if flags["full"] and flags["group"] is not None else SHOWN)]
    show_table(_steps_table([stats]))
    if flags["full"]:
        for rollout in shown:
            _whole(rollout)
        return
    click.echo()
    show_table(_samples_table(shown))
    left = f"{len(shown)} of {len(found)}; " if len(shown) < len(found) else ""
    click.echo(f"{left}whole texts: --step {step} --group {shown[0].group} --show 1 --full", err=True)


def _one(run: Path, wanted: object) -> tuple[int, list[Rollout]]:
    """The step that is wanted, else the last that has rollouts."""
    steps, last = [], None
    for step, found in _told(run):
        steps.append(step)
        if step == wanted or (wanted is None and found):
            last = step, found
        if step == wanted:
            break
    if last is None or not last[1]:
        raise RunError(f"{run}: no rollouts of step {wanted}; there are {_listed(steps)}")
    return last


def _listed(numbers: Sequence[int]) -> str:
    """All of a few, else the first and the last."""
    return ", ".join(map(str, numbers)) if len(numbers) <= 10 else f"{numbers[0]} to {numbers[-1]}"


def _steps_table(stats: Sequence[StepStats]) -> Table:
    """Means of each step, as `LEGEND` says."""
    names = list(dict.fromkeys(name for s in stats for name in s.rewards))
    missing = any(r.missing for s in stats for r in s.rewards.values())
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    heads = ["step", "n", *names, "answer", "think", "rep.", "cut", "bad", "flat"]
    for head in heads + ["miss."] * missing:
        table.add_column(head, justify="right", no_wrap=True)
    for s in stats:
        row = [f"{s.step:,}", f"{s.rollouts:,}"]
        for name in names:
            found = s.rewards.get(name)
            spread = f" ±{found.spread:.2f}" if found and found.spread is not None else ""
            row.append("–" if found is None or found.mean is None else f"{found.mean:.2f}{spread}")
        row += ["–" if value is None else f"{value:,.0f}" for value in (s.answer_words, s.think_words)]
        row += ["–" if v is None else f"{100 * v:.0f}%" for v in (s.repeated, s.cut, s.malformed, s.flat)]
        row += [f"{sum(r.missing for r in s.rewards.values()):,}"] * missing
        table.add_row(*row)
    return table


def _samples_table(shown: Sequence[Rollout]) -> Table:
    names = list(dict.fromkeys(name for r in shown for name in r.rewards))
    table = Table(box=None, pad_edge=False, expand=True)
    for head in ("group", "adv.", *names, "answer", "think", "range", ""):
        table.add_column(head, no_wrap=True)
    table.add_column("request", no_wrap=True, overflow="ellipsis", ratio=1)
    for r in shown:
        fault = "malformed" if read_tags(r.completion, r.mode).fault else ""
        cells = [str(r.group), f"{r.advantage:+.2f}", *(_score(r.rewards.get(name)) for name in names)]
        cells += [
            f"{r.answer_words:,}",
            f"{r.think_words:,}",
            _range(r),
            ", ".join(filter(None, ("cut" * r.cut, fault))),
        ]
        table.add_row(*cells, _plain(" ".join(r.request.split())))
    return table


def _whole(r: Rollout) -> None:
    """One rollout as it is."""
    console, tagged = Console(highlight=False, soft_wrap=True), read_tags(r.completion, r.mode)
    bold = f"step {r.step}, group {r.group}, {r.id}   advantage {r.advantage:+.3f}"
    console.rule(Text(bold, style="bold"), align="left")
    console.print(_plain(f"Request: {r.request}"))
    console.print(f"{r.answer_words:,} words answer, {r.think_words:,} think, wanted {_range(r)}", markup=False)
    for note in filter(None, ("cut at the token limit" * r.cut, tagged.fault and f"malformed: {tagged.fault}")):
        console.print(_plain(note, "yellow"))
    for name, value in r.rewards.items():
        own = r.advantages.get(name)
        told = "no advantage" if own is None else f"advantage {own:+.3f}"
        why = json_line(r.why.get(name, {}))
        console.print(_plain(f"{name:<10} {_score(value):>8}   {told}   {why}"))
    if tagged.fault:
        console.print(_plain(f"\n{r.completion}\n"))
        return
    if tagged.think:
        console.print(_plain(f"\n[think]\n{tagged.think}", "dim"))
    console.print(_plain(f"\n{tagged.answer}\n"))


def _plain(text: str, style: str = "") -> Text:
    """As it stands: brackets are no markup, and control characters are shown."""
    return Text(text.translate(CONTROLS), style=style)


def _score(value: float | None) -> str:
    return "missing" if value is None else f"{value:.3f}"


def _range(r: Rollout) -> str:
    return "–" if r.upper is None else f"{r.lower:,}–{r.upper:,}"
