"""The runs of a folder as a server has them: with a model that answers at once, and with one that takes its time."""

import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.helpers.desk_runs import PLAN, PRICES, PROMPT, begun, desk_in, kinds, seen, slow, until
from tests.helpers.server import Server

from longwriter.errors import CeilingReached, InputError, RunError
from longwriter.models.base import ModelConfig
from longwriter.runs.folders import opened, saved_settings
from longwriter.serve.feed import StateChanged
from longwriter.serve.queue import QueueFull
from longwriter.types import Plan, Section
from longwriter.writer.stored import stored


async def test_a_run_is_begun_written_and_listed(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        name = await desk.begin(PROMPT, {"words": 900})
        last = await until(desk, name, "finished")
        assert last.meter.aim == 900
        assert last.meter.budget is None
        assert last.writing == ()
        row, *rest = await desk.rows()
        assert not rest
        assert (row.name, row.state, row.asked, row.done, row.sections) == (name, "finished", 900, 2, 2)
        assert abs(row.written - 900) < 50
        assert row.here
        assert saved_settings(desk.folder(name))["writer"]["model"] == "fake:"  # type: ignore[index]


async def test_the_same_request_twice_is_two_runs_and_a_name_is_one(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        first = await desk.begin(PROMPT, {}, going=False)
        assert await desk.begin(PROMPT, {}, going=False) == f"{first}-2"
        assert await desk.begin(PROMPT, {}, going=False, name="mine") == "mine"
        with pytest.raises(InputError, match="there is a run mine already"):
            await desk.begin(PROMPT, {}, going=False, name="mine")
        for name in ("../x", ".trash", "", "a/b", "none"):
            with pytest.raises(InputError):
                desk.folder(name)


@pytest.mark.parametrize(
    "option", ["out", "config", "prices", "key_env", "headers", "extra_body", "runs", "run", "force"]
)
async def test_a_request_names_no_files_keys_or_headers(tmp_path: Path, option: str) -> None:
    async with desk_in(tmp_path) as desk:
        with pytest.raises(InputError, match=f"takes no {option}"):
            await desk.begin(PROMPT, {option: "x"})
        with pytest.raises(InputError, match="give an outline, not a file"):
            await desk.begin(PROMPT, {"plan": "/etc/passwd"})


async def test_the_servers_key_goes_to_its_own_address_alone(tmp_path: Path) -> None:
    with Server() as own, Server() as other:
        write = {
            "model": "own",
            "base_url": own.url,
            "key_env": "SECRET",
            "planner": "planner",
            "headers": {"x": "env:Y"},
        }
        async with desk_in(tmp_path, write=write) as desk:
            for strange in (
                {"model": "m", "base_url": other.url},
                {"base_url": other.url},
                {"model": "own", "base_url": other.url},
                {"model": "gguf:/etc/passwd"},
                {"model": "gguf:none"},
                {"model": "hf:owner/name"},
                {"model": "fake:"},
                {"planner": "hf:owner/name"},
                {"planner": "gguf:/etc/passwd"},
            ):
                with pytest.raises(InputError, match=r"does not offer|name the model, too"):
                    await desk.begin(PROMPT, strange)
            same = await desk.begin(PROMPT, {"model": "m"}, going=False)
            said = await desk.begin(PROMPT, {"model": "own", "base_url": own.url}, going=False)
            made = ModelConfig(model="own", base_url=own.url, extra_body={"top_k": 1})
            coded = await desk.begin(PROMPT, {"model": made}, going=False)
        assert other.requests == own.requests == []
    saved = [saved_settings(tmp_path / name) for name in (same, said, coded)]
    assert [s["writer"]["model"] for s in saved] == ["m", "own", "own"]  # type: ignore[index]
    assert {s["writer"]["base_url"] for s in saved} == {own.url}  # type: ignore[index]
    assert [s["writer"]["key_env"] for s in saved] == ["SECRET", "SECRET", None]  # type: ignore[index]
    assert saved[0]["writer"]["headers"] == {"x": "env:Y"}  # type: ignore[index]
    assert saved[2]["writer"]["extra_body"] == {"top_k": 1}  # type: ignore[index]
    assert {s["planner"]["model"] for s in saved} == {"planner"}  # type: ignore[index]


async def test_a_model_that_is_offered_elsewhere_is_reached_without_what_is_the_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(models=("m",)) as here:
        monkeypatch.setenv("OLLAMA_HOST", here.url.removesuffix("/v1"))
        write = {"model": "own", "base_url": "http://127.0.0.1:1/v1", "key_env": "SECRET", "planner": "planner"}
        async with desk_in(tmp_path, write=write) as desk:
            name = await desk.begin(PROMPT, {"model": "ollama/m"}, going=False)
            other = await desk.begin(PROMPT, {"model": "ollama/n"}, going=False)
    saved = saved_settings(tmp_path / other)["writer"]
    assert isinstance(saved, dict)
    assert saved["base_url"] == write["base_url"], "a name that nobody offers is one of the own server's"
    saved = saved_settings(tmp_path / name)
    for role in ("writer", "planner"):
        found = saved[role]
        assert isinstance(found, dict)
        assert (found["model"], found["base_url"], found["key_env"], found["headers"]) == ("ollama/m", None, None, {})


async def test_writing_waits_for_approval_and_a_section_for_its_permit(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        name = await desk.begin(PROMPT, {"plan": PLAN}, approve=True, review=True)
        await until(desk, name, "approval")
        assert "section" not in kinds(tmp_path / name)
        await desk.approve(name)
        await until(desk, name, "review")
        for done in range(1, 4):
            await desk.permit(name)
            async with desk.feed(name) as feed:
                await seen(feed, lambda _, n=done: len(feed.following.session.document.words) == n)
            await until(desk, name, "review" if done < 3 else "finished")
            assert kinds(tmp_path / name).count("section") == done


@pytest.mark.slow
async def test_pause_keeps_the_sentences_and_go_goes_on_from_them(tmp_path: Path) -> None:
    async with slow(tmp_path, per_token_s=0.02) as (desk, model):
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await begun(desk, name, 0)
        await asyncio.sleep(2.5)  # so that there are sentences worth keeping
        await desk.pause(name)
        assert not desk.alive(name)
        assert (await until(desk, name, "plan", "paused")).writing == ()
        assert "partial" in kinds(tmp_path / name)
        asked = len(model.requests)
        await asyncio.sleep(0.3)
        assert len(model.requests) == asked
        model.script = replace(model.script, per_token_s=0.0)
        await desk.go(name)
        assert (await until(desk, name, "finished")).meter.words > 400


@pytest.mark.slow
async def test_stop_after_this_section_finishes_it_and_begins_no_other(tmp_path: Path) -> None:
    async with slow(tmp_path) as (desk, _):
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await begun(desk, name, 1)
        await desk.after_section(name)
        await until(desk, name, "paused")
        assert kinds(tmp_path / name).count("section") == 2
        assert "partial" not in kinds(tmp_path / name)


@pytest.mark.slow
async def test_a_live_run_is_changed_while_it_is_written(tmp_path: Path) -> None:
    async with slow(tmp_path, per_token_s=0.002) as (desk, _):
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await begun(desk, name, 1)
        entry = await desk.do(name, lambda edits: edits.edit(0, "By hand."))
        assert desk.alive(name)
        await until(desk, name, "finished")
        session = stored(tmp_path / name)
        assert session is not None
        assert session.document.texts[0] == "By hand."
        assert session.manuscript.versions(0)[-1].entry == entry
        await desk.do(name, lambda edits: edits.drafts(1, 2, "shorter"))  # written although nothing is due
        await until(desk, name, "writing")
        await until(desk, name, "finished")
        session = stored(tmp_path / name)
        assert session is not None
        assert len(session.manuscript.versions(1)) == 3


@pytest.mark.slow
async def test_what_was_told_to_stop_and_to_go_again_is_written_whole(tmp_path: Path) -> None:
    lines = [
        Section(title=f"{c}{n}", point="stone", words=w, chapter=c) for c, w in (("A", 60), ("B", 400)) for n in (1, 2)
    ]
    async with slow(tmp_path, per_token_s=0.004) as (desk, _):
        name = await desk.begin(PROMPT, {"plan": Plan(title="Bridges", sections=tuple(lines)), "parallel": True})
        async with desk.feed(name) as feed:
            await seen(feed, lambda c: isinstance(c, StateChanged) and len(c.writing) == 2)
            await desk.after_section(name)
            await seen(feed, lambda _: len(feed.following.session.document.words) == 1)
            await desk.go(name)  # chapter A has come to its end by now, and nothing begins it again
        last = await until(desk, name, "finished")
        assert last.meter.words > 700


@pytest.mark.slow
async def test_so_many_at_a_time_and_no_more_than_may_wait(tmp_path: Path) -> None:
    async with slow(tmp_path, per_token_s=0.003, max_runs=1, queue=1) as (desk, _):
        first = await desk.begin(PROMPT, {"plan": PLAN})
        second = await desk.begin(PROMPT, {"plan": PLAN})
        with pytest.raises(QueueFull):
            await desk.begin(PROMPT, {"plan": PLAN})
        assert (await until(desk, second, "queued")).state.why == "waits for its turn"
        rows = {row.name: row.state for row in await desk.rows()}
        assert rows == {first: "writing", second: "queued"}
        await until(desk, second, "finished")
        assert kinds(tmp_path / first).count("section") == 3


@pytest.mark.slow
async def test_a_run_of_another_process_is_shown_live_and_not_touched(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        name = await desk.begin(PROMPT, {"plan": PLAN}, going=False)
        folder = tmp_path / name
        with opened(folder, saved_settings(folder)):
            assert (await desk.rows())[0].here is False
            for change in (
                desk.go(name),
                desk.delete(name),
                desk.pause(name),
                desk.do(name, lambda e: e.snapshot("x")),
            ):
                with pytest.raises(RunError, match="another process"):
                    await change
            async with desk.feed(name) as feed:
                assert not feed.here
        await desk.go(name)
        await until(desk, name, "finished")


async def test_a_deleted_run_is_gone_for_its_readers_and_comes_back_going(tmp_path: Path) -> None:
    async with slow(tmp_path, per_token_s=0.002) as (desk, _):
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await begun(desk, name, 0)
        async with desk.feed(name) as feed:
            undo = await desk.delete(name)
            assert type((await seen(feed, lambda _: False))[-1]).__name__ == "Gone"
        assert await desk.rows() == []
        assert await desk.undo(undo) == name
        await until(desk, name, "finished")


@pytest.mark.slow
async def test_budgets_hold_for_a_run_and_for_a_day_and_over_a_restart(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(PRICES)
    home = tmp_path / "runs"
    write = {"model": "fake:", "prices": tmp_path / "prices.toml"}
    async with desk_in(home, write=write, max_cost_per_run=1.5, max_cost_per_day=2.5) as desk:
        first = await desk.begin(PROMPT, {"plan": PLAN, "max_cost": 9})
        last = await until(desk, first, "ceiling")
        assert last.meter.budget == 1.5
        assert last.meter.cost is not None
        assert 0.5 < last.meter.cost <= 1.5
        assert desk.spent_today() == pytest.approx(last.meter.cost)
    async with desk_in(home, write=write, max_cost_per_day=2.5) as desk:
        before = kinds(home / first)
        second = await desk.begin(PROMPT, {"plan": PLAN}, name="second")
        other = (await until(desk, second, "ceiling")).meter.cost
        assert other is not None
        assert desk.spent_today() == pytest.approx(last.meter.cost + other)
        assert 1.5 < desk.spent_today() <= 2.5
        assert kinds(home / first) == before  # a run at its ceiling is not gone on with
        desk.spending.add(1)
        with pytest.raises(CeilingReached, match="today"):
            await desk.begin(PROMPT, {"plan": PLAN})
    assert json.loads((home / ".spent.json").read_text())["cost"] > 2.5


async def test_a_budget_needs_prices(tmp_path: Path) -> None:
    write = {"model": "unknown", "base_url": "https://models.example.org/v1"}
    async with desk_in(tmp_path, max_cost_per_day=1, write=write) as desk:
        with pytest.raises(InputError, match="no price is known for unknown"):
            await desk.begin(PROMPT, {})


async def test_a_failure_is_told_and_go_tries_again(tmp_path: Path) -> None:
    with Server(ratio=0.9, faults=["401"]) as model:
        write = {"model": "local", "base_url": model.url}
        async with desk_in(tmp_path, write=write) as desk:
            name = await desk.begin(PROMPT, {"plan": PLAN})
            assert "Incorrect API key" in (await until(desk, name, "failed")).state.why
            await desk.go(name)
            await until(desk, name, "finished")
            (row,) = await desk.rows()
            assert row.state == "finished"


async def test_a_reader_of_a_read_only_server_changes_nothing(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        name = await desk.begin(PROMPT, {"plan": PLAN}, going=False)
    before = kinds(tmp_path / name)
    async with desk_in(tmp_path, read_only=True) as desk:
        for change in (desk.go(name), desk.pause(name), desk.delete(name), desk.begin(PROMPT, {}), desk.undo("1")):
            with pytest.raises(InputError, match="read-only"):
                await change
        await until(desk, name, "plan")
    assert kinds(tmp_path / name) == before


@pytest.mark.slow
async def test_a_server_that_ends_keeps_the_sentences_and_what_was_going_goes_on(tmp_path: Path) -> None:
    async with slow(tmp_path, per_token_s=0.02) as (desk, _):
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await begun(desk, name, 0)
        await asyncio.sleep(2.5)
    assert "partial" in kinds(tmp_path / name)
    with Server(ratio=0.9, port=0) as model:
        settings = saved_settings(tmp_path / name)
        settings["writer"]["base_url"] = model.url  # type: ignore[index]
        (tmp_path / name / "settings.json").write_text(json.dumps(settings))
        async with desk_in(tmp_path) as desk:
            await until(desk, name, "finished")


async def test_what_a_server_is_told_leaves_a_runs_files_alone_and_a_text_does_not(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        name = await desk.begin(PROMPT, {"plan": PLAN})
        await until(desk, name, "finished")
        report = tmp_path / name / "report.json"
        before = report.stat().st_mtime_ns
        await desk.pause(name)
        await desk.review(name, on=True)
        await desk.do(name, lambda edits: edits.lock([0]))
        assert report.stat().st_mtime_ns == before
        assert [row.state for row in await desk.rows()] == ["finished"]
        await desk.do(name, lambda edits: edits.edit(0, "By hand."))
        assert report.stat().st_mtime_ns > before
        assert "By hand." in (tmp_path / name / "draft.md").read_text()


async def test_a_run_that_is_stopped_before_it_begins_can_be_changed(tmp_path: Path) -> None:
    async with slow(tmp_path) as (desk, _):
        name = await desk.begin(PROMPT, {}, going=False)
        desk._worker._loop.call_soon_threadsafe(time.sleep, 0.5)  # the worker is busy
        await desk.go(name)
        while not desk.alive(name):
            await asyncio.sleep(0.01)
        changing = asyncio.create_task(desk.after_section(name))
        await asyncio.sleep(0.05)
        await desk.pause(name)
        await asyncio.wait_for(changing, 5)


async def test_runs_that_are_begun_at_once_find_the_queue_full(tmp_path: Path) -> None:
    async with slow(tmp_path, max_runs=1, queue=1) as (desk, _):
        begun = [desk.begin(f"{PROMPT} of {n}", {}) for n in range(6)]
        told = await asyncio.gather(*begun, return_exceptions=True)
        assert sum(isinstance(one, QueueFull) for one in told) == 4, told
