import time
from pathlib import Path

import pytest
from tests.helpers.making import fake, settings, write_with

from longwriter.checks.slop.stock import StockList, as_toml
from longwriter.config import changed_keys
from longwriter.errors import InputError
from longwriter.models.fake import FakeModel
from longwriter.types import Reply, Request
from longwriter.writer.hold.slop import MOST_TOLD, SlopHold, slop_hold
from longwriter.writer.prompts import prompt_set
from longwriter.writer.settings import WriteSettings

PLAIN = "The men went down to the boats and looked at the water until the rain came over the hill. "
STOCK = PLAIN * 10 + "She took a deep breath. "


def hold(language: str = "en") -> SlopHold:
    found = slop_hold(None, prompt_set(language))
    assert found is not None
    return found


def test_nothing_is_told_until_a_phrase_is_used_too_often() -> None:
    one = hold()
    assert one.told(0, []) == ""
    assert one.told(2, [STOCK, STOCK]) == ""
    assert one.told(3, [STOCK, STOCK, STOCK]) == (
        "These phrases were used too often in the text so far: “took a deep breath” (3×). "
        "Say it in other words from here on, or leave it out."
    )


def test_what_was_long_ago_is_forgotten_and_few_phrases_are_told() -> None:
    one = hold()
    assert one.told(4, [STOCK] * 3 + [PLAIN * 300]) == ""
    many = (
        "She took a deep breath. The room fell silent. The door creaked open. Dust motes danced. A felt like an eternity. "
        * 3
    )
    assert one.told(1, [many]).count("×") == MOST_TOLD


def test_it_is_a_function_of_the_earlier_texts_alone() -> None:
    one = hold()
    other = one.told(3, [STOCK] * 3)
    one.told(9, [PLAIN, STOCK])
    assert one.told(3, [STOCK] * 3) == other == hold().told(3, [STOCK] * 3)


def test_small_models_are_told_nothing_but_their_candidates_lose() -> None:
    one = hold()
    assert one.briefly(3, [STOCK] * 3) == ""
    assert one.worth(PLAIN * 10, []) == 0
    assert one.worth(STOCK, []) == pytest.approx(-0.01 * (1000 / 195 - 4))
    assert one.worth("She took a deep breath. " * 40, []) == -0.3


def test_off_no_list_and_a_learned_one(tmp_path: Path) -> None:
    path = tmp_path / "slop.toml"
    path.write_text(as_toml(StockList(language="zh", phrases={"心中一动": 1.0})), "utf-8")
    assert slop_hold("off", prompt_set("en")) is None
    assert slop_hold(None, prompt_set("zh")) is None
    chosen = settings("写一个故事", slop=str(path)).slop
    learned = slop_hold(chosen, prompt_set("zh"))
    assert learned is not None
    assert "“心中一动” (3×)" in learned.told(1, ["他心中一动。" * 3])
    path.unlink()  # the run has kept it
    assert WriteSettings.model_validate_json(settings("写一个故事", slop=chosen).model_dump_json()).slop == chosen
    with pytest.raises(InputError, match="cannot read"):
        settings(slop=str(path))


def test_a_long_text_costs_no_more_for_its_last_section() -> None:
    one, texts = hold(), [f"{n} {STOCK}" for n in range(300)]
    one.told(0, texts)
    begin = time.process_time()
    for n in range(300):
        one.told(n, texts[: n + 1])
    assert (time.process_time() - begin) / 300 < 0.005  # 0.3 ms on a free core


def test_a_run_of_before_the_setting_goes_on() -> None:
    tree = settings("Write a story").model_dump(mode="json")
    assert changed_keys({key: value for key, value in tree.items() if key != "slop"}, tree) == []


async def test_a_full_prompt_ends_with_what_was_used_too_often(tmp_path: Path) -> None:
    whole = fake()

    def speak(request: Request) -> Reply:
        reply = FakeModel._by_rule(whole, request)
        breath = "" if request.json_schema is not None else "She took a deep breath. "
        return reply.model_copy(update={"text": breath + reply.text})

    for name, chosen, told in (("a", None, True), ("b", "off", False)):
        model = FakeModel.scripted(speak)
        wanted = settings("Write a story about a lighthouse", words=1000, section_words=120, slop=chosen)
        await write_with(model, wanted, tmp_path / name)
        prompts = [request.messages[-1].content for request in model.requests]
        assert any("used too often" in prompt for prompt in prompts) == told
        assert not any("used too often" in prompt for prompt in prompts[:3])
