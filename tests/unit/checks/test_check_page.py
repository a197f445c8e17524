"""The page of findings: every finding leads to its places, and nothing of the text can act."""

import re

from longwriter.checks.check import CheckReport, check
from longwriter.checks.finding import TextFinding, TextPlace
from longwriter.checks.page import Paragraphs, findings_page, shown_figure

TEXT = "# One\n\nA b c d.\n\nE f <script>alert(1)</script> g.\nH i.\n"


def _finding(*places: tuple[int, int]) -> TextFinding:
    return TextFinding(
        kind="contradiction",
        check="age",
        places=tuple(TextPlace(start=start, end=end) for start, end in places),
        quotes=tuple(TEXT[start:end] for start, end in places),
        message="thirty & forty",
    )


def test_each_finding_is_linked_to_its_places_and_back() -> None:
    findings = (_finding((7, 8), (17, 18)), _finding((7, 10)), _finding((9, 20)))  # overlapping, over a blank line
    page = findings_page(TEXT, CheckReport(findings=findings, figures={"words": 8, "x_y": None}), "one.md")
    links = set(re.findall(r"href=#([\w-]+)", page))
    assert links == {"f1-1", "f1-2", "f2-1", "f3-1", "f1", "f2", "f3"}
    assert links <= set(re.findall(r"\bid=([\w-]+)", page))
    assert "3 findings" in page
    assert "<a href=#f1-2>paragraph 3</a>" in page
    assert "<th scope=row>x y</th><td>-</td>" in page
    body = page[page.index("The text</h2>") :]
    plain = re.sub(r"<a id=[^>]*>\d+</a>|<[^>]+>", "", body)
    assert "A b c d." in plain
    assert "E f &lt;script&gt;alert(1)&lt;/script&gt; g.\nH i." in plain
    assert "<script" not in page


def test_a_text_without_findings_says_so() -> None:
    page = findings_page(TEXT, check(TEXT), "one.md")
    assert "The rules find nothing." in page
    assert "<mark" not in page


def test_paragraphs_are_numbered_from_one() -> None:
    paragraphs = Paragraphs(TEXT)
    assert [paragraphs.number(at) for at in (0, 6, 7, 17, len(TEXT) - 1)] == [1, 1, 2, 3, 3]


def test_figures_are_short() -> None:
    assert [shown_figure(v) for v in (None, 0.0, 12345, 0.24681, 123.4)] == ["-", "0", "12,345", "0.247", "123"]
