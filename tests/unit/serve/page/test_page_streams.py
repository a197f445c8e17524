"""Streams of the page: a run from any cursor, live words, sections as they are finished, and the list."""

import threading
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.desk_server import DeskClient, desk_server

from longwriter.serve.page.markdown import render
from longwriter.text import count_words

ONE = "/api/runs/one"


def until_state(events: Any, state: str) -> list[tuple[str, str, Any]]:
    """Events up to the one that tells this state."""
    found = []
    for name, cursor, data in events:
        found.append((name, cursor, data))
        if name == "state" and data["state"] == state:
            return found
    raise AssertionError(f"the stream ended: {[name for name, _, _ in found]}")


def test_from_the_beginning_all_is_told_once(page: DeskClient) -> None:
    with page.events(f"{ONE}/events") as events:
        told = until_state(events, "finished")
    assert [name for name, _, _ in told] == ["plan", "section", "section", "section", "state"]
    plan, *sections, state = (data for _, _, data in told)
    run, texts = page.get(ONE), page.get(f"{ONE}/text")["sections"]
    assert plan["sections"] == run["sections"]
    assert (plan["title"], plan["aim"]) == (run["title"], run["aim"])
    keys = ("state", "here", "why", "control", "meter", "writing", "awaited", "revising")
    assert {key: run[key] for key in keys} == state
    assert [(s["id"], s["version"], s["html"]) for s in sections] == [(t["id"], t["version"], t["html"]) for t in texts]
    assert int(told[-1][1]) == run["position"]


def test_from_the_cursor_of_the_run_only_the_state_is_told(page: DeskClient) -> None:
    position = page.get(ONE)["position"]
    with page.events(f"{ONE}/events?since={position}") as events:
        assert [name for name, _, _ in until_state(events, "finished")] == ["state"]


def test_a_reader_who_comes_back_is_told_what_came_since(page: DeskClient) -> None:
    with page.events(f"{ONE}/events") as events:
        (_, first, _), (_, second, data) = next(events), next(events)
    with page.events(f"{ONE}/events?since=0", **{"last-event-id": second}) as events:
        told = until_state(events, "finished")
    assert [data["index"] for name, _, data in told if name == "section"] == [1, 2]
    with page.events(f"{ONE}/events", **{"last-event-id": first}) as events:
        assert [data["index"] for name, _, data in until_state(events, "finished") if name == "section"] == [0, 1, 2]
    assert data["index"] == 0


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 12, "9" * 40, ""])
def test_a_cursor_that_is_none_is_the_beginning(page: DeskClient, cursor: str) -> None:
    with page.events(f"{ONE}/events", **{"last-event-id": cursor}) as events:
        assert until_state(events, "finished")[0][0] == "plan"


def test_a_run_that_is_written_is_told_as_it_grows(home: Path) -> None:
    with desk_server(home) as page:
        run = f"/api/runs/{page.post('/api/runs', {'prompt': 'Write a 2000-word story about tea'}, 201)['name']}"
        with page.events(f"{run}/events") as events:
            told = until_state(events, "finished")
        sections = {data["index"]: data for name, _, data in told if name == "section"}
        texts = page.get(f"{run}/text")["sections"]
        assert [sections[t["index"]]["html"] for t in texts] == [t["html"] for t in texts]
        cursors = [int(cursor) for _, cursor, _ in told if cursor]
        assert cursors == sorted(cursors)
        title = count_words(page.get(run)["title"])
        assert told[-1][2]["meter"]["words"] == title + sum(t["words"] for t in texts)


def test_what_a_change_makes_stale_is_told(page: DeskClient) -> None:
    position = page.get(ONE)["position"]
    with page.events(f"{ONE}/events?since={position}") as events:
        until_state(events, "finished")
        page.put(f"{ONE}/sections/0", {"text": "By *hand*."})
        told = {}
        for name, _, data in events:
            told[name] = data
            if name == "plan":
                break
    assert told["section"]["html"] == render("By *hand*.", 0).html
    assert told["section"]["hand"]
    assert [section["stale"] for section in told["plan"]["sections"]] == [False, True, True]


def test_twenty_readers_are_told_the_same(page: DeskClient) -> None:
    found: list[list[Any]] = []

    def read() -> None:
        with page.events(f"{ONE}/events") as events:
            found.append(until_state(events, "finished"))

    threads = [threading.Thread(target=read) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(found) == 20
    assert all(told == found[0] for told in found)


def test_a_deleted_run_is_gone(page: DeskClient) -> None:
    with page.events(f"{ONE}/events") as events:
        until_state(events, "finished")
        page.ask("DELETE", ONE)
        assert next(events)[0] == "gone"


def test_the_list_is_told_and_then_what_changes(page: DeskClient) -> None:
    with page.events("/api/events") as events:
        _, _, first = next(events)
        assert [row["name"] for row in first["rows"]] == ["one"]
        name = page.post("/api/runs", {"prompt": "Write a 500-word story about tea"}, 201)["name"]
        states = []
        for _, _, data in events:
            assert all(row["name"] == name for row in data["rows"])
            states += [row["state"] for row in data["rows"]]
            if states and states[-1] == "finished":
                break
        page.ask("DELETE", ONE)
        _, _, last = next(events)
        assert last == {"rows": [], "gone": ["one"]}


def test_the_list_is_told_to_a_second_reader_too(page: DeskClient) -> None:
    with page.events("/api/events") as first, page.events("/api/events") as second:
        assert next(first)[2] == next(second)[2]
    with page.events("/api/events") as third:
        assert [row["name"] for row in next(third)[2]["rows"]] == ["one"]


def test_an_end_of_the_server_ends_all_streams(home: Path) -> None:
    ended = []
    with desk_server(home) as page:

        def read(path: str) -> None:
            with page.events(path) as events:
                ended.append(len(list(events)))

        threads = [threading.Thread(target=read, args=(path,)) for path in ("/api/events", f"{ONE}/events")]
        for thread in threads:
            thread.start()
        page.until("/api/runs", lambda _: all(thread.is_alive() for thread in threads))
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    assert len(ended) == 2
