"""What a person does to a run: edits, versions, drafts, choices, snapshots. All of it comes back from the journal alone."""

from pathlib import Path

import pytest
from tests.helpers.making import fake, session, settings, write_with

from longwriter.api.runs import Run
from longwriter.errors import EditConflict, InputError, RunError, SetupError
from longwriter.models.base import ModelConfig
from longwriter.models.fake import FakeModel
from longwriter.types import Request
from longwriter.writer.revision.edits import Edits
from longwriter.writer.revision.versions import versions, waiting
from longwriter.writer.session import Options, Session
from longwriter.writer.stored import reading, stored

MINE = "The keeper never came back. Nobody asked."


async def written(words: int = 2000, **more: object) -> Session:
    run = session(fake(), settings(words=words, **more))
    await run.run()
    return run


def stale(run: Session) -> list[int]:
    return [p.index for p in run.document.parts() if p.stale]


def again(run: Session) -> Session:
    """The same run, as another process would read it."""
    other = reading_of(run)
    assert other.document.text() == run.document.text()
    return other


def reading_of(run: Session) -> Session:
    other = Session(run.settings, run.journal, None, run.models, Options())
    other.document.load()
    return other


async def test_an_edit_is_the_text_and_makes_later_sections_stale() -> None:
    run = await written()
    before = run.document.texts[1]
    entry = Edits(run).edit(1, MINE)
    assert run.document.texts[1] == MINE
    assert MINE in again(run).document.text()
    assert before not in run.document.text()
    assert stale(run) == [2, 3]
    (was, now) = versions(run, 1)
    assert (was.why, was.final, was.text, was.model) == ("written", False, before, "fake:")
    assert (now.why, now.final, now.hand, now.parent, now.entry, now.words, now.cost) == (
        "edited", True, True, was.entry, entry, 7, 0.0,
    )  # fmt: skip


async def test_a_text_of_ones_own_is_never_written_over_unasked() -> None:
    run = await written()
    edits = Edits(run)
    edits.edit(0, MINE)
    edits.edit(2, MINE + " Twice.")
    edits.edit(0, MINE + " Once more.")
    assert stale(run) == [1, 2, 3]
    assert edits.redo_stale() == [1, 3]
    await run.run()
    assert run.document.texts[2] == MINE + " Twice."
    assert stale(run) == [2]
    edits.redo([2])
    await run.run()
    assert run.document.texts[2] != MINE + " Twice."
    assert [v.why for v in versions(run, 2)] == ["written", "edited", "redone"]


async def test_the_same_text_is_no_edit_and_an_empty_one_is_refused() -> None:
    run = await written()
    count = len(run.journal)
    assert Edits(run).edit(1, f"  {run.document.texts[1]}\r\n") == versions(run, 1)[0].entry
    for text in ("", " \n", "\ufeff", "\x00"):
        with pytest.raises(InputError, match="cannot be empty"):
            Edits(run).edit(1, text)
    for index in (-1, 4):
        with pytest.raises(InputError, match="there is no section"):
            Edits(run).edit(index, MINE)
    assert len(run.journal) == count


async def test_an_edit_of_a_text_that_is_not_there_any_more_is_a_conflict() -> None:
    run = await written()
    edits, base = Edits(run), versions(run, 1)[0].entry
    entry = edits.edit(1, MINE, base=base)
    with pytest.raises(EditConflict) as raised:
        edits.edit(1, "Another text.", base=base)
    assert raised.value.entry == entry
    assert run.document.texts[1] == MINE


async def test_drafts_stand_beside_the_text_until_one_is_accepted() -> None:
    model = fake()
    run = session(model, settings(words=2000))
    await run.run()
    edits = Edits(run)
    edits.redo([1])  # its number is none of a draft's
    await run.run()
    edits.redo([2, 3])
    await run.run()
    before = run.document.text()
    edits.drafts(1, 2, "make it sadder", 200)
    await run.run()
    assert run.document.text() == before
    first, second = waiting(run, 1)
    old, redone, *_ = versions(run, 1)
    assert [(v.why, v.instruction, v.parent) for v in (old, redone)] == [
        ("written", "", None),
        ("redone", "", old.entry),
    ]
    assert [(v.why, v.instruction, v.parent) for v in versions(run, 1)[2:]] == [
        ("draft", "make it sadder", redone.entry)
    ] * 2
    asked = [r.messages[-1].content for r in model.requests if "make it sadder" in r.messages[-1].content]
    assert len(asked) == 2
    assert all(run.document.texts[1] in prompt and "about 200 words" in prompt for prompt in asked)
    one, two = (v.text for v in versions(run, 1)[2:])
    assert one != two  # of another seed
    edits.accept(1, second)
    assert run.document.texts[1] == two
    assert again(run).document.texts[1] == two
    assert waiting(run, 1) == []
    assert stale(run) == [2, 3]
    edits.accept(1, redone.entry)
    assert run.document.text() == before
    assert stale(run) == []
    assert first in [v.entry for v in versions(run, 1)]


async def test_keeping_ones_text_decides_against_the_drafts() -> None:
    run = await written()
    edits = Edits(run)
    edits.drafts(0)
    await run.run()
    assert len(waiting(run, 0)) == 1
    edits.accept(0, versions(run, 0)[0].entry)
    assert waiting(run, 0) == []
    assert stale(run) == []


async def test_a_draft_by_another_model_is_its_and_costs_what_that_does(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('[[price]]\nmodel = "fake:2"\ninput = 1000000\noutput = 3000000\nas_of = 2026-11-27\n')
    run = session(fake(), settings(words=1000), Options(prices=file))
    await run.run()
    Edits(run).drafts(0, model=ModelConfig(model="fake:2"))
    await run.run()
    first, draft = versions(run, 0)
    assert (first.model, first.cost) == ("fake:", 0.0)
    assert draft.model == "fake:2"
    assert draft.cost is not None
    assert draft.cost > 3 * draft.words  # a dollar a token of the prompt, three a token of the text
    assert run.calls.spent.cost == draft.cost
    other = Session(run.settings, run.journal, None, run.models, Options(prices=file))
    assert other.calls.spent.cost == versions(other, 0)[1].cost == draft.cost


async def test_run_takes_drafts_by_another_model(tmp_path: Path) -> None:
    await write_with(fake(), settings(words=1000), tmp_path / "a")
    (draft,) = Run(tmp_path / "a").drafts(1, by=ModelConfig(model="fake:2"))
    assert draft.model == "fake:2"


async def test_a_redo_says_what_should_be_different() -> None:
    model = fake()
    run = session(model, settings(words=2000))
    await run.run()
    Edits(run).redo([1], "shorter, please", 100)
    await run.run()
    prompt = model.requests[-1].messages[-1].content
    assert "shorter, please" in prompt
    assert run.document.words[1] <= 130
    assert versions(run, 1)[1].instruction == "shorter, please"


async def test_a_draft_that_comes_to_nothing_is_told_and_not_asked_for_again(tmp_path: Path) -> None:
    await write_with(fake(), settings(words=1000), tmp_path / "a")
    run = Run(tmp_path / "a")
    whole, failures = fake(), [SetupError("no such model")]
    broken = FakeModel.scripted(lambda r: failures.pop() if failures else FakeModel._by_rule(whole, r))
    (draft,) = run.drafts(1, 2, model=broken)
    assert draft.why == "draft"
    session = stored(tmp_path / "a")
    assert session is not None
    assert session.manuscript.withdrawn(0) == ["a draft of section 1 came to nothing: no such model"]
    assert session.manuscript.wanted_drafts() == []
    run.accept(1, draft.entry)
    session = stored(tmp_path / "a")
    assert session is not None
    assert session.manuscript.withdrawn(0) == []  # decided


async def test_a_decision_withdraws_drafts_that_are_not_there_yet() -> None:
    run = await written()
    edits = Edits(run)
    edits.drafts(0, 3)
    edits.drafts(1, 1)
    edits.accept(0, versions(run, 0)[0].entry)
    assert [draft.index for draft in run.manuscript.wanted_drafts()] == [1]
    assert [draft.index for draft in reading_of(run).manuscript.wanted_drafts()] == [1]


async def test_a_kill_between_drafts_loses_and_repeats_none(tmp_path: Path) -> None:
    await write_with(fake(), settings(words=1000), tmp_path / "a")
    asked = 0

    def speak(request: Request) -> object:
        nonlocal asked
        asked += 1
        return RunError("killed") if asked == 2 else FakeModel._by_rule(whole, request)  # type: ignore[arg-type]

    whole = fake()
    dying = FakeModel.scripted(speak)  # type: ignore[arg-type]
    run = Run(tmp_path / "a")
    with pytest.raises(RunError, match="killed"):
        run.drafts(1, 3, model=dying)
    assert len(run.versions(1)) == 2
    assert run.state == "finished"  # drafts are none of the text
    run.resume(model=whole)
    assert len(run.versions(1)) == 4
    assert len(whole.requests) == 2


async def test_a_snapshot_brings_back_plan_and_texts() -> None:
    run = await written()
    edits, before, plan = Edits(run), run.document.text(), run.manuscript.plan
    entry = edits.snapshot("  before\nthe cut ")
    assert run.manuscript.snapshots[entry].name == "before the cut"
    edits.edit(0, MINE)
    edits.redo([2])
    edits.outline(plan.model_copy(update={"sections": plan.sections[:2]}))
    assert len(run.manuscript.ids) == 2
    edits.restore(entry)
    assert run.document.text() == before
    assert again(run).manuscript.finished
    assert stale(run) == []
    with pytest.raises(InputError, match="no snapshot"):
        edits.restore(entry + 1)


async def test_versions_of_a_line_that_comes_back_are_there_again() -> None:
    run = await written()
    edits, plan, text = Edits(run), run.manuscript.plan, run.document.text()
    edits.outline(plan.model_copy(update={"sections": plan.sections[1:]}))
    edits.outline(plan)
    assert run.document.text() == text
    assert run.manuscript.finished


async def test_locks_are_names_that_hold_when_lines_move() -> None:
    run = await written()
    edits, plan = Edits(run), run.manuscript.plan
    edits.lock([1, 1, 3])
    names = run.manuscript.ids[1], run.manuscript.ids[3]
    edits.outline(plan.model_copy(update={"sections": plan.sections[::-1]}))
    assert run.manuscript.locks == set(names)
    with pytest.raises(InputError, match="there is no section 9"):
        edits.lock([8])


async def test_run_offers_the_same_from_outside(tmp_path: Path) -> None:
    await write_with(fake(), settings(words=1000), tmp_path / "a")
    run = Run(tmp_path / "a")
    run.edit(1, MINE)
    assert MINE in run.text
    assert MINE in (tmp_path / "a" / "draft.md").read_text()
    assert run.sections[1].stale
    entry = run.snapshot("mine")
    run.accept(1, run.versions(1)[0].entry)
    assert MINE not in run.text
    run.restore(entry)
    assert MINE in run.text
    run.redo(2, instruction="longer")
    assert [s.stale for s in run.sections] == [False, False]
    assert [v.why for v in run.versions(2)] == ["written", "redone"]
    reread = reading(tmp_path / "a", run._planned.journal)
    assert reread is not None
    assert reread.document.text() == run.text
