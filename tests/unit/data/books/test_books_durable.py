"""A build of books that is stopped, killed, spread over processes or machines: the same bytes, and flat memory."""

import json
import lzma
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.helpers.books import HERE, files, library, line
from tests.helpers.data_runs import silent

from longwriter.data.books import parts
from longwriter.data.books.build import BooksEngine, BooksSettings, build


def test_a_source_goes_on_at_its_last_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with lzma.open(tmp_path / "c.jsonl.xz", "wt") as file:
        file.write("".join(line(n) + "\n" for n in range(100)))
    monkeypatch.setattr(parts, "PART_BYTES", 5000)
    settings = BooksSettings(licence="x")
    build([tmp_path / "c.jsonl.xz"], tmp_path / "whole", settings, HERE, silent)
    whole = parts.row_of
    asked: list[int] = []

    def stopping(*args: object) -> dict:
        asked.append(args[-1])
        if len(asked) in (60, 61):
            raise KeyboardInterrupt
        return whole(*args)

    monkeypatch.setattr(parts, "row_of", stopping)
    with pytest.raises(KeyboardInterrupt):
        build([tmp_path / "c.jsonl.xz"], tmp_path / "out", settings, HERE, silent)
    done = sorted((tmp_path / "out" / "parts").glob("*.parquet"))
    assert len(done) > 5
    with pytest.raises(KeyboardInterrupt):
        build([tmp_path / "c.jsonl.xz"], tmp_path / "out", settings, HERE, silent)
    done[3].unlink()
    build([tmp_path / "c.jsonl.xz"], tmp_path / "out", settings, HERE, silent)
    last = [int(path.stem.split("-")[2]) for path in done]
    assert asked[60] == last[-1] + 1
    assert asked[61:] == list(range(last[2] + 1, 101))  # after a lost part all is read again
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def command(folder: Path, out: Path, *more: object) -> list[str]:
    given = [
        "data",
        "books",
        folder,
        "--out",
        out,
        "--language",
        "en",
        "--min-words",
        20,
        "--shards",
        "--train-tokenizer",
        300,
    ]
    return [sys.executable, "-m", "longwriter", *map(str, [*given, "--held-out-every", 4, *more])]


@pytest.mark.slow
def test_kill_and_kill_again_and_two_at_once(tmp_path: Path) -> None:
    folder = library(tmp_path / "in")
    with lzma.open(folder / "large.jsonl.xz", "wt") as file:
        file.write("".join(line(1000 + n, 400, licence="CC0") + "\n" for n in range(500)))
    begin = time.monotonic()
    done = subprocess.run(command(folder, tmp_path / "whole", "--json"), capture_output=True, text=True, check=True)
    seconds = time.monotonic() - begin
    assert json.loads(done.stdout)["chapters"] == 536
    for n in range(5):
        process = subprocess.Popen(
            command(folder, tmp_path / "out"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(seconds * (0.35 + 0.1 * n))
        process.kill()
        process.wait()
    last = subprocess.run(
        command(folder, tmp_path / "out", "--concurrency", 2), capture_output=True, text=True, check=True
    )
    assert "536 chapters" in last.stdout
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def children(process: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGINT])
def test_readers_end_with_the_command(tmp_path: Path, kill: signal.Signals) -> None:
    (tmp_path / "c.jsonl").write_text((line(1, 2000) + "\n") * 5000)
    process = subprocess.Popen(command(tmp_path / "c.jsonl", tmp_path / "out"), stderr=subprocess.PIPE, text=True)
    readers: list[int] = []
    while len(readers) < 2 and process.poll() is None:  # the reader, and Python's own keeper of resources
        readers = children(process.pid)
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(kill)
    assert process.wait(30) == (-9 if kill == signal.SIGKILL else 130)
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{n}").exists() for n in readers):
        assert time.monotonic() < deadline, readers
        time.sleep(0.05)
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()


PEAK = """
import sys
from pathlib import Path
from longwriter.data.books.build import BooksSettings, BooksEngine, build
build([Path(sys.argv[1])], Path(sys.argv[2]), BooksSettings(licence="x", near=0), BooksEngine(concurrency=0), lambda _: None)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
def test_memory_does_not_grow_with_the_corpus(tmp_path: Path) -> None:
    """At 20 and 120 MB; measurements/books.py does it with near repetitions, which take most of the time."""
    peak = {}
    text = json.loads(line(1, 3000))["text"]
    for size in (20, 120):
        with lzma.open(tmp_path / f"{size}.jsonl.xz", "wt", preset=0) as file:
            file.writelines(json.dumps({"text": f"{n} {text}"}) + "\n" for n in range(size * 1_000_000 // len(text)))
        given = [sys.executable, "-c", PEAK, str(tmp_path / f"{size}.jsonl.xz"), str(tmp_path / f"out{size}")]
        done = subprocess.run(
            given, capture_output=True, text=True, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
        )
        peak[size] = int(done.stdout.split()[-1]) / 1024
    assert peak[120] < peak[20] + 50, peak


@pytest.mark.recipe
@pytest.mark.xdist_group("ray")
def test_on_ray_as_on_this_machine(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="needs the extra [ray]")
    folder = library(tmp_path / "in")
    build([folder], tmp_path / "here", BooksSettings(language="en"), HERE, silent)
    build([folder], tmp_path / "ray", BooksSettings(language="en"), BooksEngine("ray", 2), silent)
    assert files(tmp_path / "ray") == files(tmp_path / "here")
