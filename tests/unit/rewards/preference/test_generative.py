"""The generative reward: reasons before a verdict, both orders, and no preference where they disagree."""

import json
from typing import Any

import pytest
from tests.helpers.server import Server

from longwriter.errors import InputError
from longwriter.models.verdicts import Unreadable
from longwriter.prompts import prompt_set
from longwriter.rewards.base import RewardSettings, Sample, Verdict, open_reward, traits_of
from longwriter.rewards.preference.comparer import PROMPTS, REASONED, ComparedTexts, OrderVerdict, read_reasoned
from longwriter.rewards.preference.generative import GenerativeReward
from longwriter.rewards.scoring import checked
from longwriter.rewards.writing import WritingReward

WHY = "A has a voice of its own, and B is flat."
RANKS = {"bad": 0, "fair": 1, "good": 2}


def reasoning_judge(body: dict[str, Any], _: object) -> str:
    """Prefers the better rank; a text that is "odd" is preferred where it stands first, and else a tie."""
    text = body["messages"][0]["content"]
    a, b = (text.split(f"<text_{x}>\n")[1].split(f"\n</text_{x}>")[0].split()[-1] for x in "ab")
    if a == "odd":
        better = "A"
    elif b == "odd" or RANKS[a] == RANKS[b]:
        better = "tie"
    else:
        better = "A" if RANKS[a] > RANKS[b] else "B"
    return json.dumps({"reasons": f"the one is {a}, and it stands beside {b}", "better": better})


def samples(*texts: str) -> list[Sample]:
    return [Sample(id=str(n), request="Write.", completion=text) for n, text in enumerate(texts)]


async def score(server: Server, *texts: str) -> list[Verdict]:
    reward = open_reward("generative", RewardSettings(judge="local", judge_url=server.url))
    try:
        return await checked("generative", reward, samples(*texts))
    finally:
        await reward.aclose()


async def test_reasons_come_before_the_verdict_and_are_kept() -> None:
    with Server(speak=reasoning_judge) as server:
        verdicts = await score(server, "the good", "the fair", "the bad")
        [schema] = {json.dumps(body["response_format"]["json_schema"]["schema"]) for body in server.requests}
    assert [v.value for v in verdicts] == [1, 0.5, 0]
    assert list(json.loads(schema)["properties"]) == ["reasons", "better"], "a server writes keys in this order"
    assert verdicts[1].why["reasons"] == [
        {"value": 0.0, "text_a_is_this": "the one is fair, and it stands beside good"},
        {"value": 1.0, "text_a_is_this": "the one is fair, and it stands beside bad"},
    ]


async def test_orders_that_do_not_say_the_same_are_a_tie() -> None:
    with Server(speak=reasoning_judge) as server:
        verdicts = await score(server, "the odd", "the good")
    assert [v.value for v in verdicts] == [0.5, 0.5], "once preferred, once a tie"
    assert [(v.why["ties"], v.why["agreement"]) for v in verdicts] == [(1, 0.0)] * 2


@pytest.mark.parametrize(
    ("first", "second", "mean", "strict"),
    [
        *[("A", "B", 1, 1), ("B", "A", 0, 0), ("A", "A", 0.5, 0.5), ("tie", "tie", 0.5, 0.5)],
        *[("A", "tie", 0.75, 0.5), ("tie", "A", 0.25, 0.5), ("A", None, None, None)],
    ],
)
def test_points_of_both_orders(first: Any, second: Any, mean: float | None, strict: float | None) -> None:
    orders = OrderVerdict(first), OrderVerdict(second)
    assert (ComparedTexts(*orders).value, ComparedTexts(*orders, strict=True).value) == (mean, strict)


@pytest.mark.parametrize(
    ("reply", "better", "reasons"),
    [
        (f'{{"reasons": "{WHY}", "better": "A"}}', "A", WHY),
        (f'{{"better": "tie", "reasons": "{WHY}"}}', "tie", WHY),
        (f'{WHY}\n\n{{"better": "A"}}', "A", WHY),
        (f'{WHY}\n```json\n{{"better": "B"}}\n```', "B", WHY),
        ('{"reasons": "两篇都写灯塔，甲有声音", "better": "A"}', "A", "两篇都写灯塔，甲有声音"),
        ('{"reasons": "A", "better": "A"}', None, ""),
        ('{"reasons": "A is much better than B is.", "better": "A"}', None, ""),
        ('{"better": "A"}', None, ""),
        ('{"reasons": " ... ", "better": "A"}', None, ""),
        ('{"reasons": ["x"], "better": "A"}', None, ""),
        (f'{{"reasons": "{WHY}", "better": "C"}}', None, ""),
        (f'{{"reasons": "{WHY}", "better": "A", "score": 3}}', None, ""),
        (f'{{"reasons": "{WHY}", "better": "A"}} {{"reasons": "{WHY}", "better": "B"}}', None, ""),
        ("A is better.", None, ""),
    ],
)
def test_a_reply_without_reasons_is_no_verdict(reply: str, better: str | None, reasons: str) -> None:
    if better is None:
        with pytest.raises(Unreadable):
            read_reasoned(reply)
    else:
        found = read_reasoned(reply)
        assert (found.better, found.reasons) == (better, reasons)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_form_of_the_prompt_said_back_is_no_verdict(language: str) -> None:
    text = prompt_set(PROMPTS / language).render(REASONED.prompt, request="$a", a="one ${b}", b="two")
    assert "one ${b}" in text
    with pytest.raises(Unreadable):
        read_reasoned(text[text.rindex("{") :])


def test_it_stands_beside_a_reward_model() -> None:
    both = RewardSettings(judge="local", judge_url="http://127.0.0.1:9", reward_url="http://127.0.0.1:9")
    with pytest.raises(InputError, match="given: reward_url and judge; say which with writing_by"):
        WritingReward(both)
    by_model = both.model_copy(update={"writing_by": "reward_url"})
    assert traits_of(WritingReward(by_model)).compares is False
    assert traits_of(GenerativeReward(by_model)).compares is True
    with pytest.raises(InputError, match="writing_by = reward_model; given: judge"):
        WritingReward(RewardSettings(judge="local", judge_url="http://127.0.0.1:9", writing_by="reward_model"))
    with pytest.raises(InputError, match="needs a model that reasons"):
        GenerativeReward(RewardSettings())


def test_a_model_that_cannot_judge_is_refused() -> None:
    with pytest.raises(InputError, match="too small to judge"):
        GenerativeReward(RewardSettings(judge="gguf:smollm2"))
