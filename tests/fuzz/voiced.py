"""Files of styles, of stock phrases and of phrases to ban, and texts that styles and lists are learnt from."""

import math
from functools import cache, partial
from pathlib import Path
from random import Random

from longwriter.checks.slop.banned import phrases_named
from longwriter.checks.slop.learn import learn as learn_slop
from longwriter.checks.slop.score import slop, slop_findings
from longwriter.checks.slop.stock import as_toml as list_as_toml
from longwriter.checks.slop.stock import phrases_to_ban, read_list, shipped
from longwriter.checks.style.along import along
from longwriter.checks.style.distance import StyleDistance, distance
from longwriter.checks.style.learn import doubts_of, learn
from longwriter.checks.style.profile import StyleProfile, as_toml, read_profile
from longwriter.text import head_words
from longwriter.writer.hold.slop import SlopHold
from longwriter.writer.hold.style import StyleHold, opening
from longwriter.writer.prompts import prompt_set
from tests.fuzz.cases import Target
from tests.fuzz.grammar import made
from tests.fuzz.making import damaged, in_file, written
from tests.fuzz.mutation import mutated, real
from tests.fuzz.places import true_of

TOLD = "He had seen the fog before, and it was as if the harbour were gone. “Anne,” he said, “I don't know.” "


@cache
def _sample() -> str:
    return "\n\n".join(text for text in real() if "##" in text)[:40_000]


@cache
def _people() -> list[str]:
    """Human texts, long enough to learn a list against."""
    return [head_words("\n\n".join(real()) * 3, 45_000)]


@cache
def _style_text() -> str:
    return as_toml(learn([_sample()], "en"))


@cache
def _list_text() -> str:
    stock = shipped("en")
    assert stock is not None
    return list_as_toml(stock.model_copy(update={"phrases": dict(list(stock.phrases.items())[:60])}))


def _finite(found: StyleDistance) -> None:
    assert math.isfinite(found.value)
    assert 0 <= found.percentile_own <= 100
    assert found.percentile_others is None or 0 <= found.percentile_others <= 100


def _used(profile: StyleProfile, folder: Path) -> None:
    """A profile that was taken can be kept, read back, compared with and told of."""
    again = folder / "again.toml"
    again.write_text(as_toml(profile), "utf-8", "surrogatepass")
    assert read_profile(again) == profile
    for prompts in ("en", "zh"):
        hold = StyleHold(profile, prompts)
        hold.told(1, [TOLD * 20])
        hold.briefly(0, ())
        assert not any("nan" in limit.split() for limit in hold.limits())
        assert math.isfinite(hold.worth(TOLD * 20, ()))
    _finite(distance(profile, TOLD * 30))
    opening(profile)
    doubts_of(profile)


def _style(path: Path) -> None:
    _used(read_profile(path), path.parent)


def _learnt(path: Path) -> None:
    text = path.read_text("utf-8", "replace")
    profile = learn([text, TOLD * 60])
    _used(profile, path.parent)
    for point in along(profile, text + TOLD * 100):
        _finite(point.distance)


def _list(path: Path) -> None:
    """A list that was taken can be kept, read back, found in a text and told of."""
    stock = read_list(path)
    again = path.with_name("again.toml")
    again.write_text(list_as_toml(stock), "utf-8", "surrogatepass")
    assert read_list(again).phrases.keys() == stock.phrases.keys()
    text = TOLD * 12 + ". ".join(stock.phrases)[:2000]
    hold = SlopHold(prompt_set("en"), stock)
    hold.told(0, [text, text])
    assert -1 < hold.worth(text, ()) <= 0
    true_of(slop_findings(text, "en", stock), text)
    assert (rate := slop(text, "en", stock).per_1000) is None or math.isfinite(rate)
    phrases_to_ban([stock])


def _banned(path: Path) -> None:
    found = phrases_named(str(path))
    assert found
    assert all(phrase.split() and "\n" not in phrase for phrase in found)


def _slop_learnt(text: str) -> None:
    third = len(text) // 3 + 1
    outputs = [text[at : at + third] + TOLD * 40 for at in range(0, 3 * third, third)]
    found = learn_slop(outputs, [text, *_people()])
    assert all(math.isfinite(one.ratio) and one.uses > 0 for one in found.phrases)
    list_as_toml(found.stock, {one.phrase: "x" for one in found.phrases})


def _style_file(random: Random) -> str | bytes:
    if random.random() < 0.2:
        return damaged(_style_text().encode(), random)
    return _with_numbers(_style_text() if random.random() < 0.7 else mutated(_style_text(), random), random)


def _list_file(random: Random) -> str | bytes:
    kind = random.random()
    if kind < 0.2:
        return damaged(_list_text().encode(), random)
    text = _list_text() if kind < 0.5 else made("slop", random)
    return _with_numbers(text if random.random() < 0.6 else mutated(text, random), random)


NUMBERS = (
    "0",
    "-1",
    "1e308",
    "-1e308",
    "5e-324",
    "inf",
    "nan",
    "1e999",
    "0.0",
    "true",
    '"x"',
    "[]",
    "9" * 400,
    "-0.0",
    "1979-05-27",
)


def _with_numbers(text: str, random: Random) -> str:
    """The text with another number in the place of one to three of its tables."""
    head, table, rest = text.partition("\n[")
    words = rest.split(" ")
    for _ in range(random.choice((0, 1, 1, 3)) if table else 0):
        at = random.randrange(len(words))
        if words[at][-2:-1].isdigit() or words[at][-1:].isdigit():
            words[at] = random.choice(NUMBERS) + (words[at][-1:] if words[at][-1:] in ",]}\n" else "")
    return head + table + " ".join(words)


TARGETS = (
    Target("style", _style_file, partial(in_file, "s.toml", _style), 14),
    Target("style sample", written("prose"), partial(in_file, "s.txt", _learnt), 3),
    Target("slop", _list_file, partial(in_file, "l.toml", _list), 14),
    Target("slop sample", written("prose"), _slop_learnt, 1),
    Target("ban", written("banned"), partial(in_file, "b.txt", _banned), 10),
    Target("ban list", _list_file, partial(in_file, "b.toml", _banned), 4),
)
