import pytest
from tests.helpers.prose import ENGLISH, GERMAN, RUSSIAN

from longwriter.checks.along.language import tongues
from longwriter.checks.along.measures import measure
from longwriter.checks.along.names import names_of, number_conflicts
from longwriter.checks.along.reading import read


def named(text: str) -> set[str]:
    words = read(text)
    found = names_of(words, tongues(words, "en"))
    return set() if found is None else {text[words.starts[i] : words.ends[i]] for i in found.at.tolist()}


def conflicts(text: str) -> float:
    """Mentions in all."""
    words = read(text)
    return number_conflicts(words, tongues(words, "en")) * len(words.starts) / 1000


def test_names_are_capitals_inside_sentences_that_are_not_also_words() -> None:
    text = (
        "The old man saw Marta and Olin by the river. Then Marta's boat left Vellin on Monday. Old men said that I and "
        "Mr. Olin had seen it. Suddenly it was gone. Vellin slept, and the Old man with it, for all that he was old and "
        "they said that it was the old boat of the river."
    )
    assert named(text) == {"Marta", "Marta's", "Olin", "Vellin"}


def test_no_names_where_nouns_have_capitals_or_nothing_has() -> None:
    assert named(GERMAN * 5) == set()
    assert named(RUSSIAN * 5) == set()
    assert named("the and of " * 50) == set()
    assert named("Anna saw Anna and then Ben.") == set()  # fewer than three


def test_chinese_names_stand_before_what_people_do() -> None:
    text = "林远说他不去。王小明点点头。“好，”玛丽·奥恩笑了。后来林远走到窗前，看见奥恩和王小明在高山下。天气很好。"
    words = read(text)
    found = names_of(words, tongues(words, "zh"))
    assert "".join(text[words.starts[i]] for i in found.at.tolist()) == "林王玛奥林奥王"
    assert found.name.tolist() == [0, 1, 2, 3, 0, 3, 1]


def cast(*names: str) -> str:
    """100 words about them, each named in each sentence of ten."""
    one, two, three = names
    return f"then {one} told {two} that {three} had seen them. " * 10


def test_names_changed_half_way_are_unknown_and_the_old_ones_lost() -> None:
    first, second = cast("Anna", "Ben", "Cora"), cast("Dora", "Emil", "Fred")
    found = measure(first * 5 + second * 5, "en")
    assert found.along["known_names"] == (None, 1, 1, 1, 1, 0, 1, 1, 1, 1)
    assert found.along["kept_names"] == (None, 1, 1, 1, 1, 0, 0.5, 0.5, 0.5, 0.5)
    assert found.whole["kept_names"] == 0
    assert measure(first * 10, "en").whole["kept_names"] == 1


def test_a_text_without_names_has_no_such_measures() -> None:
    found = measure("the cat sat on the mat and it was warm. " * 30, "en").along
    assert found["known_names"] == found["kept_names"] == (None,) * 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The house has 12 rooms. All of the 15 rooms are cold.", 1),
        ("The house has twelve rooms. All of the 12 rooms are cold.", 0),
        ("There were twenty-one doors and the house had one of the 21 doors, not 22 doors.", 1),
        ("It took 3 days and then 5 days, and he was 12 years old and the other 14 years.", 0),
        ("They had two hundred rooms and then one of the 3 rooms.", 0),
        ("There was a 2-1 win and the 1,200 sheets were 1200 sheets of the paper.", 0),
        ("The 7 dwarfs met the 8 dwarfs and then the 9 dwarfs that were not the 7 dwarfs.", 2),
        ("他们有十二个房间。后来十五个房间都空了。", 1),
        ("他们有十二个房间。后来12个房间都空了，一个房间没有。", 0),
    ],
)
def test_numbers_of_the_same_things(text: str, expected: float) -> None:
    assert conflicts(text) == pytest.approx(expected)


def test_numbers_of_real_prose_hardly_conflict_and_other_languages_have_no_rule() -> None:
    assert measure(ENGLISH, "en").whole["number_conflicts"] == 0
    assert measure(GERMAN, "de").whole["number_conflicts"] is None
    assert measure("", "en").whole["number_conflicts"] is None
