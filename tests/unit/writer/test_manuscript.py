"""The loop: contract, continuation, staleness, redo, edited plans, replay, ceilings, parallel."""

import asyncio
import json
from itertools import pairwise
from pathlib import Path

import pytest
from tests.helpers.making import fake, session, settings, varied, write_with

from longwriter.errors import CeilingReached, EmptyReply, InputError, PlanError, RunError, Unavailable
from longwriter.models.base import ModelConfig
from longwriter.models.fake import FakeModel
from longwriter.runs.folders import DRAFT, PLAN, REPORT
from longwriter.text import count_words
from longwriter.types import Reply, Request
from longwriter.writer.events import SectionDone, Warned
from longwriter.writer.plan.outline import from_markdown, to_markdown
from longwriter.writer.session import Options
from longwriter.writer.stored import replay, stored


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [0.4, 1.0, 1.8])
@pytest.mark.parametrize("words", [3000, 20_000])
async def test_length_is_kept_by_models_that_do_not_keep_it(ratio: float, words: int) -> None:
    run = session(fake(ratio), settings(words=words))
    report = (await run.run()).report
    assert abs(report.written / words - 1) <= 0.05
    assert report.length_score >= 97
    assert report.written == count_words(run.document.text())
    assert sum(p.words for p in run.document.parts()) + count_words(run.manuscript.plan.title) == report.written


async def test_sections_see_request_plan_and_all_earlier_text_under_one_prefix() -> None:
    model = fake()
    run = session(model, settings(words=2000, context="full"))
    await run.run()
    prompts = [r.messages[-1].content for r in model.requests[1:]]
    for before, after in pairwise(prompts):
        shared = before[: before.index("</text>")] if "</text>" in before else before[: before.index("Write section")]
        assert after.startswith(shared.rstrip())  # the prefix cache of a server holds all of it
    texts = [p.text.partition("\n\n")[2] for p in run.document.parts()]  # the heading is the plan's
    assert texts[0] in prompts[-1]
    assert texts[2] in prompts[-1]


async def test_a_cut_reply_is_continued_with_a_clean_seam() -> None:
    whole = (
        varied("The harbour was quiet", 30)
        + "Nobody expected the ship that came in that night, least of all the keeper."
    )

    def speak(request: Request) -> object:
        if request.json_schema:
            return json.dumps({"sections": [{"title": "One", "point": "p", "words": 250}]})
        if "goes on from here" in request.messages[-1].content:
            return "Nobody expected the ship that came in that night, least of all the keeper. " + varied(
                "He rose at once", 30
            )
        return Reply(text=whole[: whole.index("that came")], finish="length")

    model = FakeModel.scripted(speak)
    model.prefill = False
    run = session(model, settings(words=250))
    text = (await run.run()).text
    assert (
        text.count("Nobody expected the ship that came in that night, least of all the keeper. He rose at once ") == 1
    )
    assert text.count("Nobody expected") == 1


async def test_thinking_and_markers_never_reach_the_text() -> None:
    def speak(request: Request) -> str:
        if request.json_schema:
            return json.dumps({"sections": [{"title": t, "point": "p", "words": 200} for t in "AB"]})
        return "Paragraph 2: " + varied("The tide came in", 50)

    run = session(FakeModel.scripted(speak), settings(words=400))
    assert "Paragraph" not in (await run.run()).text


async def test_a_dead_endpoint_keeps_what_is_finished_and_the_same_command_goes_on(tmp_path: Path) -> None:
    whole = (await write_with(fake(), settings(words=3000), tmp_path / "a")).text
    rule, count = fake(), 0

    def flaky(request: Request) -> object:
        nonlocal count
        count += 1
        return Unavailable("connection refused") if count == 4 else rule._by_rule(request)

    model = FakeModel.scripted(flaky)
    model.prefill = False
    with pytest.raises(Unavailable):
        await write_with(model, settings(words=3000), tmp_path / "b")
    draft = (tmp_path / "b" / DRAFT).read_text()
    assert whole.startswith(draft.rstrip())
    assert json.loads((tmp_path / "b" / REPORT).read_text())["finished"] is False
    done: list[SectionDone] = []
    see = Options(lambda e: done.append(e) if isinstance(e, SectionDone) else None)
    assert (await write_with(model, settings(words=3000), tmp_path / "b", see)).text == whole
    assert [e.reused for e in done] == [True, True, False, False, False, False]
    assert count == 8  # plan, six sections, and the one that failed: nothing twice


async def test_a_finished_run_asks_nothing_again_and_replays_byte_for_byte(tmp_path: Path) -> None:
    made = await write_with(fake(0.4), settings(words=3000), tmp_path / "a")
    silent = FakeModel.scripted([])
    silent.prefill = False
    assert (await write_with(silent, settings(words=3000), tmp_path / "a")).text == made.text
    assert (await replay(tmp_path / "a")).text == made.text == (tmp_path / "a" / DRAFT).read_text()


async def test_replay_of_an_unfinished_run_is_refused(tmp_path: Path) -> None:
    await write_with(fake(), settings(words=3000), tmp_path / "a", plan_only=True)
    with pytest.raises(RunError, match="not finished"):
        await replay(tmp_path / "a")


async def test_redo_rewrites_one_section_and_marks_the_later_ones_stale(tmp_path: Path) -> None:
    before = await write_with(fake(), settings(words=3000), tmp_path / "a")
    other = FakeModel.scripted(lambda request: varied("A different account", 80))
    other.prefill = False
    after = await write_with(other, settings(words=3000), tmp_path / "a", redo=[2])
    assert [s.stale for s in after.report.sections] == [False, False, False, True, True, True]
    assert "different account" in after.text
    assert len(other.requests) == 1
    old, new = before.text.split("\n\n"), after.text.split("\n\n")
    assert new[0] == old[0]
    assert new[-1] == old[-1]
    again = fake()
    fresh = await write_with(again, settings(words=3000), tmp_path / "a", redo_stale=True)
    assert not any(s.stale for s in fresh.report.sections)
    assert len(again.requests) >= 3
    assert "different account" in fresh.text
    with pytest.raises(InputError, match="no section 10"):
        await write_with(fake(), settings(words=3000), tmp_path / "a", redo=[9])


async def test_redo_with_a_seeded_model_brings_another_text(tmp_path: Path) -> None:
    before = await write_with(fake(), settings(words=1500), tmp_path / "a")
    after = await write_with(fake(), settings(words=1500), tmp_path / "a", redo=[1])
    assert after.text != before.text
    assert (await replay(tmp_path / "a")).text == after.text


async def test_an_edited_plan_rewrites_what_changed_and_keeps_the_rest(tmp_path: Path) -> None:
    await write_with(fake(), settings(words=3000), tmp_path / "a")
    path = tmp_path / "a" / PLAN
    plan, instruction = from_markdown(path.read_text(), "plan.md")
    changed = plan.sections[3].model_copy(update={"point": "the great storm of 1703"})
    sections = (*plan.sections[:3], changed, *plan.sections[4:])
    path.write_text(to_markdown(plan.model_copy(update={"sections": sections}), instruction, "en"))
    model = fake()
    result = await write_with(model, settings(words=3000), tmp_path / "a")
    assert len(model.requests) == 1
    assert "the great storm of 1703" in model.requests[0].messages[-1].content
    assert [s.stale for s in result.report.sections] == [False] * 4 + [True] * 2


async def test_ceilings_stop_with_a_valid_partial_document(tmp_path: Path) -> None:
    with pytest.raises(CeilingReached, match="--max-tokens"):
        await write_with(fake(), settings(words=3000, max_tokens=6000), tmp_path / "a")
    run = stored(tmp_path / "a")
    assert run is not None
    report = run.result().report
    assert 0 < report.written < 3000
    assert report.prompt_tokens + report.completion_tokens <= 6000
    finished = await write_with(fake(), settings(words=3000), tmp_path / "a")
    assert finished.report.finished


async def test_a_cost_ceiling_needs_a_price(tmp_path: Path) -> None:
    chosen = settings(words=3000, max_cost=1.0, writer={"model": "nobody-knows-it"})
    with pytest.raises(InputError, match="no price is known"):
        await write_with(FakeModel.scripted([]), chosen, tmp_path / "a")


async def test_parallel_chapters_see_only_themselves_and_the_agreement() -> None:
    model = fake()
    run = session(model, settings(words=20_000, parallel=True))
    report = (await run.run()).report
    assert abs(report.written / 20_000 - 1) <= 0.05
    asked = [r.messages[-1].content for r in model.requests]
    assert sum("cannot read each other" in a for a in asked) == 1
    texts = {p.index: p.text for p in run.document.parts()}
    last = next(a for a in asked if "Write section 40 of 40" in a)
    assert texts[0].split("\n\n")[-1] not in last


async def test_window_context_bounds_the_prompt_and_sees_notes_passages_and_tail() -> None:
    model = fake()
    run = session(model, settings(words=20_000, context="window"))
    await run.run()
    sizes = [len(r.messages[-1].content.split()) for r in model.requests if "Write section" in r.messages[-1].content]
    assert max(sizes[20:]) < 1.5 * min(sizes[20:])
    last = next(r.messages[-1].content for r in model.requests if "Write section 40 of 40" in r.messages[-1].content)
    assert "<notes>" in last
    assert run.document.parts()[38].text[-200:] in last


async def test_auto_switches_to_window_when_the_text_outgrows_it() -> None:
    model = fake()
    run = session(model, settings(words=20_000, window=8000))
    await run.run()
    asked = [r.messages[-1].content for r in model.requests]
    assert any("What has been written so far" in a for a in asked)
    assert any("<notes>" in a for a in asked)
    assert max(model.count_tokens(a) for a in asked) < 8000


async def test_auto_is_window_from_the_start_where_full_would_pass_the_ceiling(tmp_path: Path) -> None:
    model = fake()
    made = await write_with(model, settings(words=20_000, max_tokens=400_000), tmp_path / "a")
    assert made.report.finished
    assert not any("What has been written so far:\n\n<text>" in r.messages[-1].content for r in model.requests)


async def test_a_model_with_nothing_to_add_ends_its_section_not_the_run(tmp_path: Path) -> None:
    def speak(request: Request) -> object:
        if request.json_schema:
            return json.dumps({"sections": [{"title": t, "point": "p", "words": 200} for t in "AB"]})
        said = request.messages[-1].content
        first = "goes on from here" not in said
        return (
            varied("The tide came in" if "section 1" in said else "A boat went out", 8)
            if first
            else EmptyReply("nothing to add")
        )

    model = FakeModel.scripted(speak)
    model.prefill = False
    warned: list[str] = []
    options = Options(lambda e: warned.append(e.message) if isinstance(e, Warned) else None)
    made = await write_with(model, settings(words=400), tmp_path / "a", options)
    assert made.report.finished
    assert made.report.written == 2 * (1 + 8 * 7)  # titles "A" and "B" are headings
    assert len(warned) == 2
    assert "stays short" in warned[0]


def dying(calls: int, ratio: float = 1.0) -> FakeModel:
    """The fake model behind an endpoint that dies after so many calls."""
    rule, count = fake(ratio), 0

    def speak(request: Request) -> object:
        nonlocal count
        count += 1
        return Unavailable("connection refused") if count > calls else rule._by_rule(request)

    model = FakeModel.scripted(speak)
    model.prefill = False
    return model


async def test_redo_keeps_the_old_text_until_the_new_one_stands(tmp_path: Path) -> None:
    before = (await write_with(fake(), settings(words=3000), tmp_path / "a")).text
    with pytest.raises(Unavailable):
        await write_with(dying(0), settings(words=3000), tmp_path / "a", redo=[2, 4])
    assert (tmp_path / "a" / DRAFT).read_text() == before
    assert json.loads((tmp_path / "a" / REPORT).read_text())["finished"] is False
    with pytest.raises(RunError, match="not finished"):
        await replay(tmp_path / "a")
    after = await write_with(fake(), settings(words=3000), tmp_path / "a")
    assert after.report.finished
    assert after.text != before


@pytest.mark.slow
async def test_resume_is_exact_wherever_the_endpoint_dies(tmp_path: Path) -> None:
    chosen = settings(words=6000, max_tokens=150_000, window=6000)
    whole = await write_with(fake(0.6), chosen, tmp_path / "whole")
    for calls in range(0, whole.report.calls, 3):
        with pytest.raises(Unavailable):
            await write_with(dying(calls, 0.6), chosen, tmp_path / f"{calls}")
        assert (await write_with(fake(0.6), chosen, tmp_path / f"{calls}")).text == whole.text


async def test_sections_inserted_moved_and_removed_in_a_plan(tmp_path: Path) -> None:
    await write_with(fake(), settings("Write 3000 words on tea"), tmp_path / "a")
    path = tmp_path / "a" / PLAN
    plan, instruction = from_markdown(path.read_text(), "plan.md")
    s = plan.sections
    new = s[0].model_copy(update={"title": "Storms", "words": 500})
    edited = plan.model_copy(update={"sections": (s[1], s[0], new, s[3], s[4], s[5])})
    path.write_text(to_markdown(edited, instruction, "en"))
    model, warned = fake(), list[str]()
    options = Options(lambda e: warned.append(e.message) if isinstance(e, Warned) else None)
    made = await write_with(model, settings("Write 3000 words on tea"), tmp_path / "a", options)
    assert len(model.requests) == 1
    assert [x.title for x in made.report.sections] == [x.title for x in edited.sections]
    assert [x.stale for x in made.report.sections] == [True, True, False, True, True, True]
    assert abs(made.report.sections[2].written - 500) < 25  # not squeezed into what is left of the old length
    assert made.report.target.aim == edited.words
    assert (await replay(tmp_path / "a")).text == made.text


async def test_parallel_redo_touches_one_chapter(tmp_path: Path) -> None:
    chosen = settings(words=20_000, parallel=True)
    await write_with(fake(), chosen, tmp_path / "a")
    model = fake()
    made = await write_with(model, chosen, tmp_path / "a", redo=[0])
    assert len(model.requests) == 1
    chapters = {s.chapter for s in made.report.sections if s.stale}
    assert chapters == {made.report.sections[0].chapter}
    assert (await replay(tmp_path / "a")).text == made.text


async def test_ceilings_hold_for_calls_side_by_side(tmp_path: Path) -> None:
    class Slow(FakeModel):
        async def reply(self, request, listener=None):
            await asyncio.sleep(0.005)
            return await super().reply(request, listener)

    model = Slow(ModelConfig(model="fake"), "")
    model.prefill = False
    chosen = settings(words=30_000, parallel=True, max_tokens=40_000)
    with pytest.raises(CeilingReached, match="40,000"):
        await write_with(model, chosen, tmp_path / "a")
    report = stored(tmp_path / "a").result().report
    assert 20_000 < report.prompt_tokens + report.completion_tokens <= 40_000


async def test_a_failed_plan_is_asked_for_again_by_the_same_command(tmp_path: Path) -> None:
    with pytest.raises(PlanError):
        await write_with(FakeModel.scripted(["No.", "No.", "No."]), settings(words=400), tmp_path / "a")
    model = fake()
    assert (await write_with(model, settings(words=400), tmp_path / "a")).report.finished
    assert model.requests[0].seed != 42  # a model that is sure of itself needs another seed
