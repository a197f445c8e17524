"""Servers that have little room: a small window, and replies that are cut after some tokens."""

import json
import re
from pathlib import Path

import pytest
from tests.helpers.desk import Desk
from tests.helpers.llama_server import LlamaServer

from longwriter.text import count_words

pytestmark = pytest.mark.real

END = ".!?\"”'’*"
OUTLINE = """# The Letter

> Write a story about a lighthouse keeper who finds a letter in a bottle. Her name is Agnes Rowe; she is sixty, and has kept
> the light on the north point for thirty years, the last six of them alone. The village below lives off herring, and the
> young people leave it for the city. The letter is from a man who sailed from the same harbour before she was born, and it
> is addressed to a girl whose name everybody in the village knows, because a boat is called after her. Let the reader learn
> this late. Tell it in the past tense, from close behind Agnes, in plain sentences and with few adjectives. Let there be
> weather, work, and the smell of lamp oil; let there be one quarrel, and one meal that is eaten in silence. Nobody dies.
> Do not explain what the letter means to her: show what she does with her hands after she has read it. The innkeeper is
> called Tobias, the harbour master Mrs. Finch, and the stranger gives no name until the end. Dialogue should be short.
> In the first scene the tide is going out and the lamp has just been put out; say how the rocks smell, and what she had for
> breakfast. In the second she dries the paper above the stove, and the ink has run in two places. In the third the fishermen
> mend nets and do not look up; one of them knows more than he tells. In the fourth it rains, the inn is full because of the
> market.
> The last scene takes place at the same hour and on the same rocks as the first, and says without saying it that she stays.

1. **The rocks** (240 words): Agnes, who keeps the lighthouse, finds a bottle on the rocks.
2. **The paper** (240 words): She reads the letter in it by the light of the lamp.
3. **The harbour** (240 words): She asks the fishermen in the harbour who wrote it.
4. **The stranger** (240 words): A stranger at the inn knows the handwriting.
5. **The answer** (240 words): She writes an answer and throws it into the sea.
"""


def test_a_window_of_2048_tokens_holds_a_text_of_1200_words(tmp_path: Path, desk: Desk) -> None:
    (desk.folder / "plan.md").write_text(OUTLINE)
    with LlamaServer(tmp_path / "log", n_ctx=2048) as server:
        model = ("--model", "smollm2", "--base-url", server.url, "--config", "default.toml", "--temperature", 1.2)
        done = desk.run("write", "--plan", "plan.md", "--out", "story.md", "--json", *model)
    assert done.returncode in (0, 4), done.stderr  # 4: it wrote, and says that it went round in circles
    report = json.loads(done.stdout)
    assert report["finished"]
    assert report["written"] == count_words((desk.folder / "story.md").read_text("utf-8"))
    counts = [e.data["reply"]["usage"] for e in desk.journal() if e.kind in ("call", "wasted")]
    counts = [usage for usage in counts if usage["prompt_tokens"] and usage["completion_tokens"]]
    assert max(usage["prompt_tokens"] for usage in counts) > 1000
    assert all(usage["prompt_tokens"] + usage["completion_tokens"] <= 2048 for usage in counts)


def test_sections_are_continued_where_replies_are_cut(server: LlamaServer, desk: Desk) -> None:
    story = "Write a story about a lighthouse keeper who finds a letter in a bottle."
    model = ("--model", "smollm2", "--base-url", server.url, "--max-section-tokens", 64)
    done = desk.run("write", story, "--words", 200, "--section-words", 100, "--out", "story.md", *model)
    assert done.returncode == 0, done.stderr
    text = (desk.folder / "story.md").read_text("utf-8")
    assert abs(count_words(text) / 200 - 1) <= 0.10
    calls = [e.data for e in desk.journal() if e.kind == "call"]
    assert sum(call["reply"]["finish"] == "length" for call in calls) >= 3
    assert all(call["reply"]["usage"]["completion_tokens"] <= 64 for call in calls)
    assert all(call["reply"]["text"].rstrip()[-1] in END for call in calls), [c["reply"]["text"][-30:] for c in calls]
    assert not re.search(r"[a-z][A-Z]", text)
    bodies = [part.strip() for part in text.split("\n\n") if not part.startswith("#")]
    assert len(bodies) >= len(calls)  # no two replies in one sentence
    for body, after in zip(bodies, [*bodies[1:], ""], strict=True):
        speaks = body[-1] == ":" and after.startswith(('"', "“", "'", "‘"))
        assert body[-1] in END or speaks, (body[-60:], after[:60])
