"""The sources of a run in its folder: `sources/chunks.jsonl`, a chunk a line, and what was left out."""

from pathlib import Path

from pydantic import ValidationError

from longwriter.checks.citations.records import SourceChunk
from longwriter.errors import InputError, RunError
from longwriter.jsonl import read_lines
from longwriter.runs.folders import make_folder, write_file
from longwriter.writer.sources.gather import GatheredSources

FOLDER, CHUNKS, LEFT_OUT = "sources", "chunks.jsonl", "left-out.txt"


def has_sources(folder: Path) -> bool:
    """Whether a run has gathered its sources."""
    return (folder / FOLDER / CHUNKS).is_file()


def keep_sources(folder: Path, found: GatheredSources) -> None:
    """Keep what was gathered; the chunks come last. Raises RunError on a full disk."""
    make_folder(folder / FOLDER, private=True)
    if found.left_out:
        write_file(folder / FOLDER / LEFT_OUT, "\n".join(found.left_out) + "\n", private=True)
    lines = "".join(f"{chunk.model_dump_json()}\n" for chunk in found.chunks)
    write_file(folder / FOLDER / CHUNKS, lines, private=True)


def kept_sources(folder: Path) -> tuple[SourceChunk, ...]:
    """The chunks of a run, in order; () for one without. Raises RunError for a damaged file."""
    path = folder / FOLDER / CHUNKS
    if not has_sources(folder):
        return ()
    try:
        return tuple(SourceChunk.model_validate(line.row) for line in read_lines(path))
    except (InputError, ValidationError) as error:
        said = str(error).splitlines()[0]
        raise RunError(f"{path}: cannot be read: {said}; put the file back from a copy") from error
