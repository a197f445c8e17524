"""longwriter data: build training data."""

import click

from longwriter.cli.lazy import LazyGroup, Listed

KEPT = "stopped; results so far are kept: the same command goes on from there"
FILTERS, TABLES = ("pyarrow", "datasketch"), ("pyarrow", "datasketch", "matplotlib")
BOOKS = (*TABLES, "bs4", "markdown_it", "tokenizers")
"""Packages that commands import when they begin."""

COMMANDS = {
    "agentwrite": Listed(
        "longwriter.cli.data.agentwrite:agentwrite",
        "Build long outputs for INSTRUCTIONS: select, write by AgentWrite, filter.",
        KEPT,
        FILTERS,
    ),
    "filter": Listed(
        "longwriter.cli.data.agentwrite:filter_",
        "Filter DATASET, rows with messages or prompt and response, by the filters of agentwrite.",
        "stopped; nothing is kept of it: the same command begins again",
        FILTERS,
    ),
    "books": Listed(
        "longwriter.cli.data.books:books", "Turn books into clean, deduplicated, licensed chapters.", KEPT, BOOKS
    ),
    "backtranslate": Listed(
        "longwriter.cli.data.backtranslate:backtranslate",
        "Make (request, plan with word counts, text) from long texts that people wrote.",
        KEPT,
        FILTERS,
    ),
    "interleave": Listed(
        "longwriter.cli.data.interleave:interleave_",
        "Make one conversation of each of RUNS: plan, write, look back, write on, in one reply.",
        KEPT,
        TABLES,
    ),
    "pairs": Listed(
        "longwriter.cli.data.pairs:pairs",
        "Sample k answers to each of INSTRUCTIONS, score them, and pair the best with a random other.",
        KEPT,
        TABLES,
    ),
    "reason": Listed(
        "longwriter.cli.data.reason:reason",
        "Find the plan that each text of DATASET follows, and put it in think tags before the text.",
        KEPT,
        FILTERS,
    ),
    "ranges": Listed(
        "longwriter.cli.data.ranges:ranges",
        "Give each of INSTRUCTIONS the range of words that its answer should have.",
        KEPT,
        TABLES,
    ),
}


@click.command(cls=LazyGroup, table=COMMANDS)
def data() -> None:
    """Build training data: long outputs, books, back-translated instructions, preference pairs."""
