"""The consistency reward: a text's contradictions, by its length."""

import pytest

from longwriter.rewards.base import RewardSettings, Sample, open_reward
from longwriter.rewards.checked.consistency import consistency
from longwriter.rewards.scoring import reason_of

SLIP = "Eleanor's eyes were blue. The rain fell and she went to the sea with them. Then Eleanor looked up with her brown eyes."


@pytest.mark.parametrize(
    ("findings", "words", "value"),
    [(0, 10, 1.0), (2, 10_000, 0.5), (1, 10, 0.5), (1, 10_000, 2 / 3), (4, 10_000, 1 / 3)],
)
def test_value_by_contradictions_in_10_000_words(findings: int, words: int, value: float) -> None:
    assert consistency(findings, words) == pytest.approx(value)


async def test_verdicts_quote_what_was_found() -> None:
    reward = open_reward("consistency", RewardSettings())
    texts = [SLIP, SLIP.replace("brown", "blue"), "", "これは日本語の文章です。それはとても静かな夜でした。"]
    verdicts = await reward.score([Sample(id=str(i), request="", completion=text) for i, text in enumerate(texts)])
    assert [verdict.value for verdict in verdicts] == [0.5, 1.0, 0.0, None]
    assert reason_of(verdicts[3]) == "no rules for Japanese; there are some for English and Chinese"
    assert verdicts[0].why["checks"] == {"colour": 1}
    assert verdicts[0].why["first"][0]["quotes"] == [  # type: ignore[index,call-overload]
        "Eleanor's eyes were blue.",
        "Then Eleanor looked up with her brown eyes.",
    ]
    await reward.aclose()
