"""Sources that come in, what prompts show of them, and what a text cites."""

import asyncio
import re
from functools import cache, partial
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from longwriter.characters import whole
from longwriter.checks.citations.attached import attached
from longwriter.checks.citations.citations import read_citations
from longwriter.checks.citations.fence import read_shown, shown
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.errors import InputError
from longwriter.export.references import CODE, MARK
from longwriter.front_matter import front_matter
from longwriter.prompts import PromptSet
from longwriter.types import Plan, Section
from longwriter.writer.hold.sources import SourcesHold
from longwriter.writer.prompts import prompt_set
from longwriter.writer.sources.addresses import is_public, web_place
from longwriter.writer.sources.chunks import ReadSource, chunks_of
from longwriter.writer.sources.fetch import _read, redirected, robots_rules
from longwriter.writer.sources.gather import GatheredSources, gathered, named_places
from longwriter.writer.sources.stored import keep_sources, kept_sources
from tests.fuzz.cases import Target
from tests.fuzz.making import damaged, in_file, written
from tests.fuzz.places import true_of

_TEMPLATES = re.compile(r"<\|im_end\|>|\[/?INST\]|</?(?:start|end)_of_turn>|<<SYS>>|</s>|<｜User｜>", re.IGNORECASE)
_SHOWN = re.compile(r"s[1-9]\d*\|(?: .*)?")
ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
SOURCES = (
    "# The mill\n\nThe mill was built in 1884 by Ada Brown. It had 3.5 million bricks, about 1,200 windows and a wheel.",
    "Harbours are deep. “Nobody knows the fog,” wrote Smith in 1914. See http://example.com/fog and https://a.b/c?d=1.",
    "港口建于一九一四年，有三千五百人。雾很大，没有人知道。",
)


def _chunks(text: str, title: str = "", first: int = 1) -> list[SourceChunk]:
    return chunks_of(ReadSource(text, title, ("Ada",), f"{title[:40]}.md", "2026-01-01"), 1, first)


@cache
def _known() -> SourceSet:
    held = [
        chunk.model_copy(update={"id": f"s{n}", "source": n})
        for n, text in enumerate(SOURCES, 1)
        for chunk in _chunks(text)
    ]
    return SourceSet(held, "Write of http://localhost/wish")


@cache
def _prompts() -> PromptSet:
    return prompt_set("en")


def _source(text: str) -> None:
    """All words in order; in a prompt no line of it but its own, and nothing that a model takes for its template."""
    chunks = _chunks(text, text[:60])
    body = whole(text[front_matter(text)[1] :])
    assert "".join("".join(chunk.text for chunk in chunks).split()) == "".join(body.split())
    assert [chunk.id for chunk in chunks] == [f"s{n}" for n in range(1, len(chunks) + 1)]
    told = shown(chunks)
    lines = told.split("\n") if told else []
    assert not any(end in line for line in lines for end in ENDS)
    assert all(_SHOWN.fullmatch(line) for line in lines), told
    names = [line.partition("|")[0] for line in lines]
    assert names == sorted(names, key=lambda name: int(name[1:])), told  # no line of it seems to be another chunk's
    assert set(names) <= {chunk.id for chunk in chunks}
    assert not _TEMPLATES.search(told), told
    assert [chunk.id for chunk in read_shown(told)] == list(dict.fromkeys(names))
    if chunks and lines:
        _in_prompt(text, chunks)


def _in_prompt(text: str, chunks: list[SourceChunk]) -> None:
    plan = Plan(title="t", sections=(Section(title="The mill", point=" ".join(text.split())[:200] or "x", words=100),))
    hold = SourcesHold(SourceSet(chunks), _prompts(), plan, "Write of the mill")
    told = hold.told(0, ())
    if told:
        inside = [line for line in told.split("\n") if _SHOWN.fullmatch(line)]
        bare, _, rest = told.partition(inside[0])
        tag = bare.strip().rpartition("\n")[2]
        assert tag.startswith("<")
        assert told.count(tag) == 1, told
        assert rest.count(tag.replace("<", "</")) == 1, told
    for mark in "[]{}<>|":
        assert mark not in hold.briefly(0, ())


def _gathered(path: Path) -> None:
    """What is kept in a run's folder is what was read."""
    found = asyncio.run(gathered([str(path)], fetch=False))
    keep_sources(path.parent, found)
    assert kept_sources(path.parent) == found.chunks
    SourceSet(found.chunks).related("the mill in the fog", 500)


def _addresses(path: Path) -> None:
    """Every address of a list leads where it is said to lead, or is refused."""
    for line in path.read_text("utf-8", "replace").splitlines():
        is_public(line)
        try:
            place = web_place(line)
        except InputError:
            continue
        assert place.host.isascii()
        assert not set(place.host) & set("/@?#[]"), place
        assert not re.search(r"[\x00-\x20\x7f]", place.target)
        parts = urlsplit(f"{place.origin}{place.target}")
        assert (parts.scheme, parts.username, parts.fragment) == (place.scheme, None, "")
        assert web_place(f"{place.origin}{place.target}") == place
    for place_ in named_places([str(path)]):
        assert place_.where


def _robots(text: str) -> None:
    for status in (200, 404, 500):
        rules = robots_rules(status, text.encode("utf-8", "surrogatepass"))
        for target in ("/", "/a?b=[c", "//[x", "/%5B%2F", f"/{whole(text[:50])}"):
            allowed = rules.can_fetch("longwriter", f"http://example.com{target}")
            assert allowed is (status == 404) or status == 200


def _redirected(text: str) -> None:
    first, _, rest = text.partition("\n")
    web_place(redirected("http://example.com/a/b", first))
    media = ("text/html; charset=", "text/plain;charset=", "", "application/xhtml+xml; x; CHARSET=")[len(rest) % 4]
    page = _read("http://example.com/", {"content-type": media + rest[:30]}, rest.encode("utf-8", "replace"))
    assert page.ending in (".html", ".txt")


def _cited(text: str) -> None:
    """No mark is left of what there is not, and what is found stands where it is said to stand."""
    known = _known()
    cleaned = known.cleaned(text)
    prose = CODE.sub("", cleaned.text)
    assert all(known.has(mark[1]) for mark in MARK.finditer(prose)), cleaned.text
    assert all(said.strip() for said in cleaned.invented)
    for version in (text, cleaned.text):
        read = read_citations(version, known)
        true_of(read.findings, version)
        figures = read.figures
        assert 0 <= figures.supported <= figures.statements
        assert figures.quotes_found <= figures.quotes
        assert figures.numbers_found <= figures.numbers
        assert all(0 <= share <= 1 for share in read.support)
    at = 0
    for piece in re.split(r"( \[s\d+\])", attached(text, known)):
        at += len(piece) if text.startswith(piece, at) else 0
        assert text.startswith(piece, at - len(piece)) or MARK.fullmatch(piece.strip())
    assert at == len(text)  # nothing but marks was put in


@cache
def _kept_bytes() -> bytes:
    chunks = tuple(_known().chunks)
    return "".join(f"{chunk.model_dump_json()}\n" for chunk in GatheredSources(chunks, ()).chunks).encode()


def _kept(path: Path) -> None:
    folder = path.parent / "sources"
    folder.mkdir()
    path.rename(folder / "chunks.jsonl")
    SourceSet(kept_sources(path.parent)).related("mill", 500)


def _kept_file(random: Random) -> bytes:
    return damaged(_kept_bytes(), random)


TARGETS = (
    Target("source", written("source"), _source, 30),
    Target("source file", written("source"), partial(in_file, "a.md", _gathered), 6),
    Target("source text", written("source"), partial(in_file, "a.txt", _gathered), 6),
    Target("source page", written("html"), partial(in_file, "a.html", _gathered), 6),
    Target("addresses", written("urls"), partial(in_file, "urls.txt", _addresses), 20),
    Target("robots", written("robots"), _robots, 16),
    Target("redirect", written("urls"), _redirected, 16),
    Target("cited", written("cited"), _cited, 40),
    Target("kept sources", _kept_file, partial(in_file, "c.jsonl", _kept), 6),
)
