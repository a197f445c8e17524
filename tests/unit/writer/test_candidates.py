"""Candidates side by side: when one fails, its siblings end with it and what they took is counted."""

import asyncio
from pathlib import Path

import pytest
from tests.helpers.making import fake, settings, varied, write_with

from longwriter.errors import Unavailable
from longwriter.models.base import Listens
from longwriter.models.fake import FakeModel
from longwriter.types import Reply, Request
from longwriter.writer.stored import stored

SMALL = {"model": "fake:", "card": "smollm2"}
STORY = "Write a story about a lighthouse keeper who finds a letter in a bottle"


class Sibling(FakeModel):
    """The first candidate takes for ever, or has its reply at once; the second fails."""

    ended = False
    slow = True

    async def reply(self, request: Request, listener: Listens | None = None) -> Reply:
        self.requests.append(request)
        if len(self.requests) == 2:
            await asyncio.sleep(0.05)
            raise Unavailable("the server is gone")
        if self.slow:
            try:
                await asyncio.sleep(60)
            finally:
                self.ended = True
        return Reply(text=varied("The keeper rose", 30), finish="stop")


def sibling(*, slow: bool) -> Sibling:
    model = Sibling.scripted([])
    model.prefill, model.slow = fake().prefill, slow
    return model


async def test_a_failure_ends_the_other_candidate(tmp_path: Path) -> None:
    model = sibling(slow=True)
    before = asyncio.all_tasks()
    with pytest.raises(Unavailable, match="gone"):
        await asyncio.wait_for(write_with(model, settings(STORY, writer=SMALL, words=160), tmp_path / "a"), 20)
    assert model.ended
    assert asyncio.all_tasks() == before


async def test_a_candidate_that_was_ready_is_counted_as_wasted(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await write_with(sibling(slow=False), settings(STORY, writer=SMALL, words=160), tmp_path / "a")
    run = stored(tmp_path / "a")
    assert run is not None
    assert [e.kind for e in run.journal][-2:] == ["wasted", "stopped"]
    assert run.calls.spent.calls == 1
