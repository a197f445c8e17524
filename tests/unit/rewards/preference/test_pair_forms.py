"""Rows of pairs as they are published: what is asked, what was preferred, and what cannot be compared."""

from typing import Any

import pytest

from longwriter.errors import InputError
from longwriter.rewards.preference.pair import PreferencePair, as_pair

REPLY = {"model": "m", "completion_tokens": 9, "prompt_tokens": 5, "word_len": 2}
BENCH = {
    "prompt": "写一首关于灯塔的诗",
    "prompt_id": "6a0c",
    "tag": "诗歌",
    "chosen": {"response": "灯亮了。", "score": 3, **REPLY},
    "rejected": {"response": "灯灭了。", "score": 1, **REPLY},
}
PAGE = {
    "prompt": "Write a story about a lamp",
    "chosen": {"text": "It burned.", "score": 3, "length": 2},
    "rejected": {"text": "A lamp.", "score": 1, "length": 2},
    "genre": "fiction",
    "language": "en",
    "metadata": {"score_gap": 2},
}
LIT = {"prompt": "[WP] A lamp.", "chosen_story": "It burned.", "rejected_story": "A lamp.", "chosen_upvotes": 9}
LETTERS = {"prompt": "A lamp.", "story_a": "A lamp.", "story_b": "It burned.", "rationale": "B lives."}
SAID = [{"role": "user", "content": "Write."}]


def said(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]


@pytest.mark.parametrize(
    ("row", "request_", "chosen", "genre", "language"),
    [
        (BENCH, "写一首关于灯塔的诗", "灯亮了。", "诗歌", "zh"),
        (PAGE, "Write a story about a lamp", "It burned.", "fiction", "en"),
        (LIT, "[WP] A lamp.", "It burned.", "", "en"),
        (LETTERS | {"chosen_story": "B"}, "A lamp.", "It burned.", "", "en"),
        (LETTERS | {"preferred": "A", "chosen_story": "B"}, "A lamp.", "A lamp.", "", "en"),
        ({"prompt": SAID, "chosen": said("x"), "rejected": said("y")}, "Write.", "x", "", "en"),
        ({"chosen": [*SAID, *said("x")], "rejected": [*SAID, *said("y")]}, "Write.", "x", "", "en"),
        (
            {"prompt": [{"role": "system", "content": "Be brief."}, *SAID], "chosen": "x", "rejected": "y"},
            *("Be brief.\n\nWrite.", "x", "", "en"),
        ),
    ],
)
def test_forms(row: dict[str, Any], request_: str, chosen: str, genre: str, language: str) -> None:
    found = as_pair(row, "7")
    assert isinstance(found, PreferencePair)
    assert (found.id, found.request, found.chosen) == ("7", request_, chosen)
    assert (found.genre, found.language) == (genre, language)
    assert found.rejected not in ("", found.chosen)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (LIT | {"chosen_story": None}, "a text is missing"),
        (LIT | {"rejected_story": " \n"}, "a text is missing"),
        (LIT | {"rejected_story": float("nan")}, "a text is missing"),
        (LIT | {"rejected_story": "[deleted]"}, "a text was deleted at its source"),
        (LIT | {"chosen_story": "[removed]"}, "a text was deleted at its source"),
        (LIT | {"rejected_story": "It burned. "}, "both texts are the same"),
        (LIT | {"prompt": ""}, "no request"),
        (LIT | {"prompt": None}, "no request"),
        ({"prompt": [*SAID, *said("ok"), *SAID], "chosen": "x", "rejected": "y"}, "several turns"),
    ],
)
def test_rows_that_are_no_pairs(row: dict[str, Any], why: str) -> None:
    assert as_pair(row, "1") == why


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"chosen_comment_id": "jg3touy", "rejected_comment_id": "jg3l1vy"}, "rehydrate.py"),
        ({"prompt": "x", "text": "y"}, "no columns chosen and rejected, .*there are prompt, text"),
        (LETTERS | {"chosen_story": "It burned."}, "A or B is needed"),
    ],
)
def test_other_forms_are_refused(row: dict[str, Any], why: str) -> None:
    with pytest.raises(InputError, match=why):
        as_pair(row, "1")
