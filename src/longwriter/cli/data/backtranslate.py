"""longwriter data backtranslate: instructions and plans for texts that people wrote."""

from pathlib import Path

import click

from longwriter.api.settings import SERVED
from longwriter.cli.data.options import ENGINE, JSON, OUT, PUSH, RANGE, Delivery
from longwriter.cli.shared.options import SERVER, from_flags, with_options
from longwriter.cli.shared.pulse import clock
from longwriter.cli.shared.step_progress import StepProgressDisplay, provenance
from longwriter.config import merge
from longwriter.data.backtranslate.build import BacktranslateSettings, Made, make_triples
from longwriter.steps.engines import open_engine


@click.command(
    "backtranslate",
    epilog="\b\nExamples:\n"
    "  longwriter data backtranslate build/books \\\n"
    "      --out build/requests --held-out-every 40\n"
    "  longwriter data backtranslate essays.jsonl \\\n"
    "      --out build/essays --texts 2000,32000\n"
    "  longwriter data backtranslate build/books --by NAME --base-url URL \\\n"
    "      --out build/asked\n",
)
@click.argument("chapters")
@with_options(OUT)
@click.option(
    "--by",
    default="rules",
    show_default=True,
    help="What writes requests and plans: rules, or a model: PROVIDER/NAME, or a name at --base-url.",
)
@click.option("--words", type=RANGE, help="Of a plan's sections.  [default: 200,1000]")
@click.option("--texts", type=RANGE, help="Words of a text; others are left out.  [default: 500,32000]")
@click.option("--held-out-every", type=int, help="Hold out one chapter in so many.  [default: 0, none]")
@click.option(
    "--held-out-book", "held_out_books", multiple=True, help="Hold out books whose name begins so; may be repeated."
)
@click.option("--seed", type=int, help="Of all that is drawn.  [default: 7]")
@click.option("--skip-failed", is_flag=True, help="Leave out the texts that the model failed on.")
@with_options(*ENGINE, *SERVER, PUSH, JSON)
def backtranslate(
    chapters: str, out: Path, engine: str, concurrency: int, push_to: str | None, as_json: bool, **flags: object
) -> None:
    """Make (request, plan with word counts, text) from long texts that people wrote.

    CHAPTERS is a data set of `longwriter data books`, or any file or hub:OWNER/NAME with a column `text`. Requests come
    from titles, descriptions, subjects and keywords; every number of words is the text's own. What is held out goes into
    OUT/held.
    """
    opened = open_engine(engine, concurrency)
    to_model = {"model": flags.pop("by")} | {key: flags.pop(key) for key in SERVED}
    tree = merge({"source": chapters}, {key: value for key, value in flags.items() if value != ()})
    tree = tree if to_model["model"] == "rules" else merge(tree, {"model": to_model})
    settings = from_flags(BacktranslateSettings, tree)
    report = make_triples(settings, out, opened, StepProgressDisplay(), provenance())
    click.echo(summary(report, out), err=True)
    Delivery(out, push_to, as_json).deliver(report._asdict())


def summary(report: Made, out: Path) -> str:
    """The report in a few lines."""
    lines = [_split("train", report.train)]
    if report.held:
        lines.append(_split("held out", report.held))
    return "\n".join([*lines, f"{clock(report.seconds)}   data set: {out}"])


def _split(name: str, report: dict[str, object]) -> str:
    return f"{name}: {report['rows']:,} requests from {report['chapters']:,} texts"
