"""longwriter bench: how well a model, an agent or a folder of texts writes long."""

import copy
from functools import partial

import click

from longwriter.bench.benchmarks import BENCHMARKS
from longwriter.cli.lazy import Lazy

COMMANDS = {  # name -> module and attribute, imported when called
    "run": "longwriter.cli.bench.run:run",
    "score": "longwriter.cli.bench.score:score",
    "report": "longwriter.cli.bench.report:report",
    "compare": "longwriter.cli.bench.compare:compare",
    "leaderboard": "longwriter.cli.bench.leaderboard:leaderboard",
}
EXAMPLES = """
\b
Examples:
  longwriter bench writer-mini --system gguf:smollm2
  longwriter bench longbench-write --data longbench_write.jsonl \\
      --system NAME --base-url URL --judge JUDGE
  longwriter bench arena-write --data hub:THU-KEG/Arena-Write \\
      --system texts:mine.jsonl --judge JUDGE
  longwriter bench score RUN
"""


class Benches(Lazy):
    """Each benchmark is a command of its own: `run` with its first argument given."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Benchmarks first."""
        return [*BENCHMARKS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import one."""
        if name not in BENCHMARKS:
            return super().get_command(ctx, name)
        from longwriter.bench.benchmarks.base import open_benchmark

        run = super().get_command(ctx, "run")
        assert run is not None
        assert run.callback is not None
        bound = copy.copy(run)
        bound.name = name
        bound.params = [param for param in run.params if param.name != "benchmark"]
        bound.callback = partial(run.callback, benchmark=name)
        bound.help = f"Run {open_benchmark(name).title}."
        return bound


@click.command(cls=Benches, table=COMMANDS, epilog=EXAMPLES)
def bench() -> None:
    """Measure how well a model, an agent or a file of texts writes long."""
