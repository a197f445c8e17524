"""A PDF -> the text of a source, with the page of each of its characters.

A PDF says where letters stand, not what belongs together: `pdf_pages` gets lines of it, in a process that is ended when it
takes too long, and here lines become paragraphs by rule. Columns come in the order in which the file has them.
"""

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import NamedTuple

from longwriter.errors import InputError, SetupError
from longwriter.text import count_words

MOST_BYTES = 64 << 20
MOST_PAGES = 2_000
MOST_CHARACTERS = 5_000_000
MOST_S = 60.0
"""For a file; 500 pages of a book take some 10 seconds."""
LEAST_WORDS = 3
"""Words on a page, on average: fewer are those of a scan."""
READABLE_SHARE = 0.6
"""Share of letters, digits and blanks; fewer are codes of fonts that do not say which letters they are."""
HEADS, FEET = 2, 2
"""Lines of a page that may be a running head or foot."""
RECURS, RECURS_SHARE = 3, 0.3
"""Pages on which it stands; left and right ones may differ."""
SHORT = 0.75
"""Part of the usual line below which the last line of a paragraph is."""
LONGEST_HEADING = 12
"""Words of a line that stands alone."""
LONGEST_WORD = 60
"""Characters at the end of a line that are looked at."""
_NUMBER = re.compile(
    r"[-–—\s]*(?:(?:page|p\.|第)?\s*\d{1,4}(?:\s*(?:of|/|页|頁)\s*\d{0,4})?|(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3}))[-–—\s]*",
    re.IGNORECASE,
)
_LEADERS = re.compile(r"(?:\. ?){6,}")
"""Of a table of contents."""
_HYPHENED = re.compile(r"(?<![^\W\d_])[^\W\d_]++(?:-[^\W\d_]++)+")
_BROKEN = re.compile(r"([^\W\d_]+)([-\u2010\u00ad])\Z")
_ENDS = re.compile(r"[.!?。！？…][\"'”’»)\]」』]*\Z")
_NO_TITLE = re.compile(
    r"arxiv|doi|https?:|www\.|@|©|\bvol\.|proceedings|journal|untitled|microsoft word|\.(?:docx?|tex|dvi|indd|pdf)\b",
    re.I,
)


class PdfText(NamedTuple):
    """The text of a PDF."""

    text: str
    """Paragraphs between blank lines."""
    pages: tuple[int, ...]
    """For each page, the index of the first character of `text` that stands on it or behind it."""
    title: str
    author: tuple[str, ...]


async def read_pdf(path: Path) -> PdfText:
    """Raises InputError for a file that cannot be read in bounds or holds no text, SetupError where pypdf is missing."""
    if find_spec("pypdf") is None:
        raise SetupError(f"{path}: reading PDF needs pypdf: pip install 'longwriter[pdf]'")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: is larger than {MOST_BYTES >> 20} MB")
        with path.open("rb") as file:
            if b"%PDF-" not in file.read(1024):
                raise InputError(f"{path}: is no PDF")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    about, pages = _printed(await _output(path), path)
    lines = without_running([page.splitlines() for page in pages])
    return _checked(path, lines, *_known(about, lines))


async def _output(path: Path) -> bytes:
    """What the process prints. Raises InputError where it fails or takes too long."""
    program = str(Path(__file__).with_name("pdf_pages.py"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", program, str(path.resolve()), str(MOST_PAGES), str(MOST_CHARACTERS),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(MOST_S):
            out, _ = await process.communicate()
    except TimeoutError:
        raise InputError(f"{path}: takes longer than {MOST_S:.0f} seconds to read; take its text instead") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise InputError(f"{path}: is damaged, and cannot be read as a PDF; save it anew from where it opens")
    return out


def _printed(out: bytes, path: Path) -> tuple[dict[str, object], list[str]]:
    rows = [json.loads(line) for line in out.splitlines()]
    about, pages = rows[0], rows[1:]
    if "encrypted" in about:
        raise InputError(f"{path}: is encrypted; save it without its password")
    if len(pages) > MOST_PAGES:
        raise InputError(f"{path}: has {about['pages']:,} pages; {MOST_PAGES:,} at most are read")
    if sum(map(len, pages)) > MOST_CHARACTERS:
        raise InputError(f"{path}: has more than {MOST_CHARACTERS:,} characters; take a part of it")
    return about, pages


def _known(about: dict[str, object], pages: Sequence[Sequence[str]]) -> tuple[str, tuple[str, ...]]:
    """Title and authors: as the file says, else its first line where that can be a title."""
    title = " ".join(str(about["title"]).split())
    if not title or _NO_TITLE.search(title):
        title = next((line.strip() for page in pages for line in page if line.strip()), "")
        if not 1 < count_words(title) <= 2 * LONGEST_HEADING or _ENDS.search(title) or _NO_TITLE.search(title):
            title = ""
    return title, tuple(name for part in str(about["author"]).split(";") if (name := " ".join(part.split())))


def _checked(path: Path, pages: Sequence[Sequence[str]], title: str, author: tuple[str, ...]) -> PdfText:
    whole = "\n".join(line for page in pages for line in page)
    if count_words(whole) < LEAST_WORDS * len(pages) or not whole.strip():
        raise InputError(f"{path}: there is no text in it, only pictures; have its text recognised first (ocrmypdf)")
    if (
        sum(c.isalnum() or c.isspace() for c in whole) < READABLE_SHARE * len(whole)
        or whole.count("\ufffd") > len(whole) / 50
    ):
        raise InputError(f"{path}: its fonts do not say which letters they show; take its text from elsewhere")
    text, starts = joined(pages)
    return PdfText(text, starts, title, author)


def without_running(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """The lines of pages without those that recur at heads or feet but for their numbers, page numbers, tables of contents."""
    bare = [[" ".join(line.split()) for line in page if line.strip() and not _LEADERS.search(line)] for page in pages]
    edges = [{_numberless(line) for line in (*page[:HEADS], *page[-FEET:])} for page in bare]
    often = Counter(line for edge in edges for line in edge)
    least = max(RECURS, RECURS_SHARE * len(pages))
    out = list[list[str]]()
    for page in bare:
        first, last = 0, len(page)
        while first < min(HEADS, last) and (often[_numberless(page[first])] >= least or _NUMBER.fullmatch(page[first])):
            first += 1
        while last > max(first, len(page) - FEET) and (
            often[_numberless(page[last - 1])] >= least or _NUMBER.fullmatch(page[last - 1])
        ):
            last -= 1
        out.append(page[first:last])
    return out


def _numberless(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def joined(pages: Sequence[Sequence[str]]) -> tuple[str, tuple[int, ...]]:
    """The text of pages as paragraphs, and where each page begins in it."""
    whole = {word for page in pages for line in page for word in _HYPHENED.findall(line.casefold())}
    usual = median([len(line) for page in pages for line in page] or [0])
    out, size, starts = list[str](), 0, list[int]()
    before = ""
    for number, line in _numbered(pages):
        joint = _joint(before, line, usual, whole) if before else ""
        if before and joint == "-":
            out[-1] = out[-1][:-1]
            size, joint = size - 1, ""
        out += [joint, line]
        while len(starts) <= number:
            starts.append(size + len(joint))
        size += len(joint) + len(line)
        before = line
    return "".join(out), tuple(starts)


def _numbered(pages: Sequence[Sequence[str]]) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, page in enumerate(pages) for line in page)


def _joint(before: str, line: str, usual: float, hyphened: set[str]) -> str:
    """What stands between two lines: a blank, a blank line, nothing, or "-" where the hyphen before goes."""
    if (broken := _BROKEN.search(before[-LONGEST_WORD:])) and line[:1].islower():
        following = re.match(r"[^\W\d_]*", line)
        word = f"{broken[1]}-{following[0] if following else ''}".casefold()
        return "" if broken[2] != "\u00ad" and word in hyphened else "-"
    short = len(before) < SHORT * usual
    if short and (
        _ENDS.search(before[-LONGEST_WORD:]) or (len(before.split()) <= LONGEST_HEADING and not line[:1].islower())
    ):
        return "\n\n"
    return " "
