"""Every dialect of an answer, over a real connection: what is text, why it ended, and what is an error."""

import asyncio
import gzip
import json
import time

import pytest
from tests.helpers.asking import Heard, asked, reply_of, served
from tests.helpers.raw_server import JSON, SSE, chunk, sse, whole

from longwriter.errors import EmptyReply, Refused, SetupError, Unavailable
from longwriter.models.servers.answers import ending
from longwriter.types import Usage

TEXT = "The keeper walked along the wall. "
PIECES = [chunk(TEXT[i : i + 7]) for i in range(0, len(TEXT), 7)]
STOP = chunk(finish="stop")
PLAIN = sse(*PIECES, STOP)[2]
BODY = whole(TEXT)[2]


def events(*told, end=b"data: [DONE]\n\n"):
    return 200, SSE, b"".join(f"data: {t}\n\n".encode() for t in told) + end


FORMS = {
    "plain": (200, SSE, PLAIN),
    "no space": (200, SSE, PLAIN.replace(b"data: ", b"data:")),
    "crlf": (200, SSE, PLAIN.replace(b"\n", b"\r\n")),
    "cr": (200, SSE, PLAIN.replace(b"\n", b"\r")),
    "single newlines": (200, SSE, PLAIN.replace(b"\n\n", b"\n")),
    "byte order mark": (200, SSE, b"\xef\xbb\xbf" + PLAIN),
    "comments": (200, SSE, b": WAIT\n\n" + PLAIN.replace(b"\n\n", b"\n\n: alive\n\n")),
    "empty data": (200, SSE, b"data:\n\n\ndata: \n\n" + PLAIN),
    "ids and names": (200, SSE, PLAIN.replace(b"data: ", b"id: 1\nevent: message\nretry: 9\ndata: ")),
    "many lines": (200, SSE, PLAIN.replace(b'", "', b'",\ndata: "').replace(b", {", b",\ndata: {")),
    "no done": events(*PIECES, STOP, end=b""),
    "no end": (200, SSE, PLAIN.removesuffix(b"\n\ndata: [DONE]\n\n")),
    "null delta": events(json.dumps({"choices": [{"delta": None}]}), *PIECES, STOP),
    "no choices": events(json.dumps({"choices": [], "prompt_filter_results": [{}]}), *PIECES, STOP),
    "null choices": events(*PIECES, json.dumps({"choices": None, "usage": {"prompt_tokens": 1}}), STOP),
    "ping": events('{"type": "ping"}', *PIECES, STOP),
    "empty reasons": events(*(p.replace("null", '""') for p in PIECES)),
    "stop everywhere": events(*(p.replace("null", '"stop"') for p in PIECES)),
    "text behind the end": events(*PIECES[:2], STOP, *PIECES[2:]),
    "cumulative messages": events(
        *(p.replace('"delta"', f'"message": {{"content": "{TEXT[: 7 * n]}"}}, "delta"') for n, p in enumerate(PIECES)),
        STOP,
    ),
    "a message in a stream": events(json.dumps({"choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]})),
    "two choices": events(*(p[:-2] + ', {"index": 1, "delta": {"content": "X"}}]}' for p in PIECES), STOP),
    "json": (200, JSON, BODY),
    "json called events": (200, SSE, BODY),
    "json called text": (200, {"Content-Type": "text/plain"}, BODY),
    "json with a mark": (200, JSON, b"\xef\xbb\xbf" + BODY),
    "json behind blanks": (200, JSON, b"\n\n \n" + BODY + b"\n"),
    "json in utf-16": (200, JSON, BODY.decode().encode("utf-16")),
    "gzip": (200, JSON | {"Content-Encoding": "gzip"}, gzip.compress(BODY)),
    "gzip events": (200, SSE | {"Content-Encoding": "gzip"}, gzip.compress(PLAIN)),
    "completions": (200, JSON, json.dumps({"choices": [{"text": TEXT, "finish_reason": "stop"}]}).encode()),
    "ollama": (200, JSON, json.dumps({"message": {"content": TEXT}, "done_reason": "stop"}).encode()),
    "parts": whole([{"type": "text", "text": TEXT}, {"type": "image_url", "image_url": {}}]),
    "no reason": whole(TEXT, None),
}


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_is_read(form):
    heard = Heard()
    reply = await reply_of(FORMS[form], heard)
    assert (reply.text, heard.text, reply.finish) == (TEXT, TEXT, "stop")


THOUGHT = [{"type": "text", "text": "hm"}]
THINKING = {
    "reasoning_content": events(chunk(reasoning_content="hm"), *PIECES, STOP),
    "reasoning": events(chunk("", reasoning="hm", reasoning_details=[{"text": "hm"}]), *PIECES, STOP),
    "details alone": events(chunk("", reasoning_details=[{"type": "reasoning.text", "text": "hm"}]), *PIECES, STOP),
    "thinking": whole(TEXT, thinking="hm"),
    "parts": whole([{"type": "thinking", "thinking": THOUGHT}, {"type": "text", "text": TEXT}]),
    "streamed parts": events(chunk([{"type": "thinking", "thinking": THOUGHT}]), *PIECES, STOP),
    "object": whole(TEXT, reasoning={"effort": "low", "summary": "hm"}),
    "marks": events(chunk("[THI"), chunk("NK]hm[/TH"), chunk("INK]"), *PIECES, STOP),
}


@pytest.mark.parametrize("form", THINKING)
async def test_thinking_in_every_field(form):
    reply = await reply_of(THINKING[form])
    assert (reply.text, reply.thinking) == (TEXT, "hm")


async def test_an_unknown_form_of_thinking_is_ignored():
    assert (await reply_of(whole(TEXT, reasoning={"effort": 3}))).text == TEXT


@pytest.mark.parametrize(
    ("reasons", "meaning"),
    [
        (
            (
                "stop",
                "STOP",
                None,
                "",
                "eos",
                "eos_token",
                "end_turn",
                "endTurn",
                "complete",
                "COMPLETE",
                "stop_sequence",
            ),
            "stop",
        ),
        (
            (
                "length",
                "LENGTH",
                "max_tokens",
                "MAX_TOKENS",
                "max_output_tokens",
                "model_length",
                "token_limit",
                "maxTokens",
            ),
            "length",
        ),
        (("max_completion_tokens", "context_length", "finishReasonMaxTokens", "max_length_reached"), "length"),
        (
            ("content_filter", "SAFETY", "RECITATION", "sensitive", "PROHIBITED_CONTENT", "guardrail_intervened"),
            "filter",
        ),
        (
            (
                "error",
                "network_error",
                "insufficient_system_resource",
                "overloaded",
                "abort",
                "cancelled",
                "OTHER",
                "x",
            ),
            "again",
        ),
    ],
)
def test_reasons_to_end(reasons, meaning):
    assert {ending(reason) for reason in reasons} == {meaning}


@pytest.mark.parametrize(("reason", "finish"), [("MAX_TOKENS", "length"), ("SAFETY", "filter"), ("end_turn", "stop")])
async def test_a_reason_reaches_the_reply(reason, finish):
    assert (await reply_of(whole(TEXT, reason))).finish == finish
    assert (await reply_of(events(*PIECES, chunk(finish=reason)))).finish == finish


BROKEN = {
    "finish": events(*PIECES[:2], chunk(finish="error")),
    "network": whole(TEXT[:9], "network_error"),
    "object": events(*PIECES[:2], '{"error": {"message": "boom", "code": 502}}'),
    "words": events(*PIECES[:2], '{"error": "boom"}'),
    "named event": events(*PIECES[:2], end=b'event: error\ndata: {"message": "boom"}\n\ndata: [DONE]\n\n'),
    "named words": events(*PIECES[:2], end=b"event: error\ndata: boom happened\n\n"),
    "in a choice": (200, JSON, b'{"choices": [{"message": {"content": "The"}, "error": {"message": "boom"}}]}'),
    "null choices": (200, JSON, b'{"choices": null, "message": "boom"}'),
    "a 4xx behind text": events(*PIECES[:2], '{"error": {"message": "boom", "code": 400}}'),
    "status in a body": (200, JSON, b'{"choices": null, "base_resp": {"status_code": 1008, "status_msg": "boom"}}'),
    "a broken event": events(*PIECES[:2], '{"choices": [{"del', STOP),
    "a cut body": (200, JSON, BODY[:-5]),
    "not a protocol": (200, JSON, b'{"answer": "boom"}'),
}


@pytest.mark.slow
@pytest.mark.parametrize("form", BROKEN)
async def test_an_answer_that_is_an_error_is_asked_for_again(form):
    answers = [BROKEN[form], FORMS["plain"]]
    async with served(lambda _: answers.pop(0)) as (model, _):
        heard = Heard()
        reply = await model.reply(asked(), heard)
    assert (reply.text, heard.text, heard.begun) == (TEXT, TEXT, 2)
    with pytest.raises(Unavailable, match=r"boom|error|prescribes"):
        await reply_of(BROKEN[form])


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ({"message": "Insufficient credits. Add more.", "code": 402}, "no credit left.*Insufficient credits"),
        ({"message": "no key", "code": "401"}, "the server wants a key"),
    ],
)
async def test_an_error_in_a_200_counts_as_its_code(error, advice, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SetupError, match=advice):
        await reply_of((200, JSON, json.dumps({"error": error}).encode()))


@pytest.mark.parametrize(
    "answer",
    [
        whole(None, refusal="I'm sorry, I cannot assist."),
        events(chunk(refusal="I'm sorry, I "), chunk(refusal="cannot assist."), STOP),
    ],
)
async def test_a_refusal_has_a_type_and_the_models_words(answer):
    with pytest.raises(Refused, match="sim refuses: I'm sorry, I cannot assist") as caught:
        await reply_of(answer)
    assert isinstance(caught.value, EmptyReply)


async def test_a_filter_without_text_is_named():
    with pytest.raises(EmptyReply, match=r"filter.*RECITATION"):
        await reply_of(whole("", "RECITATION"))


async def test_a_tool_call_without_text_is_asked_for_again():
    answers = [whole(None, "tool_calls", tool_calls=[{"id": "c"}]), FORMS["plain"]]
    assert (await reply_of(lambda _: answers.pop(0))).text == TEXT
    with pytest.raises(EmptyReply):
        await reply_of(whole(None, "tool_calls"))


async def test_a_base_model_is_asked_about():
    with pytest.raises(EmptyReply, match=r"<\|im_end\|>: is this a chat model\?"):
        await reply_of(whole("<|im_end|>\n<|im_start|>user\nAnd now?"))


@pytest.mark.parametrize("odd", ["-5", "12.5", "NaN", "1e999", '"12"', "true", "[1]", "null", "1" * 5000, "{}"])
async def test_an_odd_count_is_ignored_and_the_reply_kept(odd):
    usage = f'{{"prompt_tokens": 7, "completion_tokens": {odd}, "prompt_tokens_details": {odd}}}'
    reply = await reply_of((200, JSON, BODY[:-1] + f', "usage": {usage}}}'.encode()))
    assert (reply.text, reply.usage) == (TEXT, Usage(prompt_tokens=7))


async def test_characters_cut_in_two_are_joined():
    heard = Heard()
    reply = await reply_of(events(chunk("Hello \ud83d"), chunk("\ude00 and \ud83d"), STOP), heard)
    assert reply.text == heard.text == "Hello \U0001f600 and �"

    async def bytewise():
        for byte in PLAIN.replace(b"ked", "k字d".encode()):
            yield bytes([byte])

    assert "walk字d" in (await reply_of(lambda _: (200, SSE, bytewise()))).text
    assert (await reply_of((200, JSON, BODY.replace(b"keeper", b"k\xff\xc3(eper")))).text.startswith("The k��(eper")


async def test_a_connection_left_open_is_not_waited_for():
    async def open_end(body):
        yield body
        await asyncio.sleep(4)

    for headers, body in ((JSON, BODY), (SSE, PLAIN)):
        started = time.monotonic()
        assert (await reply_of(lambda _, h=headers, b=body: (200, h, open_end(b)))).text == TEXT
        assert time.monotonic() - started < 2
