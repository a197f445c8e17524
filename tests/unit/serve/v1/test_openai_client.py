"""OpenAI's own client against `longwriter serve`, with a server behind it that counts what it is asked."""

import json
import re
import time

import openai
import pytest
from tests.helpers.server import Server
from tests.helpers.serving import Serving, ask

from longwriter.api.runs import Run
from longwriter.models.base import ModelConfig, open_model

pytestmark = pytest.mark.slow
STORY = "Write a 2000-word story about a lighthouse"


def said(text):
    return [{"role": "user", "content": text}]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    with Server(models=("local", "other"), key="sk-upstream-secret", cache=True, think="field") as upstream:
        at = ("--model", "local", "--base-url", upstream.url, "--max-runs", 4)
        serving = Serving(folder, *at, OPENAI_API_KEY="sk-upstream-secret")
        client = openai.OpenAI(base_url=f"http://127.0.0.1:{serving.port}/v1", api_key="none", max_retries=0)
        yield client, upstream, folder / "runs", serving.port
        serving.end()


def plain(text):
    return re.sub(r"\s+", " ", text).strip()


def draft(runs, about):
    return plain(Run(runs / about["run"]).text)


def test_models_are_listed_twice(served):
    client, *_ = served
    assert [m.id for m in client.models.list()] == ["local", "local:long", "other", "other:long"]
    assert client.models.retrieve("other:long").id == "other:long"
    with pytest.raises(openai.NotFoundError, match="model"):
        client.models.retrieve("third")


def test_a_stream(served):
    client, upstream, runs, _ = served
    before = len(upstream.requests)
    stream = client.chat.completions.create(
        model="local", messages=said(STORY), stream=True, stream_options={"include_usage": True},
        extra_headers={"x-longwriter-fresh": "1"},
    )  # fmt: skip
    chunks = list(stream)
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    text = "".join(d.content or "" for d in deltas)
    told = "".join(getattr(d, "reasoning_content", None) or "" for d in deltas)
    first = next(i for i, d in enumerate(deltas) if d.content)
    assert re.search(r"Plan: .*\n1\. .* words\)\n2\. ", told)
    assert not any(getattr(d, "reasoning_content", None) for d in deltas[first:])
    assert len([d for d in deltas if d.content]) >= 4  # section by section
    last, usage = chunks[-2], chunks[-1]
    assert last.choices[0].finish_reason == "stop"
    about = last.model_extra["longwriter"]
    assert plain(text) == draft(runs, about)
    assert (about["asked"], about["finished"], about["written"]) == (
        2000,
        True,
        Run(runs / about["run"]).report.written,
    )
    assert about["s_l"] > 95
    assert {f["kind"] for f in about["verdict"]} >= {"length", "ending"}
    assert len(upstream.requests) - before == about["calls"]
    report = Run(runs / about["run"]).report
    assert usage.usage.prompt_tokens == report.prompt_tokens
    assert usage.usage.completion_tokens == report.completion_tokens
    assert usage.usage.prompt_tokens_details.cached_tokens == report.cached_tokens > 0
    assert 0 < usage.usage.completion_tokens_details.reasoning_tokens < usage.usage.completion_tokens


def test_the_same_again_is_the_same_run(served):
    client, upstream, _, _ = served
    first = client.chat.completions.create(model="local", messages=said(STORY))
    before = len(upstream.requests)
    again = client.chat.completions.create(model="local", messages=said(STORY), user="another field")
    assert len(upstream.requests) == before
    assert again.choices[0].message.content == first.choices[0].message.content
    assert again.id == first.id
    assert again.usage == first.usage
    fresh = client.chat.completions.create(
        model="local", messages=said(STORY), extra_headers={"x-longwriter-fresh": "1"}
    )
    unstored = client.chat.completions.create(model="local", messages=said(STORY), store=False)
    keyed = [
        client.chat.completions.create(model="local", messages=said(STORY), extra_headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    runs = [r.model_extra["longwriter"]["run"] for r in (first, fresh, unstored, *keyed)]
    assert len(set(runs)) == 4
    assert runs[3] == runs[4]


def test_short_wants_go_to_the_model(served):
    client, upstream, runs, _ = served
    before, there = len(upstream.requests), len(list(runs.glob("*")))
    answer = client.chat.completions.create(model="other", messages=said("Say hello in 30 words"), max_tokens=40)
    assert len(answer.choices[0].message.content.split()) == 10  # the server behind spends 30 tokens on its thinking
    chunks = client.chat.completions.create(model="local", messages=said("Say hello in 30 words"), stream=True)
    assert len("".join(c.choices[0].delta.content or "" for c in chunks if c.choices).split()) == 30
    title = said("### Task:\nGenerate a title\n### Chat History:\n<chat_history>Write 9,000 words</chat_history>")
    client.chat.completions.create(model="local:long", messages=title)
    schema = {
        "type": "json_schema",
        "json_schema": {"name": "x", "schema": {"properties": {"words": {"type": "integer"}}}},
    }
    found = client.chat.completions.create(model="local", messages=said("Write 9000 words"), response_format=schema)
    assert json.loads(found.choices[0].message.content) == {"words": 9000}
    assert [r["model"] for r in upstream.requests[before:]] == ["other", "local", "local", "local"]
    assert upstream.requests[before]["max_tokens"] == 40
    assert upstream.requests[-1]["response_format"] == schema
    assert len(list(runs.glob("*"))) == there


def test_parameters_reach_the_writer(served):
    client, upstream, runs, _ = served
    before = len(upstream.requests)
    answer = client.chat.completions.create(
        model="other:long",
        messages=said("Write a 300-word note"),
        seed=7,
        temperature=0.3,
        top_p=0.8,
        presence_penalty=0.5,
    )
    asked = upstream.requests[-1]
    assert (asked["model"], asked["temperature"], asked["top_p"], asked["presence_penalty"]) == ("other", 0.3, 0.8, 0.5)
    settings = json.loads((runs / answer.model_extra["longwriter"]["run"] / "settings.json").read_text())
    assert settings["seed"] == 7
    assert len(upstream.requests) > before


@pytest.mark.parametrize(
    ("more", "status", "param"),
    [
        ({"logprobs": True}, 400, "logprobs"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, 400, "tools"),
        ({"extra_body": {"sauce": 1}}, 400, "sauce"),
        ({"temperature": 9}, 400, "temperature"),
        ({"top_p": 0}, 400, "top_p"),
        ({"model": "third"}, 404, "model"),
    ],
)
def test_what_cannot_be_honoured_is_named(served, more, status, param):
    client, upstream, *_ = served
    before = len(upstream.requests)
    with pytest.raises(openai.APIStatusError) as raised:
        client.chat.completions.create(**{"model": "local:long", "messages": said("Write on tea"), **more})
    assert (raised.value.status_code, raised.value.body["param"]) == (status, param)
    assert len(upstream.requests) == before


def test_a_limit_ends_the_answer_and_continue_goes_on_behind_it(served):
    client, upstream, runs, _ = served
    story = said("Write a 3000-word story about a harbour")
    first = client.chat.completions.create(model="local", messages=story, max_tokens=2400)  # 1,800 words
    text = first.choices[0].message.content
    assert first.choices[0].finish_reason == "length"
    assert 1750 < len(text.split()) <= 1810
    assert text.endswith(".")
    about = first.model_extra["longwriter"]
    assert all("max_tokens" not in r or r["max_tokens"] != 2400 for r in upstream.requests)
    told = [*story, {"role": "assistant", "content": text}, *said("Continue")]
    second = client.chat.completions.create(model="local", messages=told)
    assert second.model_extra["longwriter"]["run"] == about["run"]
    assert second.choices[0].finish_reason == "stop"
    rest = second.choices[0].message.content
    assert plain(f"{text} {rest}") == draft(runs, about)
    whole = Run(runs / about["run"]).report
    assert first.usage.completion_tokens + second.usage.completion_tokens <= whole.completion_tokens
    assert second.usage.completion_tokens < whole.completion_tokens / 2


def test_continue_behind_what_the_client_has(served):
    client, upstream, *_ = served
    whole = client.chat.completions.create(model="local", messages=said(STORY))
    text, before = whole.choices[0].message.content, len(upstream.requests)
    part = text[: text.index(". ", len(text) // 2) + 1]
    for told in ([{"role": "assistant", "content": part}, *said("go on")], [{"role": "assistant", "content": part}]):
        more = client.chat.completions.create(model="local", messages=[*said(STORY), *told])
        assert plain(f"{part} {more.choices[0].message.content}") == plain(text)
        assert more.usage.completion_tokens == 0
    assert len(upstream.requests) == before
    client.chat.completions.create(
        model="local", messages=[*said(STORY), {"role": "assistant", "content": text}, *said("go on")]
    )
    assert len(upstream.requests) == before + 1  # the run has no more: the model itself is asked
    assert upstream.requests[-1]["messages"][-1]["content"] == "go on"


def test_a_section_is_rewritten(served):
    client, upstream, runs, _ = served
    first = client.chat.completions.create(model="local", messages=said("Write a 2000-word story about a ship"))
    about, text = first.model_extra["longwriter"], first.choices[0].message.content
    told = [*said("Write a story"), {"role": "assistant", "content": text}, *said("Rewrite section 2 shorter")]
    before = len(upstream.requests)
    redone = client.chat.completions.create(model="local", messages=told)
    new = redone.choices[0].message.content
    assert redone.model_extra["longwriter"]["run"] == about["run"]
    assert len(upstream.requests) == before + 1
    assert new in Run(runs / about["run"]).text
    assert new not in text
    assert "Rewrite section 2 shorter" in str(upstream.requests[-1]["messages"])
    old = Run(runs / about["run"]).report.sections[1]
    assert len(new.split()) < 0.8 * old.planned
    assert client.chat.completions.create(model="local", messages=told).choices[0].message.content == new
    assert len(upstream.requests) == before + 1
    with pytest.raises(openai.BadRequestError, match="no section 40"):
        client.chat.completions.create(model="local", messages=[*told[:2], *said("Rewrite section 40")])


def test_several_choices_and_a_stop(served):
    client, *_ = served
    texts, ends = {0: "", 1: ""}, {}
    for chunk in client.chat.completions.create(model="local:long", messages=said("Write 400 words"), n=2, stream=True):
        for choice in chunk.choices:
            texts[choice.index] += choice.delta.content or ""
            ends[choice.index] = choice.finish_reason or ends.get(choice.index)
    assert ends == {0: "stop", 1: "stop"}
    assert texts[0] != texts[1]
    word = texts[0].split()[200]
    cut = client.chat.completions.create(model="local:long", messages=said("Write 400 words"), n=1, stop=[f" {word}"])
    assert cut.choices[0].message.content == texts[0][: texts[0].index(f" {word}")]
    assert cut.choices[0].finish_reason == "stop"


def test_completions(served):
    client, upstream, *_ = served
    raw = "<|user|>: Write a 400-word note on tea\n<|assistant|>:"
    answer = client.completions.create(model="local:long", prompt=raw)
    assert answer.object == "text_completion"
    assert answer.choices[0].finish_reason == "stop"
    assert 380 < len(answer.choices[0].text.split()) < 430
    assert "".join(
        c.choices[0].text for c in client.completions.create(model="local:long", prompt=raw, stream=True)
    ) == (answer.choices[0].text)
    assert "<|user|>" not in str(upstream.requests[-1]["messages"])


def test_a_response_is_resumed_behind_any_of_its_events(served):
    client, upstream, runs, _ = served
    with client.responses.stream(model="local", input="Write a 2000-word report on tea") as stream:
        events = list(stream)
        final = stream.get_final_response()
    assert [e.sequence_number for e in events] == list(range(len(events)))
    assert (events[0].type, events[-1].type, final.status) == ("response.created", "response.completed", "completed")
    assert plain(final.output_text) == draft(runs, final.model_extra["longwriter"])
    assert final.output[0].type == "reasoning"
    before = len(upstream.requests)
    for after in (0, 8, len(events) - 2):
        again = list(client.responses.retrieve(final.id, stream=True, starting_after=after))
        assert [(e.sequence_number, e.type) for e in again] == [
            (e.sequence_number, e.type) for e in events[after + 1 :]
        ]
        deltas = [e.delta for e in again if e.type == "response.output_text.delta"]
        assert final.output_text.endswith("".join(deltas))
    assert client.responses.retrieve(final.id).output_text == final.output_text
    assert len(upstream.requests) == before


def test_a_response_follows_another(served):
    client, upstream, *_ = served
    first = client.responses.create(model="local:long", input="Write a 600-word text on bread", max_output_tokens=400)
    assert (first.status, first.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    more = client.responses.create(model="local", input="Continue", previous_response_id=first.id)
    assert more.model_extra["longwriter"]["run"] == first.model_extra["longwriter"]["run"]
    short = client.responses.create(model="local", input="Sum it up in 20 words", previous_response_id=more.id)
    assert len(short.output_text.split()) == 20
    assert [m["role"] for m in upstream.requests[-1]["messages"]] == ["user", "assistant", "user"]
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="local", input="Go", previous_response_id="resp_none")


def test_a_response_in_the_background(served):
    client, *_ = served
    begun = client.responses.create(model="local:long", input="Write a 600-word text on salt", background=True)
    assert begun.status == "queued"
    deadline = time.monotonic() + 30
    while (now := client.responses.retrieve(begun.id)).status in ("queued", "in_progress"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert (now.status, 580 < len(now.output_text.split()) < 640) == ("completed", True)
    long = client.responses.create(model="local:long", input="Write a 90000-word text on salt", background=True)
    assert client.responses.cancel(long.id).status == "cancelled"
    assert client.responses.retrieve(long.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError, match="background"):
        client.responses.create(model="local", input="Say hello in 20 words", background=True)


def test_no_key_of_the_server_behind_leaves(served):
    client, upstream, _, port = served
    assert all(h["authorization"] == "Bearer sk-upstream-secret" for h in upstream.headers)
    upstream.faults.append("401")
    with pytest.raises(openai.APIStatusError) as raised:
        client.chat.completions.create(model="local", messages=said("Say hello in 30 words"))
    assert raised.value.status_code == 502
    for path in ("/metrics", "/v1/models", "/health"):
        assert b"sk-upstream" not in ask(port, "GET", path).body
    assert "sk-upstream" not in str(raised.value.body)


def test_a_refusal_that_quotes_the_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-upstream-secret")
    model = open_model(ModelConfig(model="local", base_url="http://127.0.0.1:1/v1"))
    assert model.cleaned('{"error": {"message": "no model here for\\nsk-upstream-secret"}}') == "no model here for ***"


def test_metrics(served):
    client, _, _, port = served
    for _ in range(2):  # the second joins the first
        client.chat.completions.create(model="local", messages=said(STORY))
    text = ask(port, "GET", "/metrics").body.decode()
    found = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(found['longwriter_runs{state="finished"}']) >= 1
    assert float(found["longwriter_words_total"]) > 1900
    assert float(found['longwriter_calls_total{way="run"}']) > 3
    assert float(found["longwriter_streams_open"]) == 0
    assert any(
        name.startswith('longwriter_requests_total{endpoint="chat",way="joined",status="200"}') for name in found
    )
    kinds = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(kinds) == len(set(kinds))
    assert {name.partition("{")[0] for name in found} <= set(kinds)


def test_chinese(served):
    client, upstream, runs, _ = served
    asked = {"model": "local:long", "input": "写一篇500字的茶的历史"}
    begun = client.responses.create(**asked, background=True)
    whole = client.responses.create(**asked)
    assert whole.id == begun.id
    assert plain(whole.output_text) == draft(runs, whole.model_extra["longwriter"])
    told = [{"role": "assistant", "content": whole.output_text}, *said("重写第一节，短一点")]
    redone = client.chat.completions.create(model="local", messages=[*said("写"), *told])
    assert redone.model_extra["longwriter"]["run"] == whole.model_extra["longwriter"]["run"]
    assert "重写第一节，短一点" in str(upstream.requests[-1]["messages"])


def test_a_parameter_that_is_no_text_is_an_error_all_the_same(served):
    *_, port = served
    body = rb'{"model": "local:long", "messages": [{"role": "user", "content": "x \ud800"}], "\ud800": 1}'
    heard = ask(port, "POST", "/v1/chat/completions", {"Content-Type": "application/json"}, body)
    assert (heard.status, heard.json["error"]["code"]) == (400, "unknown_parameter")


async def test_the_asynchronous_client(served):
    *_, port = served
    async with openai.AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none") as client:
        stream = await client.chat.completions.create(model="local", messages=said(STORY), stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
        whole = await client.chat.completions.create(model="local", messages=said(STORY))
    assert whole.choices[0].message.content == text
