"""What may stand in a passage's place by its form, and when one document is better than another, in hand-worked cases."""

import pytest

from longwriter.checks.finding import TextFinding, TextPlace
from longwriter.writer.revising.fit import unfit
from longwriter.writer.revising.layout import EditedPassage, alike, changed_alone
from longwriter.writer.revising.listed import held_by, key, read_findings
from longwriter.writer.revising.measure import worse

OLD = "Anna came at 7 with Brother Paul, and her eyes were brown in the light of the lamp."
BEFORE, AFTER = "It was late and the house was dark.", "Nobody spoke to her of it."


def said(new: str, kind: str = "contradiction", words: int = 500, now: int = 500) -> str:
    at = OLD.index("brown")
    return unfit(EditedPassage(0, 0, len(OLD), OLD, BEFORE, AFTER, 0), new, kind, (at, at + 5), words, now)


def test_the_right_edit_may_stand() -> None:
    assert said(OLD.replace("brown", "green")) == ""


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("", "it is empty"),
        ("...", "it is empty"),
        (OLD, "it is the passage as it was"),
        ("Anna came.", "it has 2 words in place of 18"),
        (f"{OLD} {OLD} {OLD}", "it has 54 words in place of 18"),
        (OLD.replace("brown", "green").replace("7", "eight"), "it has lost '7'"),
        (OLD.replace("brown", "green").replace("Paul", "John"), "it has lost 'Paul'"),
        (OLD.replace("brown", "green").rstrip("."), "it breaks off in the middle of a sentence"),
        (OLD.replace("brown", "green").replace("Anna", "anna"), "it begins in lowercase"),
        ('"' + OLD.replace("brown", "green"), "it opens a quotation that it does not close"),
        (OLD.replace("brown", "green (or so"), "it opens a quotation or bracket that it does not close"),
        ("# One\n" + OLD.replace("brown", "green"), "it has several paragraphs in place of one"),
        ("- " + OLD.replace("brown", "green"), "it has headings, lists or tags that the passage has not"),
        ("Anna ging um 7 mit dem Brother Paul und sie war nicht mehr in der Stadt.", "it is in another language"),
        ("At 7 of that day the price of tin fell, and Brother Paul sold all that he had there.", "it keeps 22 %"),
    ],
)  # fmt: skip
def test_what_may_not_stand_is_told(new: str, why: str) -> None:
    assert said(new).startswith(why)


def test_a_section_keeps_its_length_over_all_of_its_edits() -> None:
    longer = OLD.replace("brown", "green") + " She smiled at them all."
    assert said(longer, words=100, now=100) == ""  # 5 of 100
    assert said(longer, words=100, now=101).startswith("the section would have 106 words in place of 100")
    assert said(longer, words=100, now=80) == ""  # back to what it had


def finding(check: str, *places: tuple[int, int]) -> TextFinding:
    at = tuple(TextPlace(start=start, end=end) for start, end in places)
    return TextFinding(kind="contradiction", check=check, places=at, quotes=("",) * len(at), message="m")


def test_an_edit_is_taken_where_its_fault_is_gone_and_there_is_no_other() -> None:
    age, colour = finding("age", (0, 5), (20, 30)), finding("colour", (2, 4), (50, 60))
    was, now = (20, 30), (20, 33)
    assert worse([age, colour], [colour], was, now, age) == ""
    assert worse([age, colour], [finding("age", (0, 5), (20, 33)), colour], was, now, age).startswith(
        "the fault is still"
    )
    assert worse([age], [finding("colour", (2, 4), (25, 28))], was, now, age).startswith("it brings another")
    assert worse([age], [finding("age", (0, 5), (70, 80))], was, now, age) == ""  # the next one of the same
    assert worse([age], [finding("colour", (0, 5), (70, 80))], was, now, age).startswith("elsewhere it makes one")


def test_only_the_stretch_may_differ_whatever_the_line_ends_are() -> None:
    old = "one\r\ntwo three\r\nfour"
    assert changed_alone(old, "one\r\ntwo 3\r\nfour", 8, 13)  # as indices of "one\ntwo three\nfour"
    assert not changed_alone(old, "one\ntwo 3\r\nfour", 8, 13)
    assert not changed_alone(old, "one\r\ntwo 3\r\nfour\n", 8, 13)
    assert (alike("", "a"), alike("ab", "ab"), alike("abc", "abd")) == (0, 2, 2)


def test_a_list_made_by_hand_is_known_again_when_what_it_quotes_is_mended(tmp_path) -> None:
    path = tmp_path / "own.json"
    path.write_text('[{"kind": "form", "quotes": ["Brother Paul"], "message": "no brother\\ud800"}]')
    found = read_findings(path, OLD).findings
    assert found[0].message == "no brother\ufffd"
    assert held_by(path) == [key(found[0])]
