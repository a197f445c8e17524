"""longwriter bench: how well a model, an agent or a folder of texts writes long."""

import copy
from functools import partial

import click

from longwriter.cli.lazy import LazyGroup, Listed

KEPT = "stopped; texts and verdicts so far are in the run's journal: the same command goes on from there"

COMMANDS = {
    "run": Listed("longwriter.cli.bench.run:run", "Run BENCHMARK: a name, or package.module:Class of your own.", KEPT),
    "score": Listed(
        "longwriter.cli.bench.score:score",
        "Compute the scores of the run FOLDER again from its journal; asks no model, and gives the same bytes each time.",
    ),
    "preferences": Listed(
        "longwriter.cli.bench.preferences:preferences",
        "Ask a reward model or a judge which text of each of PAIRS is better, and report by language, genre and length.",
        KEPT,
        ("pyarrow",),
    ),
    "report": Listed(
        "longwriter.cli.bench.report:report",
        "Make one page of benchmark runs, for any browser, without a network.",
    ),
    "compare": Listed(
        "longwriter.cli.bench.compare:compare",
        "Compare runs of one benchmark with A, item by item: difference, 95 % interval, p.",
    ),
    "leaderboard": Listed(
        "longwriter.cli.bench.leaderboard:leaderboard",
        "Add runs to FILE, a Markdown file with tables; its rows are kept in a .jsonl file beside it.",
    ),
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


class BenchGroup(LazyGroup):
    """The group in which each benchmark is a command of its own: `run` with its first argument given."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of benchmarks, then of the other commands."""
        from longwriter.bench.benchmarks import BENCHMARKS

        return [*BENCHMARKS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import one."""
        if name in self.table or name not in self.list_commands(ctx):
            return super().get_command(ctx, name)

        run = super().get_command(ctx, "run")
        assert run is not None
        assert run.callback is not None
        bound = copy.copy(run)
        bound.name = name
        bound.params = [param for param in run.params if param.name != "benchmark"]
        bound.callback = partial(run.callback, benchmark=name)
        bound.help = self.summary(name)
        return bound

    def kept(self, name: str) -> str:
        """What a benchmark keeps is what `run` keeps."""
        return super().kept(name if name in self.table else "run")

    def summary(self, name: str) -> str:
        """What one command does."""
        from longwriter.bench.benchmarks.base import open_benchmark

        return super().summary(name) if name in self.table else f"Run {open_benchmark(name).title}."


@click.command(cls=BenchGroup, table=COMMANDS, epilog=EXAMPLES)
def bench() -> None:
    """Measure how well a model, an agent or a file of texts writes long."""
