import pytest

from longwriter.intake.headings import headings
from longwriter.intake.paragraphs import lines, paragraphs


def titles(text: str, form: str = "txt") -> list[tuple[int, str]]:
    found = headings(text, form)  # type: ignore[arg-type]
    assert all(0 <= a.start < a.end <= len(text) for a in found)
    assert [a.start for a in found] == sorted(a.start for a in found)
    return [(heading.level, heading.title) for heading in found]


def chapters(*headings: str, between: str = "\n\n", text: str = "It rained, and nobody went out.\n\n") -> str:
    return "".join(f"{heading}{between}{text}" for heading in headings)


@pytest.mark.parametrize(
    "found",
    [
        ["CHAPTER I", "CHAPTER II"],
        ["Chapter One: Rain", "Chapter Two: Snow"],
        ["第一章 雨", "第二章 雪"],
        ["第1話 雨", "第2話 雪"],
        ["제1장 비", "제2장 눈"],
        ["Глава 1. Дождь", "Глава 2. Снег"],
        ["Chapitre premier", "Chapitre deuxième"],
        ["1. Kapitel", "2. Kapitel"],
        ["Capítulo 1", "Capítulo 2"],
        ["الفصل الأول", "الفصل الثاني"],
        ["Prologue", "Chapter 1", "Epilogue"],
    ],
)
def test_headings_of_many_languages(found: list[str]) -> None:
    assert titles(chapters(*found)) == [(1, heading) for heading in found]
    assert titles(chapters(*found, between="\n", text="It rained.\nIt rained on. \nIt did.\n")) == [
        (1, h) for h in found
    ]


def test_prose_that_names_a_chapter_is_none() -> None:
    text = "As was told in\nChapter 4. The sea was wide,\nand so on.\n\nChapter 5\nwas longer, he said.\n"
    assert titles(text) == []


def test_numbers_and_numbered_titles_count_if_they_count_up() -> None:
    assert [title for _, title in titles(chapters("1", "2", "3"))] == ["1", "2", "3"]
    assert [title for _, title in titles(chapters("I. Rain", "II. Snow", "III. Ice"))] == [
        "I. Rain",
        "II. Snow",
        "III. Ice",
    ]
    assert titles(chapters("4", "17")) == []
    assert titles(chapters("Chapter 1", "7", "Chapter 2")) == [(1, "Chapter 1"), (1, "Chapter 2")]


def test_a_title_below_its_number_belongs_to_it() -> None:
    text = chapters("CHAPTER I\n\nThe Long Rain", "第二章\n\n雨中的人", "Chapter 3\n\nIt rained.")
    assert [title for _, title in titles(text)] == ["CHAPTER I: The Long Rain", "第二章 雨中的人", "Chapter 3"]


def test_titles_that_are_set_apart() -> None:
    body = "It rained on. " * 30 + "\n\n"
    text = chapters("\n\nRain", "\n\nSNOW AND ICE", "\n\nThe Last Ice of All", text=body * 9)
    found = titles(f"THE SEA\n\n\nby\n\n\nA. Nyone\n\n\n{text}")
    assert [title for _, title in found] == ["Rain", "SNOW AND ICE", "The Last Ice of All"]


def test_parts_stand_above_their_chapters_and_beside_what_is_around_them() -> None:
    text = chapters("Prologue", "PART ONE\n\nChapter 1", "Chapter 2", "PART TWO\n\nChapter 3", "Epilogue")
    assert titles(text) == [
        (1, "Prologue"),
        (1, "PART ONE"),
        (2, "Chapter 1"),
        (2, "Chapter 2"),
        (1, "PART TWO"),
        (2, "Chapter 3"),
        (1, "Epilogue"),
    ]


def test_parts_of_a_chapter_stand_below_it() -> None:
    text = chapters(
        "Chapter 1", "Chapter 2", "Part I", "Part II", "Part III", "Chapter 3", text="It rained on. " * 30 + "\n\n"
    )
    assert [level for level, _ in titles(text)] == [1, 1, 2, 2, 2, 1]


def test_headings_of_markdown_are_those_that_its_parser_sees() -> None:
    text = (
        "\ufeff# One *and* `x` [y](z)[^1]\r\n\r\n```\n# code\n```\n> # quote\n\n- # item\n\nTwo\n---\n\n### Three ##\n"
    )
    assert titles(text, "md") == [(1, "One and x y"), (2, "Two"), (3, "Three")]


def test_a_text_of_the_other_form_is_known() -> None:
    assert titles("# One\n\nRain.\n\n## Two\n\nSnow.\n", "txt") == [(1, "One"), (2, "Two")]
    assert titles("**Chapter 1**\n\nRain.\n\n**Chapter 2**\n\nSnow.\n", "md") == [(1, "Chapter 1"), (1, "Chapter 2")]


def test_paragraphs_are_blocks_or_lines() -> None:
    text = "a\nb\r\n\r\n \nc\n"
    assert [text[slice(*span)] for span in paragraphs(text)] == ["a\nb\r\n", "c\n"]
    novel = "　　一。\n　　二。\n" * 30
    assert len(paragraphs(novel)) == 60
    assert "".join(novel[slice(*span)] for span in lines(novel)) == novel


def test_a_table_of_contents_far_from_its_chapters_is_none_of_them() -> None:
    between = "It is an old tale, and nobody tells it now. " * 9 + "\n\n"
    text = "Contents\n\nCHAPTER I\n\nCHAPTER II\n\nCHAPTER III\n\n" + between
    found = titles(text + chapters("CHAPTER I", "CHAPTER II", "CHAPTER III"))
    assert [title for _, title in found] == ["Contents", "CHAPTER I", "CHAPTER II", "CHAPTER III"]


SEA = ("The Sea", "The Storm", "The Boat", "The Return")
NAMED = [f"CHAPTER {number}. {title}" for number, title in zip(("I", "II", "III", "IV"), SEA, strict=True)]
ROW = "\n".join(NAMED)
CHINESE = [f"第{number}章 {title}" for number, title in zip("一二三四", ("来信", "孩子", "大雾", "归来"), strict=True)]


@pytest.mark.parametrize(
    ("contents", "over", "own"),
    [
        (ROW, [], NAMED),
        (f"CONTENTS\n\n{ROW}", ["CONTENTS"], NAMED),
        (f"PREFACE\n{ROW}\nEPILOGUE", [], ["PREFACE", *NAMED, "EPILOGUE"]),
        ("CONTENTS\n\nPREFACE\n I. The Sea\n II. The Storm", ["CONTENTS"], ["PREFACE", *NAMED]),
        ("\n".join(CHINESE), [], CHINESE),
        ("\n".join(f"  {line:30}{9 * n}" for n, line in enumerate(NAMED, 1)), [], NAMED),
    ],
)
def test_contents_whose_lines_are_tight_are_no_chapter(contents: str, over: list[str], own: list[str]) -> None:
    body = "It rained on the harbour. " * 30 + "\n\n"
    text = f"THE HARBOUR\n\n{contents}\n\n\n" + "".join(f"{line}\n\n{body}" for line in own)
    found = headings(text, "txt")
    assert [heading.title for heading in found] == [*over, *own]
    first = own[0]
    assert found[len(over)].start == text.rindex(f"{first}\n\n")


def test_contents_behind_the_text_are_no_chapter() -> None:
    body = "It rained on the harbour. " * 30 + "\n\n"
    text = "".join(f"{line}\n\n{body}" for line in NAMED) + f"TABLE DES MATIÈRES\n\n{ROW}\n"
    assert [title for _, title in titles(text)] == [*NAMED, "TABLE DES MATIÈRES"]


def test_a_part_and_its_first_chapter_may_stand_close() -> None:
    text = chapters("PART ONE\nCHAPTER I", "CHAPTER II", "PART TWO\nCHAPTER III")
    assert [level for level, _ in titles(text)] == [1, 2, 2, 1, 2]


def test_chapters_in_bold_go_before_a_few_other_headings_of_markdown() -> None:
    body = "It rained on the harbour. " * 30 + "\n\n"
    bold = "".join(f"**Chapter {n}**\n\n{body}" for n in range(1, 5))
    assert titles(f"# The Harbour\n\n{bold}### A letter\n\n{body}# Appendix\n\n{body}", "md") == [
        (1, "The Harbour"), *((2, f"Chapter {n}") for n in range(1, 5)), (2, "Appendix"),
    ]  # fmt: skip
    listed = "".join(f"**Chapter {n}**\n\n" for n in range(1, 5))
    text = f"# The Harbour\n\n{listed}" + "".join(f"## Of {n}\n\n{body}" for n in ("rain", "snow"))
    assert [title for _, title in titles(text, "md")] == ["The Harbour", "Of rain", "Of snow"]
