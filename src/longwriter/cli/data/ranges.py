"""longwriter data ranges: prompts for reinforcement learning, with the length that each answer should have."""

from pathlib import Path
from typing import cast

import click

from longwriter.api.settings import SERVED
from longwriter.cli.data.options import BENCHMARK, ENGINE, JSON, OUT, PUSH, Delivery
from longwriter.cli.shared.options import FINITE, SERVER, from_flags, with_options
from longwriter.cli.shared.pulse import clock
from longwriter.cli.shared.step_progress import StepProgressDisplay, provenance
from longwriter.config import merge
from longwriter.data.instructions import read_instructions, sha256_of_instructions
from longwriter.data.rl_prompts.build import make_ranges
from longwriter.data.rl_prompts.requests import READ, reads_log
from longwriter.data.rl_prompts.settings import RangeSettings
from longwriter.errors import InputError
from longwriter.steps.engines import open_engine
from longwriter.steps.step import StepProgress

EXAMPLES = """
\b
Examples:
  longwriter data ranges requests.jsonl --model NAME --base-url URL \\
      --out build/prompts
  longwriter data ranges wildchat/ --model NAME --base-url URL --select \\
      --benchmark longbench_write.jsonl --out build/rl
  longwriter data ranges hub:OWNER/CHATS --model NAME --base-url URL \\
      --engine ray --concurrency 256 --out build/rl
The same command again goes on where it stopped.
"""


class ReadProgressDisplay(StepProgressDisplay):
    """Shows also the reading of rows whose number is not known before."""

    def __call__(self, progress: StepProgress) -> None:
        """Show how far a step is."""
        if progress.step != READ:
            super().__call__(progress)
            return
        line = f"read: {progress.total:,} rows, {progress.done:,} requests kept, {clock(progress.seconds)}"
        click.echo(f"\r\033[K{line}" if self.live else line, err=True, nl=not self.live)


@click.command("ranges", epilog=EXAMPLES)
@click.argument("instructions")
@with_options(OUT)
@click.option(
    "--model", help="Asked about requests that name no length: hf:PATH-or-ID, PROVIDER/NAME, or a name at --base-url."
)
@click.option("--select", is_flag=True, help="Ask the model too whether a request calls for a good long text.")
@click.option("--allow-upper", type=int, help="Greatest upper bound in words.  [default: 12000]")
@click.option("--width", type=int, help="Greatest width of a model's range in words.  [default: 3000]")
@click.option("--shortest", type=int, help="Least words of a chat log's request.  [default: 5]")
@click.option("--longest", type=int, help="Most words of a chat log's request.  [default: 1000]")
@click.option("--near", type=FINITE, help="Jaccard similarity of near duplicates in a chat log.  [default: 0.8]")
@click.option("--overlap", type=FINITE, help="Share of a benchmark prompt that makes a request it.  [default: 0.5]")
@with_options(BENCHMARK)
@click.option("--limit", "first", type=int, help="Stop reading at so many usable requests.")
@click.option("--seed", type=int, help="Of the questions to the model.  [default: 1]")
@click.option("--skip-failed", is_flag=True, help="Build the data set without the requests on which the model failed.")
@with_options(*ENGINE, *SERVER, PUSH, JSON)
def ranges(
    instructions: str, out: Path, engine: str, concurrency: int, push_to: str | None, as_json: bool, **flags: object
) -> None:
    """Give each of INSTRUCTIONS the range of words that its answer should have.

    INSTRUCTIONS is a .jsonl, .parquet, .csv or .txt file, a folder of them or hub:OWNER/NAME, with prompt, instruction or
    messages; or a chat log in the form of WildChat or LMSYS-Chat-1M (a column `conversation`), whose first requests are
    taken, without what is toxic, redacted, repeated, no writing, or a benchmark's. A request that names a length gets its
    range from that; for the others a model is asked.
    """
    opened = open_engine(engine, concurrency)
    report = make_ranges(_settings(instructions, flags), out, opened, ReadProgressDisplay(), provenance())
    Delivery(out, push_to, as_json).finish(report)
    if failed := cast(list[str], report["failed"]):
        names = ", ".join(failed[:5]) + (", ..." if len(failed) > 5 else "")
        click.echo(f"no usable answer about {len(failed):,} requests: {names}; all are in report.json", err=True)


def _settings(instructions: str, flags: dict[str, object]) -> RangeSettings:
    """Raises InputError naming the bad key."""
    to_model = {"model": flags.pop("model")} | {key: flags.pop(key) for key in SERVED}
    if to_model["base_url"] and not to_model["model"]:
        raise InputError("--base-url needs --model NAME: the name of a model that this server offers")
    tree = merge({"instructions": instructions}, {key: value for key, value in flags.items() if value != ()})
    if to_model["model"]:
        tree = merge(tree, {"model": to_model})
    if not reads_log(instructions):
        tree["instructions_sha256"] = sha256_of_instructions(read_instructions(instructions))
    return from_flags(RangeSettings, tree)
