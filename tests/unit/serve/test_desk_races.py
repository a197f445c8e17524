"""What people do to a run at the moments between its states: while it begins, while it ends, and both at the same time."""

import asyncio
import shutil
import subprocess
import sys
import threading
import time
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from tests.helpers.desk_runs import PLAN, PRICES, PROMPT, begun, desk_in, kinds, slow, until

from longwriter.api.runs import Run
from longwriter.models.base import Model, open_model
from longwriter.serve.feed import Activity, Feed, SectionChanged, StateChanged, Words
from longwriter.serve.page.streams import _run_events
from longwriter.serve.queue import QueueFull
from longwriter.serve.rows import Rows
from longwriter.serve.writing import worker
from longwriter.types import Plan, Section
from longwriter.writer.revision.edits import Edits
from longwriter.writer.stored import stored


class SlowToClose:
    """A model that takes a moment to close, as one of this process does in the middle of a batch."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def __getattr__(self, name: str) -> object:
        return getattr(self._model, name)

    async def aclose(self) -> None:
        await self._model.aclose()
        await asyncio.sleep(0.6)


async def test_an_edit_while_a_stopped_run_closes_its_model_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "open_model", lambda config: SlowToClose(open_model(config)))
    async with slow(tmp_path) as (desk, _):
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await begun(desk, name, 1)
        pausing = asyncio.create_task(desk.pause(name))
        await asyncio.sleep(0.3)
        assert desk.alive(name), "its model is still closing"
        entry = await desk.do(name, lambda edits: edits.edit(0, "By hand."))
        await pausing
    session = stored(tmp_path / name)
    assert session is not None
    assert session.document.texts[0] == "By hand."
    assert session.manuscript.versions(0)[-1].entry == entry


async def test_a_run_that_is_stopped_before_it_begins_holds_nobody_up(tmp_path: Path) -> None:
    async def busy() -> None:
        time.sleep(0.5)

    async with desk_in(tmp_path) as desk:
        name = await desk.begin(PROMPT, {"plan": PLAN}, going=False)
        desk._worker.begin(busy())
        await desk.go(name)
        while not desk.alive(name):
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await asyncio.gather(desk.pause(name), desk.do(name, lambda edits: edits.snapshot("first")))
        assert not desk.alive(name)
        assert {"snapshot", "control"} <= set(kinds(tmp_path / name))
        await desk.go(name)
        await until(desk, name, "finished")


async def test_who_asks_for_the_same_at_the_same_time_gets_runs_of_their_own(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        names = await asyncio.gather(*(desk.begin(PROMPT, {"plan": PLAN}) for _ in range(6)))
        assert len(set(names)) == 6
        for name in names:
            await until(desk, name, "finished")
    assert [kinds(tmp_path / name).count("section") for name in names] == [3] * 6


async def test_no_more_wait_than_may_where_many_come_at_the_same_time(tmp_path: Path) -> None:
    async with slow(tmp_path, max_runs=1, queue=2) as (desk, _):
        found = await asyncio.gather(*(desk.begin(PROMPT, {"plan": PLAN}) for _ in range(9)), return_exceptions=True)
        assert sum(isinstance(one, str) for one in found) == 3
        assert sum(isinstance(one, QueueFull) for one in found) == 6


async def test_a_pause_is_one_whatever_else_is_changed_meanwhile(tmp_path: Path) -> None:
    async with slow(tmp_path) as (desk, model):
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await begun(desk, name, 1)
        changes = (desk.do(name, lambda edits, n=n: edits.edit(0, f"By hand {n}.")) for n in range(20))
        await asyncio.gather(desk.pause(name), *changes, desk.pause(name))
        asked = len(model.requests)
        await asyncio.sleep(0.5)
        assert len(model.requests) == asked
        assert not desk.alive(name)
        await desk.delete(name)
        assert not (tmp_path / name).exists()


async def test_a_change_is_made_to_its_end_where_whoever_asked_is_gone(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        name = await desk.begin(PROMPT, {"plan": PLAN}, going=False)

        def long(edits: Edits) -> None:
            time.sleep(1)
            edits.control(going=True)

        asking = asyncio.create_task(desk.do(name, long))
        await asyncio.sleep(0.3)
        asking.cancel()
        await desk.do(name, lambda edits: edits.snapshot("after it"))
        await until(desk, name, "finished")


async def test_paused_drafts_wait_until_the_run_goes_on(tmp_path: Path) -> None:
    async with slow(tmp_path, per_token_s=0.002) as (desk, model):
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await until(desk, name, "finished")
        asked = len(model.requests)
        await desk.do(name, lambda edits: edits.drafts(0, 2))
        while len(model.requests) == asked:
            await asyncio.sleep(0.05)
        await desk.pause(name)
        asked = len(model.requests)
        await desk.do(name, lambda edits: edits.edit(2, "By hand."))
        await asyncio.sleep(0.5)
        assert len(model.requests) == asked
        assert not desk.alive(name)
        await desk.go(name)
        await until(desk, name, "writing")
        await until(desk, name, "finished")
    session = stored(tmp_path / name)
    assert session is not None
    assert len(session.manuscript.versions(0)) == 3


async def test_the_day_counts_the_last_call_of_an_outline_and_of_drafts(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(PRICES)
    write = {"model": "fake:", "prices": tmp_path / "prices.toml"}
    async with desk_in(tmp_path / "runs", write=write) as desk:
        name = await desk.begin(PROMPT, {}, approve=True)
        cost = (await until(desk, name, "approval")).meter.cost
        assert cost
        assert desk.spent_today() == pytest.approx(cost)
        await desk.approve(name)
        await until(desk, name, "finished")
        await desk.do(name, lambda edits: edits.drafts(0, 1))
        await until(desk, name, "writing")
        cost = (await until(desk, name, "finished")).meter.cost
        assert desk.spent_today() == pytest.approx(cost)


async def test_a_file_of_spending_that_cannot_be_read_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / ".spent.json").write_text("{")
    async with slow(tmp_path) as (desk, model):
        name = await desk.begin(PROMPT, {"plan": PLAN}, going=False)
        await desk.go(name)
        assert ".spent.json: cannot be read" in (await until(desk, name, "failed")).state.why
        assert model.requests == []


async def test_an_outline_that_waits_for_approval_is_made_also_after_a_kill(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        desk._turns.close()
        name = await desk.begin(PROMPT, {}, approve=True)
    async with desk_in(tmp_path) as desk:
        await until(desk, name, "approval")
        asked = kinds(tmp_path / name).count("call")
    async with desk_in(tmp_path) as desk:
        await asyncio.sleep(0.3)
        assert kinds(tmp_path / name).count("call") == asked


async def test_drafts_are_of_their_sections_where_the_outline_moves_under_them(tmp_path: Path) -> None:
    async with slow(tmp_path, per_token_s=0.002) as (desk, model):
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await until(desk, name, "finished")
        asked = len(model.requests)

        def order(edits: Edits) -> None:
            edits.drafts(0, 1)
            edits.drafts(2, 1)

        await desk.do(name, order)
        while len(model.requests) == asked:
            await asyncio.sleep(0.05)
        last = PLAN.sections[2]
        await desk.do(name, lambda edits: edits.outline(PLAN.model_copy(update={"sections": (last,)})))
        await until(desk, name, "finished")
    assert "Write section 1 of 1" in model.requests[-1]["messages"][-1]["content"]
    session = stored(tmp_path / name)
    assert session is not None
    assert len(session.manuscript.versions(0)) == 2


def chapters(*sizes: int) -> Plan:
    lines = [
        Section(title=f"{'AB'[c]}{n}", point="stone", words=300, chapter="AB"[c])
        for c, size in enumerate(sizes)
        for n in range(size)
    ]
    return Plan(title="Bridges", sections=tuple(lines))


async def test_chapters_side_by_side_begin_with_the_outline_as_it_is_by_then(tmp_path: Path) -> None:
    async with slow(tmp_path, per_token_s=0.002) as (desk, model):
        model.script = replace(model.script, ttft_s=0.6)
        name = await desk.begin(PROMPT, {"plan": chapters(3, 3), "parallel": True}, approve=True)
        await until(desk, name, "approval")
        assert model.requests == [], "what chapters must share is asked for when they may be written"
        await desk.approve(name)
        while not model.requests:
            await asyncio.sleep(0.02)
        await desk.do(name, lambda edits: edits.outline(chapters(1, 1)))
        await until(desk, name, "finished")
    session = stored(tmp_path / name)
    assert session is not None
    assert sorted(session.document.texts) == [0, 1]


async def test_live_words_follow_their_section_where_the_outline_moves_it(tmp_path: Path) -> None:
    async with slow(tmp_path, per_token_s=0.004) as (desk, _):
        name = await desk.begin(PROMPT, {"plan": chapters(3, 3), "parallel": True})
        async with desk.feed(name) as feed, asyncio.timeout(60), aclosing(feed.changes()) as changes:
            async for change in changes:
                if isinstance(change, StateChanged) and change.writing == (0, 3):
                    break
            whole = chapters(3, 3)
            moved = whole.model_copy(update={"sections": (*whole.sections[3:], whole.sections[1])})
            await desk.do(name, lambda edits: edits.outline(moved))
            feed.look()
            assert feed.writing == (0,), "B0 stands first, A0 is out"
            assert set(desk._live[name].texts) == {0}
        await until(desk, name, "finished")


async def test_a_reader_who_comes_in_the_middle_has_the_section_from_its_beginning(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        name = await desk.begin(PROMPT, {"plan": PLAN}, going=False)
        said = ["Once upon"]
        feed = Feed(tmp_path / name, lambda: Activity(running=True, texts={0: said[0]}))
        await feed.open()
        have = ""
        async with asyncio.timeout(5), aclosing(feed.changes()) as changes:
            async for change in changes:
                if isinstance(change, Words):
                    have = have[: change.at] + change.text
                    if have != "Once upon":
                        break
                    said[0] += " a time"
        assert have == "Once upon a time"
        feed.end()


async def test_a_feed_that_breaks_down_ends_its_readers_and_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_in(tmp_path) as desk:
        name = await desk.begin(PROMPT, {"plan": PLAN}, going=False)
        async with desk.feed(name) as broken:
            monkeypatch.setattr(broken, "_look", lambda **_: 1 / 0)
            async with asyncio.timeout(5), aclosing(broken.changes()) as changes:
                async for _ in changes:
                    pass
        async with desk.feed(name) as feed:
            assert feed is not broken
            assert not feed.over


async def test_no_cursor_is_ahead_of_what_was_told(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await until(desk, name, "finished")
        async with desk.feed(name) as feed:
            since = feed.position
        async with aclosing(_run_events(desk, name, since)) as events:
            told = [await anext(events) for _ in range(2)]  # retry, state
            await desk.do(name, lambda edits: edits.edit(0, "By hand."))
            told += [await anext(events) for _ in range(2)]  # section, state
            await desk.do(name, lambda edits: edits.edit(2, "The end, by hand."))
            async with desk.feed(name):  # it looks
                while told[-1].split(b"\n")[1] != b"event: plan":  # what is stale; a slow machine tells its state twice
                    told.append(await anext(events))
        cursor = int(told[-1].split(b"\n")[0].removeprefix(b"id: "))
        async with desk.feed(name) as feed, aclosing(feed.changes(cursor)) as changes:
            assert isinstance(found := await anext(changes), SectionChanged)
            assert found.index == 2


def test_a_list_that_is_made_while_runs_are_deleted(tmp_path: Path) -> None:
    async def made() -> str:
        async with desk_in(tmp_path) as desk:
            name = await desk.begin(PROMPT, {"plan": PLAN})
            await until(desk, name, "finished")
            return name

    folder, over = tmp_path / asyncio.run(made()), threading.Event()

    def delete_and_bring_back() -> None:
        while not over.is_set():
            folder.rename(tmp_path / ".away")
            time.sleep(0.0005)
            shutil.rmtree(folder, ignore_errors=True)  # the lock of somebody who looked whether it is written
            (tmp_path / ".away").rename(folder)
            time.sleep(0.002)

    deleting = threading.Thread(target=delete_and_bring_back)
    deleting.start()
    try:
        states = {row.state for _ in range(1500) for row in Rows(tmp_path).rows({})}
    finally:
        over.set()
        deleting.join()
    assert states <= {"finished"}


KILLED = """
import os, sys
from pathlib import Path
from longwriter.api.runs import Run
from longwriter.writer.manuscript import Manuscript
from longwriter.writer.records.asked import PlanRecord
noted, run = Manuscript.note, Run(Path(sys.argv[1]))
def killed(self, record, **more):
    noted(self, record, **more)
    if isinstance(record, PlanRecord):
        os._exit(9)
Manuscript.note = killed
if sys.argv[2] == "outline":
    run.outline(run.plan.model_copy(update={"sections": run.plan.sections[:2]}))
else:
    run.restore(int(sys.argv[2]))
"""
"""A process that is killed between the record of an outline and what comes after it."""


async def test_an_outline_that_was_followed_is_kept_over_a_kill_right_then(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await until(desk, name, "finished")
        entry = await desk.do(name, lambda edits: edits.snapshot("whole"))
    for change, sections in (("outline", 2), (str(entry), 3)):
        done = subprocess.run([sys.executable, "-c", KILLED, tmp_path / name, change], check=False)
        assert done.returncode == 9
        Run(tmp_path / name).lock(1)  # whoever opens the run follows a plan.md that a person has edited
        assert len(Run(tmp_path / name).sections) == sections


def test_a_run_is_deleted_also_while_somebody_looks_whether_it_is_written(tmp_path: Path) -> None:
    async def go() -> None:
        async with desk_in(tmp_path) as desk:
            name = await desk.begin(PROMPT, {"plan": PLAN}, going=False)
            looking = FileLock(tmp_path / name / ".lock", thread_local=False)
            looking.acquire()
            deleting = asyncio.create_task(desk.delete(name))
            await asyncio.sleep(0.2)
            looking.release()
            await deleting
            assert not (tmp_path / name).exists()

    asyncio.run(go())
