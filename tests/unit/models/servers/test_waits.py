"""Waits that servers ask for, in headers and in words, in every form; and words of money and of time told apart."""

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from tests.helpers.asking import asked, served
from tests.helpers.raw_server import refusal, whole

from longwriter.errors import SetupError, Unavailable
from longwriter.models.servers.retry import asked_wait, said_wait

TEXT = "The keeper walked along the wall."


def moments(seconds: float) -> dict[str, str]:
    """A moment so many seconds from now, in the forms that servers give it."""
    when = datetime.now(UTC) + timedelta(seconds=seconds)
    return {
        "HTTP date": format_datetime(when, usegmt=True),
        "ISO date": when.isoformat(),
        "Z date": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "thousandths": str(int(when.timestamp() * 1000)),
        "since 1970": str(when.timestamp()),
    }


HEADERS = [
    ({"Retry-After": "20"}, 20),
    ({"retry-after": "1.5"}, 1.5),
    ({"Retry-After": "30s"}, 30),
    ({"Retry-After": "1m2.5s"}, 62.5),
    ({"Retry-After": "HTTP date"}, 20),
    ({"Retry-After": "ISO date"}, 20),
    ({"retry-after-ms": "400", "Retry-After": "1"}, 0.4),
    ({"x-ms-retry-after-ms": "2500"}, 2.5),
    ({"x-ratelimit-reset-requests": "17ms"}, 0.017),
    ({"x-ratelimit-reset-tokens": "6m0s"}, 360),
    ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, 360),
    (
        {
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "8.64s",
            "x-ratelimit-remaining-tokens": "149984",
            "x-ratelimit-reset-tokens": "6m0s",
        },
        8.64,
    ),
    ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "thousandths"}, 20),
    ({"X-RateLimit-Reset": "since 1970"}, 20),
    ({"X-RateLimit-Reset": "12"}, 12),
    ({"RateLimit-Reset": "12"}, 12),
    ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "12"}, None),
    ({"anthropic-ratelimit-input-tokens-reset": "Z date"}, 20),
    ({"x-ratelimit-limit-requests": "60"}, None),
    ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, None),
    ({"Retry-After": "1e9", "x": "y"}, 0),
    ({"Retry-After": "864000"}, None),
    ({"Retry-After": "soon"}, None),
    ({"Retry-After": "-3"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), HEADERS, ids=lambda value: str(value)[:60])
def test_a_wait_in_a_header(headers: dict[str, str], seconds: float | None) -> None:
    now = moments(20)
    found = asked_wait({name: now.get(value, value) for name, value in headers.items()})
    near = 2 if {*headers.values()} & {*now} else 0.01
    assert found == (None if seconds is None else pytest.approx(seconds, abs=near))


WORDS = [
    ("Rate limit reached for gpt-4o. Please try again in 1m2.5s. Visit https://x.y/3m", 62.5),
    ("Please try again in 20ms.", 0.02),
    ("please try again after 1 seconds", 1),
    ("Please retry in 34.074824224s.", 34.074824224),
    ("Please retry after 6 seconds.", 6),
    ("Try again in about 2 minutes and 5 seconds", 125),
    ("rate limited, wait 30 s before the next request", 30),
    ("Your limit resets in 1h3m", 3780),
    ("请在 20 秒后重试", 20),
    ("请求过于频繁，请等待2分钟", 120),
    (json.dumps({"error": {"details": [{"retryDelay": "34s"}]}}), 34),
    (json.dumps({"error": {"retry_after": 5}}), 5),
    (json.dumps({"error": {"metadata": {"retry_after_ms": 250}}}), 0.25),
    (json.dumps({"retry_after_seconds": 2.5}), 2.5),
    (json.dumps({"retryAfter": "1m30s"}), 90),
    ("retry-after: 7", 7),
    ("Please try again in 99999 hours", None),
    ("The model has 7 seconds of memory", None),
    ("slow down", None),
    ("Please try again later. Error 30 s", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "seconds"), WORDS)
def test_a_wait_in_words(text: str, seconds: float | None) -> None:
    assert said_wait(text) == (None if seconds is None else pytest.approx(seconds))


async def test_a_wait_in_a_body_is_kept_to_and_has_a_floor() -> None:
    for said, least in (({"error": {"details": [{"retryDelay": "0.4s"}]}}, 0.4), ({"error": "try again in 0 s"}, 0.05)):
        answers = [refusal(429, said), whole(TEXT)]
        async with served(lambda _, answers=answers: answers.pop(0)) as (model, _):
            started = time.monotonic()
            assert (await model.reply(asked())).text == TEXT
            assert least <= time.monotonic() - started < least + 3


async def test_a_wait_beyond_the_budget_is_told_and_not_begun() -> None:
    answer = refusal(429, {"error": {"message": "Rate limit. Please try again in 10m."}})
    async with served(answer, retry_s=60) as (model, server):
        with pytest.raises(Unavailable, match=r"try again in 10m.*asks for a wait of 600 s, --retry allows 60 s"):
            await model.reply(asked())
    assert len(server.requests) == 1


TIME = [
    (429, "You exceeded your current quota. Please retry in 0.01s.", {}),
    (429, "Allocated quota exceeded, please increase your quota limit", {}),
    (429, "Quota exceeded for quota metric 'Generate requests' and limit 'requests per minute'", {}),
    (429, "insufficient_quota: request rate increased too quickly (burst)", {}),
    (403, "Rate limit exceeded for this key", {}),
    (400, "Throttling.RateQuota: too many requests", {}),
]
MONEY = [
    (429, "You exceeded your current quota, please check your plan and billing details.", {}),
    (429, "余额不足或无可用资源包,请充值。", {}),
    (429, "exceeded_current_quota_error", {}),
    (403, "Sorry, your account balance is insufficient", {}),
    (402, "Payment required", {}),
    (429, "Billing hard limit has been reached", {"Retry-After": "0.01"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("status", "words", "headers"), TIME)
async def test_a_quota_that_time_lifts_is_waited_for(status: int, words: str, headers: dict[str, str]) -> None:
    answers = [refusal(status, {"error": {"message": words}}, **headers), whole(TEXT)]
    async with served(lambda _: answers.pop(0), retry_s=5) as (model, _):
        assert (await model.reply(asked())).text == TEXT


@pytest.mark.parametrize(("status", "words", "headers"), MONEY)
async def test_a_quota_that_money_lifts_is_told_at_once(status: int, words: str, headers: dict[str, str]) -> None:
    async with served(refusal(status, {"error": {"message": words}}, **headers)) as (model, server):
        with pytest.raises(SetupError, match="no credit left") as caught:
            await model.reply(asked())
    assert words in str(caught.value)
    assert len(server.requests) == 1


async def test_money_in_an_answer_of_200_is_told_at_once() -> None:
    said = {"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}
    async with served((200, {}, json.dumps(said).encode())) as (model, server):
        with pytest.raises(SetupError, match="insufficient balance"):
            await model.reply(asked())
    assert len(server.requests) == 1
