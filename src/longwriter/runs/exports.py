"""Files that a run writes outside its folder: which they are, when one may be replaced, and who else writes there.

exports.json holds, for each file by its whole path, the digests of what the run has put or is about to put there; ""
stands for nothing yet. It is written before the file is, so a disk that fills up between the two locks nobody out.
A text may also go into a folder of files, which is replaced as a whole.
"""

import json
import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from longwriter.errors import InputError, RunError
from longwriter.journal import digest
from longwriter.runs.folders import SETTINGS, all_runs, make_folder, put_below, resolved, write_file, write_folder

F = TypeVar("F")
EXPORTS = "exports.json"
MOST_FILES = 5000
"""Files of a folder that a text was put into."""
_OURS = re.compile(r"\d{2,}(?:-.*)?\.md")
"""Names of its files: a folder with any other in it is a person's, and is never replaced, since that would remove them."""
_PICTURE = re.compile(r".*\.(?:png|jpe?g|gif)", re.IGNORECASE)
"""Names of pictures, which may lie beside these and in folders below."""
ELSE = "choose another --out, or add --force"


def check_export(folder: Path, out: Path, *, force: bool) -> None:
    """Refuse a place that cannot be written, and a file that this run did not write.

    An unfinished run has no claim on a file that it has not made: the first to finish has it, and `intended` tells the other.
    Raises InputError.
    """
    if out.exists() and not (out.is_file() or out.is_dir()):
        raise InputError(f"{out} is no ordinary file; give the name of one, or - for standard output")
    parent = resolved(out).parent
    if not parent.is_dir():
        raise InputError(f"{out.parent} does not exist; make it first")
    if not os.access(parent, os.W_OK) or (out.exists() and not os.access(out, os.W_OK)):
        raise InputError(f"{out} cannot be written: permission denied")
    now = _now(out)
    strange = now and now not in _exports(folder).get(str(resolved(out)), [])
    if strange and force and out.is_dir():
        check_folder(out, ())  # pictures in it may be a person's
    if strange and not force:
        other = next((run for run in _others(folder) if now in _exports(run).get(str(resolved(out)), [])), None)
        whose = f"the run {other} wrote it" if other else "somebody else's"
        raise InputError(f"{out} exists and is not what this run wrote ({whose}); {ELSE}")


def _others(folder: Path) -> list[Path]:
    return [run for run in all_runs(folder.parent) if resolved(run) != resolved(folder)]


def all_made(files: Iterable[F], make: Callable[[F], Iterable[str]]) -> list[str]:
    """Make every file, whatever becomes of the others; what is said of them. Raises the first InputError at the end."""
    told, failed = list[str](), list[InputError]()
    for file in files:
        try:
            told += make(file)
        except InputError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return told


@contextmanager
def claimed(folder: Path, files: list[Path], *, force: bool) -> Iterator[None]:
    """Note that a run's text is to go into these files, and be the only process that writes them meanwhile.

    Raises InputError as `check_export` does, and naming the run of another process; RunError on a full disk.
    """
    locks: list[FileLock] = []
    try:
        for out in files:
            locks.append(_lock(folder, out))
            check_export(folder, out, force=force)
        for out in files:
            intend(folder, out)
        yield
    finally:
        for lock in locks:
            with suppress(OSError):  # a folder that is gone took it along
                Path(lock.lock_file).unlink(missing_ok=True)
            lock.release()
        _forget_empty(folder)


def _lock(folder: Path, out: Path) -> FileLock:
    """A lock beside a file, which holds the name of the run. Raises InputError, RunError."""
    file = resolved(out)
    if not file.parent.is_dir():
        raise InputError(f"{out.parent} does not exist; make it first")
    path = file.with_name(f".{file.name}.lock")
    lock = FileLock(path, timeout=0, mode=0o600)
    try:
        lock.acquire()
        path.write_text(str(resolved(folder)), "utf-8", errors="replace")
    except Timeout:
        whose = path.read_text("utf-8", errors="replace") or "another process"
        raise InputError(f"{out} is being written by {whose}; wait for it, or choose another --out") from None
    except PermissionError as error:
        raise InputError(f"{out} cannot be written: permission denied") from error
    except OSError as error:
        lock.release()
        raise RunError(f"cannot write {path}: {error.strerror}; make room, then run the same command again") from error
    return lock


def _forget_empty(folder: Path) -> None:
    """Remove the note of a run that never began: its folder would only be in the way."""
    if not (folder / SETTINGS).exists() and [p.name for p in folder.glob("*")] == [EXPORTS]:
        (folder / EXPORTS).unlink()
        folder.rmdir()


def intend(folder: Path, out: Path) -> None:
    """Note where a run's text is to go, as the last one named, so that whoever goes on with it delivers it there too."""
    make_folder(folder)
    noted, name = _exports(folder), str(resolved(out))
    known, now = noted.pop(name, []), _now(out)
    if now not in known:
        known = [*known, now]  # nothing yet, or what was there and may be replaced (--force)
    _note(folder, noted | {name: known})


def intended(folder: Path) -> tuple[list[Path], list[str]]:
    """Where a run's text is to go now, and why it does not go where it once was to.

    Files that the run wrote are kept up to date, and the last one named is made. What a person has changed since is left
    alone, and a folder that is gone is not made again.
    """
    out, told = list[Path](), list[str]()
    noted = _exports(folder)
    for name, known in noted.items():
        file, now = Path(name), _known_as(Path(name))
        if now in known and now:
            out.append(file)
        elif now:
            told.append(
                f"{file} was changed by somebody else since and is left as it is (--out {file} --force replaces it)"
            )
        elif name == list(noted)[-1]:
            if file.parent.is_dir():
                out.append(file)
            else:
                told.append(f"the folder {file.parent} is gone; --out FILE puts the text elsewhere")
    return out, told


def written(folder: Path) -> list[Path]:
    """Files outside a run that hold its text."""
    return [Path(name) for name, known in _exports(folder).items() if (now := _known_as(Path(name))) and now in known]


def export(folder: Path, out: Path, content: str | bytes | Mapping[str, bytes], *, force: bool = False) -> None:
    """Write a text outside the run, and note it before: one file, or a folder of files by name.

    Raises InputError for what changed meanwhile, for a folder that holds anything but such files, and for more of them than
    `MOST_FILES`.
    """
    check_files(content, out)
    noted, name = _exports(folder), str(resolved(out))
    known, now = noted.get(name, [""]), _now(out)
    if now and now not in known:
        if not force:
            raise InputError(f"{out} was changed by somebody else meanwhile and is left as it is; {ELSE}")
        if isinstance(content, Mapping):
            check_folder(out, content)
    new = _digest_of(content if isinstance(content, Mapping) else _bytes(content))
    allowed = list(dict.fromkeys([now, new]))
    if known != allowed:
        _note(folder, noted | {name: allowed})
    if isinstance(content, Mapping):
        write_folder(resolved(out), content)
    else:
        write_file(resolved(out), content)


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8", "replace") if isinstance(content, str) else content


def _digest_of(content: bytes | Mapping[str, bytes]) -> str:
    if isinstance(content, bytes):
        return digest(content.decode("utf-8", "replace"))
    return digest("\n".join(f"{name} {_digest_of(content[name])}" for name in sorted(content)))


def _now(out: Path) -> str:
    """The digest of a file, or of a folder of files, as it is; "" for none, and for an empty folder.

    Raises InputError as `check_folder` does.
    """
    if not out.is_dir():
        return _digest_of(out.read_bytes()) if out.is_file() else ""
    inside = check_folder(out)
    return _digest_of({name: file.read_bytes() for name, file in inside.items()}) if inside else ""


def _known_as(out: Path) -> str:
    """As `_now`; for a folder of other things what no run has noted."""
    try:
        return _now(out)
    except InputError:
        return "other things"


def check_files(content: str | bytes | Mapping[str, bytes], out: Path) -> None:
    """Raises InputError for more files than a folder takes: it would not be known again."""
    chapters = sum(map(bool, map(_OURS.fullmatch, content))) if isinstance(content, Mapping) else 0
    if chapters > MOST_FILES:
        raise InputError(f"{out}: the text has {chapters:,} chapters; a folder takes {MOST_FILES:,} at most")


def check_folder(out: Path, ours: Container[str] | None = None) -> dict[str, Path]:
    """The files of a folder by their paths in it, where all may be a text's: chapters and the pictures that they show.

    `ours`: the pictures that may be among them; None: any. Raises InputError for anything else: replacing it would remove it.
    """
    found = dict[str, Path]()
    for folder, inner, names in os.walk(out):
        here = Path(folder)
        places = {(here / name).relative_to(out).as_posix(): here / name for name in names}
        linked = any((here / name).is_symlink() for name in (*inner, *names))
        others = [place for place, file in places.items() if not file.is_file() or not _is_text(place, ours)]
        found |= places
        if linked or others or (here != out and not inner and not names) or len(found) > 2 * MOST_FILES:
            raise InputError(
                f"{out} is a folder of other things; give a file name, such as {out / 'text.md'}, or a new folder"
            )
    return found


def _is_text(place: str, ours: Container[str] | None) -> bool:
    if _OURS.fullmatch(place):
        return True
    return _PICTURE.fullmatch(place) is not None and (ours is None or place in ours)


def put_beside(out: Path, pictures: Mapping[str, bytes]) -> tuple[str, ...]:
    """Put the pictures of a Markdown file where it names them; what is said of those in whose place something else is."""
    told = list[str]()
    for name, data in pictures.items():
        place = out.parent / name
        try:
            if place.is_file() and place.stat().st_size == len(data) and place.read_bytes() == data:
                continue
            if place.exists() or place.is_symlink():
                told.append(f"{place} is another picture than that of the text, and is left as it is")
            else:
                put_below(out.parent, name, data, private=False)
        except (InputError, OSError) as error:
            told.append(f"the picture {place} cannot be put there: {error}")
    return tuple(told)


def _note(folder: Path, noted: dict[str, list[str]]) -> None:
    write_file(folder / EXPORTS, json.dumps(noted, indent=1) + "\n", private=True)


def _exports(folder: Path) -> dict[str, list[str]]:
    """Digests by path; those of earlier versions are one a file."""
    path = folder / EXPORTS
    try:
        found = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return {name: [known] if isinstance(known, str) else list(known) for name, known in found.items()}
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise RunError(f"{path}: cannot be read: {error}; remove it to go on without") from error
