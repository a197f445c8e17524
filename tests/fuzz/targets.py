"""What is fuzzed: each reader of what models, servers and people wrote, with what must hold of what it reads.

To add one: a function that reads, and a line in `TARGETS`.
"""

import asyncio
import json
import tempfile
import tomllib
import zipfile
from contextlib import suppress
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from random import Random

from longwriter.bench.compat import read_public
from longwriter.bench.judging.criteria import Criteria
from longwriter.bench.judging.pairs import Pairs
from longwriter.bench.judging.quality import Quality
from longwriter.checks.repetition.repetition import repetition
from longwriter.config import build, read_toml
from longwriter.data.backtranslate.by_model import read_reply
from longwriter.data.conversations import as_messages
from longwriter.data.dataset import read_rows
from longwriter.data.instructions import read_instructions
from longwriter.data.rl_prompts.ask import read_keep, read_range
from longwriter.diff.merge import merge, merged
from longwriter.diff.paragraphs import compare, joined, paragraphs, patched
from longwriter.errors import InputError
from longwriter.journal import Journal
from longwriter.jsonl import parsed
from longwriter.length.doubts import doubts
from longwriter.length.range import range_of
from longwriter.length.target import read_target
from longwriter.models.prices import load_prices
from longwriter.models.servers.sse import Events, Malformed, TooMuch
from longwriter.models.thinking import ThinkFilter, split
from longwriter.models.verdicts import Unreadable, find_json, the_json
from longwriter.readers.clean import tidy, unmark, unwrap, without_markdown, without_page_numbers
from longwriter.readers.epub import read_epub
from longwriter.readers.gutenberg import strip
from longwriter.readers.html import blocks, parse
from longwriter.readers.markdown import read_markdown
from longwriter.readers.plain import read_plain
from longwriter.rewards.preference.comparer import read_better, read_reasoned
from longwriter.rewards.tags import mode_of, read_loosely, read_tags
from longwriter.serve.page.markdown import render
from longwriter.text import count_words, ends_complete, head_words, tail_words, words_of
from longwriter.types import Plan, Reply, Section
from longwriter.writer.hold.extractor import read_facts
from longwriter.writer.outcome.ledger import RunLedger
from longwriter.writer.plan.outline import from_markdown, to_markdown
from longwriter.writer.plan.parse import HIGH, LOW, parse_plan
from longwriter.writer.reply.continuation import join, strip_markers
from longwriter.writer.reply.watch import Bounds, kept
from longwriter.writer.revision.user_facts import as_toml, facts_of, facts_of_file
from longwriter.writer.settings import WriteSettings
from tests.fuzz import checked, revised, sourced, voiced
from tests.fuzz.cases import Target
from tests.fuzz.making import damaged, in_file, written
from tests.fuzz.manuscripts import draft, exported, word
from tests.fuzz.mutation import mutated
from tests.helpers.epubs import harbour
from tests.helpers.making import fake, settings, write_with


def _plan(text: str) -> None:
    plan = parse_plan(text)
    assert all(LOW <= section.words <= HIGH and section.title.strip() for section in plan.sections)
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def _outline(text: str) -> None:
    plan, instruction = from_markdown(text, "plan.md")
    for language in ("en", "zh"):
        again, told = from_markdown(to_markdown(plan, instruction, language), "again.md")
        assert again == plan
        assert told.split() == instruction.split()


def _edited(text: str) -> None:
    """What a person may put into a plan goes through its file."""
    pieces = [" ".join(piece.split()) for piece in text.split("\n") if piece.strip()][:9] or ["x"]
    chosen = [
        Section(title=p, point=q, words=n + 1, chapter=p[:3])
        for n, (p, q) in enumerate(zip(pieces, pieces[::-1], strict=True))
    ]
    plan = Plan(title=pieces[0], sections=tuple(chosen))
    again, _ = from_markdown(to_markdown(plan, text, "en"), "again.md")
    assert [(s.title, s.point, s.words) for s in again.sections] == [(s.title, s.point, s.words) for s in plan.sections]


def _length(text: str) -> None:
    target = read_target(text)
    range_of(text)
    doubts(text)
    assert target is None or (target.low <= target.aim and (target.high is None or target.aim <= target.high))


def _thinking(text: str) -> None:
    for step in (1, 7):
        stream = ThinkFilter()
        shown = "".join(stream.feed(text[at : at + step]) for at in range(0, len(text), step)) + stream.close()
        assert (stream.text, stream.thinking) == split(text)
        assert shown.endswith(stream.text)  # what turns out to be thinking may have been shown


def _reply(text: str) -> None:
    if text:
        for bounds in (
            Bounds("", 5000, "Write it.", ("Fog",)),
            Bounds(text[:300], 40, text[-300:], (text[:20],), short=True),
        ):
            kept(Reply(text=text, finish="length"), bounds)


def _joined(text: str) -> None:
    strip_markers(text)
    join(text[: len(text) // 2], text[len(text) // 2 :])
    join(text, text)


def _verdict(text: str) -> None:
    find_json(text)
    for judging in (Pairs(), Criteria(), Quality()):
        judging.read(text)
    read_public(text)
    for read in (
        read_better,
        read_reasoned,
        the_json,
        read_keep,
        read_facts,
        partial(read_reply, count=2),
        partial(read_range, most=10_000, width=2000),
    ):
        with suppress(Unreadable):
            read(text)


def _tags(text: str) -> None:
    mode_of(text)
    for mode in ("think", "direct", "plain"):
        read_tags(text, mode)
        read_loosely(text, mode)


def _counted(text: str) -> None:
    words = words_of(text)
    assert count_words(text) == len(words)
    assert text.endswith(tail_words(text, 40))
    assert text.startswith(head_words(text, 40))
    assert count_words(head_words(text, 40)) <= 40
    ends_complete(text)
    repetition(text)


def _book(text: str) -> None:
    for clean in (tidy, unwrap, unmark, without_markdown, without_page_numbers):
        clean(text)
    read_plain(text, "t")
    strip(text, "f")


def _page(text: str) -> None:
    blocks(parse(text.encode("utf-8", "surrogatepass")))


def _shown(text: str) -> None:
    found = render(text, 3)
    assert "<script" not in found.html.lower()
    assert list(found.lines) == sorted(found.lines)


def _merged(text: str) -> None:
    """Two edits of one text: what one side alone did is done, and what both did the same."""
    third = len(text) // 3
    base, mine, theirs = text[:third], text[third : 2 * third], text[2 * third :]
    assert patched(compare(base, mine), range(len(compare(base, mine)))) == joined(paragraphs(mine))
    assert merged(merge(base, base, theirs)) == joined(paragraphs(theirs))
    assert merged(merge(base, mine, mine)) == joined(paragraphs(mine))
    merged(merge(base, mine, theirs), "mine")


def _stream(text: str) -> None:
    """The bytes of a server, in pieces of any size: the same events, or the same error."""
    raw, found = text.encode("utf-8", "surrogatepass"), list[object]()
    for step in (1 << 20, 5):
        events, out = Events(1 << 20), list[object]()
        try:
            for at in range(0, len(raw), step):
                out += events.feed(raw[at : at + step])
            out += events.close()
        except (Malformed, TooMuch) as error:
            out = [type(error)]  # what came before it in the same piece is lost with it
        found.append(out)
    assert events.whole or found[0] == found[1]  # a JSON body is over when it is complete, whatever comes after it


def _row(text: str) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            chat = as_messages(parsed(line, f"r.jsonl:{number}", "{}"))
            assert all(set(m) == {"role", "content"} and all(isinstance(v, str) for v in m.values()) for m in chat)


def _settings(path: Path) -> None:
    build(WriteSettings, {"instruction": "x"} | read_toml(path), str(path)).model_dump_json()


def _facts(path: Path) -> None:
    """What a person says is so comes back from the file that is made of it."""
    found = facts_of_file(path)
    assert facts_of(tomllib.loads(as_toml(RunLedger(facts=found))), "again") == found


@cache
def _journal_bytes() -> bytes:
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        asyncio.run(write_with(fake(), settings(words=500, section_words=200), Path(folder) / "r"))
        return (Path(folder) / "r" / "journal.jsonl").read_bytes()


@cache
def _journal_records() -> list[str]:
    return [json.dumps([row["n"], row["kind"], row["data"]]) for row in map(json.loads, _journal_bytes().splitlines())]


def _journal(path: Path) -> None:
    found = [json.dumps([e.n, e.kind, e.data]) for e in Journal(path, read_only=True)]
    assert found == _journal_records()[: len(found)]


@cache
def _epub_bytes() -> bytes:
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        return harbour(Path(folder) / "a.epub").read_bytes()


def _epub(random: Random) -> bytes:
    """A whole book with faults in its files, in their names, or in the archive."""
    if random.random() < 0.2:
        return damaged(_epub_bytes(), random)
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(_epub_bytes())) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in book.infolist():
            kind, name = random.random(), info.filename
            text = book.read(info).decode()
            if kind < 0.3:
                text = mutated(text, random)
            elif kind < 0.4 and name.endswith("xhtml"):
                text = written("html")(random)
            elif kind < 0.45:
                name = mutated(name, random).replace("\0", "")[:200].encode("utf-8", "replace").decode() or "x"
            if kind < 0.95:
                archive.writestr(
                    zipfile.ZipInfo(name), text.encode("utf-8", random.choice(("replace", "surrogatepass")))
                )
    return out.getvalue()


def _markdown(text: str) -> None:
    read_markdown(text, "f")


def _instructions(path: Path) -> None:
    for read in (read_rows, read_instructions):
        told = ""
        try:
            list(read(str(path)))
        except InputError as error:
            told = str(error)
        assert not told or str(path) in told


TARGETS = {
    target.name: target
    for target in (
        Target("plan", written("plan"), _plan, 20),
        Target("outline", written("outline"), _outline, 12),
        Target("edited", written("plan"), _edited, 4),
        Target("length", written("request"), _length, 16),
        Target("thinking", written("reply"), _thinking, 8),
        Target("reply", written("reply"), _reply, 10),
        Target("joined", written("reply"), _joined, 4),
        Target("verdict", written("verdict"), _verdict, 14),
        Target("tags", written("reply"), _tags, 4),
        Target("text", written("prose"), _counted, 6),
        Target("book", written("markdown"), _book, 6),
        Target("markdown", written("markdown"), _markdown, 8),
        Target("html", written("html"), _page, 8),
        Target("draft", written("markdown"), partial(in_file, "draft.md", draft), 4),
        Target("plain draft", written("markdown"), partial(in_file, "draft.txt", draft), 4),
        Target("page draft", written("html"), partial(in_file, "draft.html", draft), 4),
        Target("exported", written("markdown"), exported, 6),
        Target("word", written("markdown"), word, 1),
        Target("shown", written("markdown"), _shown, 4),
        Target("merged", written("prose"), _merged, 4),
        Target("stream", written("stream"), _stream, 6),
        Target("row", written("rows"), _row, 10),
        Target("rows", written("rows"), partial(in_file, "r.jsonl", _instructions), 3),
        Target("settings", written("toml"), partial(in_file, "c.toml", _settings), 3),
        Target("facts", written("facts"), partial(in_file, "f.toml", _facts), 2),
        Target("prices", written("toml"), partial(in_file, "p.toml", load_prices), 2),
        Target(
            "journal", lambda random: damaged(_journal_bytes(), random), partial(in_file, "journal.jsonl", _journal), 3
        ),
        Target("epub", _epub, partial(in_file, "a.epub", read_epub), 3),
        *sourced.TARGETS,
        *checked.TARGETS,
        *voiced.TARGETS,
        *revised.TARGETS,
    )
}
