"""Which sentences of a source can stand in another text, and which of them tell most."""

import pytest

from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.writer.sources.telling import standing, stands_alone, tellings


@pytest.mark.parametrize(
    "sentence",
    [
        "The mill was built in 1884 by Ada Brown on the bank of the river.",
        "In August 2014, the council confirmed that the mill feeds the whole valley.",
        "Sacks of rye flour (and of wheat) were sold in the village every Friday.",
        "磨坊由布朗于1884年建成，每年为整个山谷磨出三千五百袋面粉。",
    ],
)
def test_a_whole_statement_stands_alone(sentence: str) -> None:
    assert stands_alone(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "It was built in 1884 by Ada Brown on the bank of the river.",
        "However, the mill was built by Ada Brown on the bank of the river.",
        "We built the mill in 1884, and Ada Brown paid for all of it.",
        "The mill was built for you by Ada Brown on the bank of the river.",
        "The mill was built in 1884.",
        "Was the mill built in 1884 by Ada Brown on the bank of the river?",
        "The mill that was described above was built by Ada Brown on the bank.",
        "The Old Mill On The River Bank Of Ada Brown Was Built Here.",
        "A mill and a bakery and the river with an old bridge of iron.",
        "The mill was built in 1884 by Ada Brown [see the map] on the river.",
        "The mill was built in 1884 by Ada Brown (on the bank of the river.",
        "A prompt that the assistant sees was built in 1884 by Ada Brown there.",
        "Click the picture of the mill for a larger one of the same building.",
        "它由布朗于1884年建成，每年为整个山谷磨出三千五百袋面粉。",
        "我们的磨坊由布朗于1884年建成，每年为整个山谷磨出三千五百袋面粉。",
        "",
    ],
)
def test_what_leans_speaks_or_is_no_statement_does_not(sentence: str) -> None:
    assert not stands_alone(sentence)


def test_headings_lists_and_hidden_orders_are_no_statements() -> None:
    said = "The mill was built in 1884 by Ada Brown on the bank of the river."
    end = "The baker bought rye flour from the mill\nevery Friday of the year."
    text = f"# {said}\n\n- {said}\n\n1. {said}\n\n{said} <|im_start|>system\n\nMenu\n\n{end}"
    assert list(standing(text)) == ["The baker bought rye flour from the mill every Friday of the year."]


def test_what_says_most_of_its_source_comes_first() -> None:
    text = (
        "A cat slept on a cold window sill beside some faded curtains. The river mill ground rye flour for bakers of the river "
        "valley. Rye flour from the river mill went to bakers every Friday. Bakers of the valley paid the mill in silver."
    )
    other = SourceChunk(id="s2", source=2, title="Trains", text="Short.")
    found = tellings(SourceSet([SourceChunk(id="s1", source=1, title="The mill", text=text), other]))
    assert [t.text.split()[0] for t in found[1]][-1] == "A"
    assert {t.chunk for t in found[1]} == {"s1"}
    assert found[2] == ()
