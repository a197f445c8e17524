"""Who may be asked to judge: not models so small that one answer is all they give.

SmolLM2-135M, asked about ten requests whether they need long answers and what length they need, gave one answer to all of
them, "What is the capital of France?" included. Such verdicts look like data, so they are refused before they are asked for.
"""

from longwriter.errors import InputError
from longwriter.models.base import ModelConfig
from longwriter.models.cards import card_of


def check_judge(config: ModelConfig, instead: str) -> None:
    """Raises InputError for a model whose card says that it follows short asks alone. `instead`: what the user can do."""
    if card_of(config.model, config.card).longest_ask is not None:
        raise InputError(f"{config.model} is too small to judge: it gives one answer to every question; {instead}")
