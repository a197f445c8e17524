"""longwriter estimate: the price before paying it."""

import click

from longwriter.api.job import new_job
from longwriter.cli.shared.grouped import GroupedHelp
from longwriter.cli.shared.options import HOME, JSON, PRICES, REACH, SOURCES, TEXT, Finite, naming_flags, with_options
from longwriter.cli.shared.tables import money
from longwriter.cli.write.write_run import run_async
from longwriter.length.doubts import doubts
from longwriter.text import counted
from longwriter.writer.estimate import ASSUMED_WORDS, TOKENS_A_SECOND
from longwriter.writer.estimate import estimate as forecast
from longwriter.writer.session import Options
from longwriter.writer.settings import WriteSettings

EXAMPLES = """
\b
Example:
  longwriter estimate "Write a 50000-word novel about a ferry" \\
      --model gpt-4o --context window
"""


@click.command(cls=GroupedHelp, epilog=EXAMPLES)
@click.argument("instruction")
@click.option("--speed", type=Finite(min=0.1), default=TOKENS_A_SECOND, show_default=True, help="Tokens per second.")
@with_options(*TEXT, *SOURCES, *REACH, PRICES, HOME, JSON)
def estimate(instruction: str, speed: float, **flags: object) -> None:
    """Print calls, tokens, cost and minutes of a text; nothing is asked of the model."""
    with naming_flags():
        job = new_job(instruction, flags | {"runs": flags["home"]})
    print_estimate(job.settings, job.options, speed, as_json=bool(flags["as_json"]))


def print_estimate(settings: WriteSettings, work: Options, speed: float = TOKENS_A_SECOND, *, as_json: bool) -> None:
    """One forecast on standard output."""
    made = run_async(forecast(settings, work, speed))
    if as_json:
        click.echo(made.model_dump_json())
        return
    for doubt in doubts(settings.instruction) if made.assumed else ():
        click.echo(f"warning: {doubt}", err=True)
    if made.assumed:
        click.echo(f"no length is named: about {ASSUMED_WORDS:,} words are assumed; give --words for another", err=True)
    size = f"{counted(made.words, 'word')} in {counted(made.sections, 'section')}: {counted(made.calls, 'call')}"
    click.echo(
        f"{size}, {made.prompt_tokens:,} prompt + {made.completion_tokens:,} completion tokens, {money(made.cost)}, "
        f"about {made.minutes:g} minutes at {speed:g} tokens/s one call at a time (context {made.context}; a model that "
        "keeps to the lengths asked for)"
    )
    if made.cost and made.cost_cached is not None:
        share = 100 * made.cached_tokens / made.prompt_tokens
        click.echo(
            f"{money(made.cost_cached)} where the server's cache serves the {share:.0f} % of the prompts that it can"
        )
    if made.cost_batch:
        click.echo(f"{money(made.cost_batch)} at the price of the provider's batch API, which longwriter does not use")
