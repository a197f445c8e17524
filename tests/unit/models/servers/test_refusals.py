"""What servers refuse, in their own words and shapes: left out from then on, and never lost."""

import json
import logging

import pytest
from tests.helpers.asking import SYSTEM, USER, asked, served
from tests.helpers.raw_server import refusal, sse, whole

from longwriter.errors import PromptTooLong, SetupError, Unavailable
from longwriter.models.servers.refusals import words_of

TEXT = "The keeper walked along the wall."
EXTRA = [{"type": "extra_forbidden", "loc": ["body", "FIELD"], "msg": "Extra inputs are not permitted", "input": 1}]
SHAPES = {
    "openai": {"error": {"message": "Unsupported parameter: 'FIELD'", "param": "FIELD"}},
    "gemini": [{"error": {"code": 400, "message": 'Invalid JSON payload. Unknown name "FIELD": Cannot find field.'}}],
    "mistral": {"object": "error", "message": {"detail": EXTRA}, "type": "invalid_request_error", "param": None},
    "fastapi": {"detail": EXTRA},
    "param alone": {"error": {"message": "Unsupported value.", "param": "FIELD"}},
    "provider": {
        "error": {"message": "Provider error", "metadata": {"raw": '{"error": {"message": "unknown field FIELD"}}'}}
    },
    "words": "FIELD is not supported",
    "errors": {"errors": [{"message": "FIELD: not allowed"}]},
    "string": {"error": "unrecognized argument FIELD"},
    "vllm": {"object": "error", "message": str(EXTRA), "type": "BadRequestError", "code": 400},
    "nested": {"error": {"message": json.dumps({"error": json.dumps({"message": "FIELD is not supported"})})}},
    "html": "<html><head><title>400: unsupported parameter FIELD</title></head><body>x</body></html>",
    "reason": {"error": {"reason": "FIELD: not implemented", "code": 7}},
    "status_msg": {"base_resp": {}, "status_msg": "FIELD is unavailable"},
    "chinese": {"error": {"message": "不支持的参数: FIELD"}},
    "camel": {"error": {"message": "Field 'FIELD' is deprecated for this model"}},
}
SENT = {
    "seed": {"seed": 3},
    "top_p": {"top_p": 0.9},
    "min_p": {"min_p": 0.05},
    "repeat_penalty": {"repeat_penalty": 1.1},
}


def refusing(name, answer, status=400, needs=lambda body: False):
    return lambda body: answer if name in body or needs(body) else whole(TEXT)


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("field", SENT)
async def test_a_field_refused_in_any_shape_is_left_out_from_then_on(shape, field, caplog):

    said = json.loads(json.dumps(SHAPES[shape]).replace("FIELD", field))
    for status in (400, 422, 500, 501):
        caplog.clear()
        async with served(refusing(field, refusal(status, said))) as (model, server):
            with caplog.at_level(logging.WARNING):
                for _ in range(2):
                    assert (await model.reply(asked(**SENT[field]))).text == TEXT
        assert [field in r for r in server.requests] == [True, False, False]
        assert "does not accept" in caplog.text
        assert field in caplog.text


async def test_extras_go_where_a_refusal_names_nothing():
    answer = refusal(400, {"error": {"message": "Extra inputs are not permitted"}})
    async with served(refusing("min_p", answer)) as (model, server):
        assert (await model.reply(asked(min_p=0.05, repeat_penalty=1.1, dry=0.8, temperature=0.7))).text == TEXT
    assert set(server.requests[1]) == {"model", "messages", "temperature", "stream", "stream_options"}


async def test_sampling_fields_are_sent_under_every_name():
    async with served(whole(TEXT)) as (model, server):
        await model.reply(asked(min_p=0.05, repeat_penalty=1.1, repeat_last_n=256, dry=0.8))
    sent = {"min_p": 0.05, "repeat_penalty": 1.1, "repetition_penalty": 1.1, "repeat_last_n": 256}
    dry = {"dry_multiplier": 0.8, "dry_base": 1.75, "dry_allowed_length": 3, "dry_penalty_last_n": 1024}
    assert (sent | dry).items() <= server.requests[0].items()


@pytest.mark.parametrize(
    "words",
    [
        "invalid temperature: only 1 is allowed for this model",
        "temperature does not support 0.5 with this model. Only the default (1) value is supported.",
        "The temperature of this model is fixed",
        "`temperature` must be 1 when thinking is enabled",
        "`temperature` is deprecated for this model.",
        "temperature 仅支持 1",
        "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.",
        "invalid temperature: only 1.0 is allowed",
        "temperature: Input should be 1",
    ],
)
async def test_a_fixed_temperature_is_not_sent_again(words):
    answer = refusal(400, {"error": {"message": words}})
    async with served(refusing("temperature", answer)) as (model, server):
        for _ in range(2):
            assert (await model.reply(asked(temperature=0.5))).text == TEXT
    assert len(server.requests) == 3


SYSTEMLESS = [
    (400, "System role not supported"),
    (500, 'Error rendering prompt with jinja template: "System role not supported"'),
    (400, "Conversation roles must alternate user/assistant/user/assistant/..."),
    (400, "Developer instruction is not enabled for models/gemma-3-27b-it"),
    (422, "messages.0.role: Input should be 'user' or 'assistant', got 'system' role"),
    (400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
    (501, "System messages are not supported by this model"),
    (400, "Only user, assistant and tool roles are supported, got system."),
    (400, "该模型不支持 system 角色"),
    (400, "invalid role: system"),
]


@pytest.mark.parametrize(("status", "words"), SYSTEMLESS)
async def test_without_a_system_role_the_users_message_holds_it(status, words):
    def answer(body):
        return (
            refusal(status, {"error": {"message": words}}) if body["messages"][0]["role"] == "system" else whole(TEXT)
        )

    async with served(answer) as (model, server):
        for _ in range(2):
            assert (await model.reply(asked(SYSTEM, USER))).text == TEXT
    assert server.requests[-1]["messages"] == [{"role": "user", "content": "Be brief.\n\nWrite."}]
    assert len(server.requests) == 3


async def test_a_500_of_another_kind_is_tried_again_as_it_was():
    answers = [refusal(500, {"error": {"message": "the system is down"}}), whole(TEXT)]
    async with served(lambda _: answers.pop(0)) as (model, server):
        assert (await model.reply(asked(SYSTEM, USER))).text == TEXT
    assert [m["role"] for m in server.requests[1]["messages"]] == ["system", "user"]


LIMITS = [
    ({"detail": [{"loc": ["body", "max_tokens"], "msg": "Input should be less than or equal to 4096"}]}, 4096),
    ({"error": {"message": "Range of max_tokens should be [1, 8192]"}}, 8192),
    (
        {"error": {"message": "max_tokens is too large: 20000. This model supports at most 16,384 completion tokens."}},
        16384,
    ),
    (
        {"error": {"message": "`max_tokens` must be less than or equal to `8192`, the maximum value for gpt-x-2024"}},
        8192,
    ),
    ({"error": {"message": "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"}}, 8192),
    ({"error": {"message": "max_tokens is too large"}}, None),
]


@pytest.mark.parametrize(("said", "cap"), LIMITS)
async def test_a_limit_that_a_server_names_is_kept_to(said, cap, caplog):
    def answer(body):
        return refusal(400, said) if body.get("max_tokens", 0) > (cap or 0) else whole(TEXT)

    async with served(answer) as (model, server):
        with caplog.at_level(logging.WARNING):
            for _ in range(2):
                assert (await model.reply(asked(max_tokens=20_000))).text == TEXT
        assert len(server.requests) == 3
        assert server.requests[-1].get("max_tokens") == cap
    assert words_of(said) in caplog.text


@pytest.mark.parametrize(
    "words",
    [
        "Invalid 'max_tokens': integer below minimum value. Expected a value >= 16, but got 8 instead.",
        "max_tokens: Input should be greater than or equal to 16",
        "max_tokens must be at least 16",
    ],
)
async def test_a_least_limit_is_kept_to(words):
    def answer(body):
        return refusal(400, {"error": {"message": words}}) if body.get("max_tokens", 0) < 16 else whole(TEXT)

    async with served(answer) as (model, server):
        for _ in range(2):
            assert (await model.reply(asked(max_tokens=8))).text == TEXT
        await model.reply(asked(max_tokens=100))
    assert [r["max_tokens"] for r in server.requests] == [8, 16, 16, 100]


@pytest.mark.parametrize("known", ["max_tokens", "max_completion_tokens"])
async def test_the_limit_has_two_names_and_each_is_tried_once(known):
    def answer(body):
        other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}[known]
        said = f"Unsupported parameter: '{other}' is not supported." + (
            f" Use '{known}' instead." if known != "max_tokens" else ""
        )
        return refusal(400, {"error": {"message": said}}) if other in body else whole(TEXT)

    async with served(answer) as (model, server):
        model._quirks.renamed = {} if known != "max_tokens" else {"max_tokens": "max_completion_tokens"}
        for _ in range(2):
            assert (await model.reply(asked(max_tokens=100))).text == TEXT
    assert [known in r for r in server.requests] == [False, True, True]


async def test_a_limit_by_its_other_name_is_left_out_too():
    answer = refusal(400, {"error": {"message": "max_completion_tokens is too large"}})
    async with served(refusing("max_completion_tokens", answer)) as (model, server):
        model._quirks.renamed = {"max_tokens": "max_completion_tokens"}
        assert (await model.reply(asked(max_tokens=100))).text == TEXT
    assert len(server.requests) == 2


async def test_of_temperature_and_top_p_the_second_gives_way():
    words = "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
    answer = refusal(400, {"error": {"message": words}})
    async with served(refusing("top_p", answer)) as (model, server):
        for _ in range(2):
            assert (await model.reply(asked(temperature=0.5, top_p=0.9))).text == TEXT
    assert [("temperature" in r, "top_p" in r) for r in server.requests] == [(True, True), *[(True, False)] * 2]


@pytest.mark.parametrize("status", [400, 422, 500, 501])
@pytest.mark.parametrize(
    "words",
    [
        "response_format is not supported",
        "This response_format type is unavailable now",
        "response_format.type `json_schema` is unavailable now",
        "json_schema: not implemented",
    ],
)
async def test_a_schema_refused_under_any_status_is_left_out(status, words):
    async with served(refusing("response_format", refusal(status, {"error": words}))) as (model, server):
        for _ in range(2):
            assert (await model.reply(asked(json_schema={"type": "object"}))).text == TEXT
    assert ["response_format" in r for r in server.requests] == [True, False, False]


async def test_a_501_that_names_nothing_is_no_passing_fault():
    async with served(refusal(501, {"error": "Not Implemented"})) as (model, server):
        with pytest.raises(SetupError, match="Not Implemented"):
            await model.reply(asked())
    assert len(server.requests) == 1


async def test_a_server_that_streams_options_not():
    def answer(body):
        options = {"error": {"message": "Unknown field: stream_options"}}
        stream = {"error": {"message": "Your organization must be verified to stream this model."}}
        return refusal(400, options if "stream_options" in body else stream) if "stream" in body else whole(TEXT)

    async with served(answer) as (model, server):
        for _ in range(2):
            assert (await model.reply(asked())).text == TEXT
    assert [("stream" in r, "stream_options" in r) for r in server.requests] == [
        (True, True),
        (True, False),
        *[(False, False)] * 2,
    ]


async def test_thinking_is_switched_off_where_a_server_asks_for_it():
    words = "parameter.enable_thinking must be set to false for non-streaming calls"

    def answer(body):
        return (
            refusal(400, {"error": {"message": words}})
            if body.get("enable_thinking") is not False
            else sse('{"choices": [{"delta": {"content": "Text."}, "finish_reason": "stop"}]}')
        )

    async with served(answer) as (model, _):
        assert (await model.reply(asked())).text == "Text."


WORDS = [
    (413, "<html><head><title>413 Request Entity Too Large</title></head></html>", "413 Request Entity Too Large"),
    (400, {"object": "error", "message": "this will not do", "code": 40303}, "this will not do"),
    (400, {"error": {"code": "X1"}}, "X1"),
    (404, {"title": "Not here", "status": 404}, "Not here"),
    (400, {"error": {"message": "bad \x1b]0;TITLE\x07\x1b[31mred\x1b[2J\u202e"}}, "bad red"),
    (400, "plain words", "plain words"),
    (422, {"detail": [{"loc": ["body", "messages", 0], "msg": "Field required"}]}, "messages.0: Field required"),
    (400, [[[[[[[[[["deep"]]]]]]]]]], "["),
]


@pytest.mark.parametrize(("status", "said", "shown"), WORDS)
async def test_the_servers_words_are_never_lost(status, said, shown):

    text = said if isinstance(said, str) else json.dumps(said)
    async with served((status, {}, text.encode())) as (model, _):
        with pytest.raises(SetupError) as caught:
            await model.reply(asked())
    assert shown in str(caught.value)
    assert str(caught.value).isprintable()


TOO_LONG = [
    "The input token count (40321) exceeds the maximum number of tokens allowed (32768).",
    "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]",
    "Prompt exceeds max length",
    "invalid params, context window exceeds limit",
    "the request exceeds the available context size, try increasing it",
    "Please reduce the length of the messages or completion.",
    "Input is too long for requested model.",
]


@pytest.mark.parametrize("words", TOO_LONG)
async def test_a_prompt_too_long_in_any_words(words):
    async with served(refusal(400, {"error": {"message": words}})) as (model, server):
        with pytest.raises(PromptTooLong) as caught:
            await model.reply(asked(max_tokens=500, seed=1, json_schema={"type": "object"}))
    assert caught.value.said == words
    assert len(server.requests) == 1


async def test_a_400_that_passes_is_waited_for():
    answers = [refusal(400, {"error": {"message": "concurrency exceeded, please retry later"}}), whole(TEXT)]
    async with served(lambda _: answers.pop(0)) as (model, server):
        assert (await model.reply(asked(json_schema={"type": "object"}))).text == TEXT
    assert "response_format" in server.requests[1]


@pytest.mark.slow
@pytest.mark.parametrize("after", ["nan", "inf", "-7", "Fri, 31 Dec 9999 23:59:59 -2300", "0", "x" * 5000])
async def test_an_absurd_wait_is_none_and_no_invitation(after):
    answer = refusal(429, {"error": {"message": "slow down"}}, **{"Retry-After": after})
    async with served(answer) as (model, server):
        with pytest.raises(Unavailable, match="429 slow down"):
            await model.reply(asked())
    assert 1 < len(server.requests) < 9


async def test_nothing_is_sent_to_another_host(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    async with served(whole(TEXT)) as (_, other):
        for status in (301, 302, 307, 308):
            elsewhere = other.url.replace("127.0.0.1", "localhost") + "/chat/completions"
            async with served((status, {"Location": elsewhere}, b"")) as (model, _):
                with pytest.raises(SetupError, match=r"redirects to http://localhost.*--base-url"):
                    await model.reply(asked())
    assert other.requests == []


async def test_a_redirect_on_the_same_host_is_followed():
    answers = []
    async with served(lambda _: answers.pop(0)) as (model, server):
        answers += [(307, {"Location": "/v2/chat/completions"}, b""), whole(TEXT)]
        assert (await model.reply(asked())).text == TEXT
    assert len(server.requests) == 2


async def test_a_field_that_another_server_takes_in_another_form():
    """As vLLM 0.32 says it; the signs around the list are no range of values."""
    said = (
        "1 validation error:\n  {'type': 'dict_type', 'loc': 'body.logit_bias', 'msg': 'Input should be a valid "
        "dictionary', 'input': '<list of 2 items>'}"
    )
    answer = refusal(400, {"error": {"message": said, "type": "Bad Request", "param": "body.logit_bias", "code": 400}})
    async with served(refusing("logit_bias", answer)) as (model, server):
        for _ in range(2):
            assert (await model.reply(asked(favour={"tea": 2.0, "pot": 2.0}))).text == TEXT
    assert ["logit_bias" in body for body in server.requests] == [True, False, False]
