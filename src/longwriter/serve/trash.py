"""Runs that were deleted, in HOME/.trash: kept for a week, so that a slip of the hand can be taken back."""

import re
import shutil
import time
from pathlib import Path

from filelock import FileLock, Timeout

from longwriter.errors import InputError, RunError
from longwriter.runs.folders import LOCK, PATIENCE_S, SETTINGS, check_inside, make_folder

TRASH = ".trash"
KEPT_S = 7 * 24 * 3600
UNDO = re.compile(r"(\d{10,})\.(\w[\w.-]*)")
"""Milliseconds since 1970, and the name of the run."""


class Trash:
    """The trash of one folder of runs."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home, home / TRASH

    def delete(self, folder: Path) -> str:
        """Put a run away; what undoes it. Raises InputError for one that is elsewhere, RunError where a process works on it."""
        check_inside(self.home, folder)
        make_folder(self.folder)
        undo = f"{time.time_ns() // 1_000_000}.{folder.name}"
        try:
            with FileLock(folder / LOCK, timeout=PATIENCE_S, mode=0o600):
                folder.rename(self.folder / undo)
        except Timeout:
            raise RunError(f"another process is working on {folder.name}; stop it first") from None
        except OSError as error:
            raise RunError(f"cannot remove {folder.name}: {error.strerror}") from error
        return undo

    def undo(self, undo: str) -> str:
        """Put a run back; its name. Raises InputError where it is not there any more, or its name is taken."""
        told = UNDO.fullmatch(undo)
        kept = self.folder / undo
        if told is None or not (kept / SETTINGS).is_file():
            raise InputError(f"nothing to bring back: {undo!r} is not in the trash any more")
        name = told[2]
        if (self.home / name).exists():
            raise InputError(f"{name} is there again already; nothing was brought back")
        try:
            kept.rename(self.home / name)
        except OSError as error:
            raise RunError(f"cannot bring {name} back: {error.strerror}") from error
        return name

    def purge(self) -> None:
        """Away with what was deleted a week ago; `rmtree` follows no links."""
        for kept in self.folder.glob("*"):
            told = UNDO.fullmatch(kept.name)
            if told and time.time() - int(told[1]) / 1000 > KEPT_S:
                shutil.rmtree(kept, ignore_errors=True)
