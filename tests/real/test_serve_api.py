"""OpenAI's client against `longwriter serve` with SmolLM2 in it."""

import openai
import pytest
from tests.helpers.serving import Serving

from longwriter.api.runs import Run
from longwriter.text import count_words

pytestmark = pytest.mark.real


def said(text):
    return [{"role": "user", "content": text}]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    serving = Serving(folder, "--model", "gguf:smollm2")
    yield openai.OpenAI(base_url=f"http://127.0.0.1:{serving.port}/v1", api_key="none", max_retries=0), folder / "runs"
    serving.end()


def test_a_short_answer_is_the_models_own(served):
    client, runs = served
    chunks = client.chat.completions.create(
        model="gguf:smollm2", messages=said("What is the capital of France?"), max_tokens=40, temperature=0, stream=True,
        stream_options={"include_usage": True},
    )  # fmt: skip
    found = list(chunks)
    assert "".join(c.choices[0].delta.content or "" for c in found if c.choices).strip()
    assert found[-1].usage.completion_tokens > 3
    assert client.responses.create(model="gguf:smollm2", input="Say hello", max_output_tokens=40).output_text.strip()
    with pytest.raises(openai.BadRequestError, match="tools"):
        client.chat.completions.create(model="gguf:smollm2", messages=said("Hi"), tools=[{"type": "function"}])
    assert not runs.exists() or not list(runs.glob("*/settings.json"))


def test_a_long_answer_is_a_run(served):
    client, runs = served
    stream = client.chat.completions.create(
        model="gguf:smollm2:long", messages=said("Write a 400-word story about a lighthouse"), stream=True
    )
    chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks)
    about = chunks[-1].model_extra["longwriter"]
    assert Run(runs / about["run"]).text.strip() == text.strip()
    assert 320 < count_words(text) < 480
    assert about["s_l"] > 80
    again = client.chat.completions.create(
        model="gguf:smollm2:long", messages=said("Write a 400-word story about a lighthouse")
    )
    assert again.choices[0].message.content == text
    told = [*said("Write a story"), {"role": "assistant", "content": text}, *said("Rewrite section 1 shorter")]
    redone = client.chat.completions.create(model="gguf:smollm2:long", messages=told).choices[0].message.content
    assert redone.strip() in Run(runs / about["run"]).text
    assert redone not in text
