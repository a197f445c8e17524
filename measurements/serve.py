"""What watching costs a server, and what a kill costs a run. Everything is a process of its own, over real connections.

Run: python measurements/serve.py [--seconds N]. Prints JSON: the server's processor time with no reader and with twenty
readers of one run that streams 200 tokens a second (share of a core), its memory before, after none, after twenty and after
they have left, and how the text of a run whose
server was killed in the middle of sections compares with that of one that nobody stopped. Aims: extra share < 0.05, memory
flat, texts equal. Linux, for /proc.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

READERS, TOKEN_S = 20, 0.005
SERVER = Path(__file__).parent.parent / "tests" / "helpers" / "server.py"
PLAN = "# Bridges\n\n" + "\n".join(f"{n}. Part {n} - what is said in part {n} (600 words)" for n in range(1, 61))


def model(token_s: float) -> tuple[subprocess.Popen[str], str]:
    """A model's server that says one token at a time, and its address."""
    command = [sys.executable, str(SERVER), "--port", "0", "--per-token-s", str(token_s), "--ratio", "0.9"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, f"http://127.0.0.1:{int(process.stdout.readline())}/v1"


class Served:
    """`longwriter serve` on a folder."""

    def __init__(self, home: Path, url: str) -> None:
        """Waits until it listens."""
        command = [sys.executable, "-m", "longwriter", "serve", "--port", "0", "--runs", str(home)]
        self.process = subprocess.Popen(
            [*command, "--model", "local", "--base-url", url], stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        self.port = int(self.process.stderr.readline().rpartition(":")[2])

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """A request of the page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"x-longwriter": "1", "content-type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {told}")
        return told

    def seconds(self) -> float:
        """Processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Memory that it holds now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def share(self, seconds: float) -> float:
        """Of a core, over so long."""
        before = self.seconds()
        time.sleep(seconds)
        return (self.seconds() - before) / seconds

    def kill(self) -> None:
        """As a power cut does."""
        self.process.kill()
        self.process.wait()


class Reader(threading.Thread):
    """A page that watches a run."""

    def __init__(self, port: int, name: str) -> None:
        """Connects at once."""
        super().__init__(daemon=True)
        self.bytes = 0
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._connection.request("GET", f"/api/runs/{name}/events?since=0")
        self._answer = self._connection.getresponse()
        self._left = False
        self.start()

    def run(self) -> None:
        """Read until it is told to leave."""
        while not self._left and (piece := self._answer.read1(65536)):
            self.bytes += len(piece)

    def leave(self) -> None:
        """As a tab that is closed."""
        self._left = True
        self.join()
        self._connection.close()


def watching(home: Path, seconds: float) -> dict[str, object]:
    """What twenty readers cost."""
    process, url = model(TOKEN_S)
    server = Served(home, url)
    try:
        order = {"prompt": "Write a 36000-word history of bridges", "plan": PLAN}
        name = server.ask("POST", "/api/runs", order)["name"]
        time.sleep(8)
        memory = [server.megabytes()]
        none = server.share(seconds)
        memory.append(server.megabytes())
        readers = [Reader(server.port, name) for _ in range(READERS)]
        time.sleep(2)
        twenty = server.share(seconds)
        memory.append(server.megabytes())
        for reader in readers:
            reader.leave()
        time.sleep(seconds)
        memory.append(server.megabytes())
        return {
            "readers": READERS,
            "share_without": round(none, 4),
            "share_with": round(twenty, 4),
            "extra_share": round(twenty - none, 4),
            "bytes_a_reader": readers[0].bytes,
            "memory_mb": [round(m, 1) for m in memory],
        }
    finally:
        server.kill()
        process.kill()


def killed(home: Path) -> dict[str, object]:
    """The text after four kills in the middle of sections, and that of a run that nobody stopped."""
    process, url = model(0.002)
    prompt = "Write a 3000-word history of bridges"
    try:
        server = Served(home / "killed", url)
        name, kills = server.ask("POST", "/api/runs", {"prompt": prompt})["name"], 0
        folder = home / "killed" / name
        while kills < 4:
            finished = _sections(folder)
            while _sections(folder) == finished:
                time.sleep(0.02)
            time.sleep(0.4)
            server.kill()
            kills += 1
            server = Served(home / "killed", url)
        while server.ask("GET", f"/api/runs/{name}")["state"] != "finished":
            time.sleep(0.2)
        server.kill()
        command = [sys.executable, "-m", "longwriter", "write", prompt, "--model", "local", "--base-url", url]
        subprocess.run([*command, "--runs", str(home / "whole"), "--run", name], check=True, capture_output=True)
        texts = [(home / kind / name / "draft.md").read_text("utf-8") for kind in ("killed", "whole")]
        return {"kills": kills, "words": len(texts[1].split()), "equal": texts[0] == texts[1]}
    finally:
        process.kill()


def _sections(folder: Path) -> int:
    journal = folder / "journal.jsonl"
    return journal.read_bytes().count(b'"kind": "section"') if journal.exists() else 0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=40.0, help="of each measurement")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        found = {"watching": watching(Path(folder) / "runs", seconds), "killed": killed(Path(folder))}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
