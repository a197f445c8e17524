"""How long a reply may get: the one rule, for whoever asks.

Without a limit a small model, or one caught in a loop, writes until the server's window is full: 7,961 tokens in 16 minutes
where a section of 500 words was asked for. A limit that is too tight cuts replies in the middle; what it allows beside the
ask costs nothing while the model ends by itself.
"""

import math
from collections.abc import Sequence

from longwriter.models.base import Model
from longwriter.models.cards import Card
from longwriter.models.tokens import TokenCounter
from longwriter.types import Message

TOKENS_PER_WORD = 1.7
"""Above what vocabularies take: English prose 1.3 to 1.4, a Chinese character 0.6 to 1.3, JSON of short words 1.6."""
TEMPLATE_TOKENS = 64
"""What a chat template puts around a prompt, at most."""
LEAST_ROOM = 256
"""Beside a prompt that leaves less than this, the server itself has to say that it does not fit: the count is a guess."""


def token_limit(words: float, card: Card, slack: float = 2.0) -> int:
    """Most tokens of a reply of about `words` words (`text.count_words`), with the card's room for thinking.

    `slack`: how many times the ask a reply may reach before it is cut; at least 1.
    """
    return math.ceil(words * TOKENS_PER_WORD * slack) + card.thinking


async def within_window(limit: int, model: Model, messages: Sequence[Message]) -> int:
    """The limit, or what the model's window leaves beside the messages: servers refuse a sum that is beyond it."""
    window = await model.window()
    if window is None:
        return limit
    prompt = TokenCounter(model).upper("\n".join(m.content for m in messages))
    return min(limit, max(LEAST_ROOM, window - prompt - TEMPLATE_TOKENS))
