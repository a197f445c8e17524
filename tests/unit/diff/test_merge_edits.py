"""Two edits of one text: one-sided changes are taken, the same change is made once, and the rest is for a person."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longwriter.diff.merge import MergeChunk, merge, merged
from longwriter.diff.paragraphs import joined, paragraphs

ONE, TWO, THREE = (
    "The ferry left the harbour at nine in the morning.",
    "Marta kept the books of the ferry in green ink.",
    "Across the sound the mountains keep their snow until June.",
)
BASE = joined([ONE, TWO, THREE])
PARAGRAPH = st.sampled_from(
    [ONE, TWO, THREE, ONE.replace("nine", "ten"), TWO.replace("green", "red"), "New.", "好", "x"]
)
TEXT = st.lists(PARAGRAPH, max_size=7).map(joined)


def kinds(mine: str, theirs: str, base: str = BASE) -> list[str]:
    return [chunk.kind for chunk in merge(base, mine, theirs)]


def test_edits_of_two_neighbouring_paragraphs_go_together() -> None:
    mine, theirs = BASE.replace("nine", "ten"), BASE.replace("green", "red")
    assert kinds(mine, theirs) == ["mine", "theirs", "same"]
    assert merged(merge(BASE, mine, theirs)) == BASE.replace("nine", "ten").replace("green", "red")


def test_two_edits_of_one_paragraph_are_a_conflict() -> None:
    mine, theirs = BASE.replace("nine", "ten"), BASE.replace("nine", "noon")
    chunks = merge(BASE, mine, theirs)
    assert chunks[0] == MergeChunk("conflict", ONE, ONE.replace("nine", "ten"), ONE.replace("nine", "noon"))
    assert [chunk.kind for chunk in chunks[1:]] == ["same", "same"]
    assert merged(chunks) is None
    assert merged(chunks, "mine") == mine
    assert merged(chunks, "theirs") == theirs


def test_the_same_change_of_both_is_made_once() -> None:
    both = BASE.replace("nine", "ten")
    assert kinds(both, both) == ["same"] * 3
    assert merged(merge(BASE, both, both)) == both


def test_one_removes_what_the_other_edits() -> None:
    chunks = merge(BASE, joined([ONE, THREE]), BASE.replace("green", "red"))
    assert [chunk.kind for chunk in chunks] == ["same", "conflict", "same"]
    assert chunks[1].mine == ""
    assert chunks[1].theirs == TWO.replace("green", "red")


def test_both_insert_at_one_place() -> None:
    assert kinds(joined([ONE, "Mine.", TWO, THREE]), joined([ONE, "Theirs.", TWO, THREE])) == [
        "same", "conflict", "same", "same",
    ]  # fmt: skip


def test_an_insertion_before_an_edited_paragraph_is_no_conflict() -> None:
    mine, theirs = joined([ONE, "Mine.", TWO, THREE]), BASE.replace("green", "red")
    assert kinds(mine, theirs) == ["same", "mine", "theirs", "same"]


def test_a_rewritten_stretch_is_one_chunk() -> None:
    mine = joined([ONE, "Something else was said here.", "And a second thing besides."])
    assert kinds(mine, BASE.replace("nine", "ten")) == ["theirs", "mine"]
    assert kinds(mine, BASE.replace("June", "May")) == ["same", "conflict"]


@given(TEXT, TEXT)
@settings(deadline=None)
def test_an_edit_of_one_side_alone_is_that_side(base: str, other: str) -> None:
    for mine, theirs in ((other, base), (base, other)):
        assert merged(merge(base, mine, theirs)) == joined(paragraphs(other))


@given(TEXT, TEXT, TEXT)
@settings(max_examples=300, deadline=None)
def test_no_text_is_lost(base: str, mine: str, theirs: str) -> None:
    chunks = merge(base, mine, theirs)
    for side, text in (("base", base), ("mine", mine), ("theirs", theirs)):
        assert joined([getattr(chunk, side) for chunk in chunks]) == joined(paragraphs(text))
    for chunk in chunks:
        agree = {
            "same": chunk.mine == chunk.theirs,
            "mine": chunk.theirs == chunk.base,
            "theirs": chunk.mine == chunk.base,
        }
        assert agree.get(chunk.kind, not any(agree.values()))
    if (text := merged(chunks)) is not None:
        assert text == joined(chunk.theirs if chunk.kind == "theirs" else chunk.mine for chunk in chunks)


@pytest.mark.parametrize("text", ["", "\n\n \n", "one"])
def test_nothing_is_something_to_merge(text: str) -> None:
    assert merged(merge(text, text, text)) == text.strip()
