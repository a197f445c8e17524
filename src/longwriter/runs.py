"""A run is a folder that a person can open.

settings.json   what was asked, resolved; written once          journal.jsonl   every model call and decision
plan.md         the outline, may be edited between commands      draft.md        the text so far, always whole sections
report.json     asked, planned and written words                exports.json    files written elsewhere, by digest
.lock           held while a process works on it

Files other than the journal are written beside and renamed, so each is either old or new, never half.
"""

import json
import os
import re
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from longwriter.config import Tree, changed_keys
from longwriter.errors import InputError, RunError
from longwriter.journal import Journal, digest

SETTINGS, JOURNAL, PLAN, DRAFT, REPORT = "settings.json", "journal.jsonl", "plan.md", "draft.md", "report.json"
EXPORTS = "exports.json"


def write_file(path: Path, text: str, *, durable: bool = True) -> None:
    """Replace a file in one step. Raises RunError naming the path, with the old content in place.

    `durable` False: after a power failure the file may be old or empty; for what the journal can rebuild.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.chmod(_mode(path))
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise RunError(
            f"cannot write {path}: {error.strerror}; nothing finished is lost: make room, then run the same command again"
        ) from error


def _mode(path: Path) -> int:
    """The permissions of the file to be replaced, else those that the user's umask gives a new one."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def run_name(instruction: str, *identity: object) -> str:
    """A readable folder name, the same for the same request: its first words and a short hash."""
    words = re.findall(r"\w+", instruction.lower())
    slug = "-".join(words[:6])[:40].strip("-_") or "run"
    return f"{slug}-{digest(json.dumps([instruction, *identity], default=str))[:6]}"


def find(home: Path, name: str) -> Path:
    """The folder of a run given by name, by the beginning of its name, or by path. Raises InputError."""
    for folder in (Path(name), home / name):
        if (folder / SETTINGS).is_file():
            return folder
    near = [f for f in all_runs(home) if f.name.startswith(name)] if name else []
    if len(near) == 1:
        return near[0]
    known = ", ".join(f.name for f in near or all_runs(home)[:5]) or "none yet"
    raise InputError(f"no run {name!r} in {home}{' (several begin so)' if near else ''}; runs: {known}")


def all_runs(home: Path) -> list[Path]:
    """Run folders under `home`, the latest first."""
    found = [p.parent for p in home.glob(f"*/{SETTINGS}")]
    return sorted(found, key=lambda f: -(f / SETTINGS).stat().st_mtime)


def saved_settings(folder: Path) -> Tree:
    """The settings that a run was started with."""
    try:
        tree: Tree = json.loads((folder / SETTINGS).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{folder / SETTINGS}: cannot be read: {error}; is {folder} a run?") from error
    return tree


@contextmanager
def opened(folder: Path, settings: Tree, free: Collection[str] = ()) -> Iterator[Journal]:
    """Make or reopen a run, alone, and give its journal.

    `free` names the dotted keys that may change between commands. Raises RunError when another process works on it,
    when any other setting differs from those that the run was started with, or when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise RunError(
            f"another process is working on {folder}; wait for it, or choose another folder (--run, --out)"
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RunError(f"cannot write to {folder}: {reason}; choose another folder (--runs, --out)") from error
    try:
        if (folder / SETTINGS).exists():
            differ = changed_keys(saved_settings(folder), settings, free)
            if differ:
                raise RunError(
                    f"{folder.name} was started with other settings: {', '.join(differ)}; "
                    "give the old ones to go on, or another folder (--run, --out) to start anew"
                )
        if not (folder / SETTINGS).exists() or saved_settings(folder) != settings:
            write_file(folder / SETTINGS, json.dumps(settings, ensure_ascii=False, indent=1) + "\n")
        journal = Journal(folder / JOURNAL)
        try:
            yield journal
        finally:
            journal.close()
    finally:
        lock.release()


def check_export(folder: Path, out: Path, *, force: bool) -> None:
    """Refuse a place that cannot be written, and a file there that this run did not write. Raises InputError."""
    if out.is_dir():
        raise InputError(f"{out} is a folder; give a file name, such as {out / 'text.md'}")
    if out.exists() and not out.is_file():
        raise InputError(f"{out} is no ordinary file; give the name of one, or - for standard output")
    if not out.parent.is_dir():
        raise InputError(f"{out.parent} does not exist; make it first")
    if not os.access(out if out.exists() else out.parent, os.W_OK):
        raise InputError(f"{out} cannot be written: permission denied")
    if out.exists() and not force:
        known = _exports(folder).get(str(out.resolve()))
        if known != digest(out.read_text("utf-8", errors="replace")):
            raise InputError(f"{out} exists and is not what this run wrote; choose another --out, or add --force")


def intend(folder: Path, out: Path) -> None:
    """Note where a run's text is to go, so that whoever goes on with it delivers it there too."""
    folder.mkdir(parents=True, exist_ok=True)
    noted = _exports(folder)
    if str(out.resolve()) not in noted:
        now = digest(out.read_text("utf-8", errors="replace")) if out.is_file() else ""
        write_file(folder / EXPORTS, json.dumps(noted | {str(out.resolve()): now}, indent=1) + "\n")


def intended(folder: Path) -> list[Path]:
    """Where a run's text is to go, but for files that somebody has changed since, and folders that are gone."""
    out = []
    for name, known in _exports(folder).items():
        file = Path(name)
        there = digest(file.read_text("utf-8", errors="replace")) if file.is_file() else ""
        if there in (known, "") and file.parent.is_dir():
            out.append(file)
    return out


def export(folder: Path, out: Path, text: str) -> None:
    """Write a text outside the run, and note it, so that the same command may replace it later."""
    write_file(out.resolve(), text)
    noted = _exports(folder) | {str(out.resolve()): digest(out.read_text("utf-8"))}
    write_file(folder / EXPORTS, json.dumps(noted, indent=1) + "\n")


def _exports(folder: Path) -> dict[str, str]:
    path = folder / EXPORTS
    found: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found
