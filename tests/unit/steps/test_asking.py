"""Questions to a model: bounded, asked again where a reply was cut, and never answered by the form that they show."""

import re
from collections.abc import Callable

import pytest

from longwriter.data.agentwrite.select import LongAnswerSelector, read_answer
from longwriter.data.backtranslate.by_model import BackTranslator, read_reply, reply_words
from longwriter.data.backtranslate.reason.by_model import read_reply as read_lines
from longwriter.data.interleave.by_model import read_reply as read_thoughts
from longwriter.data.pairs.quality import read_score
from longwriter.data.prompts import HERE
from longwriter.data.rl_prompts.ask import read_keep, read_range
from longwriter.models.base import ModelConfig
from longwriter.models.fake import FakeModel
from longwriter.models.verdicts import TRIES, Unreadable
from longwriter.prompts import prompt_set
from longwriter.types import Reply

READERS: dict[str, Callable[[str], object]] = {
    "needs_length": read_answer,
    "quality_judge": read_score,
    "range_select": read_keep,
    "range_ask": lambda reply: read_range(reply, 12000, 3000),
    "backtranslate_model": lambda reply: read_reply(reply, 2),
    "interleave_reflect": read_thoughts,
    "reason_line": read_lines,
}
MATERIAL = ("instruction", "text", "title", "request", "section", "sections", "plan")
VALUES = dict.fromkeys((*MATERIAL, "words", "upper", "width", "count", "number"), 2)


def read(name: str, reply: str) -> object:
    """What the reader makes of a reply; None where it cannot read it."""
    try:
        return READERS[name](reply)
    except Unreadable:
        return None


def form_of(language: str, name: str) -> str:
    """What a prompt shows of the answer's form: its last line, from the first brace."""
    last = prompt_set(HERE / language).render(name, **VALUES).rsplit("\n", 1)[1]
    return last[last.index("{") :]


def test_every_question_that_shows_a_form_is_tried() -> None:
    shown = {p.stem for p in HERE.glob("*/*.txt") if '{"' in p.read_text("utf-8")}
    assert shown == READERS.keys()


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_says_the_form_back_has_not_answered(name: str, language: str) -> None:
    form = form_of(language, name)
    quoted = re.sub(r"<([^<>]*)>(?=[,}\]])", lambda m: '"<' + m[1].replace('"', "") + '>"', form)
    for echo in (form, f"```json\n{form}\n```", quoted, form.replace("<", "").replace(">", "")):
        assert read(name, echo) is None, echo


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("loop", ["[" * 200_000, '{"a":' * 200_000, "[" * 200_000 + "]" * 200_000])
def test_a_reply_caught_in_a_loop_is_no_answer(name: str, loop: str) -> None:
    assert read(name, loop) is None
    assert read(name, f'{{"long": {loop}, "range": {loop}}}') is None


def test_instructions_stand_before_the_material_so_that_servers_reuse_them() -> None:
    for name in READERS:
        for language in ("en", "zh"):
            one, two = (
                prompt_set(HERE / language).render(name, **VALUES | dict.fromkeys(MATERIAL, said))
                for said in ("Ask", "Tell")
            )
            shared = next(i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b)
            after, _, form = one[one.rindex("\n", 0, shared) :].rpartition("\n")
            assert not re.sub(r"</?[^<>]+>|Ask", "", after).strip(), (
                name,
                language,
            )  # nothing but material and its tags
            assert "{" in form, (name, language)


def told(*replies: Reply | str) -> FakeModel:
    return FakeModel.scripted(list(replies))


async def answered(model: FakeModel, name: str = "m") -> dict[str, object]:
    worker = LongAnswerSelector(ModelConfig(model=name), 2000, 7)
    worker.model = model
    return await worker({"id": "a", "prompt": "Write a play"})


@pytest.mark.parametrize("finish", ["length", "filter", "cut"])
async def test_a_reply_that_did_not_end_by_itself_is_asked_again(finish) -> None:
    model = told(Reply(text='{"long": true}', finish=finish), '{"long": false}')
    assert await answered(model) == {"long": False}
    assert [r.seed for r in model.requests] == [7, 8]
    found = await answered(told(*[Reply(text='{"long": true}', finish=finish)] * TRIES))
    assert found["long"] is None
    assert finish in str(found["said"])


async def test_a_question_is_bounded_by_its_answer_and_the_room_for_thinking() -> None:
    for name, limit in (("m", 204 + 8192), ("gguf:smollm2", 204)):  # 60 words x 1.7 x 2
        model = told('{"long": true}')
        await answered(model, name)
        assert model.requests[0].max_tokens == limit


@pytest.mark.parametrize(("language", "words"), [("en", 572), ("zh", 2860)])  # 1,500 and twice 680 characters
async def test_a_request_and_plan_are_bounded_by_what_their_schema_allows(language: str, words: float) -> None:
    assert reply_words(language, 2) == words
    worker = BackTranslator(ModelConfig(model="m"), 7)
    worker.model = model = told(*[Reply(text='{"instruction": "Write', finish="length")] * TRIES)
    found = await worker({"id": "a", "title": "T", "language": language, "sections": ["one", "two"]})
    assert "did not end by itself (length)" in str(found["dropped"])
    assert {r.max_tokens for r in model.requests} == {round(words * 3.4 + 0.5) + 8192}
