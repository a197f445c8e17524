"""The search for a plan, on made numbers; and the lines that rules propose."""

import random
from collections.abc import AsyncIterator

import pytest

from longwriter.data.backtranslate.reason.lines import gist_of, proposals, usable
from longwriter.data.backtranslate.reason.search import Plan, SearchBounds, mean, search
from longwriter.models.local.likelihood import Nats
from longwriter.types import Section

TOKENS = (10, 30)
NATS = {"a": 3.0, "a2": 2.0, "a3": 2.5, "b": 4.0, "b2": 4.5, "b3": 3.5, "b4": 1.0}
"""Nats a token of a section after its line."""
OTHERS = {0: ["a2", "a3"], 1: ["b2", "b3"]}


def line(title: str) -> Section:
    return Section(title=title, words=100)


async def run(steps: int, enough: float = 0.0) -> tuple[list[str], float, float, int, int, list[int]]:
    looked: list[int] = []

    async def score(plan: Plan) -> list[Nats]:
        return [Nats(NATS[s.title] * n, n) for s, n in zip(plan, TOKENS, strict=True)]

    async def propose(plan: Plan, index: int) -> AsyncIterator[Section]:
        looked.append(index)
        for title in ["b4"] if looked.count(1) == 2 and index else OTHERS[index]:
            yield line(title)

    found = await search((line("a"), line("b")), score, propose, SearchBounds(steps, enough))
    return [s.title for s in found.plan], found.begun, found.nats, found.steps, found.scored, looked


async def test_the_least_likely_section_is_looked_at_first_and_the_best_line_stays() -> None:
    assert await run(0) == (["a", "b"], 3.75, 3.75, 0, 1, [])
    assert await run(1) == (["a", "b3"], 3.75, (30 + 105) / 40, 1, 3, [1])
    assert await run(2) == (["a2", "b3"], 3.75, (20 + 105) / 40, 2, 5, [1, 0])
    assert await run(3) == (["a2", "b4"], 3.75, (20 + 30) / 40, 3, 6, [1, 0, 1])


async def test_a_text_that_is_explained_is_left() -> None:
    assert (await run(10, enough=3.2))[:4] == (["a2", "b3"], 3.75, 3.125, 2)


def test_the_mean_is_over_tokens() -> None:
    assert mean([Nats(6.0, 1), Nats(2.0, 3)]) == 2.0


TEXT = "The keeper climbed the old stair, lit the great lamp and wrote the hour in his book. Gulls slept."


@pytest.mark.parametrize(
    ("title", "point", "fine"),
    [
        ("Lamp", "keeper, stair, lamp", True),
        ("Lamp", "the keeper climbed the", True),
        ("Lamp", "where The Keeper climbed the old", False),
        ("Wrote the hour in his", "", False),
        ("Lamp", " ".join(f"w{n}" for n in range(24)), True),
        ("Lamp", " ".join(f"w{n}" for n in range(25)), False),
    ],
)
def test_a_line_is_short_and_quotes_nothing(title, point, fine) -> None:
    assert usable(Section(title=title, point=point, words=10), TEXT, "en") is fine


def test_a_quotation_in_chinese_has_ten_characters() -> None:
    text = "老人走上旧楼梯，点亮了大灯，把时间写进本子里。"
    assert usable(Section(title="灯", point="老人走上旧楼梯，点亮", words=10), text, "zh")
    assert not usable(Section(title="灯", point="老人走上旧楼梯，点亮了", words=10), text, "zh")


def test_a_gist_is_the_content_of_a_sentence() -> None:
    sentence = "The keeper climbed the old stair, lit the great lamp and wrote the hour in his book."
    assert gist_of(sentence) == "keeper climbed old stair, lit great lamp wrote hour book"
    assert gist_of("Gulls slept.") == ""


def test_proposals_change_keywords_one_at_a_time_and_draw_gists() -> None:
    terms = ["keeper", "stair", "lamp", "hour", "book"]
    begun = Section(title="Lamp", point="stair, lamp", words=10)
    drawn = proposals(begun, TEXT, terms, "en", random.Random(1))
    points = [next(drawn).point for _ in range(40)]
    keywords, gists = points[::2], points[1::2]
    assert set(gists) == {gist_of(TEXT.split(". ")[0])}
    for point in keywords:
        words = point.split(", ")
        assert words == [t for t in terms if t in words]  # as the text has them
        assert len(set(words) ^ {"stair", "lamp"}) <= 2
    assert len(set(keywords)) > 5
    again = proposals(begun, TEXT, terms, "en", random.Random(1))
    assert [next(again).point for _ in points] == points


def test_nothing_is_proposed_where_there_is_nothing_to_draw_from() -> None:
    assert list(proposals(Section(title="x", words=5), "Gulls slept.", [], "en", random.Random(1))) == []
    assert list(proposals(Section(title="x", words=5), TEXT, [], "zh", random.Random(1))) == []
