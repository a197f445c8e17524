"""A run as its readers see it: nothing is lost, nothing is told twice, whatever their cursors are."""

import asyncio
import random
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import pytest
from tests.helpers.server import Server

from longwriter.journal import Journal
from longwriter.serve.desk import Desk
from longwriter.serve.feed import Change, Feed, Gone, PlanChanged, SectionChanged, StateChanged, Words, _new_words
from longwriter.serve.settings import ServeSettings
from longwriter.writer.revision.edits import Edits

PROMPT = "Write a 1200-word history of bridges in 4 sections"


class Reader:
    """What a page does: it holds texts by section, and lives off changes alone."""

    def __init__(self) -> None:
        self.cursor = 0
        self.finished: dict[int, str] = {}
        self.live: dict[int, str] = {}
        self.told: list[Change] = []
        self.state = ""

    def see(self, feed: Feed, change: Change) -> None:
        self.told.append(change)
        if not isinstance(change, Words | Gone):
            assert change.position >= self.cursor, "a cursor never goes back"
            self.cursor = change.position
        match change:
            case SectionChanged(_, index):
                session = feed.following.session
                assert session is not None
                self.finished[index] = session.document.texts[index]
                self.live.pop(index, None)
            case Words(index, at, text):
                have = self.live.get(index, "")
                assert at <= len(have), "a hole in the text"
                self.live[index] = have[:at] + text
            case StateChanged(_, state):
                self.state = state.name

    async def watch(self, desk: Desk, name: str, seconds: float = 60) -> None:
        """Watch until the run is finished, or for so long; again from the cursor."""
        self.live = {}
        try:
            async with (
                asyncio.timeout(seconds),
                desk.feed(name) as feed,
                aclosing(feed.changes(self.cursor)) as changes,
            ):
                async for change in changes:
                    self.see(feed, change)
                    if self.state == "finished":
                        return
        except TimeoutError:
            pass


@pytest.mark.slow
async def test_readers_that_come_and_go_have_the_whole_text_and_nothing_twice(tmp_path: Path) -> None:
    rng, home = random.Random(7), tmp_path / "runs"
    with Server(ratio=0.9, per_token_s=0.002) as model:
        settings = ServeSettings(write={"model": "local", "base_url": model.url, "section_words": 200})
        async with Desk(home, settings) as desk:
            name = await desk.begin(PROMPT, {})

            async def flighty() -> Reader:
                reader = Reader()
                while reader.state != "finished":
                    await reader.watch(desk, name, rng.uniform(0.05, 0.6))
                    await asyncio.sleep(rng.uniform(0, 0.4))
                return reader

            async with asyncio.timeout(60):
                steady, *others = await asyncio.gather(_steady(desk, name), *(flighty() for _ in range(10)))
            assert len(desk._feeds) == 1
            async with desk.feed(name) as feed:
                session = feed.following.session
                assert session is not None
                texts = session.document.texts
    assert len(texts) > 3
    for reader in (steady, *others):
        assert reader.finished == texts
    assert [type(c).__name__ for c in steady.told].count("PlanChanged") == 1
    assert sorted(c.index for c in steady.told if isinstance(c, SectionChanged)) == sorted(texts)
    assert sum(isinstance(c, Words) for c in steady.told) > 5


async def _steady(desk: Desk, name: str) -> Reader:
    reader = Reader()
    await reader.watch(desk, name)
    return reader


@pytest.mark.slow
async def test_words_come_at_most_five_times_a_second_and_add_up(tmp_path: Path) -> None:
    with Server(ratio=0.9, per_token_s=0.005) as model:
        async with Desk(tmp_path, ServeSettings(write={"model": "local", "base_url": model.url})) as desk:
            name = await desk.begin("Write a 500-word history of bridges", {})
            reader, times = Reader(), list[float]()
            async with asyncio.timeout(60), desk.feed(name) as feed, aclosing(feed.changes()) as changes:
                async for change in changes:
                    if isinstance(change, SectionChanged) and reader.live:
                        before = reader.live[change.index]
                    reader.see(feed, change)
                    if isinstance(change, Words):
                        times.append(asyncio.get_running_loop().time())
                    if reader.state == "finished":
                        break
    assert len(times) > 5
    assert min(b - a for a, b in pairwise(times)) > 0.1
    assert reader.finished[0].startswith(before[:200].strip())


async def test_a_cursor_of_each_change_gives_all_that_follows_it(tmp_path: Path) -> None:
    async with Desk(tmp_path, ServeSettings(write={"model": "fake:", "section_words": 200})) as desk:
        name = await desk.begin(PROMPT, {})
        await _steady(desk, name)
        await desk.do(name, lambda edits: edits.edit(0, "By hand."))
        await desk.pause(name)

        def shorter(edits: Edits) -> None:
            plan = edits.manuscript.plan
            edits.outline(plan.model_copy(update={"sections": plan.sections[:-1]}))

        await desk.do(name, shorter)
        await desk.do(name, lambda edits: edits.edit(1, "By hand, too."))
        async with desk.feed(name) as feed:
            await asyncio.sleep(0.5)
            whole = feed._since(0)
            everything = list(whole)
            assert isinstance(everything[0], PlanChanged)
            indices = [c.index for c in everything if isinstance(c, SectionChanged)]
            assert indices[-1] == 1, "what changed last is told last"
            assert len(indices) > 2
            for n, change in enumerate(everything):
                assert not isinstance(change, Gone | Words)
                after = list(feed._since(change.position))
                if n == 0:
                    continue
                assert [c for c in after if isinstance(c, SectionChanged)] == [
                    c for c in everything[n + 1 :] if isinstance(c, SectionChanged)
                ]
            cut_off = everything[0]
            assert isinstance(cut_off, PlanChanged)
            assert [c for c in feed._since(cut_off.position) if isinstance(c, SectionChanged)] == everything[1:]
            assert list(feed._since(feed.position)) == []
            for strange in (-1, 10_000):  # a cursor of another run
                first = await anext(feed.changes(strange))
                assert isinstance(first, PlanChanged)


async def test_changes_are_encoded_once_for_all_readers(tmp_path: Path) -> None:
    async with Desk(tmp_path, ServeSettings(write={"model": "fake:"})) as desk:
        name = await desk.begin(PROMPT, {}, going=False)
        async with desk.feed(name) as feed:
            made: list[Change] = []

            def encode(change: Change) -> bytes:
                made.append(change)
                return str(change).encode()

            change = Words(0, 0, "text")
            assert feed.encoded(change, encode) is feed.encoded(Words(0, 0, "text"), encode)
            assert made == [change]
            for n in range(100):
                feed.encoded(PlanChanged(n), encode)
            assert len(feed._encoded) == 64


def test_live_text_goes_on_from_where_the_reader_is() -> None:
    assert list(_new_words({}, {3: "one"})) == [Words(3, 0, "one")]
    assert list(_new_words({3: "one"}, {3: "one two"})) == [Words(3, 3, " two")]
    assert list(_new_words({3: "one two"}, {3: "one t"})) == [Words(3, 5, "")]
    assert list(_new_words({3: "one two"}, {3: "one six"})) == [Words(3, 4, "six")]
    assert list(_new_words({3: "one"}, {3: "one"})) == []
    assert list(_new_words({3: "one"}, {3: ""})) == [Words(3, 0, "")]


async def test_a_journal_that_is_damaged_is_no_feed_and_a_torn_line_waits(tmp_path: Path) -> None:
    async with Desk(tmp_path, ServeSettings(write={"model": "fake:"})) as desk:
        name = await desk.begin(PROMPT, {}, going=False)
        journal = tmp_path / name / "journal.jsonl"
        whole = journal.read_bytes()
        async with desk.feed(name) as feed:
            at = feed.position
            with journal.open("ab") as file:
                file.write(b'{"data": {}, "kind": "cont')
            await asyncio.sleep(0.5)
            assert feed.position == at
        journal.write_bytes(whole)
        assert len(Journal(journal, read_only=True)) == at
