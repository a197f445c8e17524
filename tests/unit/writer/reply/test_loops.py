"""Circles in a text: of words, sentences, paragraphs and lists, in many scripts, and forms that are none."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longwriter.text import ends_complete
from longwriter.writer.reply.loops import good_part, loops

GOOD = (
    "The harbour lay still that morning, and nobody on the quay had seen the boat come in. A man with a rope over his arm "
    "walked down to the water and looked at it for a long time without a word. The gulls answered before anyone else could, "
    "and the tide began to turn at last."
)
LINE = (
    "the road went on through the hills and the rain, past the mill and the bridge, to the town where a fair was held."
)
THINGS = [
    "plants",
    "dogs",
    "cats",
    "stove",
    "letters",
    "windows",
    "shoes",
    "roof",
    "garden",
    "fence",
    "books",
    "kitchen",
    "floor",
    "lamp",
    "bread",
    "soup",
    "rope",
    "boat",
    "nets",
    "oars",
]
ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
PARTS = ["character", "ending", "situation", "place", "theme", "plot", "hero", "end", "voice"]

CIRCLES = {
    "word": f"{GOOD} " + "lighthouse " * 40,
    "short word": f"{GOOD} " + "the " * 60,
    "sentence": f"{GOOD} " + "It is a place where people can visit. " * 8,
    "two sentences": f"{GOOD} " + "It is a place where people can visit. They are still there today. " * 6,
    "paragraph": f"{GOOD}\n\n" * 4,
    "paragraph after three others": "\n\n".join(
        [GOOD, *(f"{w} {LINE}" for w in ("Then", "Later", "After that")), GOOD]
    ),
    "character": "港口很安静。" + "茶" * 80,
    "chinese": "港口那天早晨很安静。" + "这是一个很美的地方，人们都喜欢来这里看海。" * 9,
    "japanese": "港はその朝静かだった。" + "それはとても美しい場所でした。" * 10,
    "korean": "항구는 그날 아침 조용했다. " + "그곳은 매우 아름다운 장소였습니다. " * 10,
    "thai": "ท่าเรือเงียบสงบในเช้าวันนั้น " + "มันเป็นสถานที่ที่สวยงามมาก" * 12,
    "arabic": "كان الميناء هادئا في ذلك الصباح. " + "إنه مكان جميل جدا يزوره الناس. " * 10,
    "hindi": "बंदरगाह शांत था। " + "यह एक बहुत सुंदर जगह है। " * 12,
    "emoji": f"{GOOD} " + "😀" * 100,
    "emoji by turns": f"{GOOD} " + "😀🎉" * 60,
    "rule without end": f"{GOOD}\n\n" + "-" * 500,
    "blank lines": f"{GOOD}" + "\n" * 500,
    "list that counts": "\n".join(
        f"{i}. The {p}: The {p} is a lighthouse keeper, who has found a letter in a bottle,"
        for i, p in enumerate(PARTS, 5)
    ),
    "list of one line": "\n".join(f"{i}. The end: The end is a short heading," for i in range(1, 20)),
    "sections that count": " ".join(
        f"This section is part of section {i}. It is a section of the text." for i in range(1, 15)
    ),
    "ordinals": " ".join(
        f"This section is the {a} section to be written. It is the {b} section to be written."
        for a, b in pairwise(ORDINALS)
    ),
}


@pytest.mark.parametrize("name", CIRCLES)
def test_a_circle_is_seen_and_cut_off(name: str) -> None:
    text = CIRCLES[name]
    assert loops(text)
    good = good_part(text)
    assert text.startswith(good)
    assert len(good) < len(text)
    assert not loops(good)
    assert good == "" or ends_complete(good) or good.endswith(",")


@pytest.mark.parametrize("name", ["word", "sentence", "paragraph", "emoji", "rule without end", "blank lines"])
def test_what_came_before_a_circle_is_kept_whole(name: str) -> None:
    assert good_part(CIRCLES[name]).startswith(GOOD)


def test_the_sentence_that_returns_is_kept_once() -> None:
    assert good_part("港口很安静。" + "这是一个很美的地方，人们都喜欢来这里看海。" * 9).startswith("港口很安静。")
    assert good_part(CIRCLES["paragraph"]) == GOOD
    assert good_part(CIRCLES["paragraph after three others"]).count(GOOD) == 1


def test_a_copy_of_an_earlier_section_is_a_circle_only_beside_it() -> None:
    section = (
        f"{GOOD} Then {LINE} Nobody sang. The lamps were lit, one after another, along the whole of the northern quay."
    )
    assert not loops(section)
    assert loops(section, f"An opening of its own.\n\n{section}\n\nAnd a middle part.")
    assert good_part(section, section) == ""
    assert loops(GOOD, GOOD), "a short one, if it stood earlier almost whole"
    assert not loops(
        f"{GOOD[:60]} But the boat was not the one that they had waited for, and nobody knew its name.", GOOD
    )


CHORUS = (
    "Row, row the boat to the farther shore,\nThe wind is high and the night is long,\nWe shall not see the harbour more,\n"
    "So lift your voice and sing this song.\n\n"
)
VERSES = (
    "The captain stood at the wheel alone\nAnd counted stars that were never "
    "there,\nHis hands were cold as the harbour stone,\n"
    "And salt had whitened his beard and hair.\n\n",
    "A girl had waved from the northern pier\nWith a yellow scarf and a paper "
    "bird,\nShe called a name that he could not hear,\n"
    "And he answered her with a single word.\n\n",
    "The morning came with a bank of cloud,\nThe nets were torn and the barrels dry,\nAnd one old sailor began aloud\n"
    "To tell the crew how the swallows fly.\n\n",
)
SAINTS = [
    "Mary",
    "Michael",
    "Gabriel",
    "Raphael",
    "Joseph",
    "Peter",
    "Paul",
    "Andrew",
    "James",
    "John",
    "Thomas",
    "Philip",
    "Matthew",
    "Simon",
    "Jude",
    "Luke",
    "Mark",
]
HONEST = {
    "song": "".join(verse + CHORUS for verse in VERSES),
    "list": "\n".join(
        f"- Look after the {t} on {d}"
        for t, d in zip(THINGS, ["Monday", "Tuesday", "Friday", "Sunday"] * 5, strict=True)
    ),
    "checklist": "\n".join(f"{i}. Check the {t} before you leave the house." for i, t in enumerate(THINGS, 1)),
    "table": "| Year | Ships | Tons |\n|---|---|---|\n"
    + "\n".join(f"| {1900 + i} | {i * 37 % 91} | {i * 971 % 3000} |" for i in range(40)),
    "code": "".join(f"def get_{t}(self):\n    return self._{t}\n\n" for t in THINGS),
    "rows of a page": "".join(f"    <tr><td>{t}</td><td>{i}</td></tr>\n" for i, t in enumerate(THINGS)),
    "dialogue": "\n\n".join(['"Yes."', '"No."'] * 4),
    "litany": "".join(f"Holy {name}, pray for us.\n" for name in SAINTS),
    "psalm": "O give thanks unto the Lord; for he is good: for his mercy endureth for "
    "ever.\nO give thanks unto the God of gods: for "
    "his mercy endureth for ever.\nTo him who alone doeth great wonders: for his mercy "
    "endureth for ever.\nTo him that by wisdom "
    "made the heavens: for his mercy endureth for ever.\nTo him that stretched out the earth above the waters: for his mercy "
    "endureth for ever.\nTo him that made great lights: for his mercy endureth for "
    "ever:\nThe sun to rule by day: for his mercy "
    "endureth for ever:\nThe moon and stars to rule by night: for his mercy endureth for ever.",
    "glossary": "".join(
        f"**{t.title()}**: a word that sailors use for {what} on a ship.\n\n"
        for t, what in zip(
            THINGS,
            [
                "ropes",
                "sails",
                "masts",
                "decks",
                "holds",
                "guns",
                "beds",
                "rats",
                "food",
                "rum",
                "winds",
                "maps",
                "oaths",
                "songs",
            ],
            strict=False,
        )
    ),
    "contents": "\n".join(f"Chapter {i} ................ {i * 13}" for i in range(1, 30)),
    "recipe": "\n".join(f"{10 + i * 5} g of {t}" for i, t in enumerate(THINGS)),
    "rule": f"{GOOD}\n\n" + "-" * 100,
    "cry": f'{GOOD} "A{"a" * 30}h! Ha ha ha ha ha ha!"',
    "countdown": f"{GOOD} Ten, nine, eight, seven, six, five, four, three, two, one.",
    "knocking": f"{GOOD} Knock, knock, knock. Knock, knock, knock. The door stayed shut.",
}


@pytest.mark.parametrize("name", HONEST)
def test_a_form_that_returns_is_no_circle_at_any_length(name: str) -> None:
    text = HONEST[name]
    assert [n for n in range(40, len(text) + 1, 10) if loops(text[:n])] == []
    assert good_part(text) == text


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=60),
            st.sampled_from(["It is a place. ", "这是一个很美的地方。", "the ", "😀", "\n\n", "A. ", GOOD]),
        ).flatmap(lambda s: st.integers(1, 40).map(lambda n: s * n)),
        max_size=6,
    ).map("".join),
    st.sampled_from(["", GOOD, "It is a place. " * 9]),
)
def test_a_good_part_is_a_beginning_without_a_circle_and_stays(text: str, before: str) -> None:
    good = good_part(text, before)
    assert text.startswith(good)
    assert not loops(good, before)
    assert good_part(good, before) == good


def test_a_look_at_a_stream_is_quick() -> None:
    words = [f"{THINGS[i % 20]}{i * 7919 % 3571}" for i in range(3000)]
    before, text = " ".join(words)[:20_000], " ".join(reversed(words))[:5000]
    loops(text, before)
    times = []
    for _ in range(15):
        began = time.perf_counter()
        loops(text, before)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.005


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "ab" * 100_000, "a. " * 66_000, "\n" * 200_000, "茶" * 200_000, GOOD * 500]
)
def test_a_hostile_text_is_cut_within_seconds(text: str) -> None:
    began = time.perf_counter()
    good_part(text)
    assert time.perf_counter() - began < 3
