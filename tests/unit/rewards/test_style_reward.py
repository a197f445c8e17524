"""The style reward: near to the voice is worth more, without a profile there is none, and short is no way round."""

from pathlib import Path

import pytest
from tests.helpers.writers import written_by

from longwriter.checks.style.distance import usual, usual_of_others
from longwriter.checks.style.learn import learn
from longwriter.checks.style.profile import as_toml, read_profile
from longwriter.errors import SetupError
from longwriter.rewards.base import RewardSettings, Sample, open_reward


@pytest.fixture(scope="module")
def style(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("style") / "style.toml"
    path.write_text(as_toml(learn([written_by("brief", 300)])), "utf-8")
    return path


async def values(style: Path, *texts: str, mode: str = "plain") -> list[float | None]:
    reward = open_reward("style", RewardSettings(style=str(style)))
    samples = [Sample(id=str(n), request="", completion=text, mode=mode) for n, text in enumerate(texts)]
    return [verdict.value for verdict in await reward.score(samples)]


async def test_the_own_voice_is_worth_more_than_another(style: Path) -> None:
    own, other = await values(style, written_by("brief", 60, seed=8), written_by("lengthy", 12, seed=8))
    assert own is not None
    assert other is not None
    assert own > 0.6 > 0.2 > other > 0


async def test_a_text_too_short_or_malformed_is_worth_nothing(style: Path) -> None:
    assert await values(style, "Too short.", "") == [0.0, 0.0]
    text = written_by("brief", 60)
    assert await values(style, f"<answer>{text}", f"Here: <answer>{text}</answer>", mode="direct") == [0.0, 0.0]


def test_the_scale_stands_on_both_medians(style: Path) -> None:
    profile = read_profile(style)
    others = usual_of_others(profile, 1200)
    assert others is not None
    assert usual(profile, 1200) < others


def test_without_a_profile_there_is_no_such_reward() -> None:
    with pytest.raises(SetupError, match="--style FILE"):
        open_reward("style", RewardSettings())
