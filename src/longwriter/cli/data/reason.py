"""longwriter data reason: the plans under which human texts are likeliest."""

from pathlib import Path
from typing import cast

import click

from longwriter.api.settings import SERVED
from longwriter.cli.data.options import ENGINE, JSON, OUT, PUSH, RANGE, Delivery
from longwriter.cli.shared.options import FINITE, SERVER, from_flags, with_options
from longwriter.cli.shared.step_progress import StepProgressDisplay, provenance
from longwriter.config import merge
from longwriter.data.backtranslate.reason.build import ReasonSettings, find_plans
from longwriter.steps.engines import open_engine

EXAMPLES = """
\b
Examples:
  longwriter data backtranslate build/books --out build/essays
  longwriter data reason build/essays --scorer hf:FOLDER --out build/reasoned
  longwriter data reason build/essays --scorer hf:FOLDER --by NAME \\
      --base-url URL --out build/told
The same command again goes on with a search that was stopped.
"""
SEARCH = ("scorer", "steps", "candidates", "enough", "seed")
OWN = ("words", "texts", "first")


@click.command("reason", epilog=EXAMPLES)
@click.argument("dataset")
@with_options(OUT)
@click.option(
    "--scorer", required=True, help="Weights that say how likely a text is: hf:FOLDER, hf:FILE.gguf, hf:ORG/NAME."
)
@click.option(
    "--by", default="rules", show_default=True,
    help="What proposes lines of a plan: rules, or a model: PROVIDER/NAME, or a name at --base-url.",
)  # fmt: skip
@click.option("--steps", type=int, help="Lines of each plan that are looked at again.  [default: 10]")
@click.option("--candidates", type=int, help="Other lines that are tried each time.  [default: 2]")
@click.option("--enough", type=FINITE, help="Nats a token at which a text is explained.  [default: 0.25]")
@click.option("--words", type=RANGE, help="Of a section, where a row has no plan.  [default: 150,500]")
@click.option("--texts", type=RANGE, help="Words of a text; others are left out.  [default: 200,6000]")
@click.option("--answer-tags", is_flag=True, help="Put the text into <answer> tags, for GRPO with thinking.")
@click.option("--limit", "first", type=int, help="Use the first so many rows.")
@click.option("--seed", type=int, help="Of all that is drawn.  [default: 7]")
@click.option("--skip-failed", is_flag=True, help="Leave out the texts that failed.")
@with_options(*ENGINE, *SERVER, PUSH, JSON)
def reason(
    dataset: str, out: Path, engine: str, concurrency: int, push_to: str | None, as_json: bool, **flags: object
) -> None:
    """Find the plan that each text of DATASET follows, and put it in think tags before the text.

    DATASET has requests with human texts, as `longwriter data backtranslate` makes them: messages, or prompt and response;
    a column `plan` is where the search begins. The scorer reads the text after each plan that is tried.
    """
    search = {key: flags[key] for key in SEARCH if flags[key] is not None}
    if flags["by"] != "rules":
        search["model"] = merge({}, {"model": flags["by"]} | {key: flags[key] for key in SERVED})
    tree: dict[str, object] = {"source": dataset, "search": search, "answer_tags": flags["answer_tags"]}
    tree |= {"skip_failed": flags["skip_failed"]} | {key: flags[key] for key in OWN if flags[key] is not None}
    settings = from_flags(ReasonSettings, tree)
    report = find_plans(settings, out, open_engine(engine, concurrency), StepProgressDisplay(), provenance())
    for name, number in cast(dict[str, int], report["dropped"]).items():
        click.echo(f"  dropped {number:>7,}  {name}", err=True)
    nats = [report[f"nats_a_token_after_the_{name}"] for name in ("request", "first_plan", "plan_found")]
    shown = " -> ".join("-" if n is None else f"{n:.3f}" for n in cast(list[float | None], nats))
    click.echo(f"nats a token: {shown} (request alone, first plan, plan found)", err=True)
    click.echo(f"{report['kept']:,} kept: {out}/train.parquet", err=True)
    Delivery(out, push_to, as_json).deliver(report)
