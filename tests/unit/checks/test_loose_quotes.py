"""A text without marks against sources: what it quotes from them, and what only nearly stands there."""

import pytest

from longwriter.checks.check import check
from longwriter.checks.citations.records import SourceChunk

MILL = "The river mill was built in 1884 by Ada Brown on the bank of the Wend. Millers ground 3,500 sacks of rye there."
SOURCES = [
    SourceChunk(id="s1", source=1, title="Mills", text=MILL),
    SourceChunk(id="s2", source=1, title="Mills", text="It fell silent in 1902, when a flood carried its wheel away."),
    SourceChunk(
        id="s3", source=2, title="Trains", text="The Night Mail climbed the hills in the autumn of that same year."
    ),
]


def found(text: str) -> tuple[list[tuple[str, str]], tuple[object, object]]:
    report = check(text, only=["citations"], sources=SOURCES)
    figures = report.figures
    return [(f.check, f.quotes[0]) for f in report.findings], (figures["quotes"], figures["quotes_in_sources"])


@pytest.mark.parametrize(
    ("text", "quotes", "exact"),
    [
        ('"The river mill was built in 1884 by Ada Brown"', 1, 1),
        ("“ground 3,500 sacks of rye there. It fell silent in 1902”", 1, 1),  # from one chunk into the next
        ('"the river mill ... on the bank of the Wend"', 1, 1),
        ('"I have never seen the sea," said Anne. "Come with me, it is not far from here."', 2, 0),
        ('"The river mills was built in 1884 by Ada Brown"', 1, 0),  # another form of a word
        ('"The mill was old"', 0, 0),
        ('"it was built by him on the hill in that year"', 1, 0),
        ('He said: "On the bank of the river, in the summer of that same year, we met."', 1, 0),
        ("No quotation at all.", 0, 0),
    ],
)
def test_true_quotations_and_those_of_nobody_are_left_alone(text: str, quotes: int, exact: int) -> None:
    assert found(text) == ([], (quotes, exact))


@pytest.mark.parametrize(
    "quote",
    [
        "The river mill was built in 1874 by Ada Brown",
        "The river mill was never built in 1884 by Ada Brown",
        "Millers ground 3,500 tons of rye there. It fell silent in 1902",
        "when a storm carried its wheel away",
    ],
)
def test_a_quotation_with_other_words_is_found_and_what_stands_there_is_said(quote: str) -> None:
    findings, figures = found(f"They say “{quote}” of it.")
    assert findings == [("quote", quote)]
    assert figures == (1, 0)
    said = check(f"“{quote}”", only=["citations"], sources=SOURCES).findings[0].message
    assert "a quotation that no source has; s" in said
    assert ", Mills, has" in said


def test_marks_are_checked_as_in_a_run() -> None:
    text = 'The mill "was raised in 1884 by Ada Brown" [s1]. It stood on the Wend [s9]. “The river mill was built in 1874.”'
    report = check(text, only=["citations"], sources=SOURCES)
    assert [f.check for f in report.findings] == ["quote", "unknown"]
    assert "quotes" not in report.figures
