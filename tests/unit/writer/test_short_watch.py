"""What of a reply the book may have, and what is kept of one that never ends."""

import pytest

from longwriter.models.cards import Card
from longwriter.types import Plan, Reply, Section
from longwriter.writer.prompts import prompt_set
from longwriter.writer.reply.watch import Bounds, ReplyWatch, kept
from longwriter.writer.section.request import SectionRequests
from longwriter.writer.settings import WriteSettings

TOLD = "The keeper climbed the stairs at dusk. He lit the lamp and sat down by the window to wait for the boat."


def bounds(**fields: object) -> Bounds:
    return Bounds(**({"before": "", "most": 200, "prompt": "", "titles": ()} | fields))


@pytest.mark.parametrize(("finish", "left"), [("length", TOLD), ("stop", f"{TOLD} The wind rose and")])
def test_a_sentence_that_no_ask_goes_on_from_is_left_out(finish: str, left: str) -> None:
    cut = Reply(text=f"{TOLD} The wind rose and", finish=finish)
    assert kept(cut, bounds(short=True)).text == left
    assert kept(cut, bounds()).text == f"{TOLD} The wind rose and"


def test_a_reply_without_any_end_of_a_sentence_stays() -> None:
    assert kept(Reply(text="the wind rose and", finish="length"), bounds(short=True)).text == "the wind rose and"


def test_only_long_prompts_begin_a_reply() -> None:
    plan = Plan(sections=(Section(title="Tea", words=100),))
    for prompts, begun in (("full", True), ("short", False)):
        asker = SectionRequests(
            prompt_set("en"), Card(prompts=prompts), WriteSettings(instruction="Tea"), plan, prefill=True
        )
        assert asker.prefill is begun


def test_what_is_kept_of_a_reply_that_never_ends_is_what_the_book_may_have() -> None:
    found = list[str]()
    watch = ReplyWatch(bounds(), keep=found.append)
    watch.begin()
    watch.hear("Here's the continuation of the story:\n\n")
    watch.save()
    assert found == []
    watch.hear(f"{TOLD} The wind")
    watch.save()
    watch.save()
    assert found == [TOLD]
    looping = ReplyWatch(bounds(), keep=found.append)
    looping.hear(f"{TOLD} " * 10)
    looping.save()
    assert found == [TOLD, TOLD]  # the first time it stands is good
