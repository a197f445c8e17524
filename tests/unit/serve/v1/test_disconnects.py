"""Clients that hang up, come back and ask again: what is written is paid once."""

import json
import re
import socket
import threading
import time
from pathlib import Path

import openai
import pytest
from tests.helpers.server import Server
from tests.helpers.serving import Serving

from longwriter.api.runs import Run
from longwriter.journal import Journal

pytestmark = pytest.mark.slow
STORY = "Write a 1200-word story about a lighthouse"
SLOW = 0.002
"""Seconds per token: a section of 500 words takes a second."""


def said(text=STORY):
    return [{"role": "user", "content": text}]


def client_of(serving, **more):
    return openai.OpenAI(base_url=f"http://127.0.0.1:{serving.port}/v1", api_key="none", **{"max_retries": 0, **more})


def plain(text):
    return re.sub(r"\s+", " ", text).strip()


def until(reached, most_s=20.0):
    deadline = time.monotonic() + most_s
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def only_run(folder: Path) -> Path:
    (run,) = (folder / "runs").glob("*/settings.json")
    return run.parent


def finished_sections(folder: Path) -> int:
    journals = list((folder / "runs").glob("*/journal.jsonl"))
    return sum(e.kind == "section" for e in Journal(journals[0], read_only=True)) if journals else 0


@pytest.fixture
def upstream():
    with Server(per_token_s=SLOW) as server:
        yield server


def drop(client, after_s):
    """Ask, and hang up; what came."""
    text, began = "", time.monotonic()
    with client.chat.completions.create(model="local", messages=said(), stream=True, timeout=after_s) as stream:
        try:
            for chunk in stream:
                text += chunk.choices[0].delta.content or ""
                if time.monotonic() - began > after_s:
                    break
        except (openai.APITimeoutError, openai.APIConnectionError):
            pass
    return text


def test_a_dropped_run_finishes_its_section_and_goes_on_when_asked_again(tmp_path, upstream):
    serving = Serving(tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500)
    try:
        client = client_of(serving)
        drop(client, 1.0)
        until(lambda: finished_sections(tmp_path) >= 1)
        time.sleep(1.5)
        assert finished_sections(tmp_path) <= 2  # it has stopped behind the section that was under way
        before = len(upstream.requests)
        time.sleep(1.5)
        assert len(upstream.requests) == before < 5
        answer = client.chat.completions.create(model="local", messages=said())
        assert plain(answer.choices[0].message.content) == plain(Run(only_run(tmp_path)).text)
        calls = Run(only_run(tmp_path)).report.calls
        assert len(upstream.requests) == len(upstream.completed) == calls  # each was asked once, and none in vain
    finally:
        serving.end()


def test_a_cancelled_run_lets_go_of_the_model_within_a_second(tmp_path):
    with Server(per_token_s=0.02) as upstream:  # ten seconds for a section
        serving = Serving(
            tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500, "--on-disconnect", "cancel"
        )
        try:
            client = client_of(serving)
            before = connections(upstream.port)
            with client.chat.completions.create(model="local", messages=said(), stream=True) as stream:
                next(iter(stream))
                until(lambda: len(upstream.requests) >= 2)
                time.sleep(0.5)
                assert connections(upstream.port) > before
            left = time.monotonic()
            until(lambda: connections(upstream.port) <= before, 5)
            assert time.monotonic() - left < 1.0
            until(lambda: Run(only_run(tmp_path)).state != "writing", 3)
            assert finished_sections(tmp_path) == 0
        finally:
            serving.end()


def test_a_client_that_leaves_before_anything_comes_leaves_no_run_going(tmp_path, upstream):
    serving = Serving(
        tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500, "--on-disconnect", "cancel"
    )
    try:
        for stream in (True, False):
            raw = json.dumps({"model": "local", "messages": said(), "stream": stream})
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(raw)}\r\n\r\n"
            for _ in range(5):
                with socket.create_connection(("127.0.0.1", serving.port)) as connection:
                    connection.sendall((head + raw).encode())
            time.sleep(1.5)
            assert Run(only_run(tmp_path)).state != "writing"
            asked = len(upstream.requests)
            time.sleep(1)
            assert len(upstream.requests) == asked
    finally:
        serving.end()


def test_a_response_in_the_background_stops_at_its_limit(tmp_path, upstream):
    serving = Serving(tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500)
    try:
        client = client_of(serving)
        asked = {
            "model": "local:long",
            "input": "Write a 6000-word story",
            "max_output_tokens": 1000,
            "background": True,
        }
        begun = client.responses.create(**asked)
        assert client.responses.create(**asked).id == begun.id
        until(lambda: client.responses.retrieve(begun.id).status == "incomplete")
        time.sleep(0.5)
        before = len(upstream.requests)
        time.sleep(1.5)
        assert len(upstream.requests) == before < 6
    finally:
        serving.end()


def connections(port: int) -> int:
    """Established connections to a port of this machine."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[2].endswith(f":{port:04X}") and row[3] == "01" for row in rows)


def test_a_run_with_another_reader_goes_on(tmp_path, upstream):
    serving = Serving(
        tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500, "--on-disconnect", "cancel"
    )
    try:
        client, found = client_of(serving), []
        reader = threading.Thread(
            target=lambda: found.append(client.chat.completions.create(model="local", messages=said()))
        )
        reader.start()
        until(lambda: len(upstream.requests) >= 2)
        drop(client, 1.0)
        reader.join()
        assert found[0].choices[0].finish_reason == "stop"
        assert len(upstream.requests) == len(upstream.completed)
    finally:
        serving.end()


def test_a_client_that_times_out_and_retries_pays_once(tmp_path, upstream):
    """A timeout of half a second between bytes, which keep-alive spaces every ten seconds do not prevent: three requests."""
    serving = Serving(tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500)
    story = said("Write a 3000-word story about a lighthouse")  # six seconds: more than three tries
    try:
        impatient = client_of(serving, timeout=0.5, max_retries=2)
        with pytest.raises(openai.APITimeoutError):
            impatient.chat.completions.create(model="local", messages=story)
        with pytest.raises(openai.APITimeoutError):
            impatient.chat.completions.create(model="local", messages=story, extra_headers={"x-longwriter-fresh": "1"})
        runs = list((tmp_path / "runs").glob("*/settings.json"))
        assert len(runs) == 2  # one, and a fresh one, whose retries are no fresh ones
        client_of(serving).chat.completions.create(model="local", messages=story)
        until(lambda: len(upstream.requests) == len(upstream.completed), 30)
        assert len(list((tmp_path / "runs").glob("*/settings.json"))) == 2
        assert len(upstream.requests) == sum(Run(r.parent).report.calls for r in runs if Run(r.parent).planned)
    finally:
        serving.end()


def test_a_run_is_joined_after_a_restart(tmp_path, upstream):
    serving = Serving(tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500)
    drop(client_of(serving), 1.5)
    serving.kill()
    serving = Serving(tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500)
    try:
        answer = client_of(serving).chat.completions.create(model="local", messages=said())
        assert plain(answer.choices[0].message.content) == plain(Run(only_run(tmp_path)).text)
        told = [
            *said(),
            {"role": "assistant", "content": answer.choices[0].message.content},
            *said("Rewrite section 1"),
        ]
    finally:
        serving.end()
    serving = Serving(tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500)
    try:
        client_of(serving).chat.completions.create(model="local", messages=told)
        assert only_run(tmp_path)
    finally:
        serving.end()


def test_a_failing_model_is_an_error_and_a_retry_goes_on(tmp_path):
    with Server(per_token_s=0.0005) as upstream:
        serving = Serving(tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500, "--retry", 1)
        try:
            client = client_of(serving)
            upstream.faults.extend(["", "", "402"])
            with pytest.raises(openai.APIStatusError) as raised:
                client.chat.completions.create(model="local", messages=said())
            assert (raised.value.status_code, raised.value.code) == (502, "upstream_failed")
            upstream.faults.extend(["402"])
            with pytest.raises(openai.APIError) as streamed:
                list(client.chat.completions.create(model="local", messages=said(), stream=True))
            assert streamed.value.body["code"] == "upstream_failed"
            answer = client.chat.completions.create(model="local", messages=said())
            assert plain(answer.choices[0].message.content) == plain(Run(only_run(tmp_path)).text)
            assert "402" not in answer.choices[0].message.content
        finally:
            serving.end()


def test_a_full_queue_is_429(tmp_path, upstream):
    serving = Serving(
        tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500, "--max-runs", 1, "--queue", 1
    )
    try:
        client = client_of(serving)
        streams = [
            client.chat.completions.create(
                model="local", messages=said(f"Write a 2000-word story of {n} ships"), stream=True
            )
            for n in range(2)
        ]
        with pytest.raises(openai.RateLimitError) as raised:
            client.chat.completions.create(model="local", messages=said())
        assert int(raised.value.response.headers["retry-after"]) > 0
        for stream in streams:
            stream.close()
    finally:
        serving.end()


def test_a_spent_budget_is_429_and_no_retry_helps(tmp_path, upstream):
    (tmp_path / "longwriter.toml").write_text("max_tokens = 2000\n")
    serving = Serving(tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500)
    try:
        client = client_of(serving, max_retries=2)
        with pytest.raises(openai.RateLimitError) as raised:
            client.chat.completions.create(model="local", messages=said())
        assert raised.value.code == "budget_reached"
        assert raised.value.type == "insufficient_quota"
        before = len(upstream.requests)
        with pytest.raises(openai.APIError) as streamed:
            list(client.chat.completions.create(model="local", messages=said(), stream=True))
        assert streamed.value.code == "budget_reached"
        assert len(upstream.requests) == before
        assert Run(only_run(tmp_path)).state == "ceiling"
    finally:
        serving.end()


def test_what_is_silent_for_long_gets_bytes(tmp_path, upstream):
    """Ten seconds without text: a comment in a stream, a space before an object."""
    serving = Serving(tmp_path, "--model", "local", "--base-url", upstream.url, "--long-from", 500)
    upstream.faults.extend(["hang", "hang"])
    body = '{"model": "local", "messages": [{"role": "user", "content": "Write a %s-word story"}], "stream": %s}'
    waited = dict[str, float]()

    def listen(words, stream, wanted):
        raw, began, heard = body % (words, stream), time.monotonic(), b""
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(raw)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", serving.port), timeout=30) as connection:
            connection.sendall((head + raw).encode())
            while wanted not in heard:
                heard += connection.recv(65536)
        waited[stream] = time.monotonic() - began

    asked = [(8000, "true", b": keep-alive\n\n"), (9000, "false", b"\r\n1\r\n \r\n")]
    listeners = [threading.Thread(target=listen, args=one) for one in asked]
    try:
        for listener in listeners:
            listener.start()
        for listener in listeners:
            listener.join()
        assert 9 < waited["true"] < 20
        assert 9 < waited["false"] < 20
    finally:
        serving.end()
