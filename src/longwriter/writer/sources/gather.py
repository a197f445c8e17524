"""What a person names as sources -> chunks: files, folders, addresses, files that list addresses.

A file that is named and cannot be read is an error; what a folder or a list holds beside readable things is left out, and
named. Nothing is asked of a model before.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from longwriter.checks.citations.records import SourceChunk
from longwriter.errors import InputError, SetupError
from longwriter.intake.source import READABLE, read_source
from longwriter.text import counted
from longwriter.writer.sources.addresses import is_address, web_place
from longwriter.writer.sources.chunks import ReadSource, chunks_of
from longwriter.writer.sources.pdf import read_pdf

if TYPE_CHECKING:
    from longwriter.writer.sources.fetch import Fetcher

MOST_FILES, MOST_ADDRESSES = 1000, 100
MOST_CHARACTERS = 20_000_000
"""Of all sources together: some 3,000,000 words."""
AT_ONCE = 4
"""Hosts that are asked side by side."""
PDFS_AT_ONCE = 2
"""Processes that read a PDF."""
LIST_BYTES = 1 << 20


class NamedPlace(NamedTuple):
    """One thing to read."""

    where: str
    """A file's path, or an address."""
    must: bool
    """A person named it alone: what cannot be read is an error."""


class GatheredSources(NamedTuple):
    """Chunks, and what was left out, for people."""

    chunks: tuple[SourceChunk, ...]
    left_out: tuple[str, ...]


def named_places(sources: Sequence[str]) -> list[NamedPlace]:
    """All that is named, lists and folders opened, each once. Raises InputError for what is not there."""
    found = list(dict.fromkeys(place for source in sources for place in _places(source)))
    files = [place for place in found if not is_address(place.where)]
    if len(files) > MOST_FILES:
        raise InputError(f"{len(files):,} files as sources; {MOST_FILES:,} at most are read")
    if len(found) - len(files) > MOST_ADDRESSES:
        raise InputError(f"{len(found) - len(files):,} addresses as sources; {MOST_ADDRESSES} at most are fetched")
    if not found:
        raise InputError(f"{', '.join(sources)}: there is no source in it; .pdf, {READABLE} can be read")
    return found


def _places(source: str) -> Iterator[NamedPlace]:
    if is_address(source):
        web_place(source)
        yield NamedPlace(source.strip(), True)
        return
    path = Path(source)
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p.relative_to(path)))
        yield from (NamedPlace(str(p), False) for p in inside[: MOST_FILES + 1])
    elif not path.exists():
        raise InputError(f"{path}: there is no such file or folder")
    elif addresses := _listed(path):
        yield from (NamedPlace(address, False) for address in addresses)
    else:
        yield NamedPlace(str(path), True)


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)


def _listed(path: Path) -> list[str]:
    """The addresses of a text file that holds nothing else; [] for any other file."""
    if path.suffix.lower() not in (".txt", ".urls", ".list") or not path.is_file() or path.stat().st_size > LIST_BYTES:
        return []
    try:
        lines = [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
    except (OSError, UnicodeError):  # the reader of sources says what is wrong with it
        return []
    lines = [line for line in lines if line and not line.startswith("#")]
    return lines if lines and all(map(is_address, lines)) else []


async def gathered(sources: Sequence[str], *, private: bool = False, fetch: bool = True) -> GatheredSources:
    """The chunks of all sources, in their order. Raises InputError where none is left, or one that was named cannot be read.

    `private`: addresses of this machine and its network are fetched, too. `fetch` False: addresses are left out.
    """
    places = named_places(sources)
    from longwriter.writer.sources.fetch import Fetcher  # noqa: PLC0415 - reads HTML: 0.08 s of every command that writes

    fetcher, gate, pdfs = Fetcher(private=private), asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(PDFS_AT_ONCE)

    async def one(place: NamedPlace) -> ReadSource | InputError | None:
        try:
            if not is_address(place.where):
                return await _file(Path(place.where), pdfs)
            if not fetch:
                return None
            async with gate:
                return await _page(place.where, fetcher, pdfs)
        except (InputError, SetupError) as error:
            if place.must:
                raise
            return InputError(str(error))

    read = await asyncio.gather(*(one(place) for place in places))
    out = _all(zip(places, read, strict=True))
    if not out.chunks and fetch:
        raise InputError(f"no source could be read: {'; '.join(out.left_out)}"[:2000])
    return out


def _all(read: Iterable[tuple[NamedPlace, ReadSource | InputError | None]]) -> GatheredSources:
    chunks, left_out = list[SourceChunk](), list[str]()
    seen: dict[bytes, str] = {}
    characters = 0
    for place, source in read:
        if source is None:
            continue
        if isinstance(source, InputError):
            left_out.append(str(source))
            continue
        digest = hashlib.sha256(" ".join(source.text.split()).encode("utf-8", "replace")).digest()
        if digest in seen:
            left_out.append(f"{place.where}: is the same text as {seen[digest]}")
            continue
        seen[digest] = place.where
        characters += len(source.text)
        if characters > MOST_CHARACTERS:
            raise InputError(f"the sources have more than {counted(MOST_CHARACTERS, 'character')} together; name fewer")
        number = chunks[-1].source + 1 if chunks else 1
        chunks += chunks_of(source, number, len(chunks) + 1)
    return GatheredSources(tuple(chunks), tuple(left_out))


async def _file(path: Path, pdfs: asyncio.Semaphore, address: str = "") -> ReadSource:
    """The text of a file. `address`: where it is from, its name if "". Raises what reading it raises."""
    if path.suffix.lower() == ".pdf":
        async with pdfs:
            pdf = await read_pdf(path)
        return ReadSource(pdf.text, pdf.title, pdf.author, address or path.name, _today(), pdf.pages)
    found = await asyncio.to_thread(read_source, path)
    return ReadSource(found.text, found.title, found.author, address or path.name, _today())


async def _page(address: str, fetcher: "Fetcher", pdfs: asyncio.Semaphore) -> ReadSource:
    page = await fetcher.page(address)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"page{page.ending}"
        path.write_bytes(page.data)
        try:
            return await _file(path, pdfs, page.address)
        except InputError as error:
            raise InputError(str(error).replace(str(path), address)) from error


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
