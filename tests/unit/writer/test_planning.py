"""Step I: shapes, schema, repair, chapters, budgets that add up."""

import json
import random
from pathlib import Path

import pytest
from tests.unit.writer.making import fake, session, settings, write_with

from longwriter.errors import PlanError
from longwriter.models.fake import ENGLISH, FakeModel
from longwriter.types import Request
from longwriter.writer.events import Event, Warned
from longwriter.writer.plan.planner import schema, shape
from longwriter.writer.session import Options
from longwriter.writer.staleness import chapters_of

GOOD = json.dumps({"title": "T", "sections": [{"title": t, "point": "p " + t, "words": 400} for t in "ABCDEF"]})


@pytest.mark.parametrize(
    ("words", "sections", "chapters"),
    [
        (200, 1, 1),
        (3000, 6, 1),
        (10_000, 20, 1),
        (12_000, 24, 1),
        (20_000, 40, 4),
        (100_000, 200, 17),
        (1_000_000, 1000, 84),
    ],
)
def test_shape(words: int, sections: int, chapters: int) -> None:
    made = shape(words, 500, 24)
    assert made == (sections, chapters)
    assert words / made.sections <= 1000


def test_a_small_model_gets_longer_sections_rather_than_too_many() -> None:
    assert shape(100_000, 240, 8) == (100, 9)


async def test_budgets_add_up_to_the_target_and_source_is_told() -> None:
    run = session(fake(), settings("Write 3,000 words on tea"))
    await run.run(plan_only=True)
    plan, target = run.manuscript.plan, run.manuscript.target
    assert plan is not None
    assert target is not None
    assert (plan.words, target.aim, target.source, target.quote) == (3000, 3000, "request", "3,000 words")
    assert all(200 <= s.words <= 1000 for s in plan.sections)


async def test_a_request_without_a_length_gets_the_plans_own() -> None:
    model = FakeModel.scripted(lambda request: GOOD if request.json_schema else "Some words. " * 200)
    run = session(model, settings("Write about tea"))
    await run.run(plan_only=True)
    assert run.manuscript.target is not None
    assert (run.manuscript.target.aim, run.manuscript.target.source) == (2400, "plan")


async def test_a_book_has_chapters_with_sections_and_no_ceiling() -> None:
    run = session(fake(), settings(words=100_000))
    await run.run(plan_only=True)
    plan = run.manuscript.plan
    assert plan is not None
    assert plan.words == 100_000
    assert len(plan.sections) > 150
    assert len(chapters_of(plan.sections)) == 17
    assert max(s.words for s in plan.sections) <= 1000


async def test_an_unreadable_outline_is_asked_for_again_with_the_fault_named() -> None:
    model = FakeModel.scripted(["I cannot help with that.", GOOD])
    run = session(model, settings(words=2400))
    await run.run(plan_only=True)
    again = model.requests[1].messages
    assert again[-2].content == "I cannot help with that."
    assert "could not be used" in again[-1].content
    assert [s.title for s in run.manuscript.plan.sections] == list("ABCDEF")


async def test_three_unreadable_outlines_end_in_an_error_with_the_replies_kept() -> None:
    model = FakeModel.scripted(["No.", "Never.", "Not at all."])
    run = session(model, settings(words=2400))
    with pytest.raises(PlanError, match=r"3 tries.*--plan"):
        await run.run(plan_only=True)
    replies = [e.data["reply"]["text"] for e in run.journal if e.kind == "call"]
    assert replies == ["No.", "Never.", "Not at all."]


async def test_far_too_few_sections_are_a_fault() -> None:
    one = json.dumps({"sections": [{"title": "All", "point": "everything", "words": 3000}]})
    model = FakeModel.scripted([one, GOOD])
    run = session(model, settings(words=3000))
    await run.run(plan_only=True)
    assert "1 section, not 6" in model.requests[1].messages[-1].content


async def test_chinese_requests_get_chinese_prompts() -> None:
    model = fake()
    run = session(model, settings("写一篇不少于3000字的茶史"))
    await run.run(plan_only=True)
    assert "请为它拟定写作提纲" in model.requests[0].messages[-1].content
    assert (run.manuscript.target.low, run.manuscript.target.quote) == (3000, "3000字")


def test_schema_asks_for_exactly_the_sections() -> None:
    made = schema(6, 200, 1000)
    sections = made["properties"]["sections"]
    assert (sections["minItems"], sections["maxItems"]) == (6, 6)
    assert Request(messages=(), json_schema=made).json_schema == made


async def test_an_odd_outline_is_asked_for_again_and_then_taken_with_a_note(tmp_path: Path) -> None:
    titles = ["The ** operator", "A `tick` (400 words)", "x | y_z", "[brackets] #1"]
    odd = json.dumps({"sections": [{"title": t, "point": "How a ` b works", "words": 500} for t in titles]})
    model = FakeModel.scripted(lambda request: odd if request.json_schema else prose())
    rng = random.Random(1)

    def prose() -> str:
        return " ".join(f"{' '.join(rng.sample(ENGLISH, 12)).capitalize()}." for _ in range(42))

    seen: list[Event] = []
    options = Options(on_event=seen.append)
    first = await write_with(model, settings(words=2000), tmp_path / "run", options)
    assert [event.message for event in seen if isinstance(event, Warned) and "the plan is odd" in event.message] == [
        "the plan is odd: line 2 has the point of another: 'How a ` b works'; edit plan.md, or try another --planner with "
        "--run NAME"
    ]
    assert [s.title for s in first.report.sections] == ["The ** operator", "A `tick`", "x | y_z", "[brackets] #1"]
    asked = len(model.requests)
    second = await write_with(model, settings(words=2000), tmp_path / "run", options)
    assert len(model.requests) == asked
    assert second.text == first.text
