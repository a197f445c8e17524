"""The texts that a command is given: files, folders of them, JSON lines, runs."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from longwriter.config import read_text
from longwriter.errors import InputError
from longwriter.intake.source import is_document, read_source
from longwriter.jsonl import read_lines
from longwriter.runs.folders import DRAFT, LAST, all_runs, find

NAMES = ("text", "completion", "response", "output")
"""Keys of a JSON line that may hold its text; the first that does counts."""
ENDINGS = (".md", ".txt", ".docx", ".epub", ".html", ".jsonl", ".jsonl.xz")


def texts_of(sources: Iterable[str], home: Path) -> Iterator[str]:
    """Each text, one by one: of files, of all files of folders, of the rows of JSON lines, of runs in `home` by name.

    Raises InputError for what is not there or holds no text.
    """
    for source in sources:
        path = Path(source)
        if path.is_file():
            yield from _file(path)
        elif (path / DRAFT).is_file():
            yield read_text(path / DRAFT)
        elif path.is_dir():
            yield from _folder(path)
        elif source == LAST or any(run.name.startswith(source) for run in all_runs(home)):
            yield _draft(find(home, source))
        else:
            raise InputError(f"{source}: no such file, folder or run; runs are looked for in {home}")


def _draft(run: Path) -> str:
    if not (run / DRAFT).is_file():
        raise InputError(f"{run.name} has no text yet; go on with: longwriter resume {run}")
    return read_text(run / DRAFT)


def _folder(folder: Path) -> Iterator[str]:
    """The drafts of run folders, else all files with text."""
    drafts = sorted(folder.glob(f"*/{DRAFT}"))
    files = drafts or sorted(path for path in folder.rglob("*") if path.is_file() and path.name.endswith(ENDINGS))
    if not files:
        raise InputError(f"{folder}: holds no text; files end in {', '.join(ENDINGS)}, or are runs with a {DRAFT}")
    for path in files:
        yield from _file(path)


def _file(path: Path) -> Iterator[str]:
    if not path.name.endswith((".jsonl", ".jsonl.xz")):
        yield read_source(path).text if is_document(path) else read_text(path)
        return
    for where, row in read_lines(path, '{"text": "..."}'):
        text = next((row[name] for name in NAMES if isinstance(row.get(name), str)), None)
        if text is None:
            raise InputError(f"{where}: no text; give it as one of {', '.join(NAMES)}")
        yield str(text)
