"""A run is a folder that a person can open.

settings.json   what was asked, resolved; written once          journal.jsonl   every model call and decision
plan.md         the outline, may be edited between commands      draft.md        the text so far, always whole sections
report.json     asked, planned and written words                exports.json    files written elsewhere (`exports`)
.lock           held while a process works on it

Files other than the journal are written beside and renamed, so each is either old or new, never half. What a person asks
a model to write is nobody else's business: the folder and its files are readable by their owner alone.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from longwriter.config import Tree, changed_keys
from longwriter.errors import InputError, RunError
from longwriter.journal import Journal, digest

SETTINGS, JOURNAL, PLAN, DRAFT, REPORT = "settings.json", "journal.jsonl", "plan.md", "draft.md", "report.json"
LEDGER = "ledger.jsonl"
LOCK = ".lock"
LAST = "last"
"""Stands for the run that was active last, wherever a run is named."""
PATIENCE_S = 0.5
"""How long a command waits for a run's lock: a look at whether it is held (`being_written`) holds it for an instant."""


def write_file(path: Path, content: str | bytes, *, durable: bool = True, private: bool = False) -> None:
    """Replace a file in one step. Raises RunError naming the path, with the old content in place.

    `durable` False: after a power failure the file may be old or empty; for what the journal can rebuild. `private`: a
    new file is readable by its owner alone, else as the umask says; one that is replaced stays as it is.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content.encode("utf-8", "replace") if isinstance(content, str) else content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.chmod(_mode(path, private=private))
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise RunError(
            f"cannot write {path}: {error.strerror}; nothing finished is lost: make room, then run the same command again"
        ) from error


def put_below(folder: Path, name: str, content: bytes, *, private: bool = True) -> None:
    """Write a file by its path below a folder, which must lead nowhere else, links followed. Raises InputError, RunError."""
    path = folder / name
    if not resolved(path).is_relative_to(resolved(folder)):
        raise InputError(f"{name} lies outside {folder}")
    try:
        path.parent.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}; make room, then run the same command again") from error
    write_file(path, content, private=private)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder in the place of one that may be there. Raises RunError on a full disk, with the old one in place."""
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
            new, old = Path(beside) / "new", Path(beside) / "old"
            new.mkdir()
            for name, content in files.items():
                put_below(new, name, content, private=False)
            if folder.exists():
                folder.rename(old)
            try:
                new.rename(folder)
            except OSError:
                if old.exists():  # else it would go with what is beside
                    old.rename(folder)
                raise
    except OSError as error:
        raise RunError(
            f"cannot write {folder}: {error.strerror}; make room, then run the same command again"
        ) from error


def _mode(path: Path, *, private: bool) -> int:
    """The permissions of the file to be replaced, else those that the user's umask gives a new one."""
    if path.exists():
        return path.stat().st_mode & 0o777
    if private:
        return 0o600
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def resolved(path: Path) -> Path:
    """The path with all links followed. Raises InputError for links that go round in a circle."""
    try:
        found = path.resolve()
    except (OSError, RuntimeError):  # Python 3.13 gives the link itself
        found = None
    if found is None or found.is_symlink():
        raise InputError(f"{path} is a link that leads back to itself; give another path")
    return found


ID = re.compile(r"\w[\w.-]{0,79}")
"""What may name a folder everywhere."""


def check_id(name: str, where: str) -> None:
    """Raises InputError for a name that cannot be a folder's everywhere. `where`: FILE:LINE."""
    if not ID.fullmatch(name):
        raise InputError(f"{where}: {name!r} cannot be an id; use letters, digits, - . and _, 80 at most")


def run_name(instruction: str, *identity: object) -> str:
    """A readable folder name, the same for the same request: its first words and a short hash."""
    words = re.findall(r"\w+", instruction.lower())
    slug = "-".join(words[:6])[:40].strip("-_") or "run"
    return f"{slug}-{digest(json.dumps([instruction, *identity], default=str))[:6]}"


def find(home: Path, name: str) -> Path:
    """The folder of a run given by name, by the beginning of its name, by path, or as "last". Raises InputError."""
    for folder in (Path(name), home / name):
        if (folder / SETTINGS).is_file():
            return folder
    if name == LAST and (latest := all_runs(home)):
        return latest[0]
    if Path(name).is_file():
        raise InputError(f"{name} is a file, not a run; make a run of it with: longwriter import {name}")
    near = [f for f in all_runs(home) if f.name.startswith(name)] if name else []
    if len(near) == 1:
        return near[0]
    known = ", ".join(f.name for f in near or all_runs(home)[:5]) or "none yet"
    raise InputError(f"no run {name!r} in {home}{' (several begin so)' if near else ''}; runs: {known}")


def all_runs(home: Path) -> list[Path]:
    """Run folders under `home`, the one that was active last first."""
    return sorted((p.parent for p in home.glob(f"*/{SETTINGS}")), key=active_at, reverse=True)


def active_at(folder: Path) -> float:
    """When a run was last worked on, in seconds since 1970."""
    found = [0.0]
    for name in (SETTINGS, JOURNAL, PLAN, DRAFT, REPORT):
        with suppress(FileNotFoundError):
            found.append((folder / name).stat().st_mtime)
    return max(found)


def being_written(folder: Path) -> bool:
    """Whether a process works on a run now."""
    # twice: a lock that goes away with its folder in between cannot be had either, and one that is held stays so
    return _held(folder / LOCK) and _held(folder / LOCK)


def _held(path: Path) -> bool:
    """Whether a lock cannot be had."""
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # somebody else's run, which cannot be locked from here
        return False


def make_folder(folder: Path, *, private: bool = True) -> None:
    """Make a run folder, and the one that holds it, where they are not there: names of runs tell what was asked, too.

    Raises RunError.
    """
    mode = 0o700 if private else 0o777
    try:
        folder.parent.mkdir(mode=mode, parents=True, exist_ok=True)
        folder.mkdir(mode=mode, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> RunError:
    reason = error.strerror or type(error).__name__
    return RunError(f"cannot write to {folder}: {reason}; choose another folder (--runs, --out)")


def remove(home: Path, folder: Path) -> None:
    """Delete a run of `home`, alone; nothing outside its folder is touched, wherever links in it lead.

    Raises InputError for a folder that is elsewhere, and RunError when a process works on it or it cannot be deleted.
    """
    check_inside(home, folder)
    try:
        with FileLock(folder / LOCK, timeout=PATIENCE_S, mode=0o600):
            (folder / SETTINGS).unlink()  # first: what is left after a kill is no run any more
            shutil.rmtree(folder)
    except Timeout:
        raise RunError(f"another process is working on {folder}; stop it first") from None
    except OSError as error:
        raise RunError(f"cannot remove {error.filename or folder}: {error.strerror}") from error


def check_inside(home: Path, folder: Path) -> None:
    """Refuse a run that is not in `home`. Raises InputError."""
    if folder.is_symlink():
        raise InputError(f"{folder} is a link to {resolved(folder)}; nothing outside {home} is removed")
    if resolved(folder).parent != resolved(home):
        raise InputError(f"{folder} is not in {home}; name its folder: --runs {resolved(folder).parent}")


def check_removable(home: Path, folder: Path) -> None:
    """Refuse a run that is not in `home`, or that a process works on. Raises InputError, RunError."""
    check_inside(home, folder)
    if being_written(folder):
        raise RunError(f"another process is working on {folder}; stop it first")


def saved_settings(folder: Path) -> Tree:
    """The settings that a run was started with."""
    try:
        tree: Tree = json.loads((folder / SETTINGS).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{folder / SETTINGS}: cannot be read: {error}; is {folder} a run?") from error
    if not isinstance(tree, dict):
        raise RunError(f"{folder / SETTINGS}: holds no settings; put the file back from a copy")
    return tree


@contextmanager
def opened(folder: Path, settings: Tree, free: Collection[str] = (), *, private: bool = False) -> Iterator[Journal]:
    """Make or reopen a run, alone, and give its journal.

    `free` names the dotted keys that may change between commands. `private`: what is new is readable by its owner alone,
    as a text's run is; a data set's and a benchmark's are made to be shared. Raises RunError when another process works on it,
    when any other setting differs from those that the run was started with, or when the folder cannot be written.
    """
    make_folder(folder, private=private)
    try:
        lock = FileLock(folder / LOCK, timeout=PATIENCE_S, mode=0o600 if private else 0o644)
        lock.acquire()
    except Timeout:
        raise RunError(
            f"another process is working on {folder}; wait for it, or choose another folder (--run, --out)"
        ) from None
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        if (folder / SETTINGS).exists():
            differ = changed_keys(saved_settings(folder), settings, free)
            if differ:
                raise RunError(
                    f"{folder.name} was started with other settings: {', '.join(differ)}; "
                    "give the old ones to go on, or another folder (--run, --out) to start again"
                )
        if not (folder / SETTINGS).exists() or saved_settings(folder) != settings:
            write_file(folder / SETTINGS, json.dumps(settings, ensure_ascii=False, indent=1) + "\n", private=private)
        journal = Journal(folder / JOURNAL, mode=0o600 if private else 0o644)
        try:
            yield journal
        finally:
            journal.close()
    finally:
        lock.release()
