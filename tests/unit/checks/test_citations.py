"""Quotes, numbers and words of sentences that cite, against the chunks that they cite; numbers worked by hand."""

import pytest

from longwriter.checks.citations.attached import attached
from longwriter.checks.citations.citations import citations, read_citations
from longwriter.checks.citations.numbers import NumberPlace, numbers, stands, values
from longwriter.checks.citations.quotes import SourceWords, quotations
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.citations.statements import statements

MILLS = "The mill was built in 1884 by Ada Brown. It ground 3,500 sacks a year, and twelve men worked there in the busy months."
BREAD = "Rye bread was baked in the village oven every Friday. Some 2,013,000 loaves were sold in 1890."
SOURCES = [
    SourceChunk(id="s1", source=1, title="Mills", text=MILLS),
    SourceChunk(id="s2", source=2, title="Bread", text=BREAD),
]


def found(text: str) -> list[tuple[str, str]]:
    return [(f.check, f.quotes[0]) for f in citations(text, SOURCES)]


@pytest.mark.parametrize(
    "text",
    [
        "The mill was built in 1884 [s1]. It ground 3500 sacks a year. [s1]",
        "There were 12 men who worked in the mill [s1].",
        "In all some 2 million loaves were sold in the village [s2], or about 2,010,000 [s2].",
        'The mill "was built in 1884 by Ada Brown" [s1]; it “GROUND 3,500 sacks a year … and twelve men worked there” [s1].',
        'As they say, "Rye bread [of this kind] was baked in the village oven". [s2]',
        "1. The mill was built by Ada Brown [s1].\n2. Rye bread was baked on Friday [s2].",
        "Bread and the mill are named together, and Ada Brown baked rye bread on Friday [s1][s2].",
        "Elephants roam in distant jungles at midnight, 77 of them.",
        "",
    ],
)
def test_nothing_is_wrong_with(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "check", "quote"),
    [
        ("A fact [s9].", "unknown", "[s9]"),
        ("The mill was built in 1885 [s1].", "number", "1885"),
        ("It ground about 4,100 sacks a year [s1].", "number", "4,100"),
        ("Some 3 million loaves were sold [s2].", "number", "3 million"),
        ('It "was built in 1884 by Ida Brown" [s1].', "quote", "was built in 1884 by Ida Brown"),
        ('It "was not built in 1884 by Ada Brown" [s1].', "quote", "was not built in 1884 by Ada Brown"),
        ('It "baked in the village oven every Friday" [s1].', "quote", "baked in the village oven every Friday"),
        ("Elephants roam distant jungles at night [s2].", "unrelated", "Elephants roam distant jungles at night [s2]."),
    ],
)  # fmt: skip
def test_what_is_found(text: str, check: str, quote: str) -> None:
    before = "The mill was built by Ada Brown [s1]. "
    (finding,) = citations(before + text, SOURCES)
    assert (finding.kind, finding.check, finding.quotes) == ("citation", check, (quote,))
    place = finding.places[0]
    assert (before + text)[place.start : place.end] == quote


def test_messages_say_where_a_quote_stands() -> None:
    moved = citations('It "baked in the village oven every Friday" [s1].', SOURCES)[0]
    assert moved.message == "it quotes words that s1 does not have; they stand in s2"
    changed = citations('It "was built in 1884 by Ida Brown" [s1].', SOURCES)[0]
    assert changed.message.endswith('there stands "was built in 1884 by Ada Brown"')


def test_figures() -> None:
    text = (
        "# One\n\n" + "The mill was built in 1884 by Ada Brown [s1]. " * 5
        + '\n\n## Two\n\nIt had "twelve men worked there" [s1], '
        "and 13 of them left [s1]. " + "Nothing is cited in these words. " * 8 + "\n\n## Three\n\n"
        + "Nor is it here at all. " * 8
        + "\n\n## Four\n\nShort [s5]."
    )  # fmt: skip
    figures = read_citations(text, SourceSet(SOURCES)).figures
    assert figures.model_dump() == {
        "citations": 7, "cited": 1, "sources": 2, "statements": 7, "supported": 5, "unknown": 1, "quotes": 1,
        "quotes_found": 1, "numbers": 6, "numbers_found": 5, "sections": 3, "uncited": ("Three",),
    }  # fmt: skip


def test_a_mark_behind_the_full_stop_is_of_the_sentence_before_it() -> None:
    text = "One here. [s1] Two here [s2]. Three.[s3] Four\n[s4] Five."
    assert [[m.id for m in s.marks] for s in statements(text)] == [["s1"], ["s2"], ["s3"], ["s4"]]
    assert text[statements(text)[0].start : statements(text)[0].end] == "One here. [s1]"


def test_numbers_by_what_they_are_worth() -> None:
    assert values("twelve men, 3.5 million, 1,200; forty-two 二 5万") >= {12.0, 3_500_000.0, 1200.0, 42.0, 50_000.0}
    assert [(n.value, n.rounded) for n in numbers("1. about 40 of 3.5 million, 1,200")] == [
        (40.0, True), (3_500_000.0, True), (1200.0, False),
    ]  # fmt: skip
    assert stands(NumberPlace(0, 1, 40.0, True), {38.0})
    assert not stands(NumberPlace(0, 1, 40.0, False), {38.0})
    assert not stands(NumberPlace(0, 1, 40.0, True), {46.0})


def test_quotes_are_found_with_their_place_whatever_the_spelling() -> None:
    words = SourceWords("The colour of the mill was grey, they realised.")
    match = words.find("the color of the mill")
    assert match is not None
    assert (words.text[match.start : match.end], match.share) == ("The colour of the mill", 1.0)
    assert words.find("nothing of this kind at all") is None
    assert next(iter(quotations('"two words" “three words here” 「茶馆在河边」'))).start == 13
    assert len(list(quotations('"two words" “three words here” 「茶馆在河边」'))) == 2


def test_rules_cite_what_the_words_prove() -> None:
    sources = SourceSet(SOURCES)
    said = "Then rye bread was baked in the village oven every Friday. The weather was fine, and they played there."
    assert attached(said, sources) == said.replace("every Friday.", "every Friday [s2].")
    for wrong in (
        "Rye bread was baked in the village oven every Friday in 1999.",
        "Rye bread was never baked in the village oven on a Friday.",
        "Rye bread was baked in the village oven every Friday, which made the bakers of Vienna famous.",
    ):
        assert attached(wrong, sources) == wrong
    cited = "Rye bread was baked in the village oven every Friday [s1]."
    assert attached(cited, sources) == cited
