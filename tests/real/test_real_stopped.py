"""A command that is killed or interrupted in the middle of a section: what stood is kept, and the same command goes on."""

import json
import re
import signal
import time
from pathlib import Path

import pytest
from tests.helpers.desk import Desk
from tests.helpers.llama_server import LlamaServer

from longwriter.journal import Entry
from longwriter.text import count_words, last_sentence_end

pytestmark = pytest.mark.real

STORY = "Write a story about a lighthouse keeper who finds a letter in a bottle."


def of_kind(entries: list[Entry], kind: str) -> list[Entry]:
    return [entry for entry in entries if entry.kind == kind]


def idle_within(server: LlamaServer, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while server.busy() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not server.busy()


def check_finished(desk: Desk, said: str, words: int) -> str:
    """The text, which is as long as asked for, and as the report says."""
    report = json.loads(said)
    text = (desk.folder / "story.md").read_text("utf-8")
    assert abs(count_words(text) / words - 1) <= 0.10
    assert (report["written"], report["finished"]) == (count_words(text), True)
    assert text == (Path(desk.folder) / report["run"] / "draft.md").read_text("utf-8")
    assert report["calls"] == sum(entry.kind in ("call", "wasted") for entry in desk.journal())
    return text


def test_sentences_of_a_killed_section_are_kept(server: LlamaServer, desk: Desk) -> None:
    command = ("write", STORY, "--words", 200, "--section-words", 200, "--out", "story.md", "--json")
    command += ("--model", "smollm2", "--base-url", server.url)
    process = desk.start(*command)
    desk.until(process, lambda found: of_kind(found, "partial"))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    stood = of_kind(desk.journal(), "partial")[-1].data
    assert not of_kind(desk.journal(), "section")
    assert idle_within(server, 10), "the server writes for nobody"
    done = desk.run(*command)
    assert done.returncode == 0, done.stderr
    text = check_finished(desk, done.stdout, 200)
    kept = str(stood["text"])
    assert count_words(kept) >= 20
    assert kept[: last_sentence_end(kept)].strip() in text
    first = next(entry for entry in of_kind(desk.journal(), "call") if entry.data["step"] == stood["step"])
    assert first.data["reply"]["text"] == kept


def test_an_interrupted_command_says_where_the_text_is_and_how_to_go_on(server: LlamaServer, desk: Desk) -> None:
    command = ("write", STORY, "--words", 480, "--section-words", 120, "--out", "story.md")
    process = desk.start(*command, "--model", "smollm2", "--base-url", server.url)
    desk.until(process, lambda found: of_kind(found, "section"))
    time.sleep(0.7)  # into the next section
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=20)[1].strip().splitlines()[-1]
    assert process.returncode == 130
    assert "Traceback" not in said
    told = re.fullmatch(
        r"longwriter: stopped: (\d+) of 480 words are in (\S+); go on with: longwriter (resume) (\S+)", said
    )
    assert told, said
    draft = (desk.folder / told[2]).read_text("utf-8")
    assert told[2] == f"{told[4]}/draft.md"
    assert count_words(draft) == int(told[1])
    assert idle_within(server, 10), "the server writes for nobody"
    calls = of_kind(desk.journal(), "call")
    assert str(calls[0].data["reply"]["text"]).strip() in draft
    assert draft.rstrip()[-1] in ".!?\"”'’*"
    done = desk.run(told[3], told[4], "--json")
    assert done.returncode == 0, done.stderr
    text = check_finished(desk, done.stdout, 480)
    assert text.startswith(draft.rstrip())
    spent, shown = (json.loads(r.stdout) for r in (done, desk.run("show", told[4], "--json")))
    assert {k: spent[k] for k in spent if "tokens" in k} == {k: shown[k] for k in spent if "tokens" in k}
