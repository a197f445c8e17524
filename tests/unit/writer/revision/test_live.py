"""Changes while a run is written, and what a server may do: at the next section all of it counts."""

from collections.abc import Callable

import pytest
from tests.helpers.making import fake, session, settings

from longwriter.errors import RunError
from longwriter.models.fake import FakeModel
from longwriter.types import Plan, Request
from longwriter.writer.events import Event, SectionDone
from longwriter.writer.revision.edits import Edits, has_work
from longwriter.writer.session import Options, Session

MINE = "The keeper never came back. Nobody asked."
SERVED = Options(controlled=True)


def meddled(at: int, meddle: Callable[[Edits], object], options: Options = Options()) -> Session:
    """A run in which somebody does something while section `at` is being written."""
    whole, run = fake(), list[Session]()
    done = False

    def speak(request: Request) -> object:
        nonlocal done
        if not done and f"Write section {at + 1} of" in request.messages[-1].content:
            done = True
            meddle(Edits(run[0]))
        return FakeModel._by_rule(whole, request)

    run.append(session(FakeModel.scripted(speak), settings(words=2000), options))  # type: ignore[arg-type]
    run[0].models["writer"].prefill = False
    return run[0]


def stale(run: Session) -> list[int]:
    return [p.index for p in run.document.parts() if p.stale]


async def test_an_edit_is_seen_by_the_sections_after_it() -> None:
    run = meddled(2, lambda edits: edits.edit(0, MINE))
    await run.run()
    assert run.manuscript.finished
    assert stale(run) == [1, 2]
    assert MINE in run.calls.roles["writer"].model.requests[-1].messages[-1].content  # type: ignore[attr-defined]


async def test_the_section_under_way_cannot_be_edited_and_all_goes_on() -> None:
    def meddle(edits: Edits) -> None:
        for act in (lambda: edits.edit(1, MINE), lambda: edits.accept(1, 3)):
            with pytest.raises(RunError, match="section 2 is being written; pause first"):
                act()

    run = meddled(1, meddle)
    await run.run()
    assert run.manuscript.finished
    assert stale(run) == []


async def test_an_outline_that_changes_under_the_writer_is_followed_at_the_next_section() -> None:
    def meddle(edits: Edits) -> None:
        lines = edits.manuscript.plan.sections
        extra = lines[0].model_copy(update={"title": "First of all"})
        edits.outline(Plan(title="T", sections=(extra, *lines[:2])))

    run = meddled(1, meddle)
    await run.run()
    assert run.manuscript.plan.sections[0].title == "First of all"
    assert run.manuscript.finished
    assert len(run.document.texts) == 3
    assert stale(run) == [1, 2]


async def test_a_line_that_was_taken_out_while_it_was_written_stays_out() -> None:
    done: list[Event] = []
    cut = lambda edits: edits.outline(Plan(title="T", sections=edits.manuscript.plan.sections[:1]))  # noqa: E731
    run = meddled(1, cut, Options(on_event=done.append))
    await run.run()
    assert [e.index for e in done if isinstance(e, SectionDone)] == [0]
    assert list(run.document.texts) == [0]
    again = Session(run.settings, run.journal, None, run.models, Options())
    again.document.load()
    assert again.document.text() == run.document.text()


async def test_drafts_asked_for_meanwhile_come_before_the_next_section() -> None:
    run = meddled(1, lambda edits: edits.drafts(0, 1))
    await run.run()
    kinds = [e for e in run.journal if e.kind in ("section", "drafts")]
    assert [e.data.get("draft", 0) for e in kinds] == [0, 0, 0, 1, 0, 0]
    assert kinds[1].kind == "drafts"


async def test_a_server_writes_what_it_may_and_no_more() -> None:
    run = session(fake(), settings(words=2000), SERVED)
    edits = Edits(run)
    assert not has_work(run)
    edits.control(going=True, approve=True)
    assert has_work(run)
    await run.run()
    assert (run.manuscript.planned, run.document.texts) == (True, {})
    assert not has_work(run)
    edits.control(approve=False, review=True)
    await run.run()
    assert list(run.document.texts) == []
    edits.control(permit=True)
    assert has_work(run)
    await run.run()
    assert list(run.document.texts) == [0]
    assert not has_work(run)
    edits.redo([0])  # re-work takes no permit
    assert has_work(run)
    await run.run()
    assert run.manuscript.redone(0) == 1
    assert list(run.document.texts) == [0]
    edits.control(review=False)
    await run.run()
    assert run.manuscript.finished
    assert not has_work(run)


async def test_stop_after_this_section() -> None:
    run = meddled(1, lambda edits: edits.control(going=False), SERVED)
    Edits(run).control(going=True)
    await run.run()
    assert list(run.document.texts) == [0, 1]
    assert not has_work(run)
    Edits(run).drafts(0, 1)
    assert not has_work(run), "whoever asks for drafts has them written; a pause ends that until the run goes on"
    await run.run()
    assert list(run.document.texts) == [0, 1]
    assert len(run.manuscript.versions(0)) == 2


async def test_a_persons_command_asks_nobody() -> None:
    run = session(fake(), settings(words=1000))
    Edits(run).control(going=False, review=True, approve=True)
    await run.run()
    assert run.manuscript.finished
