"""longwriter train: train a model on what `longwriter data` built."""

import click

from longwriter.cli.lazy import LazyGroup, Listed

KEPT = "stopped; the checkpoints so far are kept: the same command goes on from the last one"

COMMANDS = {
    "pretrain": Listed(
        "longwriter.cli.train.run:pretrain", "Train a model on token shards, from random or existing weights.", KEPT
    ),
    "cpt": Listed(
        "longwriter.cli.train.run:cpt",
        "Go on pretraining: the same as pretrain, for a recipe with model.init.",
        KEPT,
    ),
    "sft": Listed("longwriter.cli.train.run:sft", "Fine-tune on conversations, packed.", KEPT),
    "dpo": Listed("longwriter.cli.train.run:dpo", "Optimise preferences on the pairs of longwriter data pairs.", KEPT),
    "reward": Listed(
        "longwriter.cli.train.run:reward",
        "Train a Bradley-Terry reward model on the pairs of longwriter data pairs.",
        KEPT,
    ),
    "grpo": Listed(
        "longwriter.cli.train.run:grpo",
        "Reinforce length, writing and form by group-relative policy optimisation.",
        KEPT,
    ),
    "export": Listed(
        "longwriter.cli.train.export:export",
        "Make files that others open of a run's result: merged weights, GGUF, an adapter as GGUF.",
    ),
    "estimate": Listed(
        "longwriter.cli.train.estimate:estimate",
        "Say whether a recipe fits, how fast it runs, how long it takes and what that costs.",
    ),
}


@click.command(cls=LazyGroup, table=COMMANDS)
def train() -> None:
    """Train: pretraining, continual pretraining, supervised fine-tuning, preferences, reward models, reinforcement."""
