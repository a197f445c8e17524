import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from longwriter.rewards.base import RewardSettings, Sample, open_reward
from longwriter.rewards.length_reward import LengthReward, length_reward


@pytest.mark.parametrize(
    ("words", "reward"),
    [
        (1800, 1),
        (2000, 1),
        (2200, 1),
        (900, 0.5),  # 900 / 1800
        (1799, 1799 / 1800),
        (2201, 2199 / 2200),  # (4400 - 2201) / (4400 - 2200)
        (3300, 0.5),  # (4400 - 3300) / 2200
        (4400, 0),
        (4401, 0),
        (10**9, 0),
        (0, 0),
    ],
)
def test_the_papers_formula_by_hand(words: int, reward: float) -> None:
    assert length_reward(words, 1800, 2200) == pytest.approx(reward, abs=1e-12)


def test_longest_says_where_the_reward_ends() -> None:
    assert length_reward(2500, 1000, 2000, 1.5) == pytest.approx(0.5)  # (3000 - 2500) / (3000 - 2000)
    assert length_reward(3000, 1000, 2000, 1.5) == 0
    assert length_reward(2500, 1000, 2000, 3.0) == pytest.approx(0.875)  # (6000 - 2500) / (6000 - 2000)


@pytest.mark.parametrize(("words", "reward"), [(0, 0), (1, 1), (100, 1), (150, 0.5), (200, 0)])
def test_a_range_from_nothing_still_wants_words(words: int, reward: float) -> None:
    assert length_reward(words, 0, 100) == pytest.approx(reward)


@pytest.mark.parametrize(
    ("words", "lower", "upper", "longest"),
    [(-1, 1, 2, 2), (5, 3, 2, 2), (5, -1, 2, 2), (5, 0, 0, 2), (5, 1, 2, 1), (5, 1, 2, 0.5), (5, 1, 2, float("nan"))],
)
def test_impossible_ranges_are_refused(words: int, lower: int, upper: int, longest: float) -> None:
    with pytest.raises(ValueError, match="no length reward"):
        length_reward(words, lower, upper, longest)


RANGES = st.tuples(st.integers(0, 12_000), st.integers(1, 12_000)).map(sorted).filter(lambda r: r[1] > 0)


@given(st.integers(0, 50_000), RANGES, st.floats(1.05, 5))
def test_bounded_full_inside_and_monotone_on_each_side(words: int, bounds: list[int], longest: float) -> None:
    lower, upper = bounds
    reward, more = length_reward(words, lower, upper, longest), length_reward(words + 1, lower, upper, longest)
    assert 0 <= reward <= 1
    assert (reward == 1) == (max(lower, 1) <= words <= upper)
    if words + 1 <= lower:
        assert reward < more
    if words >= upper:
        assert more <= reward
        assert more < reward or reward == 0


@given(st.integers(0, 50_000), RANGES, st.floats(1.05, 5))
def test_one_word_changes_little(words: int, bounds: list[int], longest: float) -> None:
    lower, upper = bounds
    assume(lower > 0)
    step = abs(length_reward(words + 1, lower, upper, longest) - length_reward(words, lower, upper, longest))
    assert step <= max(1 / lower, 1 / (longest * upper - upper)) + 1e-9


def sample(completion: str, mode: str = "think", lower: int | None = 4, upper: int | None = 5) -> Sample:
    return Sample(id="a", request="", completion=completion, mode=mode, lower=lower, upper=upper)


async def test_only_the_answer_counts() -> None:
    reward = open_reward("length", RewardSettings())
    assert isinstance(reward, LengthReward)
    texts = [
        sample("<think>one two three four five six seven eight</think><answer>one two</answer>"),
        sample("<think>no answer"),
        sample("<answer>one two three four</answer>", "direct"),
        sample("一二三四五", "plain"),
        sample("one two three four", "plain", None, None),
    ]
    found = await reward.score(texts)
    assert [verdict.value for verdict in found] == [0.5, 0, 1, 1, None]
    assert found[0].why == {"words": 2, "lower": 4, "upper": 5, "fault": ""}
    assert found[1].why["words"] == 0
    assert found[1].why["fault"] == "no </think>"
    assert found[4].why == {"words": 4, "lower": None, "upper": None, "fault": ""}
    await reward.aclose()


async def test_a_malformed_reply_is_worth_nothing_even_where_no_words_would_do() -> None:
    assert (await LengthReward(RewardSettings()).score([sample("no tags", "direct", 0, 9)]))[0].value == 0


async def test_the_setting_reaches_the_formula() -> None:
    found = await LengthReward(RewardSettings(longest=3)).score([sample("a b c d e f g h", "plain", 2, 4)])
    assert found[0].value == pytest.approx(0.5)  # (12 - 8) / (12 - 4)


def test_a_malformed_answer_has_no_words_or_those_that_a_reader_finds() -> None:
    sample = Sample(id="a", request="", completion="<think>p</think>one two three", mode="think", lower=6, upper=9)
    for malformed, words in (("all", 0), ("format", 3)):
        verdict = LengthReward(RewardSettings(malformed=malformed)).verdict(sample)
        assert (verdict.value, verdict.why["words"]) == (words / 6, words)
        assert verdict.why["fault"] == "no <answer>"
