"""Headers and fields of a user's own: sent with every request, in no file and no message."""

import json
import logging
import socket
import threading

import pytest
from tests.helpers.asking import asked, served
from tests.helpers.raw_server import refusal, whole

from longwriter.config import build
from longwriter.errors import InputError, SetupError
from longwriter.models.base import ModelConfig, open_model

TEXT = "The keeper walked along the wall."
SECRET = "tok-7f3a91-secret"


async def test_headers_are_sent_and_go_before_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", f" {SECRET} \n")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    own = {"X-Team": "env:MY_TOKEN", "authorization": "Basic abcd1234", "HTTP-Referer": "https://x.y/z: a"}
    async with served(whole(TEXT), headers=own) as (model, server):
        await model.reply(asked())
        await model.reply(asked())
    for sent in server.headers:
        assert (sent["x-team"], sent["authorization"]) == (SECRET, "Basic abcd1234")
        assert sent["http-referer"] == "https://x.y/z: a"


def test_a_header_that_authorises_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    open_model(ModelConfig(model="m", base_url="https://llm.example.org/v1", headers={"Authorization": "Bearer x"}))


async def test_no_header_is_shown_in_a_message_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    answer = refusal(400, {"error": {"message": f"bad header Bearer {SECRET}, that is {SECRET}"}})
    config = ModelConfig(model="sim", headers={"Authorization": f"Bearer {SECRET}", "X-Key": f"k{SECRET}"})
    with caplog.at_level(logging.DEBUG):
        async with served(answer, headers=config.headers) as (model, _):
            with pytest.raises(SetupError) as caught:
                await model.reply(asked())
    shown = f"{caught.value} {config!r} {config.model_dump_json()} {caplog.text} {caught.value.__context__}"
    assert SECRET not in shown
    assert "***, that is ***" in str(caught.value)


def test_of_headers_only_what_is_no_secret_is_saved() -> None:
    given = ModelConfig(model="m", base_url="http://box/v1", headers={"A": "env:TOKEN", "B": SECRET})
    saved = ModelConfig.model_validate_json(given.model_dump_json())
    assert saved.headers == {"A": "env:TOKEN", "B": "***"}
    with pytest.raises(SetupError, match="header B was given as a value, which is not kept"):
        open_model(saved.model_copy(update={"headers": {"B": "***"}}))
    with pytest.raises(SetupError, match="header A is to be read from TOKEN, which is not set"):
        open_model(saved)
    assert given.model_dump()["headers"]["B"] == SECRET  # a role that is made of another keeps it


@pytest.mark.parametrize(
    ("name", "value"),
    [("a b", "x"), ("", "x"), ("A", ""), ("A", f"{SECRET}\r\nX: y"), ("A", f"{SECRET}é"), ("Content-Length", SECRET)],
)
def test_a_header_that_cannot_be_is_refused_without_its_value(name: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        build(ModelConfig, {"model": "m", "headers": {name: value}}, "settings")
    assert SECRET not in str(caught.value)
    assert "headers: " in str(caught.value)


def test_what_runs_here_has_no_headers() -> None:
    for more in ({"headers": {"A": "b"}}, {"extra_body": {"top_k": 1}}):
        with pytest.raises(InputError, match="are for servers"):
            open_model(ModelConfig.model_validate({"model": "fake", **more}))


async def test_extra_fields_are_laid_on_every_body() -> None:
    own = {
        "top_k": 20,
        "seed": None,
        "temperature": 0.1,
        "stream_options": {"more": [1]},
        "chat_template_kwargs": {"a": True},
    }
    async with served(whole(TEXT), extra_body=own) as (model, server):
        for _ in range(2):
            await model.reply(asked(seed=3, temperature=0.9, max_tokens=50))
    for sent in server.requests:
        assert sent["stream_options"] == {"include_usage": True, "more": [1]}
        assert (sent["top_k"], sent["temperature"], sent["chat_template_kwargs"]) == (20, 0.1, {"a": True})
        assert "seed" not in sent
        assert sent["max_tokens"] == 50


@pytest.mark.parametrize("name", ["seed", "top_p", "response_format", "stream", "max_tokens"])
async def test_an_extra_field_that_is_refused_is_the_users_to_mend(name: str) -> None:
    own = {name: {"type": "text"} if name == "response_format" else 7}

    def answer(body: dict[str, object]) -> object:
        return refusal(400, {"error": {"message": f"Unsupported parameter: {name}"}}) if name in body else whole(TEXT)

    async with served(answer, extra_body=own) as (model, server):
        with pytest.raises(SetupError, match=f"Unsupported parameter: {name}"):
            await model.reply(asked(seed=3, top_p=0.5, max_tokens=50))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({"messages": []}, "'messages' is what each request is about"),
        ({"model": "x"}, "'model' is what"),
        ({"a": float("nan")}, ""),
        ({"a": {"b": [float("inf")]}}, ""),
        ([1], "is not a table"),
    ],
)
def test_extra_fields_that_cannot_be(extra: object, said: str) -> None:
    with pytest.raises(InputError, match=rf"^settings: extra_body.*{said}"):
        build(ModelConfig, {"model": "m", "extra_body": extra}, "settings")


async def test_a_redirect_to_the_encrypted_door_takes_the_request_there_and_a_way_back_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The door of this test speaks no TLS: what counts is that a handshake comes to it, and no word of the request."""
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def listen() -> None:
            line, _ = door.accept()
            with line:
                heard.append(line.recv(4096))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        place = f"https://127.0.0.1:{door.getsockname()[1]}/v1/chat/completions"
        async with served((308, {"Location": place}, b""), retry_s=0) as (model, _):
            with pytest.raises(Exception, match="Error"):
                await model.reply(asked())
        thread.join(5)
    assert heard[0][:1] == b"\x16"  # a TLS record: handshake
    assert SECRET.encode() not in heard[0]
    assert json.dumps("Write.").encode() not in heard[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_headers_go_to_no_other_host_or_port(status: int) -> None:
    async with served(whole(TEXT)) as (_, other):
        elsewhere = {"Location": f"{other.url}/chat/completions"}
        async with served((status, elsewhere, b""), headers={"X-Key": SECRET}) as (model, server):
            with pytest.raises(SetupError, match="redirects to"):
                await model.reply(asked())
            assert await model.window() is None
    assert (len(server.requests), other.requests, other.headers) == (1, [], [])
