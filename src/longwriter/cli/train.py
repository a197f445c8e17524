"""longwriter train: train a model on what `longwriter data` built."""

import click

from longwriter.cli.lazy import Lazy

COMMANDS = {  # name -> module and attribute, imported when called
    "pretrain": "longwriter.cli.train_run:pretrain",
    "cpt": "longwriter.cli.train_run:cpt",
    "sft": "longwriter.cli.train_run:sft",
    "dpo": "longwriter.cli.train_run:dpo",
    "reward": "longwriter.cli.train_run:reward",
    "grpo": "longwriter.cli.train_run:grpo",
    "estimate": "longwriter.cli.train_estimate:estimate",
}


@click.command(cls=Lazy, table=COMMANDS)
def train() -> None:
    """Train: pretraining, continual pretraining, supervised fine-tuning, preferences, reward models, reinforcement."""
