"""A run read while it grows is at every record what a fresh look would find, and states say what is going on."""

from pathlib import Path

import pytest
from tests.helpers.making import fake, settings, write_with

from longwriter.api.following import Following
from longwriter.api.runs import Run
from longwriter.api.states import run_state
from longwriter.errors import CeilingReached, RunError, Unavailable
from longwriter.models.fake import FakeModel
from longwriter.types import Plan
from longwriter.writer.revision.edits import Edits
from longwriter.writer.session import Options
from longwriter.writer.stored import editing, stored


@pytest.fixture
async def run(tmp_path: Path) -> Run:
    await write_with(fake(), settings(words=1500), tmp_path / "a")
    run = Run(tmp_path / "a")
    run.edit(1, "Mine.")
    run.drafts(2, 2, "sadder", model=fake())
    run.accept(2, run.versions(2)[-1].entry)
    run.redo(3, model=fake())
    run.outline(Plan(title="T", sections=run.plan.sections[::-1]))
    return run


async def test_every_record_is_followed(run: Run, tmp_path: Path) -> None:
    lines = (run.folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    grown, fresh = tmp_path / "grown", tmp_path / "fresh"
    for folder in (grown, fresh):
        folder.mkdir()
        (folder / "settings.json").write_bytes((run.folder / "settings.json").read_bytes())
    following = Following(grown)
    assert following.session is None
    for n, line in enumerate(lines, 1):
        with (grown / "journal.jsonl").open("ab") as file:
            file.write(line[: len(line) // 2])
            file.flush()
            assert not following.refresh()
            file.write(line[len(line) // 2 :])
        assert following.refresh()
        assert following.position == n
        (fresh / "journal.jsonl").write_bytes(b"".join(lines[:n]))
        other = stored(fresh)
        assert (following.session is None) == (other is None)
        if following.session and other and other.manuscript.planned:
            assert following.session.document.text() == other.document.text()
            assert following.session.document.parts() == other.document.parts()
            assert following.session.calls.spent == other.calls.spent
            assert run_state(following.session, alive=False) == run_state(other, alive=False)
    assert not following.refresh()


async def test_damage_and_another_file_are_named(run: Run) -> None:
    following = Following(run.folder)
    path = run.folder / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"n": 1}\n')
    with pytest.raises(RunError, match=r"journal\.jsonl:\d+: damaged record"):
        following.refresh()
    path.write_bytes(whole[:100])
    with pytest.raises(RunError, match="replaced by another"):
        following.refresh()


async def test_states_say_why(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with pytest.raises(Unavailable):
        await write_with(FakeModel.scripted([Unavailable("no answer")]), settings(words=1500), folder)
    assert (Run(folder).state, Run(folder).why) == ("failed", "no answer")
    with pytest.raises(CeilingReached):
        await write_with(fake(), settings(words=1500, max_tokens=2000), folder)
    assert Run(folder).state == "ceiling"
    assert "--max-tokens 2,000" in Run(folder).why
    with editing(folder) as session:
        Edits(session).control(going=True)
    assert Run(folder).state == "unfinished"
    with editing(folder) as session:
        Edits(session).control(going=True, review=True)
    assert Run(folder).state == "review"
    with editing(folder) as session:
        Edits(session).control(going=False)
    assert Run(folder).state == "paused"
    await write_with(fake(), settings(words=1500), folder)
    assert (Run(folder).state, Run(folder).why) == ("finished", "")


async def test_a_plan_that_waits(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    await write_with(fake(), settings(words=1500), folder, plan_only=True)
    assert Run(folder).state == "plan"
    with editing(folder) as session:
        Edits(session).control(going=True, approve=True)
    assert Run(folder).state == "approval"
    await write_with(fake(), settings(words=1500), folder, Options(controlled=True))
    assert Run(folder).state == "approval"
