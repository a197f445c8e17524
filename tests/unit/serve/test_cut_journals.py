"""A server that is killed at any record of a run's journal: the next one ends with the text of a run that nobody stopped."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from longwriter.journal import Journal
from longwriter.serve.desk import Desk
from longwriter.serve.settings import ServeSettings
from longwriter.types import Plan, Section
from longwriter.writer.revision.edits import Edits
from longwriter.writer.stored import stored

PROMPT = "Write a 900-word history of bridges"
LINES = tuple(
    Section(title=f"{c}{n}", point="stone", words=110, chapter=c) for c in "ABC" for n in (1, 2)
)  # three chapters, which may be written side by side
MOST_S = 120


def records(folder: Path) -> list[bytes]:
    return (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)


def kinds(folder: Path) -> list[str]:
    return [entry.kind for entry in Journal(folder / "journal.jsonl", read_only=True)]


def text_of(folder: Path) -> str:
    session = stored(folder)
    assert session is not None
    return session.document.text()


async def finished(desk: Desk, *names: str) -> None:
    """Wait until no server has anything to do with them, and they are finished."""
    async with asyncio.timeout(MOST_S):
        while {row.state for row in await desk.rows() if row.name in names} != {"finished"}:
            await asyncio.sleep(0.05)


def rewrite(edits: Edits) -> None:
    edits.control(going=True)
    edits.redo([1, 4], "shorter", 60)
    edits.drafts(0, 2, "livelier")


def follow(edits: Edits) -> None:
    edits.control(going=True)
    _, second, *rest = edits.manuscript.plan.sections
    new = [Section(title=f"New {n}", point="iron", words=110, chapter="AD"[n // 2]) for n in range(4)]
    edits.outline(Plan(title="Bridges", sections=(second, *new[:2], *rest[:-1], *new[2:])))


def nothing(_: Edits) -> None:
    pass


@pytest.mark.slow
@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("change", [nothing, rewrite, follow])
async def test_whatever_record_is_the_last_the_text_is_that_of_a_run_nobody_stopped(
    tmp_path: Path, change: Callable[[Edits], None], parallel: bool
) -> None:
    write = {"model": "fake:0.8", "parallel": parallel}
    async with Desk(tmp_path / "whole", ServeSettings(write=write)) as desk:
        plan = Plan(title="Bridges", sections=LINES)
        name = await desk.begin(PROMPT, {"plan": plan} if change is not nothing else {})
        await finished(desk, name)
        folder = desk.folder(name)
        first = 1  # told to go
        if change is not nothing:
            first = await desk.do(name, lambda edits: change(edits) or len(edits.session.journal))
            await finished(desk, name)
    whole, text = records(folder), text_of(folder)
    home, names = tmp_path / "cut", list[str]()
    for cut in range(first, len(whole)):
        for torn in (b"", whole[cut][: len(whole[cut]) // 2]):
            names.append(f"{cut}{'t' * bool(torn)}")
            shutil.copytree(folder, home / names[-1], ignore=shutil.ignore_patterns("draft.md", "report.json"))
            (home / names[-1] / "journal.jsonl").write_bytes(b"".join(whole[:cut]) + torn)
    assert len(names) > 12
    async with Desk(home, ServeSettings(write=write, max_runs=4)) as desk:
        await finished(desk, *names)
    assert {text_of(home / name) == text for name in names} == {True}
    for name in names:
        assert kinds(home / name).count("call") == kinds(folder).count("call"), "no reply is asked for twice"
        drafts = stored(home / name)
        assert drafts is not None
        assert drafts.manuscript.wanted_drafts() == []
        assert (home / name / "draft.md").read_text() == text
