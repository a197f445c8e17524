import pytest

from longwriter.intake.noticed import notice

TOLD = {
    ("en", "past", "first"): (
        "I walked down to the harbour, and my boat was gone. My coat was wet. I had nothing to say, he knew."
    ),
    ("en", "present", "third"): (
        "She walks down to the harbour and her boat is gone. Her coat is wet. She has nothing to say to him."
    ),
    ("en", "present", "second"): (
        "You walk down to the harbour, and it is empty. Your coat is wet. You have no boat, your hands are cold."
    ),
    ("en", "past", "third"): (
        "He went down to the harbour and it was empty. He had a coat, it was his. “I am here, I am cold,” he said."
    ),
    ("de", "past", "third"): (
        "Er ging zum Hafen, und sein Boot war fort. Sein Mantel war naß. Er hatte nichts für sie, sie wußte es."
    ),
    ("fr", "past", "third"): (
        "Il était au port et son bateau avait disparu. Son manteau était mouillé. Elle savait qu'il avait froid."
    ),
    ("fr", "past", "first"): (
        "J'étais au port et mon bateau avait disparu. Mon manteau était mouillé, et je savais que j'avais froid."
    ),
    ("es", "past", "third"): (
        "Ella estaba en el puerto y no había barcos. Su abrigo era viejo. Sabía que él tenía frío por sus barcos."
    ),
    ("ru", "past", "third"): (
        "Он стоял у моря. Его пальто было мокрым. Она сказала ему, что лодки были далеко. Он знал, что её не было."
    ),
    ("zh", "", "first"): "我走到港口，船都不见了。我的衣服湿了，我没有话说。“他走了，他早就走了。”我听见有人说。",
    ("zh", "", "third"): "他走到港口，船都不见了。他的衣服湿了，她没有话说。“我走了，我早就走了。”他听见有人说。",
    ("ja", "", ""): "彼は港まで歩いた。船はもうなかった。",
    ("", "", ""): "12, 13, 14.",
}


@pytest.mark.parametrize("told", TOLD, ids="-".join)
def test_how_a_text_is_told(told: tuple[str, str, str]) -> None:
    found = notice(TOLD[told] * 4)
    assert (found.language, found.tense, found.person) == told


def test_a_few_words_tell_nothing() -> None:
    assert notice("I was there and it was the end of the day.").tense == ""


def test_the_end_of_a_long_text_is_looked_at() -> None:
    before = "She walks down to the harbour and the boats are gone, and she is cold. " * 3_000
    after = "I walked down to the harbour and the boats were gone, and my coat was wet. " * 3_000
    assert notice(before + after).person == "first"
