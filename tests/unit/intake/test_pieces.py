import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.helpers.growing import grows_slowly
from tests.helpers.random_drafts import LINES, md, random_text, txt

from longwriter.errors import IntakeError
from longwriter.intake.pieces import ENDLESS_WORDS, PIECE_WORDS, DraftPiece, DraftPlace, proved, split
from longwriter.intake.source import SourceText
from longwriter.text import count_words


def seen(source: SourceText) -> list[tuple[str, str, str, str]]:
    """Kind, chapter, title and text of each piece, which together are the source."""
    pieces = split(source)
    assert "".join(source.text[p.start : p.end] for p in pieces) == source.text
    return [(p.kind, p.chapter, p.title, source.text[p.body : p.end]) for p in pieces]


def test_markdown_chapters_with_a_title_page() -> None:
    text = "# The Sea\n\nby A. Nyone\n\n## One\n\nIt rained.\n\n## Two\n\nIt stopped.\n"
    assert seen(md(text)) == [
        ("front", "", "The Sea", "by A. Nyone\n\n"),
        ("chapter", "", "One", "It rained.\n\n"),
        ("chapter", "", "Two", "It stopped.\n"),
    ]


def test_a_title_without_text_belongs_to_the_first_chapter() -> None:
    text = "# The Sea\n\n## One\n\nIt rained.\n\n## Two\n\nIt stopped.\n"
    assert seen(md(text))[0] == ("chapter", "", "One", "It rained.\n\n")
    assert split(md(text))[0].start == 0


def test_plain_chapters_keep_line_ends_and_marks() -> None:
    text = "\ufeffCHAPTER I.\r\n\r\nIt rained.\r\n\r\nCHAPTER II.\r\n\r\nIt stopped.  \r\n\x0c"
    assert seen(txt(text)) == [
        ("chapter", "", "CHAPTER I.", "It rained.\r\n\r\n"),
        ("chapter", "", "CHAPTER II.", "It stopped.  \r\n\x0c"),
    ]


def test_front_matter_prefaces_and_appendices_are_told_from_chapters() -> None:
    titles = ["Preface", "One", "Notes on rain", "Acknowledgments", "Index"]
    text = "".join(f"# {title}\n\nIt rained.\n\n" for title in titles)
    assert [piece[0] for piece in seen(md(text))] == ["front", "chapter", "chapter", "appendix", "appendix"]


def test_fields_before_the_text_belong_to_its_first_piece() -> None:
    text = "---\ntitle: The Sea\nauthor: A\n---\n\n# One\n\nIt rained.\n\n# Two\n\nIt stopped.\n"
    assert seen(md(text))[0] == ("chapter", "", "One", "It rained.\n\n")


def test_a_long_chapter_is_cut_at_its_headings() -> None:
    long, short = "It rained on. " * 1_500, "It rained on. " * 500
    text = f"# One\n\nFirst.\n\n## Morning\n\n{long}\n\n## Evening\n\n{short}\n\n# Two\n\n## Night\n\n{short}\n"
    assert [piece[:3] for piece in seen(md(text))] == [
        ("section", "One", "One"),
        ("section", "One", "Morning"),
        ("section", "One", "Evening"),
        ("chapter", "", "Two"),
    ]


def test_an_appendix_is_one_piece_however_long() -> None:
    text = f"# One\n\nRain.\n\n# Appendix A\n\nFirst.\n\n## Tables\n\n{'It rained on. ' * 1_500}\n\n## Lists\n\nMore.\n"
    assert [piece[:3] for piece in seen(md(text))] == [("chapter", "", "One"), ("appendix", "", "Appendix A")]


def test_chapters_of_a_part_are_its_sections_however_short() -> None:
    text = "PART ONE\n\nCHAPTER I\n\nIt rained.\n\nCHAPTER II\n\nIt stopped.\n\nPART TWO\n\nCHAPTER III\n\nIt snowed.\n"
    assert [piece[:3] for piece in seen(txt(text))] == [
        ("section", "PART ONE", "CHAPTER I"),
        ("section", "PART ONE", "CHAPTER II"),
        ("section", "PART TWO", "CHAPTER III"),
    ]


def test_a_heading_without_text_at_the_end_is_a_piece_to_be_written() -> None:
    text = "# One\n\nIt rained.\n\n# Two\n"
    assert seen(md(text))[1] == ("chapter", "", "Two", "")


def test_a_table_of_contents_is_front_matter() -> None:
    entries = "Contents\n\nCHAPTER I\nCHAPTER II\nCHAPTER III\n\n"
    body = "".join(f"CHAPTER {n}\n\nIt rained.\n\n" for n in ("I", "II", "III"))
    assert [piece[:3] for piece in seen(txt(f"The Sea\n\n{entries}{body}"))] == [
        ("front", "", "The Sea"),
        ("front", "", "Contents"),
        ("chapter", "", "CHAPTER I"),
        ("chapter", "", "CHAPTER II"),
        ("chapter", "", "CHAPTER III"),
    ]


def test_notes_of_the_whole_text_at_its_end_are_an_appendix() -> None:
    text = "# One\n\nRain.[^1]\n\n# Two\n\nSnow.[^2]\n\n[^1]: Wet.\n\n    Very.\n[^2]: Cold.\n"
    assert seen(md(text))[1:] == [
        ("chapter", "", "Two", "Snow.[^2]\n\n"),
        ("appendix", "", "Notes", "[^1]: Wet.\n\n    Very.\n[^2]: Cold.\n"),
    ]
    own = "# One\n\nRain.\n\n# Two\n\nSnow.[^2]\n\n[^2]: Cold.\n"
    assert [piece[0] for piece in seen(md(own))] == ["chapter", "chapter"]
    again = "# One\n\nRain.[^1]\n\n[^1]: Wet.\n\n# Two\n\nSnow.[^1]\n\n[^1]: Cold.\n"
    assert [piece[0] for piece in seen(md(again))] == ["chapter", "chapter"]


def test_attributes_behind_headings_are_not_their_words() -> None:
    text = "# One {#one .unnumbered}\n\nRain.\n\n# Two {-}\n\nSnow.\n"
    assert seen(md(text))[:2] == [("chapter", "", "One", "Rain.\n\n"), ("chapter", "", "Two", "Snow.\n")]


def test_a_text_without_headings_is_cut_at_paragraphs() -> None:
    paragraph = "It rained on the harbour and on the boats, and nobody went out. " * 8 + "\n\n"
    text = paragraph * 60
    pieces = seen(txt(text))
    assert [count_words(piece[3]) for piece in pieces] == [2_080, 2_080, 2_080]
    assert all(piece[0] == "chapter" and piece[3].startswith("It rained") for piece in pieces)
    assert pieces[0][2] == "It rained on the harbour and on the"


def test_a_chapter_without_end_is_cut_at_paragraphs() -> None:
    paragraph = "It rained on. " * 100 + "\n\n"
    text = f"# One\n\n{paragraph * 50}# Two\n\nIt stopped.\n"
    pieces = seen(md(text))
    assert count_words(paragraph * 50) > ENDLESS_WORDS
    assert [piece[:2] for piece in pieces] == [("section", "One")] * 7 + [("chapter", "")]
    assert all(abs(count_words(piece[3]) - PIECE_WORDS) < 600 for piece in pieces[:-1])


def test_places_that_are_named_are_followed() -> None:
    text = "Title\n\nIt rained.\n\nIt stopped.\n"
    pieces = split(txt(text), [DraftPlace(7, "Rain"), DraftPlace(19)])
    assert [(p.kind, p.title, text[p.start : p.end]) for p in pieces] == [
        ("front", "Title", "Title\n\n"),
        ("chapter", "Rain", "It rained.\n\n"),
        ("chapter", "It stopped.", "It stopped.\n"),
    ]


@pytest.mark.parametrize("places", [[], [5, 5], [9, 3], [-1], [31]])
def test_places_that_do_not_rise_or_lie_outside_are_refused(places: list[int]) -> None:
    with pytest.raises(IntakeError, match="rising places"):
        split(txt("Title\n\nIt rained.\n\nIt stopped.\n"), [DraftPlace(at) for at in places])


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ([(0, 0, 3)], "end at character 3 of 6"),
        ([(0, 0, 3), (4, 4, 6)], "piece 2 begins at character 4"),
        ([(0, 0, 4), (3, 3, 6)], "piece 2 begins at character 3"),
        ([(0, 5, 3), (3, 3, 6)], "piece 1 runs from 0 over 5 to 3"),
        ([(0, 0, 6), (6, 6, 6)], "piece 2 runs"),
    ],
)
def test_pieces_that_are_not_the_text_are_refused(pieces: list[tuple[int, int, int]], said: str) -> None:
    with pytest.raises(IntakeError, match=said):
        proved("abcdef", [DraftPiece("chapter", "", "x", *places) for places in pieces])


def test_a_kind_that_no_run_keeps_is_refused() -> None:
    with pytest.raises(IntakeError, match="'loose'"):
        proved("abc", [DraftPiece("loose", "", "x", 0, 0, 3)])  # type: ignore[arg-type]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300) | st.lists(st.sampled_from(LINES), max_size=30).map("".join), st.booleans())
def test_the_pieces_of_any_text_are_the_text(text: str, markdown: bool) -> None:
    pieces = split(md(text) if markdown else txt(text))
    assert "".join(text[p.start : p.end] for p in pieces) == text
    assert all(p.start <= p.body <= p.end for p in pieces)
    assert bool(pieces) == bool(text)


@pytest.mark.slow
def test_the_pieces_of_texts_by_chance_are_the_texts() -> None:
    for seed in range(1_000):
        text = random_text(seed)
        for source in (md(text), txt(text)):
            assert "".join(text[p.start : p.end] for p in split(source)) == text, seed


@pytest.mark.slow
def test_time_grows_with_the_text() -> None:
    """Ten times the words, 25,000 and 250,000: at most twenty times the time."""
    paragraph = "It rained on the harbour and on the boats, and nobody went out.\n\n" * 5
    for chapter, form in (("## {}\n\n", md), ("CHAPTER {}\n\n", txt)):
        made = {
            chapters: form("".join(chapter.format(n + 1) + paragraph * 20 for n in range(chapters)))
            for chapters in (20, 200)
        }
        assert [len(split(text)) for text in made.values()] == [20, 200]
        assert grows_slowly(lambda chapters, made=made: split(made[chapters]), 20, 200, 20)  # type: ignore[misc]


def test_terms_of_project_gutenberg_before_the_text_are_front_matter() -> None:
    terms = "***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***\n\nTerms.\n\n"
    text = terms + "CHAPTER I\n\nIt rained.\n\nCHAPTER II\n\nIt stopped.\n"
    assert [piece[0] for piece in seen(txt(text))] == ["front", "chapter", "chapter"]


def test_a_text_without_a_word_is_one_piece() -> None:
    assert len(split(txt("* * *\n" * 50))) == 1
