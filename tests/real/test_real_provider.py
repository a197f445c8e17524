"""`llamacpp/NAME` at llama.cpp's own server: its window, its words for a field, fields of one's own."""

import re
from pathlib import Path

import pytest
from tests.helpers.llama_server import LlamaServer

from longwriter.errors import SetupError
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.servers import providers
from longwriter.types import Message, Request

ASK = Request(messages=(Message(role="user", content="Name three animals."),), max_tokens=24, seed=1)

pytestmark = pytest.mark.real


@pytest.fixture(autouse=True)
def placed(server: LlamaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server at a free port in place of the usual one."""
    table = tmp_path / "providers.toml"
    table.write_text(re.sub("http://localhost:8080", server.root, providers.PROVIDERS.read_text("utf-8")), "utf-8")
    monkeypatch.setattr(providers, "PROVIDERS", table)


async def said(**more: object) -> str:
    model = open_model(ModelConfig.model_validate({"model": "llamacpp/smollm2", "retry_s": 5, **more}))
    try:
        assert await model.window() == 4096  # of a slot; the weights were made for 8,192
        return (await model.reply(ASK)).text
    finally:
        await model.aclose()


async def test_a_model_by_the_servers_name_and_its_window() -> None:
    assert await said()


async def test_a_field_of_ones_own_reaches_the_sampler() -> None:
    greedy = {await said(extra_body={"top_k": 1, "seed": seed}) for seed in (1, 2, 3)}
    assert len(greedy) == 1


async def test_a_field_that_it_refuses_is_told_in_its_words() -> None:
    with pytest.raises(SetupError, match="dry_penalty_last_n"):
        await said(extra_body={"dry_penalty_last_n": -1})
