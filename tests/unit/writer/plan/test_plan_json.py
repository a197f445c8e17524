"""Plans as JSON in the shapes that models and people give them; what cannot be read as a whole is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.errors import PlanError
from longwriter.writer.plan.parse import parse_plan

FOG = {"title": "Fog", "point": "finds", "words": 400}
STORM = {"title": "Storm", "point": "sails", "words": 600}
SECTIONS = [FOG, STORM]
PLAN = {"title": "Sea", "sections": SECTIONS}
LINES = "1. Fog (400 words): finds\n2. Storm (600 words): sails"


def rows(reply: str) -> list[tuple[str, str, int]]:
    return [(s.title, s.point, s.words) for s in parse_plan(reply).sections]


SHAPES = {
    "a line each": "\n".join(map(json.dumps, SECTIONS)),
    "a line each, fenced": "```json\n" + ",\n".join(map(json.dumps, SECTIONS)) + "\n```",
    "numbered lines": f"1. {json.dumps(FOG)}\n2. {json.dumps(STORM)}",
    "a mark before it": "\ufeff" + json.dumps(PLAN),
    "draft and final": json.dumps({"title": "T", "sections": [{"title": "Old", "point": "x", "words": 300}]})
    + "\n\nFinal:\n"
    + json.dumps(PLAN),
    "a note before it": json.dumps({"status": "ok", "note": "here"}) + "\n" + json.dumps(PLAN),
    "a sum after it": json.dumps(PLAN) + "\n" + json.dumps({"total_words": 1000}),
    "wrapped": json.dumps({"result": {"outline": SECTIONS}}),
    "wrapped in a list": json.dumps([{"plan": PLAN}]),
    "a text within": json.dumps({"answer": json.dumps(PLAN)}),
    "a text within a text": json.dumps({"data": {"plan": json.dumps(SECTIONS)}}),
    "lines within": json.dumps({"answer": LINES}),
    "lines within a plan": json.dumps({"title": "Sea", "outline": LINES}),
    "encoded twice": json.dumps(json.dumps(PLAN)),
    "encoded twice, fenced": "```json\n" + json.dumps(json.dumps(PLAN)) + "\n```",
    "encoded twice in a sentence": "The plan: " + json.dumps(json.dumps(PLAN)),
    "escaped": json.dumps(PLAN).replace('"', '\\"'),
    "a call": json.dumps({"name": "make_plan", "arguments": {"sections": SECTIONS}}),
    "a call with a text": json.dumps({"name": "make_plan", "arguments": json.dumps({"sections": SECTIONS})}),
    "rows": json.dumps([["Fog", "finds", 400], ["Storm", "sails", "600 words"]]),
    "numbered keys": json.dumps({"section_1": FOG, "section_2": STORM}),
    "keys are titles": json.dumps({"Fog": {"point": "finds", "words": 400}, "Storm": {"point": "sails", "words": 600}}),
    "single quotes": str(PLAN),
    "comments": '{"sections": [ // two\n' + json.dumps(FOG) + ",\n/* b */ " + json.dumps(STORM) + "]}",
    "a forgotten bracket": '{"sections":[{"title":"Fog","point":"finds","words":400 '
    '"title":"Storm","point":"sails","words":600}]}',
    "traditional": '{"標題":"海","章節":[{"標題":"Fog","要點":"finds","字數":400},'
    '{"標題":"Storm","要點":"sails","字數":"約600字"}]}',
    "French": '{"titre":"Mer","plan":[{"titre":"Fog","idée principale":"finds","nombre_de_mots":"400 mots"},'
    '{"titre":"Storm","idée principale":"sails","nombre_de_mots":"500-700"}]}',
    "affixes": '{"book_title":"Sea","Sections":[{"sectionTitle":"Fog","Main-Point":"finds","estimatedWordCount":400},'
    '{"sectionTitle":"Storm","Main-Point":"sails","estimatedWordCount":600}]}',
    "ends of a range": '{"sections":[{"title":"Fog","point":"finds","words":[300,500]},'
    '{"title":"Storm","point":"sails","min_words":500,"maxWords":"700 words"}]}',
    "ends in an object": '{"sections":[{"title":"Fog","point":"finds","length":{"min":300,"max":500}},'
    '{"title":"Storm","point":"sails","words":"about 600"}]}',
    "points in a list": '{"sections":[{"title":"Fog","key_points":["finds"],"words":400},'
    '{"title":"Storm","key_points":[{"point":"sails"}],"words":600}]}',
    "counts in titles": '[{"title":"Fog (400 palabras)","point":"finds"},{"title":"Storm (600 palabras)","point":"sails"}]',
    "people beside it": json.dumps({"characters": [{"name": "Ann", "description": "old"}], "chapters": SECTIONS}),
    "bulleted lines": f"- {json.dumps(FOG)}\n* {json.dumps(STORM)}",
    "a count with its unit": '[{"title":"Fog","point":"finds","words":{"value":400,"unit":"words"}},'
    '{"title":"Storm","point":"sails","length":{"words":{"min":500,"max":700}}}]',
    "one list a field": '{"titles":["Fog","Storm"],"points":["finds","sails"],"word_counts":[400,"600 words"]}',
    "quoted in lines": '1. Fog (400 words): finds\n2. Storm (600 words): sails\n\n{"total": 1000}',
}


@pytest.mark.parametrize("name", SHAPES)
def test_one_plan_in_many_shapes(name: str) -> None:
    assert rows(SHAPES[name]) == [("Fog", "finds", 400), ("Storm", "sails", 600)]


def test_tasks_are_sections_and_thinking_is_none() -> None:
    tasks = [
        {"id": "1", "task_type": "think", "goal": "Design the plot", "sub_tasks": []},
        {
            "id": "2",
            "task_type": "write",
            "goal": "Opening: the lighthouse",
            "length": "1000 words",
            "dependency": ["1"],
        },
        {"id": "3", "task_type": "write", "goal": "The storm breaks", "length": "2000 words", "sub_tasks": []},
    ]
    plan = {"id": "", "task_type": "write", "goal": "A novel", "length": "3000 words", "sub_tasks": tasks}
    assert [(title, words) for title, _, words in rows(json.dumps(plan))] == [
        ("Opening: the lighthouse", 1000),
        ("The storm breaks", 2000),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {
                "volumes": [
                    {"volume": "V1", "arcs": [{"arc": "A", "chapters": [FOG]}, {"arc": "B", "chapters": [STORM]}]}
                ]
            },
            ["A", "B"],
        ),
        (
            {
                "volumes": [
                    {"volume": "V1", "arcs": [{"arc": "A", "chapters": [FOG]}]},
                    {"title": "V2", "arcs": [{"arc": "A", "chapters": [STORM]}]},
                ]
            },
            ["V1: A", "V2: A"],
        ),
        ({"parts": [{"part": 1, "chapters": [FOG]}, {"part": 2, "chapters": [STORM]}]}, ["Part 1", "Part 2"]),
        ({"Teile": [{"Teil": "Eins", "Kapitel": [FOG]}, {"Teil": "Zwei", "Kapitel": [STORM]}]}, ["Eins", "Zwei"]),
        ({"outline": {"One": {"Fog": 400}, "Two": {"Storm": 600}}}, ["One", "Two"]),
        ({"act_1": {"title": "One", "scenes": [FOG]}, "act_2": {"title": "Two", "scenes": [STORM]}}, ["One", "Two"]),
        ([FOG | {"chapter": "One"}, STORM | {"chapter": "Two"}], ["One", "Two"]),
    ],
)
def test_books_are_flattened_with_the_titles_of_their_parts(value: object, expected: list[str]) -> None:
    plan = parse_plan(json.dumps(value))
    assert [(s.chapter, s.title) for s in plan.sections] == list(zip(expected, ["Fog", "Storm"], strict=True))


def test_a_chapter_a_line() -> None:
    lines = [
        {"chapter": "One", "sections": SECTIONS},
        {"chapter": "Two", "sections": [{"title": "Home", "words": 300}]},
    ]
    plan = parse_plan("\n".join(map(json.dumps, lines)))
    assert [(s.chapter, s.title) for s in plan.sections] == [("One", "Fog"), ("One", "Storm"), ("Two", "Home")]


def test_what_stands_beside_the_sections_is_kept() -> None:
    plan = {"introduction": {"point": "hello", "words": 200}, "sections": SECTIONS, "the_end": {"words": 100}}
    assert [(title, words) for title, _, words in rows(json.dumps(plan))] == [
        ("Introduction", 200),
        ("Fog", 400),
        ("Storm", 600),
        ("The end", 100),
    ]


def test_texts_with_counts_beside_the_body_are_kept() -> None:
    plan = {"introduction": "Say hello (200 words)", "body": SECTIONS, "conclusion": "Bye, 100 words", "style": "dry"}
    assert rows(json.dumps(plan))[0] == ("Introduction", "Say hello", 200)
    assert rows(json.dumps(plan))[-1] == ("Conclusion", "Bye", 100)
    assert len(rows(json.dumps(plan))) == 4


def test_parts_without_counts_are_the_point_of_a_counted_line() -> None:
    plan = {"sections": [FOG | {"point": "", "subsections": [{"title": "a"}, {"title": "b"}]}, STORM]}
    assert rows(json.dumps(plan)) == [("Fog", "a; b", 400), ("Storm", "sails", 600)]


@pytest.mark.parametrize(
    "reply",
    [
        '{"answer": "I would begin with the fog and go on from there."}',
        '{"izenburua": "Sumu", "hitzak": 400}',
        '{"id": 1, "kind": "x", "value": "y"}',
        '{"type": "object", "properties": {"title": {"type": "string"}, "sections": {"type": "array"}}}',
        '{"title": "Sea", "sections": []}',
        '{"sections": [{"title": "Fog", "words": 400}, {"words": 600}]}',
        '{"sections": [{"title": "Fog", "words": 400}, 7]}',
        '{"title": "Fog", "words": 400}\n{"izenburua": "Myrsky", "azalpena": "x", "modua": "y", "hitzak": 600}',
        '{"title": "Fog", "words": 400, "title": "Storm", "words": 600}',
        '{"sections": [{"title": "Fog", "words": 400}, {"title": "Storm", "point": "sai',
        '{"section": {"title": "Fog", "words": 400}, "section": {"title": "Storm", "words": 600}}',
        '{"people": [{"izena": "Ann", "ika": "x"}], "zatiak": [{"izenburua": "Sumu", "hitzak": 400}]}',
        json.dumps(PLAN) + '\n{"final": {"zatiak": "none", "title": 3, "more": {}}}',
        "1. Fog (400 words)\n2. Storm (600 words)\n\n| Title | Words |\n|---|---|\n| Home | 500 |\n| End | 300 |",
    ],
)
def test_what_is_read_in_part_alone_is_refused(reply: str) -> None:
    with pytest.raises(PlanError):
        parse_plan(reply)


def test_counts_that_are_no_numbers_void_nothing() -> None:
    reply = (
        '{"sections":[{"title":"a","words":' + "9" * 6000 + '},{"title":"b","words":NaN},{"title":"c","words":300}]}'
    )
    assert [(title, words) for title, _, words in rows(reply)] == [("a", 300), ("b", 300), ("c", 300)]


names = st.text(st.sampled_from("abcdefg hij"), min_size=3, max_size=20).map(lambda t: "T " + " ".join(t.split()) + ".")
leaves = st.builds(lambda t, w: [{"title": t, "words": w}], names, st.integers(50, 5000))
nested = st.recursive(
    leaves,
    lambda inner: st.tuples(
        st.sampled_from(["sections", "chapters", "teile", "章节", "subtasks"]),
        names,
        st.lists(inner, min_size=1, max_size=3),
    ).map(lambda made: [{"title": made[1], made[0]: [item for items in made[2] for item in items]}]),
    max_leaves=12,
)


def count(value: object) -> int:
    if isinstance(value, dict):
        return sum(map(count, value.values())) if "words" not in value else 1
    return sum(map(count, value)) if isinstance(value, list) else 0


@given(st.lists(nested, min_size=2, max_size=4), st.sampled_from(["plan", "lines", "wrapped", "twice"]))
def test_every_leaf_is_a_section(parts: list[list[dict[str, object]]], form: str) -> None:
    items = [item for part in parts for item in part]
    plan: object = {"title": "Sea", "parts": items}
    reply = {
        "plan": json.dumps(plan),
        "lines": json.dumps({"answer": plan}, ensure_ascii=False, indent=2),
        "wrapped": json.dumps({"answer": json.dumps(items)}),
        "twice": json.dumps(json.dumps(plan)),
    }[form]
    assert len(parse_plan(reply).sections) == count(items)
