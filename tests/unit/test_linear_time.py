"""Text maths, the trimming of replies and the reading of lengths and plans: no text of one kind takes them over a second.

What grows with the square of the text takes many seconds at this length (`tail_words` took 4 s on one line of sentences).
"""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from longwriter.bench.benchmarks.longgen import entries
from longwriter.bench.judging.quoted import QuotedText
from longwriter.checks.check import check
from longwriter.checks.citations.fence import shown
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.ledger.contradictions import contradictions
from longwriter.checks.repetition.repetition import repetition
from longwriter.errors import LongWriterError
from longwriter.length.doubts import doubts
from longwriter.length.range import range_of
from longwriter.models.thinking import split
from longwriter.models.verdicts import find_json
from longwriter.readers.html import blocks, parse
from longwriter.text import fenced, head_words, last_sentence_end, repeated_ngrams, tail_words
from longwriter.types import Plan, Reply, Section
from longwriter.writer.plan.parse import parse_plan
from longwriter.writer.prompts import prompt_set
from longwriter.writer.reply.continuation import join, strip_markers
from longwriter.writer.reply.watch import Bounds, kept
from longwriter.writer.revising.fit import unfit
from longwriter.writer.revising.layout import EditedPassage
from longwriter.writer.sources.chunks import ReadSource, chunks_of
from longwriter.writer.sources.fetch import robots_rules
from longwriter.writer.sources.leads import Leads
from longwriter.writer.sources.pdf import joined, without_running
from longwriter.writer.sources.telling import standing

LENGTH, MOST_S = 100_000, 1.0
KINDS = (
    *' \n\ta1[{(*_第"“「-#<`|\\。字千é\u0301',
    *(
        "a ",
        "a. ",
        "A. ",
        "1. ",
        "1, ",
        "Aa bb. ",
        "的。",
        "a\n",
        " \n",
        "- a\n",
        "| a ",
        "(a",
        "[a](",
        "**a",
        "<a>",
        "</a>",
    ),
    *("<think>", '{"a":', "[1,", "```\n", "3 words ", "half a ", "第一章 ", "to be continued ", "title: a\n"),
    *("- title: a\n", "<title>a</title>"),
)
MORE = (
    *(
        "\u200b",
        "\u202e",
        "[s1] ",
        "[^1]: a\n",
        "(Smith, 2020)",
        "http://a.b/c ",
        "Anne had blue eyes. ",
        "Anne was 12. Bob was 13. ",
    ),
    *(
        "Anne was the sister of Bob. ",
        "Anne died. Anne laughed. ",
        "# A\n\n",
        "```\nx\n```\n# a\n",
        "王明今年三十岁。",
        "[a]: b\n",
    ),
)
"""What checks and sources look for."""
BOUNDS = Bounds("", 5000, "Write it.", ("Fog",))
SHORT = Bounds("", 5000, "Write it.", ("Fog",), short=True)

LEADS = Leads(SourceSet([SourceChunk(id="s1", source=1, text="The mill was built in 1884.")]),
              Plan(title="", sections=(Section(title="Mills", words=60),)), prompt_set("en"), "Write a report")  # fmt: skip

READERS: dict[str, Callable[[str], object]] = {
    "tail_words": lambda text: (tail_words(text, 60), tail_words(text, 3000)),
    "head_words": lambda text: (head_words(text, 60), head_words(text, 3000)),
    "last_sentence_end": last_sentence_end,
    "repeated_ngrams": repeated_ngrams,
    "fenced": lambda text: fenced("<text>$text</text>", [text]),
    "repetition": repetition,
    "check": check,
    "contradictions": lambda text: (contradictions(text, "en"), contradictions(text[: LENGTH // 2], "zh")),
    "sources": lambda text: shown(chunks_of(ReadSource(text, "", (), "a.md", "2026-01-01"), 1, 1)),
    "robots_rules": lambda text: robots_rules(200, text.encode("utf-8", "replace")),
    "unfit": lambda text: unfit(
        EditedPassage(0, 0, 9, text[:50_000], "a", "b", 0), text[50_000:], "form", (0, 5), 9, 9
    ),
    "quoted": lambda text: QuotedText(text).find(text[:3000], 50_000),
    "longgen": lambda text: entries(text, "Week"),
    "split": split,
    "find_json": find_json,
    "kept": lambda text: kept(Reply(text=text, finish="length"), BOUNDS),
    "kept of a small model": lambda text: kept(Reply(text=text, finish="length"), SHORT),
    "join": lambda text: (join(text, text), join("A text that", text), join(text, "and goes on.")),
    "strip_markers": strip_markers,
    "statements of a source": lambda text: list(standing(text)),
    "own words of a small model": LEADS.founded,
    "pages of a PDF": lambda text: joined(without_running([text.splitlines() for _ in range(2)])),
    "range_of": range_of,
    "doubts": doubts,
    "parse_plan": parse_plan,
}


HELD = ("contradictions", "sources", "robots_rules", "unfit", "quoted", "longgen")


def seconds(read: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    with suppress(LongWriterError):
        read(text)
    return time.process_time() - start


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_no_kind_of_text_takes_long(name: str) -> None:
    read = READERS[name]
    for kind in (*KINDS, *(MORE if name in HELD else ())):
        text = (kind * (LENGTH // len(kind) + 1))[:LENGTH]
        assert seconds(read, text) < MOST_S or seconds(read, text) < MOST_S, kind  # again: others share the machine


def test_a_long_text_without_a_sentence_is_joined_in_a_moment() -> None:
    words = " ".join(f"w{n % 2}" for n in range(8000))
    assert seconds(lambda text: join("One. " + text, "Other " + text), words) < MOST_S


@pytest.mark.parametrize("mark", ["<a ", "<a b=", "<a/", "<!--"])
def test_tags_that_are_never_closed_are_text_in_a_moment(mark: str) -> None:
    assert seconds(lambda page: blocks(parse(page)), "<p>One</p>" + mark * 20_000) < MOST_S
    assert [block.text for block in blocks(parse(f"<p>One</p>{mark}b"))] == ["One", f"{mark}b".strip()]


def test_the_tail_begins_with_a_sentence_of_one_long_line() -> None:
    line = "First one here. " * 50 + "The last words of it are these."
    assert tail_words(line, 10) == "First one here. The last words of it are these."
    assert tail_words("的。" * 50, 3) == "的。的。的。"
    assert tail_words('He left. "A lamp burned', 3) == '"A lamp burned'
