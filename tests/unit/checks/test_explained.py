"""What a text says itself that makes two statements both so: each beside the same statements without it, which contradict."""

import pytest

from longwriter.checks.ledger.contradictions import contradictions
from longwriter.checks.ledger.ledger import Ledger
from longwriter.checks.ledger.records import LedgerFact

ENGLISH = [
    ("colour", "Agnes had blue eyes. Her brother sat down. {} eyes were brown.", "His", "Agnes's"),
    ("colour", "Karen had red hair. {} Karen's black hair shone.", "She dyed it.", "She came in late."),
    ("colour", "Karen had red hair. {} Karen's black hair shone.", "It was only a wig.", "It was only a fool."),
    ("colour", "Karen had blue eyes. {} Karen had brown eyes.", "It was bad: in the portrait", "It was bad: in the end"),
    ("colour", "Otto had red hair. Otto's black-haired {} laughed.", "cousin", "head was shaking, and he"),
    ("colour", "Otto's hair was {}black. At noon Otto's hair was {}fair.", ("wet and ", "dry and "), ("", "")),
    ("colour", "Alaric had blue eyes. {} came in. His eyes were brown.", "A boy", "Then he"),
    ("kinship", "Paul was Nina's uncle. Paul was Nina's {}father.", "god", "grand"),
    ("colour", "Martha had blue eyes. {} eyes were brown.", "His", "Her"),
    ("colour", "Alaric had blue eyes. Alaric looked {} his brown eyes.", "into", "up with"),
    ("colour", "Karen has blue eyes. Karen's brown {}.", "eye is the left one", "eyes are the large ones"),
    ("age", "Alma was twenty. A woman of fifty, Alma {} slept.", "thought, would have", "ate well and"),
    ("date", "The opening was on 3 May 1950. The opening{} was on 9 May 1950.", " of the second show", ""),
    ("age", "Alma was thirty. Alma was twelve {}.", "when the dam broke, in 1950", "and very small"),
    ("age", "Alma was thirty. {} Alma was twelve.", "She remembered the school.", "She opened the school."),
    ("age", "Alma was thirty when {}. Alma was twenty when {}.", ("she left", "she came"), ("she left", "she left")),
    ("age", "Alma was ten. {} Alma was sixty.", "The house burned. Now", "The house burned. And"),
    ("age", "Alma was thirty. The {} was ninety.", "house that Alma bought", "oldest of them, Alma,"),
    ("age", "Old Mr. Brandt was eighty. {} Mr. Brandt was twenty.", "Young", "Old"),
    ("age", '"I am twenty," said Alma.{}Alma was sixteen.', " ", "\n\nThe door shut.\n\n"),
    ("number", "The Grand Hotel had forty rooms. {} the Grand Hotel had twelve rooms.", "After the war", "All the same"),
    ("number", "The Grand Hotel had forty rooms. {} twelve rooms of the Grand Hotel were green.", "The first", "All the"),
    ("number", "The Grand Hotel had {}forty rooms. The Grand Hotel had forty-two rooms.", "about ", ""),
    ("date", "Dora was born on 3 May 1950. Her {} was born on 9 April 1952.", "sister", "own self, this Dora,"),
    ("date", "The race was held on 3 May 1950. The race was held on 9 May {}.", "1951", "1950"),
    ("date", "The battle was on 3 May 1950. {} battle was on 9 June 1950.", "Another", "That"),
    ("date", "Dora was born on 3 May{}. Dora was born on 20 April{}.", (" by the new calendar", " by the old one"), ("", "")),
    ("kinship", "Paul was Nina's brother. {} Paul was Nina's husband.", "In the school play", "In the school yard"),
    ("kinship", "Nina's father was Paul. Nina's {}father was Henry.", "real ", ""),
    ("kinship", "Paul was Nina's brother. He {} her. Paul was Nina's husband.", "was adopted and wed", "was kind, and liked"),
    ("kinship", "Paul was Nina's uncle. Paul was Nina's {}father.", "step", "grand"),
    ("dead", "Hugo {}. Hugo laughed.", "died laughing", "died"),
    ("dead", "Hugo was buried {}. Hugo laughed.", "under a pile of letters", "under the yew tree"),
    ("dead", "Hugo was drowned {}. Hugo laughed.", "in the second act", "in the second lake"),
    ("dead", "Hugo lost his life{}. Hugo laughed.", " savings", " at sea"),
    ("dead", "Hugo died in 1943. In {} Hugo laughed.", "1938", "1950"),
    ("dead", "Hugo lay dead. The doctor {} his mouth. Hugo laughed.", "breathed into", "looked into"),
    ("dead", "Hugo was dead. {} Hugo laughed.", "Or so everybody said;", "Then, in the hall,"),
    ("dead", "Hugo was dead. {}Hugo laughed.", "His son ", "And then "),
]  # fmt: skip
CHINESE = [
    ("colour", "林涛的眼睛是蓝色的。林涛的{}眼睛是棕色的。", "妻子", ""),
    ("colour", "林涛的头发是黑色的。{}林涛一头金发。", "他把头发染了。", "他把门关上了。"),
    ("age", "林涛今年六十岁。{}林涛十二岁。", "说起往事，", "说到这里，"),
    ("age", "林涛今年六十岁。林涛二十岁{}。", "参军", "了"),
    ("age", "林涛今年十岁。林涛的{}四十岁。", "父亲", "确是"),
    ("dead", "林涛{}死了。林涛坐下来喝水。", "爱", "病"),
    ("dead", "林涛{}死了。林涛坐下来喝水。", "在戏里", "在河里"),
    ("number", "康宁旅馆有二十间客房。{}康宁旅馆有十二间客房。", "大火之后，", "除此之外，"),
    ("date", "林涛出生于1990年5月3日。林涛{}出生于1992年6月4日。", "的妹妹", ""),
]


def checks(text: str, language: str) -> list[str]:
    return [finding.check for finding in contradictions(text, language)]


def filled(text: str, words: str | tuple[str, ...]) -> str:
    return text.format(*([words] if isinstance(words, str) else words))


@pytest.mark.parametrize(("check", "text", "why", "instead"), ENGLISH)
def test_what_the_text_explains_is_no_contradiction(
    check: str, text: str, why: str | tuple[str, ...], instead: str | tuple[str, ...]
) -> None:
    assert checks(filled(text, why), "en") == []
    assert checks(filled(text, instead), "en") == [check]


@pytest.mark.parametrize(("check", "text", "why", "instead"), CHINESE)
def test_what_a_chinese_text_explains_is_no_contradiction(check: str, text: str, why: str, instead: str) -> None:
    begin = "林涛走进门，说：“你好。”林涛笑了。"
    assert checks(begin + filled(text, why), "zh") == []
    assert checks(begin + filled(text, instead), "zh") == [check]


PAST = (
    "He was tired. She was glad. They were here. It was cold. He had eaten. She did it. He went out. She came in. " * 2
)
OTHERWISE = [
    (
        "spelling",
        "Martin " + "sat. Martin " * 5 + "left. The rain fell all that day, and all slept. {} Marten came.",
        "A man called",
        "In the night",
    ),
    (
        "tense",
        PAST + "\n\n{} He walks to the door, opens it and looks out. She sleeps.",
        "Every morning",
        "That morning",
    ),
    (
        "tense",
        PAST + "\n\n{} He knows the way and tells her so. She takes it.",
        "In the film it is so.",
        "In the hall it was so.",
    ),
    (
        "person",
        PAST + "\n\nHis {}: I went home, and I slept. I was tired, and my head ached.",
        "diary says",
        "day was so",
    ),
]


@pytest.mark.parametrize(("check", "text", "why", "instead"), OTHERWISE)
def test_what_is_meant_so_is_no_turn_and_no_slip(check: str, text: str, why: str, instead: str) -> None:
    assert checks(text.format(why), "en") == []
    assert checks(text.format(instead), "en") == [check]


def test_years_later_may_count_from_any_year_of_the_paragraph() -> None:
    assert (
        checks("She was born in 1900. The war began in 1914. Three years later, in 1903, her sister came.", "en") == []
    )
    assert checks("She was born in 1900.\n\nThe war began in 1914. Three years later, in 1903, she came.", "en") == [
        "date"
    ]


def test_what_has_changed_stays_so() -> None:
    told = "## A\n\nKaren had red hair.\n\n## B\n\nKaren dyed it. Karen's black hair shone.\n\n## C\n\nKaren's {} hair shone.\n"
    assert checks(told.format("black"), "en") == []
    assert checks(told.format("fair"), "en") == ["colour"]


def test_what_was_so_at_another_time_is_no_fact_of_the_present() -> None:
    ledger = Ledger("en")
    ledger.add(1, "Alma was thirty.")
    assert ledger.add(2, "She looked at the picture. In the picture Alma was twelve.") == []
    assert [(fact.relation, fact.value) for fact in ledger.about("Alma comes home.", 100)] == [("age", "30")]


def test_a_fact_of_a_person_needs_no_reason() -> None:
    ledger = Ledger("en", [LedgerFact(subject="Karen", relation="hair", value="red", section=0, source="user")])
    assert [one.check for one in ledger.add(1, "Karen dyed it. Karen's black hair shone.")] == ["colour"]
