import random
from itertools import islice

import pytest
from tests.helpers.prose import CHINESE

from longwriter.checks.slop.learn import learn
from longwriter.checks.slop.score import slop
from longwriter.errors import InputError

PLANTED = "the pale lantern flickered twice"
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 600)]


def english(rng: random.Random, words: int, planted: str = "", every: int = 60, name: str = "") -> str:
    """Sentences of made words with function words among them, a planted phrase and a name of this text's own."""
    made = [first + v + c + v for first in "bdfgkl" for v in "aeiou" for c in "lmnrst"]
    out = []
    for n in range(words // 10):
        sentence = [
            rng.choice(["the", "of", "and", "was", "to", "that"]) if i % 2 else rng.choice(made) for i in range(10)
        ]
        out.append(" ".join(sentence) + ".")
        if planted and n % (every // 10) == 0:
            out.append(f"Then {planted} at once.")
        if name and n % 5 == 0:
            out.append(f"{name}.")
    return " ".join(out)


def human(words: int = 60_000, seed: int = 99) -> list[str]:
    return [english(random.Random(seed + n), 3000) for n in range(words // 3000)]


def test_a_planted_phrase_is_learned_and_names_of_one_text_are_not() -> None:
    lengths = [6000, *[800] * 7]  # the name of the long one is used often enough
    outputs = [english(random.Random(n), lengths[n], PLANTED, name=f"Zor{'abcdefgh'[n]}ath") for n in range(8)]
    found = learn(outputs, human())
    phrases = [one.phrase for one in found.phrases]
    assert "pale lantern flickered" in phrases[0]
    assert not any("Zor" in phrase for phrase in phrases)
    assert not any(phrase.casefold() in {"the", "of", "and", "it was"} for phrase in phrases)
    assert found.phrases[0].texts == 8
    assert found.stock.language == "en"
    fresh = slop(english(random.Random(50), 800, PLANTED), stock=found.stock)
    assert fresh.percentile == 100
    assert slop(human(3000, 500)[0], stock=found.stock).percentile < 100


def test_what_people_write_as_often_is_not_slop() -> None:
    outputs = [english(random.Random(n), 800, PLANTED) for n in range(8)]
    people = [english(random.Random(99 + n), 3000, PLANTED) for n in range(20)]
    assert not [one for one in learn(outputs, people).phrases if "lantern" in one.phrase]


def test_chinese_is_learned_by_characters() -> None:
    rng = random.Random(3)

    def text(sentences: int, planted: str = "") -> str:
        made = ("".join(rng.choices(HAN, k=9)) + "。" for _ in range(sentences))
        return "".join(
            sentence + (f"他{planted}，" if planted and n % 6 == 0 else "") for n, sentence in enumerate(made)
        )

    found = learn([text(100, "嘴角微微上扬") for _ in range(6)], [text(300) for _ in range(30)])
    assert found.phrases[0].phrase in {"嘴角微微上扬", "他嘴角微微上扬"}
    assert all(len(one.phrase) > 1 for one in found.phrases)
    assert found.stock.language == "zh"
    assert slop(text(60, "嘴角微微上扬"), stock=found.stock).per_1000 > 10


def test_the_order_of_human_texts_hardly_matters_and_the_same_texts_give_the_same_list() -> None:
    outputs = [english(random.Random(n), 800, PLANTED) for n in range(8)]
    assert learn(outputs, human()) == learn(outputs, human())
    assert learn(outputs, reversed(human())).phrases[0].phrase == learn(outputs, human()).phrases[0].phrase


def test_human_texts_are_read_one_by_one() -> None:
    read: list[int] = []

    def people() -> object:
        for n, text in enumerate(human()):
            read.append(n)
            yield text

    outputs = [english(random.Random(n), 800) for n in range(4)]
    learn(outputs, people())
    assert len(read) == 20


@pytest.mark.parametrize(
    ("outputs", "people", "said"),
    [
        ([], [], "0 texts of the model"),
        (["word " * 3000] * 2, [], "2 texts of the model"),
        (["too short"] * 5, [], "10 words are too little"),
        ([*islice(iter(human()), 3)], ["a few words"], "the human texts have 3 words"),
    ],
)
def test_too_little_is_said(outputs: list[str], people: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        learn(outputs, people)


def test_texts_in_two_languages_are_refused() -> None:
    with pytest.raises(InputError, match="'en' and the human ones in 'zh'"):
        learn([*islice(iter(human()), 3)], ["".join(CHINESE) * 30 + "。" for _ in range(30)])
