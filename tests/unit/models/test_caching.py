"""What servers are told of their caches: who is told what, text that stays the same, refusals that are remembered."""

import json

import pytest
from server import Server

from longwriter.models.base import ModelConfig, open_model
from longwriter.models.servers import caching
from longwriter.models.servers.answers import ServerAnswer
from longwriter.models.servers.caching import Hints, never_caches, servers
from longwriter.types import Message, Request

SYSTEM, PROMPT = "You write.", "Plan: a, b. Text: one two three. Now write c."
ENDS = (10, 20, 24, 30)
REQUEST = Request(
    messages=(Message(role="system", content=SYSTEM), Message(role="user", content=PROMPT)), cache_key="k", settled=ENDS
)


def body(*messages: dict[str, object]) -> dict[str, object]:
    plain = [{"role": m.role, "content": m.content} for m in REQUEST.messages]
    return {"model": "m", "messages": list(messages) or plain}


@pytest.mark.parametrize(
    ("url", "model", "key", "parts"),
    [
        ("https://api.openai.com/v1", "gpt-5.4", True, False),
        ("https://mine.openai.azure.com/openai/v1", "any", True, False),
        ("https://api.mistral.ai/v1", "mistral-large-2512", True, False),
        ("https://openrouter.ai/api/v1", "anthropic/claude-sonnet-4.5", False, True),
        ("https://openrouter.ai/api/v1", "openai/gpt-5.4", False, False),
        ("https://api.anthropic.com/v1", "claude-sonnet-4-5", False, False),
        ("https://api.groq.com/openai/v1", "llama", False, False),  # answers the key with 400, as Gemini and NVIDIA do
        ("https://generativelanguage.googleapis.com/v1beta/openai", "gemini-4-neon", False, False),
        ("http://localhost:8000/v1", "claude", False, False),
        ("https://api.openai.com.evil.example/v1", "gpt-5.4", False, False),
        ("http://[broken", "m", False, False),
    ],
)
def test_a_server_is_told_what_it_is_known_to_take(url: str, model: str, key: bool, parts: bool) -> None:
    sent = Hints(url, model).add(body(), REQUEST)
    assert ("prompt_cache_key" in sent) is key
    assert isinstance(sent["messages"][1]["content"], list) is parts


def test_every_entry_says_where_it_is_from() -> None:
    assert all(s.source.startswith("https://") for s in servers())
    assert never_caches("https://api.anthropic.com/v1", "claude-sonnet-4-5")
    assert not never_caches("https://openrouter.ai/api/v1", "anthropic/claude-sonnet-4.5")


def claude() -> Hints:
    return Hints("https://openrouter.ai/api/v1", "anthropic/claude-sonnet-4.5")


def test_parts_add_up_to_the_text_and_mark_where_this_request_and_the_one_before_it_end() -> None:
    parts = claude().add(body(), REQUEST)["messages"][1]["content"]
    assert [p["text"] for p in parts] == [PROMPT[:10], PROMPT[10:20], PROMPT[20:24], PROMPT[24:30], PROMPT[30:]]
    assert ["cache_control" in p for p in parts] == [True, False, True, True, False]


def test_marks_stay_in_place_where_the_system_text_opens_the_users() -> None:
    folded = body({"role": "user", "content": f"{SYSTEM}\n\n{PROMPT}"})
    parts = claude().add(folded, REQUEST)["messages"][0]["content"]
    assert parts[0]["text"] == f"{SYSTEM}\n\n{PROMPT[:10]}"
    assert "".join(p["text"] for p in parts) == f"{SYSTEM}\n\n{PROMPT}"


@pytest.mark.parametrize("ends", [(), (45,), (len(PROMPT),), (0, 12), tuple(range(1, 40))])
def test_at_most_four_marks_and_no_empty_part(ends: tuple[int, ...]) -> None:
    content = claude().add(body(), REQUEST.model_copy(update={"settled": ends}))["messages"][1]["content"]
    parts = content if ends else [{"text": content}]
    assert "".join(p["text"] for p in parts) == PROMPT
    assert all(p["text"] for p in parts)
    assert sum("cache_control" in p for p in parts) <= 4


@pytest.mark.parametrize(
    ("said", "dropped"),
    [
        ("Unsupported parameter(s): `prompt_cache_key`", True),
        ('Unknown name "prompt_cache_key": Cannot find field.', True),
        ("promptCacheKey is not allowed", True),
        ("Extra inputs are not permitted", True),
        ("temperature: Unsupported parameter", False),
        ("this model's maximum context length is 4096 tokens", False),
    ],
)
def test_a_refused_key_is_left_out_from_then_on(said: str, dropped: bool) -> None:
    hints = Hints("https://api.openai.com/v1", "gpt-5.4")
    sent = hints.add(body() | {"temperature": 1}, REQUEST)
    assert hints.adapt(400, said, sent) is dropped
    assert ("prompt_cache_key" in hints.add(body(), REQUEST)) is not dropped


@pytest.mark.parametrize(
    ("field", "known"), [("prompt_cache_key", {"key": True}), ("cache_control", {"breakpoints": True})]
)
async def test_a_real_server_that_refuses_is_asked_again_without_and_not_told_twice(
    monkeypatch: pytest.MonkeyPatch, field: str, known: dict[str, bool]
) -> None:
    monkeypatch.setattr(caching, "servers", lambda: (caching.Server(host="127.0.0.1", **known),))
    with Server(refuse=(field,)) as server:
        model = open_model(ModelConfig(model="any", base_url=server.url))
        replies = [await model.reply(REQUEST), await model.reply(REQUEST)]
        await model.aclose()
    assert replies[0].text == replies[1].text
    assert [field in json.dumps(r) for r in server.requests] == [True, False, False]


@pytest.mark.parametrize(
    ("counted", "cached", "written"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 7}}, 7, None),
        ({"prompt_cache_hit_tokens": 7, "prompt_cache_miss_tokens": 3}, 7, None),  # DeepSeek
        ({"prompt_tokens_details": {"cached_tokens": 7, "cache_write_tokens": 2}}, 7, 2),  # OpenRouter
        ({"cached_tokens": 7}, 7, None),  # Moonshot
        ({"cache_read_input_tokens": 7, "cache_creation_input_tokens": 2}, 7, 2),  # gateways to Claude
        ({"prompt_tokens_details": None, "prompt_cache_hit_tokens": 7}, 7, None),
        ({"prompt_tokens_details": {"cached_tokens": None}}, None, None),
        ({"prompt_tokens_details": {"cached_tokens": -1}}, None, None),
        ({}, None, None),
    ],
)
def test_cached_tokens_are_read_from_every_servers_place(
    counted: dict[str, object], cached: int | None, written: int | None
) -> None:
    answer = ServerAnswer(10)
    answer.take({"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 1} | counted})
    assert (answer.usage.cached_tokens, answer.usage.cache_write_tokens) == (cached, written)
