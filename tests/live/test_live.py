"""One real call: LONGWRITER_LIVE_BASE_URL=... LONGWRITER_LIVE_MODEL=... [OPENAI_API_KEY=...] pytest -m live tests/live."""

import os

import pytest

from longwriter.models.base import ModelConfig, open_model
from longwriter.types import Message, Request

URL, NAME = os.environ.get("LONGWRITER_LIVE_BASE_URL", ""), os.environ.get("LONGWRITER_LIVE_MODEL", "")


class Heard:
    """Listens to the end."""

    text = ""

    def begin(self) -> None:
        self.text = ""

    def hear(self, piece: str) -> bool:
        self.text += piece
        return False


@pytest.mark.live
@pytest.mark.skipif(not (URL and NAME), reason="set LONGWRITER_LIVE_BASE_URL and LONGWRITER_LIVE_MODEL")
async def test_a_real_server_answers_whole_and_streamed():
    model = open_model(ModelConfig(model=f"openai:{NAME}", base_url=URL, retry_s=60))
    request = Request(messages=(Message(role="user", content="Write two sentences about the sea."),), max_tokens=2000)
    shown = Heard()
    try:
        whole = await model.reply(request)
        streamed = await model.reply(request, shown)
    finally:
        await model.aclose()
    for reply in (whole, streamed):
        assert len(reply.text.split()) > 5
        assert reply.usage.completion_tokens
        assert "</think" not in reply.text
    assert shown.text.endswith(streamed.text)
