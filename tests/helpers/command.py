"""The command `longwriter` as a person or a script meets it: its output, its exit code."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from longwriter.cli.main import main

COMMAND = (sys.executable, "-m", "longwriter")


def longwriter(*arguments: object, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, which takes 1 s: for what `longwriter_here` cannot show."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def longwriter_here(*arguments: object, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """The same entry point in this process, which takes 0.1 s: not for signals, pipes, memory or what is imported."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    code = 0
    with pytest.MonkeyPatch.context() as patch, _signals_kept(), redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["longwriter", *map(str, arguments)])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        if cwd is not None:
            patch.chdir(cwd)
        for name, value in env.items():
            patch.setenv(name, value)
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    shown = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]
    return subprocess.CompletedProcess(sys.argv, code, *shown)


@contextmanager
def _signals_kept() -> Iterator[None]:
    heard = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)


def begun(cwd: Path, *arguments: str) -> subprocess.Popen[str]:
    """A process that a test stops."""
    return subprocess.Popen([*COMMAND, *arguments], cwd=cwd, stderr=subprocess.PIPE, text=True)


def one_line(done: subprocess.CompletedProcess[str], *said: str) -> None:
    """Exit code 2, the reason in the last line, no traceback."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert all(s in last for s in said), last
