import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.characters import whole
from longwriter.errors import InputError, PlanError
from longwriter.types import Plan, Section
from longwriter.writer.plan.outline import from_markdown, to_markdown
from longwriter.writer.plan.parse import parse_plan

PLAN = Plan(
    title="The Light",
    sections=(
        Section(title="Arrival", point="Ada comes.", words=450, chapter="One"),
        Section(title="Storm (night): *gale*", point="", words=1200, chapter="One"),
        Section(title="Peace", point="It ends: at dawn.", words=300, chapter="Two"),
    ),
)
FILE = """\
# The Light

> Write a story
>
> in 2,000 words

## One

1. **Arrival** (450 words): Ada comes.
2. **Storm (night): \\*gale\\*** (1200 words)

## Two

3. **Peace** (300 words): It ends: at dawn.

<!-- total: 1,950 words -->
"""


def test_the_file_is_markdown_for_people() -> None:
    assert to_markdown(PLAN, "Write a story\n\nin 2,000 words", "en") == FILE
    assert from_markdown(FILE, "plan.md") == (PLAN, "Write a story\n\nin 2,000 words")


def test_a_chinese_file_counts_in_zi() -> None:
    plan = Plan(sections=(Section(title="开端", point="故事开始", words=450),))
    text = to_markdown(plan, "写故事", "zh")
    assert text == "> 写故事\n\n1. **开端**（450字）：故事开始\n\n<!-- 合计：450字 -->\n"
    assert from_markdown(text, "plan.md") == (plan, "写故事")


TRAPS = [
    *"*_`\\#>|-+~[](){}<>（）：:.!&",
    *("**", "__", "```", " ", "  ", "\n", "\r\n", "\t", "\x85", "\u2028", "\x1c", "\x00", "\ufeff", "\u200b", "\u202e"),
    *(
        "(400 words)",
        "（400字）",
        "(400 palabras)",
        "1. ",
        "2) ",
        "## ",
        "# ",
        "> ",
        "<!-- ",
        " -->",
        "- ",
        "字",
        "العربية",
        "\ud83d",
    ),
]
words = st.text(max_size=20) | st.lists(st.sampled_from(TRAPS) | st.text(max_size=3), max_size=8).map("".join)
sections = st.builds(Section, title=words.filter(bool), point=words, words=st.integers(1, 10**15), chapter=words)
plans = st.builds(Plan, title=words, sections=st.lists(sections, min_size=1, max_size=5).map(tuple))


@given(plans, words, st.sampled_from(["en", "zh", "zh-Hant"]))
def test_every_plan_and_instruction_come_back(plan: Plan, instruction: str, language: str) -> None:
    text = to_markdown(plan, whole(instruction), language)
    read, stated = from_markdown(text.encode("utf-8").decode("utf-8"), "plan.md")
    assert read == plan
    assert stated == whole(instruction)
    assert to_markdown(read, stated, language) == text


@given(st.lists(st.tuples(words, words), min_size=1, max_size=4), words, st.booleans())
def test_every_plan_that_is_read_comes_back(rows: list[tuple[str, str]], title: str, as_json: bool) -> None:
    items = [{"title": name, "point": point, "words": 300} for name, point in rows]
    lines = "\n".join(f"{i}. **{name}** (300 words): {point}" for i, (name, point) in enumerate(rows, 1))
    with suppress(PlanError):
        plan = parse_plan(json.dumps({"title": title, "sections": items}) if as_json else lines)
        assert from_markdown(to_markdown(plan, "x", "en"), "plan.md")[0] == plan


def test_blanks_and_line_breaks_become_single_spaces_and_a_blank_title_a_dash() -> None:
    plan = Plan(title=" A\nB ", sections=(Section(title=" \n", point="p\n\nq", words=50, chapter="C\tD"),))
    read, _ = from_markdown(to_markdown(plan, "", "en"), "plan.md")
    assert read == Plan(title="A B", sections=(Section(title="-", point="p q", words=50, chapter="C D"),))


def test_edits_by_hand_are_read() -> None:
    text = FILE.replace("\n", "\r\n").replace("3. **", "7) **").replace("Ada comes.", "Ada comes.\r\n   By boat.")
    text = text.replace("(1200 words)", "(1,300 words):").replace("## Two", "##")
    plan, _ = from_markdown("\ufeff" + text, "plan.md")
    assert [(s.title, s.point, s.words, s.chapter) for s in plan.sections] == [
        ("Arrival", "Ada comes. By boat.", 450, "One"),
        ("Storm (night): *gale*", "", 1300, "One"),
        ("Peace", "It ends: at dawn.", 300, ""),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("3. **Peace** (300 words)", "3. **Peace**", "plan.md:14: expected `1. "),
        ("3. **Peace** (300 words)", "3. Peace (300 words)", "plan.md:14: expected"),
        ("(450 words)", "(0 words)", "plan.md:9: .*more than 0"),
        ("## Two", "Two", "plan.md:12: expected .* got 'Two'"),
        ("## Two", "### Two", "plan.md:12"),
        ("## Two", "# Two", "plan.md:12"),
    ],
)
def test_a_malformed_line_is_named(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        from_markdown(FILE.replace(old, new), "plan.md")


@pytest.mark.parametrize("text", ["", "\n\n# Title\n\n> only\n", "Just some prose."])
def test_a_file_without_sections_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"plan\.md:\d: no section found"):
        from_markdown(text, "plan.md")


def test_a_persons_own_outline_is_read_too() -> None:
    plan, stated = from_markdown("> Write it\n\n1. Intro (300 words)\n2. Body (500 words): talk\n", "mine.md")
    assert [(s.title, s.point, s.words) for s in plan.sections] == [("Intro", "", 300), ("Body", "talk", 500)]
    assert stated == "Write it"


@pytest.mark.parametrize(
    "text",
    [
        "1. La niebla (400 palabras): x\n2. La tormenta (8000 palabras)",
        '{"título": "La niebla", "punto": "x", "palabras": 400}\n{"título": "La tormenta", "palabras": 8000}',
        "| 字數 | 標題 | 要點 |\n|---|---|---|\n| 400 | La niebla | x |\n| 8000 | La tormenta | |",
    ],
)
def test_a_persons_outline_may_have_any_form_and_length(text: str) -> None:
    plan, _ = from_markdown(text, "mine.md")
    assert [(s.title, s.point, s.words) for s in plan.sections] == [("La niebla", "x", 400), ("La tormenta", "", 8000)]


def test_what_is_wrong_with_a_persons_outline_is_said() -> None:
    with pytest.raises(InputError, match=r"mine\.json:1: no section found \(item 2 of its list"):
        from_markdown('{"sections": [{"title": "A", "words": 300}, 7]}', "mine.json")
