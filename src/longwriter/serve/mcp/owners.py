"""Whose a run is, where clients have keys of their own: one that a client began is found by nobody else's key.

A file in the run's folder names the client. Who has the token, or speaks over standard input and output, finds all runs.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from longwriter.errors import InputError
from longwriter.runs.folders import write_file
from longwriter.serve.desk import Desk
from longwriter.serve.rows import RunRow

FILE = "client"
CLIENT: ContextVar[str] = ContextVar("client", default="")
"""Name of the client whose call is answered; "" for one that finds all runs."""


class OwnRuns:
    """The runs of a desk, as far as the client of the call may know of them."""

    def __init__(self, desk: Desk) -> None:
        """`desk`: all of them."""
        self.desk = desk

    def folder(self, run: str) -> Path:
        """The folder of a run. Raises InputError for none, or another's."""
        folder = self.desk.folder(run)
        if not _own(folder):
            raise InputError(f"no run {run!r} here")
        return folder

    async def rows(self) -> list[RunRow]:
        """The client's runs, the one that was active last first."""
        return [row for row in await self.desk.rows() if _own(self.desk.home / row.name)]

    async def begin(self, request: str, options: Mapping[str, Any], *, approve: bool) -> str:
        """Begin a run of the client; its id. Raises what `Desk.begin` raises."""
        run = await self.desk.begin(request, options, approve=approve)
        if CLIENT.get():
            write_file(self.desk.folder(run) / FILE, CLIENT.get(), private=True)
        return run


def _own(folder: Path) -> bool:
    client = CLIENT.get()
    if not client:
        return True
    try:
        return (folder / FILE).read_text("utf-8") == client
    except OSError:
        return False
