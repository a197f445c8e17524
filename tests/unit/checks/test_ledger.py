"""The ledger: what sentences say, what contradicts it, and that nothing else does."""

import time

import pytest
from tests.helpers.contradicting import CHINESE_PAIRS, EYE, LONG, NOW, OTHER_WORDS, PAIRS, TOLD

from longwriter.checks.ledger.contradictions import contradictions
from longwriter.checks.ledger.ledger import Ledger, verified
from longwriter.checks.ledger.records import FactSource, LedgerFact

PERSON = "told in the third person, then by an I"


def checks(text: str, language: str = "en") -> list[str]:
    return [finding.check for finding in contradictions(text, language)]


@pytest.mark.parametrize(("first", "second", "check"), PAIRS)
def test_two_sayings_contradict_each_other_and_both_are_quoted(first: str, second: str, check: str) -> None:
    text = f"## One\n\n{first}\n\n## Two\n\nThe rain fell. {second}\n"
    found = contradictions(text, "en")
    assert [(one.kind, one.check) for one in found] == [("contradiction", check)]
    assert [place.section for place in found[0].places] == [1, 2]
    for place, quote, said in zip(found[0].places, found[0].quotes, (first, second), strict=True):
        assert text[place.start : place.end] == quote
        assert quote in said or said in quote
    assert checks(f"## One\n\n{first}\n\n## Two\n\nThe rain fell. {first}\n") == []


@pytest.mark.parametrize(("first", "second", "check"), OTHER_WORDS)
def test_what_is_said_in_another_order_is_found(first: str, second: str, check: str) -> None:
    assert checks(f"## One\n\n{first}\n\n## Two\n\nThe rain fell.\n\n{second}\n") == [check]


@pytest.mark.parametrize(
    ("first", "second", "check"),
    [
        ("林晓雨的眼睛是蓝色的。", "人们最先注意到的，是林晓雨那双棕色的眼睛。", "colour"),
        ("陈默今年二十六岁。", "“我今年三十五岁。”陈默说。", "age"),
        ("云来客栈一共有十二间客房。", "走进云来客栈，可以看见九间客房。", "number"),
        ("赵刚是林晓雨的哥哥。", "作为林晓雨的叔叔，赵刚坐在最前面。", "kinship"),
        ("王海溺水而亡。", "王海从抽屉里取出一封信。", "dead"),
        ("婚礼定在五月三日。", "大家记得，婚礼那天是六月五日。", "date"),
    ],
)
def test_chinese_sayings_in_another_order_are_found(first: str, second: str, check: str) -> None:
    told = "林晓雨笑着说，陈默听着。赵刚走了。王海站在门口。"
    assert checks(f"## 第一章\n\n{told}\n\n{first}\n\n## 第二章\n\n下雨了。\n\n{second}\n", "zh") == [check]


def test_words_that_begin_sentences_are_no_names() -> None:
    ledger = Ledger("en")
    ledger.add(
        1,
        "# The Long Way Home\n\nShelter was hard to find. She'll come, thought Eleanor. Bad weather kept Rosalind in. Did not "
        "she know? Didn't she? Marigold had gone. Hush! In May they met Mr. Black.",
    )
    assert sorted(one.name for one in ledger.entities) == ["Eleanor", "Marigold", "Mr. Black", "Rosalind"]


def test_a_common_word_inside_a_sentence_is_a_name() -> None:
    ledger = Ledger("en")
    ledger.add(1, "They gave the key to Hunter. Hunter smiled. The old house was called Shelter.")
    assert {"Hunter", "Shelter"} <= {one.name for one in ledger.entities}


def test_a_time_of_day_is_no_age() -> None:
    assert checks("## One\n\nMr. Vance was alive at nine-thirty.\n\n## Two\n\nMr. Vance was seen at ten.\n") == []


@pytest.mark.parametrize(("first", "second", "check"), CHINESE_PAIRS)
def test_chinese_sayings_contradict_each_other(first: str, second: str, check: str) -> None:
    found = contradictions(f"## 第一章\n\n{first}\n\n## 第二章\n\n下雨了。{second}\n", "zh")
    assert [(one.check, *one.quotes) for one in found] == [(check, first, second.removesuffix("”"))]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Eleanor's eyes were blue.", "Tom's eyes were brown."),
        ("Eleanor's eyes were brown.", "Eleanor had black eyes."),  # writers use both for the same eyes
        ("Eleanor's eyes were blue.", "Eleanor's eyes were red with crying, not blue."),
        ("Eleanor was ten years old.", "Ten years later Eleanor was twenty."),
        ("Eleanor was thirty.", "When Eleanor was twenty, she went to sea."),
        ("The Grand Hotel had twelve rooms.", "The Grand Hotel had nine cellars."),
        ("Tom thought that Bartholomew was dead.", '"Look," said Bartholomew.'),
        ("Bartholomew died that winter.", "She remembered how Bartholomew smiled."),
        ("Mr. Vance had blue eyes.", "Mrs. Vance had brown eyes."),
        ("Tom was Eleanor's brother.", "Anne was Eleanor's cousin."),
    ],
)
def test_what_may_both_be_so_is_no_finding(first: str, second: str) -> None:
    assert checks(f"## One\n\n{first}\n\n## Two\n\nThe rain fell. {second}\n") == []


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("It was Tuesday, 3 March 1890.", "weekday"),  # a Monday
        ("On the 3rd of March, 1890, a Sunday, it rained.", "weekday"),
        ("They met on 31 June.", "date"),
        ("In 1890 they left. Three years later, in 1899, they came back.", "date"),
    ],
)
def test_dates_that_no_calendar_has(text: str, check: str) -> None:
    assert checks(text) == [check]


def test_a_right_date_is_no_finding() -> None:
    assert checks("It was Monday, 3 March 1890. In 1890 they left. Three years later, in 1893, they came back.") == []
    assert checks("一九八五年三月四日，星期一，下着雨。", "zh") == []
    assert checks("一九八五年三月四日，星期二，下着雨。", "zh") == ["weekday"]


def test_a_rare_spelling_of_a_frequent_name() -> None:
    often = "Then Katherine laughed. He saw Katherine. She met Katherine. They heard Katherine. "
    found = contradictions(often + "A long road lay before them, and nobody spoke. He called Katharine.", "en")
    assert [(one.check, one.quotes) for one in found] == [("spelling", ("Katherine", "Katharine"))]
    assert checks(often + "He saw Katherine and Katharine.") == []  # side by side: two people


def test_narration_that_leaves_its_tense_or_person() -> None:
    assert checks(f"{TOLD}\n\nShe walks to the window and looks out. He smiles.") == ["tense"]
    assert checks(f"{TOLD}\n\nI went to my room. I closed my door.") == ["person"]
    assert checks(f'{TOLD}\n\n"She walks to the window and looks out. I saw my own eyes, and I know."') == []


@pytest.mark.parametrize(
    ("sections", "found"),
    [
        ([EYE, EYE, EYE], [(f"{PERSON}, in 3 sections", [1, 2, 3, 4])]),
        ([EYE, "The rain fell.", EYE], [(f"{PERSON}, in 2 sections", [1, 2, 4])]),
        ([EYE, TOLD, EYE], [(PERSON, [1, 2]), (PERSON, [3, 4])]),
        ([f"{TOLD}\n\n{EYE}", EYE], [(f"{PERSON}, in 2 sections", [2, 2, 3])]),
        ([NOW, f"{NOW} Tom nods."], [("told in the past, then in the present, in 2 sections", [1, 2, 3])]),
    ],
)
def test_a_change_of_voice_that_lasts_is_told_once(sections: list[str], found: list[tuple[str, list[int]]]) -> None:
    text = "\n\n".join(f"## {n}\n\n{one}" for n, one in enumerate([LONG, *sections]))
    told = contradictions(text, "en")
    assert [(one.message, [place.section for place in one.places]) for one in told] == found
    for one in told:
        assert [text[place.start : place.end] for place in one.places] == list(one.quotes)


def test_while_it_is_written_a_change_of_voice_is_told_where_it_begins() -> None:
    ledger = Ledger("en")
    told = [ledger.add(n, text, 9000 * n) for n, text in enumerate([LONG, EYE, EYE], 1)]
    assert [[one.check for one in found] for found in told] == [[], ["person"], []]


def test_numbers_of_chapters() -> None:
    assert checks("# A\n\n## Chapter 1\n\nx\n\n## Chapter 3\n\ny") == ["numbering"]
    assert checks("# A\n\n## Chapter 1\n\nx\n\n## Chapter 1\n\ny") == ["numbering"]
    assert checks("# A\n\n## Chapter 1\n\nx\n\n## Chapter 2\n\ny") == []
    assert checks("# Part 1\n\n## Chapter 1\n\nx\n\n## Chapter 2\n\nx\n\n# Part 2\n\n## Chapter 1\n\ny") == []


def test_a_persons_fact_comes_before_the_texts() -> None:
    ledger = Ledger("en", [LedgerFact(subject="Eleanor", relation="eyes", value="green", section=0, source="user")])
    (found,) = ledger.add(1, "Eleanor's eyes were brown.")
    assert (found.check, found.quotes, found.message) == (
        "colour",
        ("Eleanor's eyes were brown.",),
        "you said: eyes green; the text: brown",
    )
    assert [fact.value for fact in ledger.about("Eleanor waits", 100)] == ["green"]


@pytest.mark.parametrize(
    ("language", "relation", "value", "text", "found"),
    [
        ("en", "born", "7 May 1850", "Mary Gray was born on 7 May 1851 in a small town.", "date"),
        ("en", "born", "1851", "Mary Gray was born on 7 May 1851 in a small town.", None),
        ("en", "died", "May 7, 1850", "Mary Gray died on 7 May 1851 in a small town.", "date"),
        ("en", "Age", "thirty-five years", "Mary Gray was 34 years old.", "age"),
        ("en", "eyes", "emerald green", "Mary Gray had blue eyes.", "colour"),
        ("en", "eyes", "not green", "Mary Gray had blue eyes.", None),
        ("en", "father", "Peter", "Mary Gray's father Tom laughed.", "kinship"),
        ("en", "dead", "no", "Mary Gray died in the night of the storm.", "dead"),
        ("en", "dead", "no", "Mary Gray walked in and laughed.", None),
        ("en", "dead", "yes", "Mary Gray walked in and laughed.", "dead"),
        ("zh", "年龄", "35岁", "林秀兰说好。林秀兰今年三十四岁。", "age"),
        ("zh", "眼睛", "黑色", "林秀兰说好。林秀兰的眼睛是蓝色的。", "colour"),
        ("zh", "born", "1991年3月4日", "林秀兰说好。林秀兰出生于1990年3月4日。", "date"),
    ],
)
@pytest.mark.parametrize("source", ["user", "model"])
def test_what_a_person_or_a_model_says_in_words_of_their_own_is_compared(
    language: str, relation: str, value: str, text: str, found: str | None, source: FactSource
) -> None:
    name = "Mary Gray" if language == "en" else "林秀兰"
    ledger = Ledger(language, [LedgerFact(subject=name, relation=relation, value=value, section=0, source=source)])
    assert {one.check for one in ledger.add(1, text)} == ({found} if found else set())
    assert (relation, value) in {(fact.relation, fact.value) for fact in ledger.facts}  # as it was said


def test_a_place_is_named_with_an_article_and_without() -> None:
    said = LedgerFact(subject="The Grand Hotel", relation="number:rooms", value="forty", section=0, source="user")
    ledger = Ledger("en", [said])
    assert [one.check for one in ledger.add(1, "The Grand Hotel had 30 rooms.")] == ["number"]
    assert ledger.about("A night at the Grand Hotel", 100) == [said]


def test_facts_of_whoever_a_line_names() -> None:
    ledger = Ledger("en")
    ledger.add(1, "Eleanor Vance was twenty-six years old. Tom's eyes were blue. Eleanor had a brother called Tom.")
    assert {(fact.relation, fact.value) for fact in ledger.about("Eleanor waits", 100)} == {
        ("age", "26"),
        ("kin:brother", "Tom"),
    }
    assert ledger.about("Eleanor waits", 1) == []
    assert ledger.about("Nobody waits", 100) == []
    assert all(verified(fact, ledger.facts[0].quote) for fact in ledger.facts[:1])


def test_a_section_is_tried_without_being_kept() -> None:
    ledger = Ledger("en")
    ledger.add(1, "Eleanor's eyes were blue.")
    assert [one.check for one in ledger.against(2, "Eleanor's eyes were brown.")] == ["colour"]
    assert [fact.value for fact in ledger.facts] == ["blue"]
    ledger.learn(2, "Eleanor's eyes were brown.")
    assert [fact.value for fact in ledger.facts] == ["blue", "brown"]


def test_promises_are_opened_and_closed() -> None:
    ledger = Ledger("en")
    ledger.add(1, "Eleanor promised to return the book before winter.")
    ledger.add(2, "In the end Eleanor kept her promise.")
    (promise,) = ledger.promises
    assert (promise.opened, promise.closed) == (1, 2)
    assert promise.quote == "Eleanor promised to return the book before winter."


def test_entities_have_their_other_forms() -> None:
    ledger = Ledger("en")
    ledger.add(1, "Then Eleanor Vance came. She saw that Eleanor slept.")
    (found,) = ledger.entities
    assert (found.name, found.aliases, found.mentions) == ("Eleanor Vance", ("Eleanor",), 2)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "#", "“", '"' * 99, "\ud800 Eleanor's eyes were blue.", "1" * 5000, "第" * 5000]
)
def test_odd_texts_have_no_findings(text: str) -> None:
    assert contradictions(text) == contradictions(text, "en") == contradictions(text, "zh") == []
    assert contradictions(text, "xx") == []


@pytest.mark.parametrize(
    "unit", ["eyes blue ", "Tom's blue eyes and ", "Tom died and ", "twenty two hundred ", "王明说", "千"]
)
def test_time_does_not_grow_with_the_square_of_a_sentence(unit: str) -> None:
    begin = time.process_time()
    assert contradictions(unit * 5_000, "en") == contradictions(unit * 5_000, "zh") == []
    assert time.process_time() - begin < 3  # 0.1 to 0.3 s; the first of them took minutes


def test_facts_move_to_the_fuller_form_that_their_name_gets() -> None:
    ledger = Ledger("en")
    ledger.add(1, "In the hall they met Agnes again. Her eyes were tired. Then Agnes turned. Agnes had blue eyes.")
    found = ledger.add(2, "It was late, and Agnes Moore came in. Agnes Moore had green eyes.")
    assert [one.check for one in found] == ["colour"]
    assert [one.value for one in ledger.about("Agnes Moore goes home", 50)] == ["green"]
