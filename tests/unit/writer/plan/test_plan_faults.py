"""Plans that no text can be written from are refused, whatever their language; short, plain and odd ones pass."""

import pytest

from longwriter.errors import PlanError
from longwriter.types import Plan, Section
from longwriter.writer.plan.faults import SamePointError, check_plan, line_fault
from longwriter.writer.plan.parse import parse_plan

REQUEST = "Write a story about a lighthouse keeper who finds a letter in a bottle"
FIRST = ("The keeper's evening", "Tomas climbs the tower at dusk and trims the lamp.")
LAST = ("Morning", "Anna and Tomas read the letter together by the stove.")


def plan(*lines: tuple[str, str]) -> Plan:
    return Plan(title="", sections=tuple(Section(title=title, point=point, words=300) for title, point in lines))


PLACEHOLDERS = [
    ("Title 1", "Point 1"),
    ("Section title", "Main point"),
    ("<title>", "<point>"),
    ("Insert title here", "Insert point here"),
    ("Lorem ipsum", "Lorem ipsum dolor sit amet"),
    ("[Main point]", "[What it covers]"),
    ("[Title]", "The storm comes and the boat is lost."),
    ("point 1", "point 2"),
    ("1", "2"),
    ("12", "The storm comes and the boat is lost."),
    ("...", "..."),
    ("……", "……"),
    ("aaaaaaaaaaaa", "aaaaaaaa"),
    ("茶茶茶茶茶茶茶茶茶", "茶茶茶茶"),
    ("the the the the the", "the the the the the the"),
    ("Chapter One", "Chapter One"),
    ("Title of the section", "what this section covers"),
    ("a short heading", "one or two sentences that say what this section alone covers"),
    (
        "Title",
        "one or two sentences that say what this section alone covers, concretely enough to write it without asking back",
    ),
    ("title of the text", "Text here"),
    ("TBD", "TBD"),
    ("N/A", "N/A"),
    ("Untitled", "Untitled section"),
    ("Section 1: title", "Description of section 1"),
    ("Your title here", "Your text here"),
    ("Heading", "Description"),
    ("Sample title", "Sample point"),
    ("string", "string"),
    ("Part 2", "This is part 2 of the text."),
    ("Section A", "Section A is the first section"),
    ("First section", "The first section"),
    ("标题", "要点"),
    ("标题一", "要点一"),
    ("第一节", "第一节的内容"),
    ("章节标题", "本节内容"),
    ("简短的标题", "用一两句话说明只有这一节才写的内容"),
    ("此处填写标题", "此处填写要点"),
    ("全文标题", "全文标题"),
    ("Titel", "Inhalt"),
    ("Titel 1", "Punkt 1"),
    ("Abschnitt 1", "Abschnitt 1"),
    ("Überschrift", "Beschreibung"),
    ("Titre 1", "Titre 1"),
    ("Titre de la section", "Point principal"),
    ("Título 1", "Punto 1"),
    ("Título de la sección", "Contenido"),
    ("Titolo 1", "Punto 1"),
    ("Título 1", "Ponto 1"),
    ("タイトル", "内容"),
    ("タイトル1", "ポイント1"),
    ("第1章", "第1章"),
    ("제목", "내용"),
    ("제목 1", "요점 1"),
    ("Название", "Описание"),
    ("Раздел 1", "Раздел 1"),
    ("The storm", "The storm"),
    ("The storm", "the storm."),
    ("Write a story", "Write a story about a lighthouse keeper who finds a letter in a bottle"),
    ("{title}", "{point}"),
    ("$title", "$point"),
    ("___", "___"),
    ("---", "The storm"),
    ("!!!", "???"),
    ("title", "point"),
    ("Section One", "section one"),
    ("xxx", "xxx"),
    ("XXXX", "XXXX"),
    ("abc", "abc"),
    ("foo", "bar"),
    ("Intro here", "text text text text text"),
    ("ha ha ha ha ha ha", "It covers ha ha ha ha ha ha"),
]


@pytest.mark.parametrize("line", PLACEHOLDERS, ids=lambda line: line[0][:20])
def test_a_line_that_says_nothing_is_named(line: tuple[str, str]) -> None:
    with pytest.raises(PlanError, match="line 2 "):
        check_plan(plan(FIRST, line, LAST), 3, REQUEST)


ALIKE = {
    "numbers alone": [(f"The storm {i}", f"The storm number {i} comes") for i in range(1, 6)],
    "ordinal": [(f"{w} chapter", f"This is the {w} part of the tale") for w in ["First", "Second", "Third", "Fourth"]],
    "same point": [
        ("A", "Tomas rows out to the boat"),
        ("B", "Tomas rows out to the boat"),
        ("C", "It rains all day long"),
    ],
    "zhnum": [(f"第{i}次出海", f"第{i}次出海的故事") for i in "一二三四"],
    "same title": [
        ("Storm", "The wind rises at night"),
        ("Storm", "The boat is lost in it"),
        ("Calm", "The sea lies still"),
    ],
}


@pytest.mark.parametrize("name", ALIKE)
def test_lines_that_say_the_same_are_refused(name: str) -> None:
    with pytest.raises(PlanError):
        check_plan(plan(*ALIKE[name]), None, REQUEST)


def test_one_point_under_several_titles_is_odd_and_no_more() -> None:
    for lines in (ALIKE["same point"], [(f"The ** operator {i}", "How a ` b works") for i in range(4)]):
        with pytest.raises(SamePointError, match="has the point of another"):
            check_plan(plan(*lines), None, REQUEST)
    for lines in (
        ALIKE["numbers alone"],
        ALIKE["ordinal"],
        ALIKE["same title"],
        [(f"Storm {i}", "") for i in range(4)],
    ):
        with pytest.raises(PlanError) as caught:
            check_plan(plan(*lines), None, REQUEST)
        assert not isinstance(caught.value, SamePointError)


HONEST = {
    "parts": [
        ("Part One", "Tomas climbs the tower and lights the lamp."),
        ("Part Two", "A bottle comes in on the tide with a letter."),
        ("Part Three", "He rows to the village to ask."),
    ],
    "chapters": [("Chapter 1", "Tomas climbs the tower."), ("Chapter 2", "The bottle is found on the beach.")],
    "intro": [
        ("Introduction", "Why tomatoes are worth the trouble."),
        ("Soil", "How to prepare it."),
        ("Conclusion", "What to do in the second year."),
    ],
    "zh": [("雾", "清晨的雾里，船没有回来。"), ("归来", "第三天，老人从海上归来。")],
    "zh2": [("茶", "茶从云南的山里来到长安。"), ("马", "茶马古道上的马帮。"), ("海", "茶叶坐船到伦敦。")],
    "single": [("The storm", "A storm comes and the boat is lost.")],
    "single no point": [("The storm", "")],
    "no points": [("The storm", ""), ("The boat", ""), ("The morning", "")],
    "de": [("Der Sturm", "Ein Sturm zieht auf, und das Boot geht verloren."), ("Abschied", "Anna verlässt das Dorf.")],
    "ja": [("霧", "朝の霧の中、船は戻らなかった。"), ("帰還", "三日目に老人が海から戻る。")],
    "years": [
        ("1914", "The war begins and the harbour is closed."),
        ("1915", "The boats are taken by the navy."),
        ("1916", "Hunger in the town."),
    ],
    "years2": [("1914", "Der Krieg beginnt."), ("1918", "Er endet.")],
    "months": [("January", "Prune the vines."), ("February", "Sow the leeks."), ("March", "Turn the compost.")],
    "first": [
        ("First Steps", "How to hold the bow."),
        ("Second Wind", "What to do when the hand tires."),
        ("The Third String", "Why it sounds dull."),
    ],
    "point word": [
        ("The Turning Point", "The battle is lost at noon."),
        ("Point of View", "Who tells the story and why."),
    ],
    "Text": [("Text and Image", "How a page is laid out."), ("Title Pages", "What printers put first.")],
    "days": [
        ("Day 1: Rome", "The Forum and the Pantheon."),
        ("Day 2: Rome", "The Vatican and the river."),
        ("Day 3: Naples", "Pizza and the museum."),
    ],
    "acts": [
        ("Act I", "Two houses quarrel and two children meet."),
        ("Act II", "They marry in secret."),
        ("Act III", "A duel ends in exile."),
    ],
    "steps": [
        ("Step 1: Dig", "Dig a hole as deep as a spade."),
        ("Step 2: Plant", "Set the plant and tread the earth."),
    ],
    "zh ch": [("第一章", "林远离开家乡，去南方找父亲。"), ("第二章", "他在船上遇到阿秀。")],
    "zh long": [("第一节 茶的起源", "神农尝百草的传说与考古证据。"), ("第二节 茶的传播", "佛教僧人把茶带到日本。")],
    "short": [("A", "The boat leaves in the night."), ("B", "It comes back without a captain.")],
    "ru": [("Туман", "Утром корабль не вернулся."), ("Возвращение", "Старик приходит на третий день.")],
    "bracket": [("The Storm [1953]", "The dyke breaks."), ("After [1954]", "It is built again.")],
    "title=point long": [
        (
            "How the harbour was built by three brothers in one summer",
            "How the harbour was built by three brothers in one summer",
        ),
        ("The storm", "It breaks the quay."),
    ],
    "mama": [("Mama", "Mama sings in the kitchen."), ("Papa", "Papa mends the nets.")],
    "banana": [("Banana", "Anna bakes banana bread."), ("Mississippi", "Down the river by raft.")],
    "none": [("None", "Nobody comes to the funeral."), ("All", "The whole town comes to the feast.")],
    "example": [("Example", "A worked case: a roof of 20 square metres."), ("Exercise", "Compute the load yourself.")],
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_plan_passes(name: str) -> None:
    check_plan(plan(*HONEST[name]), len(HONEST[name]), REQUEST)


def test_replies_of_a_small_model() -> None:
    replies = {
        "is a placeholder: 'section 1'": '{"sections": [{"title": "section 1", "point": "section 1 is the '
        'first section.", "words": 200}, '
        '{"title": "section 2", "point": "section 2 is the second section.", "words": 200}]}',
        "is a placeholder: 'section1'": '{"sections": [{"title": "section1", "point": "section2", "words": 500}, '
        '{"title": "section3", "point": "section4", "words": 1000}]}',
        "is a placeholder: 'title of the text'": '{"sections": [{"title": "title of the text", "point": '
        '"This text is dedicated to a '
        'dog that was lost to the world.", "words": 500}, {"title": "Introduction", "point": '
        '"This is a story about a dog.", "words": 200}]}',
        "is a placeholder: '全文标题'": '{"sections": [{"title": "全文标题", "point": "全文标题", "words": 500}, '
        '{"title": "素村猪' + "茶" * 77 + '", "point": ",", "words": 500}]}',
    }
    for fault, reply in replies.items():
        with pytest.raises(PlanError) as caught:
            check_plan(parse_plan(reply, 5000), 2, "x")
        assert str(caught.value) == f"line 1 {fault}"
    second = Section(title="素村猪" + "茶" * 77, point="", words=500)
    assert line_fault(second, (), "x").startswith("repeats one sign")


def test_half_to_twice_as_many_sections_will_do() -> None:
    lines = [
        (f"{word} at sea", f"{word} rows out and comes back with a {word.lower()}'s tale.")
        for word in ["Anna", "Ben", "Clara", "Dora", "Emil", "Fanny", "Georg", "Hilda"]
    ]
    for count in (4, 8, 16, None):
        check_plan(plan(*lines), count, REQUEST)
    for count in (3, 17):
        with pytest.raises(PlanError, match=f"it has 8 sections, not {count}"):
            check_plan(plan(*lines), count, REQUEST)


def test_a_title_may_return_in_another_chapter() -> None:
    old = Section(title="The storm", point="It breaks the quay.", words=300, chapter="One")
    new = Section(title="The storm", point="It comes back in May.", words=300, chapter="Two")
    assert line_fault(new, (old,), REQUEST) == ""
    assert (
        line_fault(new.model_copy(update={"chapter": "One"}), (old,), REQUEST)
        == "has the title of another: 'The storm'"
    )


@pytest.mark.parametrize(
    ("title", "point", "fault"),
    [
        ("Part 4", "Sidenote", "placeholder"),
        ("Section 2", "", "placeholder"),
        ("Chapter 1", "This is the first section", "placeholder"),
        ("Part 4", "How tomatoes are watered in summer", ""),
        ("Watering", "Sidenote", ""),
    ],
)
def test_a_placeholder_for_a_title_needs_a_point_that_says_something(title: str, point: str, fault: str) -> None:
    found = line_fault(Section(title=title, point=point, words=100), (), "Write a guide to tomatoes.")
    assert fault in found
    assert bool(found) == bool(fault)
