import asyncio
import math

import pytest
from tests.helpers.scoring_server import ScoringServer

from longwriter.errors import InputError
from longwriter.models.concurrency import together
from longwriter.rewards.base import RewardSettings, Sample, Verdict, calibrated, open_reward, sigmoid
from longwriter.rewards.scoring import checked
from longwriter.rewards.writing import WritingReward


def sample(completion: str, mode: str = "think") -> Sample:
    return Sample(id="a", request="Write.", completion=completion, mode=mode)  # type: ignore[arg-type]


async def test_the_answer_alone_is_judged_and_a_fault_is_worth_nothing() -> None:
    samples = [
        sample("<think>good good good</think><answer>good</answer>"),
        sample("<answer>good</answer>"),
        sample("<answer>good good</answer>", "direct"),
        sample("good good good", "plain"),
        sample("  ", "plain"),
        sample("<think>a</think><answer> </answer>"),
    ]
    with ScoringServer() as server:
        verdicts = await open_reward("writing", RewardSettings(reward_url=server.url)).score(samples)
    assert [v.why.get("score") for v in verdicts] == [1, None, 2, 3, None, None]
    assert [v.value for v in verdicts] == pytest.approx([sigmoid(1), 0, sigmoid(2), sigmoid(3), 0, 0])
    assert all(verdicts[i].why["fault"] for i in (1, 4, 5))
    assert len(server.requests) == 3


async def test_what_a_reader_finds_in_a_malformed_completion_is_judged_if_so_wanted() -> None:
    samples = [
        sample("<answer>good</answer>"),
        sample("<think>good"),
        sample("<think>a</think><answer>good good</answer>"),
    ]
    with ScoringServer() as server:
        verdicts = await open_reward("writing", RewardSettings(reward_url=server.url, malformed="format")).score(
            samples
        )
    assert [v.value for v in verdicts] == pytest.approx([sigmoid(1), 0, sigmoid(2)])


async def test_the_same_answer_to_the_same_request_is_scored_once() -> None:
    """A model's scores differ in their last digits by the batch, which a group's normalisation makes large."""
    samples = [sample("good", "plain"), sample("good good", "plain"), sample("<think>a</think><answer>good</answer>")]
    samples += [samples[0].model_copy(update={"request": "Write on."}), samples[0]]
    with ScoringServer() as server:
        verdicts = await open_reward("writing", RewardSettings(reward_url=server.url)).score(samples)
    assert [v.why["score"] for v in verdicts] == [1, 2, 1, 1, 1]
    assert len(server.requests) == 3


async def test_nothing_to_judge_asks_nobody() -> None:
    reward = WritingReward(RewardSettings(reward_url="http://127.0.0.1:9"))
    assert await reward.score([]) == []
    assert (await reward.score([sample("no tags")]))[0].value == 0
    await reward.aclose()


@pytest.mark.parametrize(
    "given",
    [{}, {"judge": "a", "reward_url": "http://b"}, {"judge": "a", "reward_url": "http://b", "reward_model": "c"}],
)
def test_one_judge_is_needed_and_the_three_are_named(given: dict[str, str]) -> None:
    with pytest.raises(InputError, match="one of reward_model, reward_url, judge"):
        WritingReward(RewardSettings(**given))  # type: ignore[arg-type]


async def test_a_value_that_is_no_number_is_missing() -> None:
    class Odd:
        async def score(self, texts: list[tuple[str, str]]) -> list[Verdict]:
            return [Verdict(value, {"said": "x"}) for value in (0.5, math.nan, math.inf, None)]

    with ScoringServer() as server:
        reward = WritingReward(RewardSettings(reward_url=server.url))
    reward._judge = Odd()  # type: ignore[assignment]
    verdicts = await checked("writing", reward, [sample(text, "plain") for text in "abcd"])
    assert [v.value for v in verdicts] == [0.5, None, None, None]
    assert verdicts[1].why == {"said": "x", "failure": "the reward gave nan"}


def test_worth_of_a_score() -> None:
    assert calibrated(3.0, 1.0, 2.0, tokens=7) == Verdict(sigmoid(1.0), {"score": 3.0, "tokens": 7})
    assert calibrated(3.0, 3.0, 2.0).value == 0.5
    assert [sigmoid(x) for x in (-1e9, 0, 1e9)] == [0, 0.5, 1]
    assert calibrated(math.nan, 0, 1).value is None
    assert calibrated(math.inf, 0, 1).value is None


async def test_together_keeps_order_and_limit_and_stops_at_the_first_failure() -> None:
    running, most, done = 0, 0, []

    async def call(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01 * (3 - number % 3))
        running -= 1
        if number == 4:
            raise ValueError("fourth")
        done.append(number)
        return number

    assert await together([call(n) for n in range(4)], 2) == [0, 1, 2, 3]
    assert most == 2
    with pytest.raises(ValueError, match="fourth"):
        await together([call(n) for n in range(4, 9)], 1)
    assert sorted(done) == [0, 1, 2, 3]
