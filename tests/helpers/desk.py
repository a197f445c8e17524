"""A place to give commands at, as a person does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from longwriter.journal import Entry, Journal

OTHERS = ("OPENAI_", "LONGWRITER_", "XDG_CONFIG")
"""Settings of whoever runs the tests."""


class Desk:
    """An empty folder, and the command in it as a person gives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OTHERS) or k == "LONGWRITER_CACHE"}
        self.env = kept | {"XDG_CONFIG_HOME": str(folder / "user")}

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "longwriter", *map(str, arguments)]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=200)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"still at it after 200 s: {process.communicate()[1]}") from None
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def until(self, process: subprocess.Popen[str], reached: Callable[[list[Entry]], object]) -> list[Entry]:
        """Wait for something in the journal of the one run. Fails where the command ends before."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if reached(found := self.journal()):
                return found
            if process.poll() is not None:
                raise AssertionError(f"it ended before: {process.communicate()}")
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        raise AssertionError(f"not within 120 s; it said: {process.communicate()[1]}")

    def journal(self, run: str = "*") -> list[Entry]:
        files = list(self.folder.glob(f"runs/{run}/journal.jsonl"))
        return list(Journal(files[0], read_only=True)) if files else []
