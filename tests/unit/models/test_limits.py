"""The most tokens of a reply: words asked, in tokens, with slack and room for thinking, within the window."""

import pytest

from longwriter.models.cards import Card
from longwriter.models.fake import FakeModel
from longwriter.models.limits import token_limit, within_window
from longwriter.types import Message


def test_a_limit_is_words_times_tokens_times_slack_and_the_room_for_thinking() -> None:
    assert token_limit(500, Card(thinking=0)) == 1700  # 500 x 1.7 x 2
    assert token_limit(500, Card(thinking=8192)) == 9892
    assert token_limit(200, Card(thinking=0), slack=1.25) == 425


def test_a_limit_is_whole_and_never_below_the_ask() -> None:
    assert token_limit(1, Card(thinking=0), slack=1.0) == 2  # 1.7, rounded up: a limit of 1 would cut it


class Narrow(FakeModel):
    """The fake model, which counts a token a word, behind a window of 2,000 tokens."""

    async def window(self) -> int | None:
        return 2000


@pytest.mark.parametrize(
    ("words", "limit", "within"),
    [
        (100, 500, 500),
        (1000, 9000, 936),  # 2,000 less 1,000 of the prompt and 64 of the template
        (1900, 9000, 256),  # too little is left to be sure: the server decides
        (1900, 100, 100),
    ],
)
async def test_a_limit_leaves_the_prompt_its_place_in_the_window(words: int, limit: int, within: int) -> None:
    model = Narrow.scripted(["never asked"])
    assert await within_window(limit, model, [Message(role="user", content="word " * words)]) == within


async def test_a_window_that_nobody_tells_bounds_nothing() -> None:
    model = FakeModel.scripted(["never asked"])
    assert await within_window(9000, model, [Message(role="user", content="word " * 5000)]) == 9000
