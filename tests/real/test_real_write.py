"""`longwriter write` with the small model: behind llama.cpp's server, in the process, and two texts at once."""

import json
import re

import pytest
from tests.helpers.desk import Desk
from tests.helpers.llama_server import LlamaServer

from longwriter.text import count_words, repeated_ngrams
from longwriter.writer.section.cover import covered

pytestmark = pytest.mark.real

STORY = "Write a story about a lighthouse keeper who finds a letter in a bottle."
TALK = re.compile(
    r"</?(?:request|text|notes|passages|tail|outline|section)\b|<\|im_|\[/?INST|what has been written so far|note may follow"
    r"|\b(?:i['’]m|i am) (?:ready|here|happy) to (?:help|assist)|let me know (?:if|what|how)|as an ai\b|\byour request\b"
    r"|^\W*(?:sure|certainly|of course)[!,.] |^\W*here(?:['’]s| is) (?:the|a|your) (?:\w+ ){0,3}(?:section|story|text|version)",
    re.IGNORECASE | re.MULTILINE,
)
"""What an assistant or a prompt says, and no story does."""


def check_text(text: str, words: int, titles: list[str]) -> None:
    assert abs(count_words(text) / words - 1) <= 0.10
    assert repeated_ngrams(text) <= 0.02
    assert TALK.search(text) is None, TALK.search(text)
    assert re.findall(r"^#+ (.+)$", text, re.MULTILINE) == titles
    bodies = [part.strip() for part in re.split(r"^#+ .+$", text, flags=re.MULTILINE)[1:]]
    assert min(map(count_words, bodies)) > 30
    assert all(body[-1] in ".!?\"”'’*" for body in bodies), [body[-30:] for body in bodies]


@pytest.mark.parametrize("where", ["server", "process"])
def test_a_text_of_400_words(where: str, server: LlamaServer, desk: Desk) -> None:
    model = ("--model", "smollm2", "--base-url", server.url) if where == "server" else ("--model", "gguf:smollm2")
    done = desk.run("write", STORY, "--words", 400, "--out", "story.md", "--json", *model)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    text = (desk.folder / "story.md").read_text("utf-8")
    check_text(text, 400, [section["title"] for section in report["sections"]])
    assert (report["written"], report["finished"], report["faults"]) == (count_words(text), True, [])


def test_two_texts_side_by_side_are_not_mixed(server: LlamaServer, desk: Desk) -> None:
    asked = {"hill": "Write a guide to visiting a volcano.", "play": "Write a guide to playing the violin."}
    lines = [json.dumps({"id": name, "instruction": said, "words": 300}) for name, said in asked.items()]
    (desk.folder / "lines.jsonl").write_text("\n".join(lines))
    model = ("--model", "smollm2", "--base-url", server.url)
    done = desk.run("write", "--batch", "lines.jsonl", "--concurrency", 2, "--out", "texts", *model)
    assert done.returncode == 0, done.stderr
    texts = {name: (desk.folder / "texts" / f"{name}.md").read_text("utf-8") for name in asked}
    for name, other, own, foreign in (("hill", "play", "volcan", "violin"), ("play", "hill", "violin", "volcan")):
        assert abs(count_words(texts[name]) / 300 - 1) <= 0.10
        assert covered(asked[name], texts[name]) > covered(asked[other], texts[name])
        assert own in texts[name].lower()
        assert foreign not in texts[name].lower()
        assert texts[name] == (desk.folder / "runs" / name / "draft.md").read_text("utf-8")
