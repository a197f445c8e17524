"""Rewards may be anybody's code: what they do wrong is named, and no odd value passes for a number."""

import asyncio
import math
from collections.abc import Callable, Sequence

import pytest

from longwriter.errors import RunError, SetupError, Unavailable
from longwriter.rewards.base import Sample, Verdict
from longwriter.rewards.checked import checked, reason_of

SAMPLES = [Sample(id=str(n), request="Write.", completion="a") for n in range(2)]


class Own:
    def __init__(self, score: Callable[[Sequence[Sample]], list[Verdict]]) -> None:
        self.answer = score

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        await asyncio.sleep(0)
        return self.answer(samples)

    async def aclose(self) -> None:
        pass


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
async def test_a_value_that_is_no_finite_number_is_missing_with_its_reason(value: float) -> None:
    found = await checked("own", Own(lambda _: [Verdict(value, {"n": 1}), Verdict(1, {"n": 2})]), SAMPLES)
    assert found[0].value is None
    assert found[0].why == {"n": 1, "missing": f"the reward gave {value}"}
    assert found[1] == Verdict(1.0, {"n": 2})
    assert [reason_of(v) for v in found] == [f"the reward gave {value}", ""]


def boom(_: Sequence[Sample]) -> list[Verdict]:
    raise ValueError("of my\nown making")


BROKEN = {
    r"^the reward own broke: ValueError: of my own making \(test_checked\.py:\d+\); mend it$": boom,
    "^the reward own gave 1 verdicts on 2 samples; mend it$": lambda _: [Verdict(1.0, {})],
    "^the reward own gave 3 verdicts on 2 samples; mend it$": lambda _: [Verdict(1.0, {})] * 3,
    "^the reward own broke: AttributeError: ": lambda _: [1.0, 0.5],
    "^the reward own broke: TypeError: ": lambda _: None,
}


@pytest.mark.parametrize("said", BROKEN)
async def test_a_reward_that_breaks_is_named_with_the_place(said: str) -> None:
    with pytest.raises(RunError, match=said):
        await checked("own", Own(BROKEN[said]), SAMPLES, "; mend it")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Unavailable, SetupError])
async def test_failures_of_models_come_as_they_are(kind: type[Exception]) -> None:
    def fail(_: Sequence[Sample]) -> list[Verdict]:
        raise kind("no answer")

    with pytest.raises(kind, match=r"^no answer$"):
        await checked("own", Own(fail), SAMPLES)


async def test_who_stops_asking_stops_the_reward() -> None:
    stopped = []

    class Slow(Own):
        async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
            try:
                await asyncio.sleep(60)
            finally:
                stopped.append(True)
            return []

    task = asyncio.ensure_future(checked("own", Slow(boom), SAMPLES))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stopped
