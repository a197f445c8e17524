"""longwriter train: train a model on what `longwriter data` built."""

import click

from longwriter.cli.lazy import Lazy

COMMANDS = {  # name -> module and attribute, imported when called
    "pretrain": "longwriter.cli.train.run:pretrain",
    "cpt": "longwriter.cli.train.run:cpt",
    "sft": "longwriter.cli.train.run:sft",
    "dpo": "longwriter.cli.train.run:dpo",
    "reward": "longwriter.cli.train.run:reward",
    "grpo": "longwriter.cli.train.run:grpo",
    "estimate": "longwriter.cli.train.estimate:estimate",
}


@click.command(cls=Lazy, table=COMMANDS)
def train() -> None:
    """Train: pretraining, continual pretraining, supervised fine-tuning, preferences, reward models, reinforcement."""
