"""longwriter data pairs: preference pairs for DPO and reward models from a model's own samples."""

from pathlib import Path

import click

from longwriter.api.settings import role_over
from longwriter.cli.data.options import ENGINE, JSON, OUT, PUSH, Delivery
from longwriter.cli.shared.options import FINITE, REACH, TEXT, Decorator, from_flags, settings, with_options
from longwriter.cli.shared.step_progress import StepProgressDisplay, provenance
from longwriter.data.agentwrite.build import EACH
from longwriter.data.instructions import read_instructions, sha256_of_instructions
from longwriter.data.pairs.build import PairSettings, make_pairs
from longwriter.steps.engines import open_engine

EXAMPLES = """
\b
Examples:
  longwriter data pairs requests.jsonl --model hf:build/sft \\
      --out build/pairs --max-tokens 2000
  longwriter data pairs requests.jsonl --model NAME --base-url URL \\
      --quality JUDGE --judging preference --out pairs --margin 5
  longwriter data pairs requests.jsonl --model NAME --base-url URL \\
      --agentwrite --out pairs
The same command again goes on where it stopped. --k, --quality, --judging and
--margin may change: samples that exist are used again.
"""
TEMPERATURE = 1.0
"""Where nothing else is said: samples of a request should differ."""


def _name(option: Decorator) -> str:
    def nothing() -> None:
        """Takes the option."""

    return str(click.command()(option(nothing)).params[0].name)


OWN = ("words", "temperature", "max_section_tokens", "max_cost", "max_tokens")
"""Options of `write` that mean something else here, or nothing."""
SHARED = [option for option in [*TEXT, *REACH] if _name(option) not in OWN]


@click.command("pairs", epilog=EXAMPLES)
@click.argument("instructions")
@with_options(OUT)
@click.option("--k", type=int, help="Samples of each request.  [default: 4]")
@click.option(
    "--quality", default="rules", show_default=True,
    help="Beside S_l: rules (repetition, cut ends, wrong language), none, or a model at --base-url that judges.",
)  # fmt: skip
@click.option(
    "--judging", type=click.Choice(["score", "preference"]),
    help="The judge gives each sample a number, or reasons about two and prefers one, in both orders.  [default: score]",
)  # fmt: skip
@click.option("--direct/--agentwrite", default=True, help="Bare replies, or texts by AgentWrite.  [default: direct]")
@click.option("--temperature", type=FINITE, help=f"Of the samples.  [default: {TEMPERATURE}]")
@click.option("--max-tokens", "max_section_tokens", type=int, help="Most tokens of one reply, thinking included.")
@click.option("--margin", type=FINITE, help="Least difference of a pair's scores.  [default: 0, but never equal]")
@click.option("--limit", "first", type=int, help="Use the first so many instructions.")
@click.option("--skip-failed", is_flag=True, help="Build the data set without the samples that failed.")
@with_options(*ENGINE, PUSH, *SHARED, JSON)
def pairs(
    instructions: str, out: Path, engine: str, concurrency: int, push_to: str | None, as_json: bool, **flags: object
) -> None:
    """Sample k answers to each of INSTRUCTIONS, score them, and pair the best with a random other.

    INSTRUCTIONS is a .jsonl, .parquet, .csv or .txt file, a folder of them or hub:OWNER/NAME, with prompt, instruction or
    messages, and id and words if wanted. A score is the mean of S_l against the stated length and the quality.
    """
    chosen = _settings(instructions, flags)
    report = make_pairs(chosen, out, open_engine(engine, concurrency), StepProgressDisplay(), provenance())
    Delivery(out, push_to, as_json).finish(report)


def _settings(instructions: str, flags: dict[str, object]) -> PairSettings:
    """Raises InputError naming the bad key."""
    writer = settings(EACH, flags)
    if writer.temperature is None:
        writer = writer.model_copy(update={"temperature": TEMPERATURE})
    quality = str(flags["quality"])
    tree: dict[str, object] = {
        "instructions": instructions,
        "instructions_sha256": sha256_of_instructions(read_instructions(instructions)),
        "writer": writer.model_dump(),
        "quality": quality if quality in ("rules", "none") else "judge",
    }
    if tree["quality"] == "judge":
        tree["judge"] = role_over(writer.writer.model_dump(), {"model": quality})
    names = ("k", "direct", "margin", "first", "skip_failed", "judging")
    given = {key: flags[key] for key in names if flags[key] is not None}
    return from_flags(PairSettings, tree | given)
