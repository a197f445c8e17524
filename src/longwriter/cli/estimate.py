"""longwriter estimate: the price before paying it."""

from pathlib import Path

import click

from longwriter.cli.options import HOME, JSON, PRICES, REACH, TEXT, Finite, settings, with_options
from longwriter.cli.tables import money
from longwriter.cli.work import run_async
from longwriter.writer.estimate import ASSUMED_WORDS, TOKENS_A_SECOND
from longwriter.writer.estimate import estimate as forecast
from longwriter.writer.session import Options
from longwriter.writer.settings import WriteSettings

EXAMPLES = """
\b
Example:
  longwriter estimate "Write a 50000-word novel about a ferry" --model gpt-4o --context window
"""


@click.command(epilog=EXAMPLES)
@click.argument("instruction")
@click.option("--speed", type=Finite(min=0.1), default=TOKENS_A_SECOND, show_default=True, help="Tokens a second.")
@with_options(*TEXT, *REACH, PRICES, HOME, JSON)
def estimate(instruction: str, speed: float, **flags: object) -> None:
    """Print calls, tokens, cost and minutes of a text; nothing is asked of the model."""
    prices = flags["prices"]
    work = Options(prices=prices if isinstance(prices, Path) else None)
    print_estimate(settings(instruction, flags), work, speed, as_json=bool(flags["as_json"]))


def print_estimate(settings: WriteSettings, work: Options, speed: float = TOKENS_A_SECOND, *, as_json: bool) -> None:
    """One forecast on standard output."""
    made = run_async(forecast(settings, work, speed))
    if as_json:
        click.echo(made.model_dump_json())
        return
    if made.assumed:
        click.echo(f"no length is named: about {ASSUMED_WORDS:,} words are assumed; give --words for another", err=True)
    click.echo(
        f"{made.words:,} words in {made.sections} sections: {made.calls} calls, {made.prompt_tokens:,} prompt + "
        f"{made.completion_tokens:,} completion tokens, {money(made.cost)}, about {made.minutes:g} minutes at {speed:g} "
        f"tokens/s one call at a time (context {made.context}; a model that keeps to the lengths asked for)"
    )
