"""A command in a terminal of so many columns, and the bytes that reach it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.cells import cell_len

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Shown(NamedTuple):
    """What a command showed."""

    code: int
    raw: str

    @property
    def lines(self) -> list[str]:
        """All that was ever printed, line by line, redrawn lines each time."""
        return [line.rstrip() for line in re.split(r"[\r\n]+", CONTROL.sub("", self.raw)) if line.strip()]

    def too_wide(self, columns: int) -> list[str]:
        """Lines that the terminal would break: those of several words, for nobody can break a path."""
        return [line for line in self.lines if cell_len(line) > columns and len(line.split()) > 1]


def in_terminal(command: Sequence[str], cwd: Path, columns: int, env: dict[str, str] | None = None) -> Shown:
    """Run to the end. Standard output and error are one terminal."""
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    clean = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR", "CI")}
    clean |= {"TERM": "xterm-256color"} | (env or {})
    process = subprocess.Popen(command, cwd=cwd, env=clean, stdin=other, stdout=other, stderr=other, close_fds=True)
    os.close(other)
    heard = bytearray()
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        heard += piece
    os.close(main)
    return Shown(process.wait(timeout=30), heard.decode("utf-8", "replace"))
