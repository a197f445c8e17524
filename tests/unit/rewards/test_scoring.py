"""A set of rewards: all asked at once, waited for, and what they do wrong is named; no odd value passes for a number."""

import asyncio
import math
import sys
from collections.abc import Callable, Sequence

import pytest

from longwriter.errors import InputError, RunError, SetupError, Unavailable
from longwriter.rewards import scoring
from longwriter.rewards.base import RewardSettings, Sample, Traits, Verdict, open_reward, reward_class, traits_of
from longwriter.rewards.format import TagsReward
from longwriter.rewards.scoring import RewardSet, checked, reason_of

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
async def test_a_value_that_is_not_finite_is_missing_with_its_reason(value: float) -> None:
    found = await checked("own", Own(lambda _: [Verdict(value, {"n": 1}), Verdict(1, {"n": 2})]), SAMPLES)
    assert found[0].value is None
    assert found[0].why == {"n": 1, "failure": f"the reward gave {value}"}
    assert found[1] == Verdict(1.0, {"n": 2})
    assert [reason_of(v) for v in found] == [f"the reward gave {value}", ""]


async def test_reasons_are_made_what_json_can_hold() -> None:
    odd = {"inf": math.inf, "set": {1}, "class": Own, 7: (1, 2)}
    found = await checked("own", Own(lambda _: [Verdict(0.5, odd)] * 2), SAMPLES)  # type: ignore[arg-type]
    assert found[0].why == {"inf": None, "set": [1], "class": str(Own), "7": [1, 2]}


def boom(_: Sequence[Sample]) -> list[Verdict]:
    raise ValueError("of my\nown making")


BROKEN = {
    r"^the reward own broke: ValueError: of my own making \(test_scoring\.py:\d+\); mend it$": boom,
    "^the reward own gave 1 verdicts on 2 samples; mend it$": lambda _: [Verdict(1.0, {})],
    "^the reward own gave 3 verdicts on 2 samples; mend it$": lambda _: [Verdict(1.0, {})] * 3,
    "^the reward own broke: TypeError: '1.0' is no Verdict of a number or None, and reasons; mend it$": lambda _: [
        1.0,
        1,
    ],
    "^the reward own broke: TypeError: .*'0.5'": lambda _: [Verdict("0.5", {})] * 2,  # type: ignore[arg-type]
    "^the reward own broke: TypeError: .*'list'": lambda _: [Verdict([1], {})] * 2,  # type: ignore[arg-type]
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


class Scripted:
    """A user's reward: answers in turn, by the class; counts how many are asked at once."""

    answers: list[float | Exception] = []  # noqa: RUF012 - the test's own
    running = most = closed = 0
    traits = Traits(needs_request=True)

    def __init__(self, settings: RewardSettings) -> None:
        self.longest = settings.longest

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        cls = Scripted
        cls.running += 1
        cls.most = max(cls.most, cls.running)
        try:
            await asyncio.sleep(0.01)
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return [Verdict(answer, {"longest": self.longest}) for _ in samples]
        finally:
            cls.running -= 1

    async def aclose(self) -> None:
        Scripted.closed += 1


class Other(Scripted):
    answers: list[float | Exception] = []  # noqa: RUF012 - the test's own


class Bare:
    """A reward that says nothing of itself, and cannot be opened with settings."""


sys.modules["own_rewards"] = sys.modules[__name__]
ONE, TWO = "own_rewards:Scripted", "own_rewards:Other"


@pytest.fixture(autouse=True)
def counters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "FIRST_WAIT_S", 0.01)
    for name in ("running", "most", "closed"):
        monkeypatch.setattr(Scripted, name, 0)


async def test_all_rewards_of_a_set_are_asked_at_once_and_answer_by_name() -> None:
    Scripted.answers, Other.answers = [0.25], [math.nan]
    rewards = RewardSet(["length", ONE, TWO], RewardSettings(longest=3))
    scores = await rewards.score(SAMPLES)
    assert [list(row) for row in scores.verdicts] == [["length", ONE, TWO]] * 2
    assert [row[ONE] for row in scores.verdicts] == [Verdict(0.25, {"longest": 3})] * 2
    assert scores.verdicts[1][TWO] == Verdict(None, {"longest": 3, "failure": "the reward gave nan"})
    assert scores.verdicts[0]["length"].value is None
    assert (Scripted.most, scores.waited) == (2, 0)
    await rewards.aclose()
    assert Scripted.closed == 2
    Scripted.answers, Other.answers = [0.25], [0.5]
    assert (await rewards.score([])).verdicts == []


async def test_a_dead_endpoint_is_waited_for_and_reported_once_per_outage() -> None:
    down = Unavailable("nobody there")
    Scripted.answers, Other.answers = [down, down, 0.5, down, 0.75], [0.1, 0.2]
    lines: list[str] = []
    rewards = RewardSet([ONE, TWO], RewardSettings(), lines.append)
    scores = await rewards.score(SAMPLES)
    assert [v.value for v in scores.verdicts[0].values()] == [0.5, 0.1]
    assert scores.waited == pytest.approx(0.01 + 0.02)
    assert lines == [f"waiting for the reward {ONE}, asked again every 60 s at most: nobody there"]
    again = await rewards.score(SAMPLES)
    assert (again.verdicts[0][ONE].value, again.waited) == (0.75, 0.01)
    assert len(lines) == 2


async def test_without_a_report_a_dead_endpoint_raises_and_an_error_ends_the_other_rewards() -> None:
    Scripted.answers, Other.answers = [Unavailable("nobody there")], [0.1]
    with pytest.raises(Unavailable, match=r"^nobody there$"):
        await RewardSet([ONE], RewardSettings()).score(SAMPLES)
    Scripted.answers = [ValueError("boom")]
    Other.answers = [Unavailable("nobody there")] * 10_000
    with pytest.raises(RunError, match=rf"^the reward {ONE} broke: ValueError: boom .*; look$"):
        await RewardSet([ONE, TWO], RewardSettings(), lambda _: None, "; look").score(SAMPLES)
    assert Scripted.running == 0


def test_a_reward_says_itself_what_it_is_like() -> None:
    own = RewardSet([ONE, "length", "format"], RewardSettings()).traits
    assert own[ONE] == Traits(needs_request=True)
    assert own["length"] == Traits(needs_range=True, punishes_cut=True)
    assert own["format"] == Traits(punishes_cut=True)
    assert traits_of(reward_class("length")) == own["length"]
    assert traits_of(Bare) == traits_of(Bare()) == Traits()
    judged = open_reward("writing", RewardSettings(judge="fake:"))
    assert traits_of(judged) == Traits(needs_request=True, compares=True)
    assert not traits_of(open_reward("writing", RewardSettings(reward_url="http://127.0.0.1:9"))).compares


def test_a_reward_named_by_its_old_place_is_opened() -> None:
    assert isinstance(open_reward("longwriter.rewards.form:TagsReward", RewardSettings()), TagsReward)


def test_a_class_that_takes_no_settings_is_named() -> None:
    with pytest.raises(InputError, match=r"^reward own_rewards:Bare: .*it is opened with RewardSettings$"):
        open_reward("own_rewards:Bare", RewardSettings())


class Careless(Scripted):
    """A reward that cannot be closed."""

    async def aclose(self) -> None:
        raise ValueError("no handle")


class Choosy(Scripted):
    def __init__(self, settings: RewardSettings) -> None:
        raise KeyError("model")


class Mapped(Scripted):
    traits = {"needs_request": True}  # type: ignore[assignment]  # noqa: RUF012 - as a user may write it


async def test_all_are_closed_and_who_cannot_is_named() -> None:
    rewards = RewardSet(["own_rewards:Careless", ONE], RewardSettings())
    with pytest.raises(
        RunError, match=r"the reward own_rewards:Careless broke: ValueError: no handle \(test_scoring.py:"
    ):
        await rewards.aclose()
    assert Scripted.closed == 1


def test_a_reward_that_cannot_be_opened_or_has_other_traits_is_named() -> None:
    with pytest.raises(InputError, match="reward own_rewards:Choosy: KeyError: 'model'"):
        RewardSet(["own_rewards:Choosy"], RewardSettings())
    with pytest.raises(InputError, match=r"its traits must be longwriter.rewards.base.Traits"):
        RewardSet(["own_rewards:Mapped"], RewardSettings())
