"""The bytes of requests: what each begins with is what the one before it began with, whatever process sends it."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from tests.helpers.server import Server

ENDS = (b"\\n</text>", b"Notes on what has been written", b"\\n\\nWrite section")
"""Where the part ends that later requests repeat; the first that is found counts."""
PLACES = [("0", "C"), ("1", "C.UTF-8"), ("4242", "tr_TR.UTF-8")]


def sent(folder: Path, context: str, seed: str, locale: str) -> list[bytes]:
    """The bodies of a run's requests for sections, by a process with that hash seed and locale."""
    own = {"PYTHONHASHSEED": seed, "LC_ALL": locale, "LANG": locale, "HOME": str(folder)}
    text = "Write a 5000-word history of İzmir's harbour: ships, “letters”, 茶 & <tea>"
    with Server(usage=False) as server:
        options = ["--model", "any", "--base-url", server.url, "--context", context, "--runs", str(folder / "runs")]
        command = [sys.executable, "-m", "longwriter", "write", text, *options]
        subprocess.run(command, env=os.environ | own, check=True, capture_output=True, cwd=folder)
    return [raw for raw in server.raw if b"\\n\\nWrite section" in raw]


def stable(raw: bytes) -> bytes:
    """The messages as they were sent, up to where a later section's may differ."""
    start = raw.index(b'"messages"')
    return raw[start : next(at for end in ENDS if (at := raw.find(end)) >= 0)]


@pytest.mark.slow
@pytest.mark.parametrize("context", ["full", "window"])
def test_requests_begin_with_the_bytes_of_the_one_before(tmp_path: Path, context: str) -> None:
    runs = []
    for seed, locale in PLACES:
        folder = tmp_path / seed
        folder.mkdir()
        runs.append(sent(folder, context, seed, locale))
    first = runs[0]
    assert len(first) >= 8
    for before, after in pairwise(first):
        begun = stable(before)
        assert after[after.index(b'"messages"') :].startswith(begun)
        assert len(begun) > 1000  # request and outline at the least
    if context == "full":
        assert len(stable(first[-1])) > 0.9 * len(first[-1])
    assert runs[1] == first
    assert runs[2] == first
    names = [name for name in json.loads(first[0]) if name != "seed"]
    assert all([name for name in json.loads(raw) if name != "seed"] == names for raw in first)
