"""What a finished text is said to be: in order, too long, in circles, without an end, in another language, off its subject."""

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from tests.helpers.making import fake, settings, varied, write_with
from tests.helpers.server import prose

from longwriter.language import differs, languages_in, tongue
from longwriter.length.target import Target, exact, read_target
from longwriter.models.fake import ENGLISH, FakeModel
from longwriter.types import Plan, Reply, Request, Section
from longwriter.writer.outcome.named import SAID_BEFORE, absent, named_things
from longwriter.writer.outcome.verdict import findings, flawed, length
from longwriter.writer.session import Options

TEA = "The keeper poured his tea into a bottle with milk, and the boat that had come for him was at the door."
CHINESE = "海边的小镇在清晨醒来，渔夫们把网收好，孩子们沿着石阶跑向学校，老人坐在门前看云。"


def verdict(text: str, request: str = "Write about a keeper, tea and a boat", words: int = 0) -> dict[str, str]:
    """What is not in order, by kind."""
    target = exact(words, "option") if words else Target(aim=1, low=1, high=None, source="plan", quote="")
    return {f.kind: f.text for f in findings(request, target, [text], text, ()) if not f.ok}


def test_a_text_in_order_says_so() -> None:
    found = {f.kind: f for f in findings("Write about a keeper, tea and a boat", exact(21, "option"), [TEA], TEA, ())}
    assert all(f.ok for f in found.values())
    assert found["length"].text == "22 of 21 words (+4.8 %)"
    assert (found["looping"].text, found["ending"].text, found["language"].text) == (
        "no loops", "ends on a full sentence", "in English")  # fmt: skip
    assert found["asked"].text == "of what was asked for: 3 of 3 named things appear"


@pytest.mark.parametrize(
    ("target", "written", "ok", "said"),
    [
        (exact(3000, "option"), 2982, True, "2,982 of 3,000 words (-0.6 %)"),
        (exact(3000, "option"), 3300, True, "3,300 of 3,000 words (+10.0 %)"),
        (exact(3000, "option"), 3301, False, "it is too long: 3,301 of 3,000 words (+10.0 %)"),
        (exact(3000, "option"), 2699, False, "it is too short: 2,699 of 3,000 words (-10.0 %)"),
        (read_target("about 1000 words"), 1120, False, "it is too long: 1,120 of 1,000 words (+12.0 %)"),
        (read_target("700 to 900 words"), 900, True, "900 of 700 to 900 words"),
        (read_target("700 to 900 words"), 950, True, "950 of 700 to 900 words (+5.6 %)"),
        (read_target("700 to 900 words"), 600, False, "it is too short: 600 of 700 to 900 words (-14.3 %)"),
        (read_target("at least 1000 words"), 5000, True, "5,000 of at least 1,000 words"),
        (read_target("at least 1000 words"), 880, False, "it is too short: 880 of at least 1,000 words (-12.0 %)"),
        (read_target("at most 1000 words"), 300, True, "300 of at most 1,000 words"),
        (read_target("at most 1000 words"), 1200, False, "it is too long: 1,200 of at most 1,000 words (+20.0 %)"),
        (exact(20, "option"), 1, False, "it is too short: 1 of 20 words (-95.0 %)"),
    ],
)
def test_length(target: Target, written: int, ok: bool, said: str) -> None:
    assert (length(target, written).ok, length(target, written).text) == (ok, said)


@pytest.mark.parametrize(
    "end",
    [
        "He walked to the",
        "He said that,",
        "What you need:",
        "The bottle (with milk",
        "老人坐在门前看",
        "One. Two. Thr",
        "## Epilogue",
    ],
)
def test_an_end_that_is_missing(end: str) -> None:
    assert "ending" in verdict(f"{TEA}\n\n{end}\n")


@pytest.mark.parametrize(
    "end",
    [
        "He went.", "“He went.”", "He went …", "- milk\n- tea\n- a bottle", "1. Boil\n2. Pour", "| a | b |\n| c | d |",
        "The End",
        "THE END", "完", "Yours,\n\nAda Lovelace", "The sea is wide\nthe boat is small\nI hear the tide\nand that is all",
        "```\nmake tea\n```", "他走了。", "***", "She smiled 🙂", "*He went.*", "[1] A. Smith, Tea, 1999.",
    ],
)  # fmt: skip
def test_ends_that_are_ends(end: str) -> None:
    assert "ending" not in verdict(f"{TEA}\n\n{end}\n")


def test_circles_are_said_with_their_words() -> None:
    said = verdict("The lamp was lit and the sea was calm that night by the old wall. " * 30)["looping"]
    assert said.startswith("it goes round in circles: 9")
    assert '("The lamp was lit' in said
    assert "looping" not in verdict(prose(Random(1), 600))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TEA, "en"),
        ("Der Wärter goss sich den Tee in eine Flasche, und das Boot war noch nicht da.", "de"),
        ("Le gardien versa son thé dans une bouteille, et le bateau n'était pas encore là.", "fr"),
        ("El guardián sirvió el té en una botella, y el barco no había llegado por la noche.", "es"),
        ("Il guardiano versò il tè in una bottiglia, e la barca non era ancora arrivata.", "it"),
        ("O guarda serviu o chá em uma garrafa, e o barco ainda não tinha chegado.", "pt"),
        ("Người gác đèn rót trà vào một cái chai, và con thuyền không đến.", "vi"),
        (CHINESE, "zh"),
        ("灯台守はお茶を瓶に注いで、船を待っていた。", "ja"),
        ("등대지기는 차를 병에 따르고 배를 기다렸다.", "ko"),
        ("Смотритель налил чай в бутылку и ждал лодку.", "ru"),
        ("صب الحارس الشاي في زجاجة وانتظر القارب.", "ar"),
        ("चौकीदार ने चाय बोतल में डाली और नाव का इंतज़ार किया।", "hi"),
        ("river stone lantern winter", ""),
        ("", ""),
        ("12 34", ""),
    ],
)
def test_tongues(text: str, code: str) -> None:
    assert tongue(text) == code


@pytest.mark.parametrize(
    ("request_", "text", "wrong"),
    [
        ("写一篇关于海边小镇的文章", TEA, True),
        ("写一篇关于海边小镇的英文文章", TEA, False),
        ("Write about a town by the sea", CHINESE, True),
        ("Write about a town by the sea, in Chinese", CHINESE, False),
        ("Schreibe eine Geschichte über den Wärter und das Meer", TEA, True),
        (
            "Write the story of the keeper and his boat",
            "Der Wärter goss den Tee ein, und das Boot war nicht da. " * 3,
            True,
        ),
        ("Tea", "Der Wärter goss den Tee ein, und das Boot war nicht da. " * 3, False),
        ("Write the story of the keeper and his boat", "river stone lantern winter morning", False),
    ],
)
def test_a_wrong_language(request_: str, text: str, wrong: bool) -> None:
    assert ("language" in verdict(text, request_)) is wrong
    assert differs(text, {tongue(request_)} - {""} | languages_in(request_)) is wrong


def test_one_section_in_another_language_is_named() -> None:
    english, german = (
        varied("The keeper and his boat were at the door of", 6),
        "Der Wärter goss den Tee nicht ein und ging. " * 8,
    )
    said = findings("Write the story of the keeper", exact(100, "option"), [english, german, english], english, ())
    assert next(f.text for f in said if f.kind == "language") == "section 2 is in German, not in English"


@pytest.mark.parametrize(
    ("request_", "things"),
    [
        (
            "Write a 3000-word story about a lighthouse keeper who finds a bottle",
            ["lighthouse", "keeper", "finds", "bottle"],
        ),
        ("Write a guide to tea.", ["tea"]),
        ("写一篇不少于8000字的茶史", ["茶史"]),
        ("写一个关于灯塔看守人和瓶子的3000字故事", ["灯塔看守人", "瓶子"]),
        ("Escribe una historia de 500 palabras sobre el té", ["Escribe", "historia", "sobre", "té"]),
    ],
)
def test_named_things(request_: str, things: list[str]) -> None:
    assert named_things(request_) == things


def test_things_that_are_missing() -> None:
    assert absent(["lighthouses", "bottles", "灯塔看守人", "瓶子"], "The lighthouse stood. 灯塔的看守人走了。") == [
        "bottles",
        "瓶子",
    ]
    few = verdict(TEA, "Write about whales, harpoons, ropes and a boat")
    assert few == {"asked": "of what was asked for: 1 of 4 named things appear (missing: whales, harpoons, ropes)"}
    assert not flawed(findings("Write about whales", exact(21, "option"), [TEA], TEA, ()))  # said, and no fault


PLAN = Plan(sections=tuple(Section(title=t, point="tea", words=150) for t in ("Morning", "Evening")))


GERMAN = """der die und das den nicht von sich mit dem ist ein eine auf er sie war auch zu wie Haus Meer Boot Licht Wärter
Flasche Abend Morgen Fenster Hafen Brief Garten Stille Sommer Winter Fluss Stein Laterne Brücke Berg Spiegel Donner Insel
Wald Kerze Reise Anker Wiese ging trug fragte fand folgte öffnete wartete horchte versprach""".split()  # noqa: SIM905


def speaking(words: Sequence[str], share: float = 1.0, end: str = "") -> FakeModel:
    """A model that says these words in ever new order, so many as a share of what is asked, and ends like that."""
    rng = Random(7)

    def say(request: Request) -> Reply:
        asked = int(re.findall(r"(\d+) words", request.messages[-1].content)[-1])
        sentences = [" ".join(rng.choices(words, k=12)).capitalize() + "." for _ in range(round(share * asked / 12))]
        return Reply(text=" ".join(sentences) + end, finish="stop")

    model = FakeModel.scripted(say)
    model.prefill = False
    return model


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (speaking(GERMAN), "language"),
        (speaking([*ENGLISH, "keeper", "tea"], end=" And then he walked to the"), "ending"),
        (speaking([*ENGLISH, "keeper", "tea"], 0.05), "length"),
        (speaking(ENGLISH), ""),
    ],
)
async def test_what_models_do_is_found(tmp_path: Path, model: FakeModel, kind: str) -> None:
    made = await write_with(model, settings("Write about the keeper and his tea"), tmp_path, Options(plan=PLAN))
    assert made.report.finished
    assert {f.kind for f in flawed(made.report.verdict)} - {"sections"} == ({kind} if kind else set())


async def test_a_model_that_overshoots_is_trimmed_or_said(tmp_path: Path) -> None:
    made = await write_with(fake(1.12), settings(words=600), tmp_path)
    off = abs(made.report.written / 600 - 1)
    assert ("length" in {f.kind for f in flawed(made.report.verdict)}) is (off > 0.1)


async def test_candidates_side_by_side_are_not_counted_twice_in_the_clock(tmp_path: Path) -> None:
    made = await write_with(fake(), settings(words=1200), tmp_path)
    assert 0 <= made.report.wall_seconds <= made.report.seconds + 0.1


@pytest.mark.parametrize("line", SAID_BEFORE.values())
def test_a_conversation_that_is_quoted_was_not_asked_for(line: str) -> None:
    assert named_things(f"Write 200 words on oats\n\n{line}\n\nUser: speak of Vienna\n\nAnswer: Danube") == ["oats"]
