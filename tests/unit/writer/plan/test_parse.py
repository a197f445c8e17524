import json
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longwriter.errors import PlanError
from longwriter.types import Plan, Section
from longwriter.writer.plan.parse import parse_plan
from longwriter.writer.plan.reading.lines import words_in


def rows(reply: str) -> list[tuple[str, str, str, int]]:
    return [(s.chapter, s.title, s.point, s.words) for s in parse_plan(reply).sections]


TWO = [("", "A", "p", 400), ("", "B", "q", 500)]


@pytest.mark.parametrize(
    "reply",
    [
        '{"sections":[{"title":"A","point":"p","words":400},{"title":"B","point":"q","words":500}]}',
        'Here:\n```json\n[{"heading":"A","summary":"p","word_count":"300-500"},{"name":"B","要点":"q","字数":"约500字"}]\n```',
        '{"sections":[{"title":"A","point":"p","words":"about 400 words",},{"title":"B","point":"q","words":500',
        "{'plan': {'title': 'T', 'sections': [{'title': 'A', 'description': 'p', 'Word Count': 400.0}, "
        "{'section': 'B', 'content': ['q'], 'length': '500 words'}]}}",
        '{"A": {"point": "p", "words": 400}, "B": {"point": "q", "words": 500}}',
        '{"A": "p (400 words)", "B": "q (500 words)"}',
        '["A (400 words): p", "B (500 words): q"]',
        "1. A (400 words): p\n2. B (500 words): q",
        "1) A - p [400 words]\n2) B - q [500 words]",
        "1. **A** (about 400 words): p\n\n2. **B** (500 words) – q",
        "- A (400 words): p\n- B (500 words): q",
        "Paragraph 1: A - Main Point: p - Word Count: 400 words\nParagraph 2: B - Main Point: q - Word Count: 500 words",
        "Paragraph 1: A\nMain Point: p\nWord Count: 400\n\nParagraph 2: B\nMain Point: q\nWord Count: 500",
        "### Section 1: A\n- **Main Point**: p\n- **Word Count**: 400 words\n\n### Section 2: B\n- **Main Point**: q\n"
        "- **Word Count**: 500",
        "**1. A (400 words)**\np\n\n**2. B (500 words)**\nq",
        "## A (400 words)\n\np\n\n## B\n\nq (500 words)",
        "Step 1: A — 400 words: p\nStep 2: B — 500 words: q",
        "| # | Title | Point | Words |\n|---|:--|---|---|\n| 1 | A | p | 400 |\n| 2 | B | q | 500 |\n| | Total | | 900 |",
        "| 序号 | 标题 | 要点 | 字数 |\n|---|---|---|---|\n| 1 | A | p | 四百 |\n| 2 | B | q | 500字 |",
        "第一节 A（400字）：p\n第二节 B（500字）：q",
        "一、A（400字）\np\n二、B（500字）\nq",
        "Sure, here is the plan:\n\n1. A (400 words): p\n4. B (500 words): q\n\nTotal: 900 words\n\nLet me know!",
    ],
)
def test_every_form_of_a_plan_is_read(reply: str) -> None:
    assert rows(reply) == TWO


def test_a_section_without_a_title_is_called_by_its_point() -> None:
    english = (
        "**Paragraph 1** – **Main Point:** The keeper of the old light comes home, tired. – **Word Count:** 400 words"
    )
    assert rows(english) == [
        ("", "The keeper of the old light comes home", "The keeper of the old light comes home, tired.", 400)
    ]
    chinese = (
        "段落一 - 要点：介绍长江的地理位置，以及它的历史 - 字数：400字\n第2段：\n主要内容：发展\n字数要求：约五百字"
    )
    assert rows(chinese) == [
        ("", "介绍长江的地理位置，以及", "介绍长江的地理位置，以及它的历史", 400),
        ("", "发展", "发展", 500),
    ]


@pytest.mark.parametrize(
    "reply",
    [
        '{"title":"T","chapters":[{"title":"C","sections":[{"title":"A","words":300},{"title":"B","words":400}]},'
        '{"title":"D","sections":[{"title":"E","words":500}]}]}',
        '{"title":"T","sections":[{"chapter":"C","title":"A","words":300},{"chapter":"C","title":"B","words":400},'
        '{"chapter":"D","title":"E","words":500}]}',
        "# T\n\n## Chapter 1: C\n\n### A\n(300 words)\n\n### B\n(400 words)\n\n## Chapter 2: D\n\n### E (500 words)\n",
        "# T\n\n## C\n1. A (300 words)\n2. B (400 words)\n\n## D\n3. E (500 words)",
        "Title: T\n\nChapter 1: C\n- A (300 words)\n- B (400 words)\nChapter 2: D\n- E (500 words)",
        "# T\n\n第一章 C\n1. A（300字）\n2. B（400字）\n第二章 D\n1. E（500字）",
        "# T\n\n1. C\n   1.1 A (300 words)\n   1.2 B (400 words)\n2. D\n   2.1 E (500 words)",
    ],
)
def test_chapters(reply: str) -> None:
    assert rows(reply) == [("C", "A", "", 300), ("C", "B", "", 400), ("D", "E", "", 500)]
    assert parse_plan(reply).title == "T"


def test_a_chapter_without_sections_is_a_section() -> None:
    assert rows("## Introduction\n\n## C\n### A\n### B\n\n## End") == [
        ("", "Introduction", "", 400),
        ("C", "A", "", 400),
        ("C", "B", "", 400),
        ("", "End", "", 400),
    ]
    assert [row[1] for row in rows("Chapter 1: A (2000 words)\nChapter 2: B (3000 words)")] == ["A", "B"]


def test_bullets_below_a_counted_line_are_its_point() -> None:
    reply = "1. **A** (500 words)\n   - Introduce the hero\n   - Set the scene.\n   - Leave\n2. **B** (700 words)\n   1. Fight"
    assert rows(reply) == [("", "A", "Introduce the hero; Set the scene. Leave", 500), ("", "B", "Fight", 700)]


def test_missing_and_nonsensical_counts_become_the_median_and_others_are_clamped() -> None:
    counts = [300, 0, -5, "many", 99_999_999, 900, 500, None, True, 3, 20_000]
    reply = json.dumps({"sections": [{"title": f"T{i}", "words": count} for i, count in enumerate(counts)]})
    # valid after clamping: 50, 300, 500, 900, 5000; their median is 500
    assert [row[3] for row in rows(reply)] == [300, 500, 500, 500, 500, 900, 500, 500, 500, 50, 5000]
    assert [s.words for s in parse_plan(reply, most=30_000).sections][-1] == 20_000
    assert [row[3] for row in rows("1. Intro\n2. History of tea (1850-1950)\n3. End")] == [400, 400, 400]


def test_numbers_that_jump_and_lines_without_a_word_are_kept() -> None:
    assert [row[1] for row in rows("1. A (300 words)\n2. B\n4. C (400 words)\n9.\n10. D")] == ["A", "B", "C", "9", "D"]
    assert [row[1] for row in rows("Paragraph 1 - Word Count: 300 words\nParagraph 2 - Main Point: foo")] == [
        "Paragraph 1",
        "foo",
    ]


def test_colons_and_brackets_in_a_title_stay_when_the_count_follows() -> None:
    assert rows("1. Part one: dawn (1900–1914) (400 words): the sun: it rises\n2. x (300 words): y") == [
        ("", "Part one: dawn (1900–1914)", "the sun: it rises", 400),
        ("", "x", "y", 300),
    ]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        " \n",
        "I'm sorry, I can't help with that.",
        "I cannot write this. I could:\n- write a poem\n- write a song",
        "Once upon a time there was a king. " * 40,
        "# Tea\n\n## Origins\n\n"
        + "Tea came from China long ago and spread. " * 60
        + "\n\n## Trade\n\n"
        + "It sold. " * 200,
        "Sure! What should the title be?",
        "{}",
        "[]",
        '{"sections": []}',
        "[[1, 2], [3]]",
    ],
)
def test_what_is_no_plan_is_refused_in_one_line(reply: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse_plan(reply)
    assert "\n" not in str(caught.value)


titles = st.text(st.sampled_from("abcdefghij klmnop"), min_size=3, max_size=30).map(lambda t: " ".join(t.split()))
items = st.lists(
    st.tuples(titles.filter(lambda t: len(t) > 2), titles, st.integers(50, 5000)), min_size=2, max_size=6
).filter(lambda rows: not any(word in str(rows) for word in ("one", "point", "am", "i ")))

FORMS = {
    "json": lambda rows: json.dumps([{"title": t, "point": p, "words": w} for t, p, w in rows]),
    "numbered": lambda rows: "\n".join(f"{i}. {t} ({w} words): {p}" for i, (t, p, w) in enumerate(rows, 1)),
    "bracketed": lambda rows: "\n".join(f"{i}) {t} - {p} [{w} words]" for i, (t, p, w) in enumerate(rows, 1)),
    "bullets": lambda rows: "\n".join(f"* **{t}** ({w} words): {p}" for t, p, w in rows),
    "headings": lambda rows: "\n\n".join(f"## {t}\n\n{p} ({w} words)" for t, p, w in rows),
    "paragraphs": lambda rows: "\n\n".join(
        f"Paragraph {i}: {t} - Main Point: {p} - Word Count: {w} words" for i, (t, p, w) in enumerate(rows, 1)
    ),
    "table": lambda rows: "\n".join(
        ["| # | Title | Point | Words |", "|---|---|---|---|", *(f"| 1 | {t} | {p} | {w:,} |" for t, p, w in rows)]
    ),
    "chinese": lambda rows: "\n".join(f"第{i}段：{t} - 要点：{p} - 字数：{w}字" for i, (t, p, w) in enumerate(rows, 1)),
}


@pytest.mark.parametrize("form", FORMS)
@given(items)
@settings(max_examples=60)
def test_a_rendered_plan_reads_back(form: str, rows: list[tuple[str, str, int]]) -> None:
    plan = parse_plan(FORMS[form](rows))
    assert [(s.title, s.words) for s in plan.sections] == [(title, words) for title, _, words in rows]


TITLES = [
    *(
        "Fog",
        "The storm",
        "Total war",
        "Total",
        "Point of view",
        "Notes on tea",
        "A title page",
        "Words and things",
        "1914",
    ),
    *(
        "Part of the sea",
        "The length of a day",
        "Über Tee",
        "海の話",
        "雾与海",
        "안개 속",
        "Section nine (North)",
        "In 1914, war",
    ),
    *("What 3 people saw", "C++ & [x]", "Act of God", "A. J. Smith", "Sum of parts", "Идея", "Der Plan", "Summary"),
]
POINTS = [
    *("Tomas finds a letter.", "he goes: to sea", "the content of the box, in 1914", "La gran idea: volver"),
    *(
        "(as before) it rains",
        "all 300 words of it are read",
        "发现信件，出海",
        "手紙を見つける",
        "It is about 400 steps long",
    ),
]
LINES = [
    "{i}. {t} ({w} {u}): {p}",
    "{i}. **{t}** ({w} {u}): {p}",
    "{i}) {t} ({w} {u}) - {p}",
    "- {t} ({w} {u}): {p}",
    "* **{t}** ({w} {u}) {p}",
    "Section {i}: {t} ({w} {u})\n{p}",
    "**{i}. {t}** ({w} {u})\n   - {p}",
    "### {t} ({w} {u})\n\n{p}",
    "Chapter {i} - {t} [{w} {u}]: {p}",
    "{t} ({w} {u}): {p}",
    "第{i}章 {t}（{w}{u}）：{p}",
    "• {t} — {w} {u}",
]
UNITS_OF_WORDS = [
    "words",
    "palabras",
    "mots",
    "Wörter",
    "слов",
    "字",
    "文字",
    "자",
    "parole",
    "palavras",
    "từ",
    "kata",
    "शब्द",
    "كلمة",
]


@given(st.data())
@settings(max_examples=400)
def test_no_line_of_a_plan_is_lost(data: st.DataObject) -> None:
    titles = data.draw(st.lists(st.sampled_from(TITLES), min_size=2, max_size=7, unique=True))
    one = data.draw(st.none() | st.sampled_from(LINES))
    unit = data.draw(st.sampled_from(UNITS_OF_WORDS))
    rows = [
        # each a third longer than the last: no line has the count that those below it add up to, as a chapter would
        {"i": i, "t": title, "w": int(60 * 1.34**i), "u": unit, "p": data.draw(st.sampled_from(POINTS))}
        for i, title in enumerate(titles, 1)
    ]
    lines = [(one or data.draw(st.sampled_from(LINES))).format(**row) for row in rows]
    before, after = (
        data.draw(st.sampled_from(["", "Here is the outline:\n\n"])),
        f"\n\nTotal: {sum(r['w'] for r in rows)} {unit}",
    )
    reply = before + data.draw(st.sampled_from(["\n", "\n\n"])).join(lines) + data.draw(st.sampled_from(["", after]))
    plan = parse_plan(reply)
    assert [s.words for s in plan.sections] == [row["w"] for row in rows]
    assert [s.title for s in plan.sections] == titles


MARKS = [
    "# ",
    "## ",
    "1. ",
    "- ",
    "Paragraph 2",
    " - Main Point: ",
    "Word Count: ",
    "(400 words)",
    "第三章",
    "：",
    "\n",
    "**",
]
PIECES = [
    "|",
    "|---|",
    "{",
    "}",
    "[",
    "]",
    '"title"',
    ":",
    ",",
    "words",
    "400",
    "a b",
    "字数",
    "  ",
    "Total",
    "x",
    "\\",
    "\n\n",
]
snippets = st.lists(st.sampled_from([*MARKS, *PIECES]), max_size=40).map("".join)


@given(st.text(max_size=300) | snippets)
@settings(max_examples=500)
def test_any_text_is_a_plan_or_a_plan_error(reply: str) -> None:
    try:
        plan = parse_plan(reply)
    except PlanError:
        return
    assert isinstance(plan, Plan)
    for section in plan.sections:
        assert isinstance(section, Section)
        assert section.title == " ".join(section.title.split()) != ""
        assert section.point == " ".join(section.point.split())
        assert 50 <= section.words <= 5000


UNITS = [
    "[",
    '{"a":',
    '{"',
    "1. ",
    "1. a\n",
    "(",
    "Paragraph 1 - ",
    "- ",
    "|",
    "| a | words |\n",
    "1",
    "*",
    "一",
    "{a:1,",
    "#",
]


@pytest.mark.slow
@pytest.mark.parametrize("unit", [*UNITS, "word count: ", "5 - ", "a: ", '[{"a":1}]', 'a"b"', " ", "one "])
def test_a_hundred_kilobytes_take_under_a_second(unit: str) -> None:
    begin = time.process_time()
    for reply in (unit * (100_000 // len(unit)), '{"title": ' + unit * (100_000 // len(unit))):
        with suppress(PlanError):
            parse_plan(reply)
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("400", 400),
        ("about 400 words", 400),
        ("约四百字", 400),
        ("300-500", 400),
        ("1,200 words", 1200),
        ("1.2k", 1200),
        ("five hundred words", 500),
        ("many", None),
        ("-5", None),
        ("0", None),
        ("", None),
    ],
)
def test_words_in(text: str, words: int | None) -> None:
    assert words_in(text) == words
