"""The most tokens of a reply: words asked, in tokens, with slack and room for thinking."""

from longwriter.models.cards import Card
from longwriter.models.limits import token_limit


def test_a_limit_is_words_times_tokens_times_slack_and_the_room_for_thinking() -> None:
    assert token_limit(500, Card(thinking=0)) == 1700  # 500 x 1.7 x 2
    assert token_limit(500, Card(thinking=8192)) == 9892
    assert token_limit(200, Card(thinking=0), slack=1.25) == 425


def test_a_limit_is_whole_and_never_below_the_ask() -> None:
    assert token_limit(1, Card(thinking=0), slack=1.0) == 2  # 1.7, rounded up: a limit of 1 would cut it
