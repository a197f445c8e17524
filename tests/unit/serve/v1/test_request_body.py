"""Bodies of requests: what is read, what is refused by name, what a run cannot honour."""

import pytest

from longwriter.serve.v1.problems import ApiProblem
from longwriter.serve.v1.request.body import ApiMessage, read_json, read_request

HELLO = [{"role": "user", "content": "Hello"}]


def chat(**more):
    return read_request("chat", {"model": "m", "messages": HELLO, **more})


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"model": ""}, "model"),
        ({"model": 3}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [{"role": "poet", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": " "}]}, "messages"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": "9"}, "max_completion_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"n": 17}, "n"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"stop": [""]}, "stop"),
        ({"seed": 1.5}, "seed"),
        ({"temperature": 2.1}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": True}, "stream_options"),
    ],
)
def test_what_is_unusable_is_named(more, param):
    with pytest.raises(ApiProblem) as raised:
        chat(**more)
    assert (raised.value.status, raised.value.param) == (400, param)
    assert raised.value.body["error"]["param"] == param


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'"x"', b"[" * 100_000])
def test_a_body_that_is_no_object(raw):
    with pytest.raises(ApiProblem, match="JSON"):
        read_json(raw)


def test_what_a_chat_says():
    asked = chat(
        max_tokens=5, max_completion_tokens=9, stop="END", n=2, seed=7, temperature=0, top_p=1, stream=True,
        stream_options={"include_usage": True}, user="u", metadata={"a": "b"}, store=False, logit_bias={},
        presence_penalty=0, frequency_penalty=0.5, tools=[], response_format={"type": "text"}, logprobs=False,
    )  # fmt: skip
    assert (asked.limit, asked.stop, asked.n, asked.seed, asked.temperature, asked.top_p) == (9, ("END",), 2, 7, 0, 1)
    assert asked.stream
    assert asked.include_usage
    assert not asked.store
    assert asked.laid == {"frequency_penalty": 0.5}
    assert (asked.unfit, asked.unknown) == ("", "")


@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"type": "function"}]},
        {"functions": [{}]},
        {"response_format": {"type": "json_object"}},
        {"logprobs": True},
        {"top_logprobs": 2},
        {"modalities": ["text", "audio"]},
        {"web_search_options": {"x": 1}},
    ],
)
def test_what_a_run_cannot_honour(more):
    assert chat(**more).unfit == next(iter(more))


def test_pictures_and_tools_results_are_no_text():
    picture = {"type": "image_url", "image_url": {"url": "data:x"}}
    asked = chat(messages=[{"role": "user", "content": [{"type": "text", "text": "What is this?"}, picture]}])
    assert asked.unfit == "messages"
    assert asked.messages == (ApiMessage("user", "What is this?"),)
    assert chat(messages=[*HELLO, {"role": "tool", "content": "4"}]).unfit == "messages"


def test_an_unknown_parameter_is_known_as_such():
    assert chat(sauce="soy").unknown == "sauce"
    assert read_request("completion", {"model": "m", "prompt": "x", "messages": []}).unknown == "messages"


def test_a_response():
    asked = read_request(
        "response",
        {
            "model": "m", "instructions": "Be brief.", "max_output_tokens": 50, "background": True,
            "input": [
                {"role": "developer", "content": "Rule"},
                {"type": "reasoning", "summary": []},
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Yes"}]},
                {"role": "user", "content": [{"type": "input_text", "text": "Go"}]},
            ],
            "reasoning": {"effort": "low"}, "text": {"format": {"type": "text"}, "verbosity": "high"},
        },
    )  # fmt: skip
    assert [m.role for m in asked.messages] == ["system", "system", "assistant", "user"]
    assert [m.text for m in asked.messages] == ["Be brief.", "Rule", "Yes", "Go"]
    assert (asked.limit, asked.background, asked.unfit, asked.unknown) == (50, True, "", "")
    assert asked.laid == {"reasoning_effort": "low", "verbosity": "high"}
    schema = {"format": {"type": "json_schema", "schema": {}}}
    assert read_request("response", {"model": "m", "input": "x", "text": schema}).unfit == "text"


def test_a_prompt():
    assert read_request("completion", {"model": "m", "prompt": ["Once"]}).messages == (ApiMessage("user", "Once"),)
    for prompt in (["a", "b"], [1, 2], None, ""):
        with pytest.raises(ApiProblem, match="prompt"):
            read_request("completion", {"model": "m", "prompt": prompt})
