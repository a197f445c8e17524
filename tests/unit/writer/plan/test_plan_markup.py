"""Plans as YAML, nearly, and in tags: read with all their sections, whatever stands first in one, or refused."""

import pytest

from longwriter.errors import PlanError
from longwriter.writer.plan.parse import parse_plan
from longwriter.writer.plan.reading.indented import block_of
from longwriter.writer.plan.reading.tags import DEEPEST_TAGS, tree_of

TWO = [("Fog", "finds: a letter", 400, ""), ("Storm", "sails", 600, "")]
FOG, STORM = ("Fog", "finds: a letter", "400"), ("Storm", "sails", "600 words")


def rows(reply: str) -> list[tuple[str, str, int, str]]:
    return [(s.title, s.point, s.words, s.chapter) for s in parse_plan(reply).sections]


def items(dash: str, *keys: str) -> str:
    """Both sections, their keys in an order, behind dashes that stand so far in."""
    out = []
    for title, point, words in (FOG, STORM):
        values = {"title": title, "point": point, "words": words, "id": "7"}
        lines = [f"{key}: {values[key]}" for key in keys]
        out += [f"{dash}- {lines[0]}", *(f"{dash}  {line}" for line in lines[1:])]
    return "\n".join(out)


YAML = {
    "in order": "sections:\n" + items("  ", "title", "point", "words"),
    "without an indent": "title: Sea\nsections:\n" + items("", "title", "point", "words"),
    "words first": "sections:\n" + items("  ", "words", "title", "point"),
    "the point first": items("", "point", "words", "title"),
    "an id first": "sections:\n" + items("  ", "id", "title", "words", "point"),
    "fenced, with talk": "Here is the plan.\n\n```yaml\nsections:\n"
    + items("  ", "title", "words", "point") + "\n```\nShall I?",
    "quoted": "sections:\n  - title: \"Fog\"\n    point: 'finds: a letter'\n    words: 400\n"
    "  - title: \"Storm\"\n    point: 'sails'\n    words: 600",
    "titles as keys": "Fog:\n  point: finds: a letter\n  words: 400\nStorm:\n  point: sails\n  words: 600\n",
    "Spanish": "secciones:\n  - palabras: 400\n    titulo: Fog\n    punto: finds: a letter\n"
    "  - palabras: 600\n    titulo: Storm\n    punto: sails",
}  # fmt: skip


@pytest.mark.parametrize("name", YAML)
def test_yaml_in_any_order(name: str) -> None:
    assert rows(YAML[name]) == TWO


def test_titles_alone_are_sections() -> None:
    assert [title for title, *_ in rows("sections:\n- title: Fog\n- title: Storm\n- title: Home")] == [
        "Fog",
        "Storm",
        "Home",
    ]


def test_chapters_of_yaml_hold_their_sections() -> None:
    reply = "title: Sea\nchapters:\n  - title: One\n    sections:\n" + items("      ", "title", "point", "words")
    assert rows(reply + "\n  - title: Two\n    sections:\n      - title: Home\n        words: 500") == [
        *((title, point, words, "One") for title, point, words, _ in TWO),
        ("Home", "", 500, "Two"),
    ]
    assert parse_plan(reply).title == "Sea"


@pytest.mark.parametrize(
    "reply",
    [
        "- A (400 words): p\n- B (500 words): q",
        "Fog: the keeper finds a letter\nStorm: he sails",
        "- Title: Fog\n- Point: finds a letter\n- Title: Storm\n- Point: sails",
        "- Chapter 1: Fog\n  - Point: finds a letter\n- Chapter 2: Storm\n  - Point: sails",
        "title: Fog\nwords: 400\n\nProse.\n\ntitle: Storm\nwords: 600",
        "- title: Fog\n  title: Storm\n- title: c\n  words: 3",
        "- title: Fog\n  words: 400\n    more: 3\n- title: c",
        "\n".join(f"{'  ' * n}- title:" for n in range(40)),
    ],
)
def test_what_is_no_block_is_left_to_the_lines(reply: str) -> None:
    assert block_of(reply) is None


TAGS = {
    "elements": "<section><title>Fog</title><point>finds: a letter</point><words>400</words></section>",
    "lines": "  <section>\n    <title>Fog</title>\n    <point>finds: <i>a</i> letter</point>\n"
    "    <words>400</words>\n  </section>\n",
    "attributes": '<section title="Fog" words="400">finds: a letter</section>',
    "attributes alone": "<section title='Fog' words=\"400\" point='finds: a letter'/>",
    "Chinese": "<章节><标题>Fog</标题><要点>finds: a letter</要点><字数>400字</字数></章节>",
    "items": "<item><title>Fog</title><point>finds: a letter</point><words>about 400</words></item>",
    "a list": "<li>Fog (400 words): finds: a letter</li>\n",
    "a bold list": "<li><b>Fog</b> (400 words): finds: a letter</li>\n",
    "lines of a list": "1. Fog (400 words): finds: a letter\n",
    "a table": "<tr><td>Fog</td><td>400</td><td>finds: a letter</td></tr>",
}  # fmt: skip


@pytest.mark.parametrize("name", TAGS)
@pytest.mark.parametrize(
    ("before", "after"), [("<plan>\n", "\n</plan>"), ("Here it is.\n\n<outline>\n", "</outline>\n\nShall I?")]
)
def test_plans_in_tags(name: str, before: str, after: str) -> None:
    if name == "a table":
        before, after = before + "<table><tr><th>Title</th><th>Words</th><th>Point</th></tr>", "</table>" + after
    storm = (
        TAGS[name]
        .replace("Fog", "Storm")
        .replace("400", "600")
        .replace("<i>a</i>", "a")
        .replace("finds: a letter", "sails")
    )
    assert rows(before + TAGS[name] + storm + after) == TWO


def test_chapters_in_tags_hold_their_sections() -> None:
    fog, storm = (
        f"<section><title>{title}</title><words>{n}</words></section>" for title, n in (("Fog", 400), ("Storm", 600))
    )
    chapters = f'<chapter title="One">{fog}</chapter><chapter><title>Two &amp; more</title>{storm}</chapter>'
    reply = f'<book title="Sea">{chapters}</book>'
    assert rows(reply) == [("Fog", "", 400, "One"), ("Storm", "", 600, "Two & more")]
    assert parse_plan(reply).title == "Sea"


@pytest.mark.parametrize(
    "reply",
    [
        "<plan><section><title>Fog</title></plan>",
        "<plan><section><title>Fog</title></section>",
        "<plan><div>Fog</div></plan>",
        "<section>" * (DEEPEST_TAGS + 1) + "</section>" * (DEEPEST_TAGS + 1),
        "</section><section>",
    ],
)
def test_tags_that_are_no_plan_hold_nothing(reply: str) -> None:
    assert tree_of(reply) is None


@pytest.mark.parametrize(
    "reply",
    [
        "<plan><section><title>Fog</title><words>400</words></section><section><title>Storm</title>",
        '{"titles": ["Fog", "Storm", "Home"], "words": [400, 600]}',
    ],
)
def test_half_a_plan_is_refused(reply: str) -> None:
    with pytest.raises(PlanError):
        parse_plan(reply)


def test_sections_of_latex_are_headings() -> None:
    assert rows("\\section{Fog} (400 words)\nfinds: a letter\n\\section*{Storm} (600 words)\nsails") == TWO
