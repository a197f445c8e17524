"""A pair of texts of which one was preferred: a row of any form in which such pairs are published.

    prompt, chosen, rejected                ours and TRL's: texts, or lists of messages; both lists may hold the prompt
    prompt, tag, chosen, rejected           WritingPreferenceBench (arXiv:2510.14616), WP_bench_english.json and
                                            WP_bench_chinese.json: a side is {response, score, model, word_len ...};
                                            its project page shows {text, score, length}, genre and language
    prompt, chosen_story, rejected_story    LitBench (arXiv:2507.00769): its training set, its test set with the texts
    prompt, story_a, story_b, chosen_story  LitBench-Rationales: chosen_story is A or B

LitBench's published test set holds ids of Reddit comments in place of texts, of which many are deleted by now.
"""

from collections.abc import Mapping

from longwriter.errors import InputError
from longwriter.jsonl import is_missing
from longwriter.text import language
from longwriter.types import Record

SIDES = (("chosen", "rejected"), ("chosen_story", "rejected_story"))
LETTERED = ("story_a", "story_b")
IDS = ("chosen_comment_id", "rejected_comment_id")
TEXTS = ("response", "text", "content")
"""Where a side that is an object has its text."""
GENRES = ("genre", "tag", "category")
GONE = {"[deleted]", "[removed]"}
"""What Reddit puts in the place of a text."""


class PreferencePair(Record):
    """Two texts for one request."""

    id: str
    request: str
    chosen: str
    rejected: str
    genre: str = ""
    """As the row says; "" where it does not."""
    language: str
    """As the row says, else that of the request: en or zh (`text.language`)."""


def as_pair(row: Mapping[str, object], name: str) -> PreferencePair | str:
    """The pair of a row; or why it cannot be compared, where the row has the form but not what it should hold.

    Raises InputError for a row of no known form.
    """
    chosen, rejected = _sides(row)
    texts = [_answer(chosen), _answer(rejected)]
    request = _request(row.get("prompt"), chosen)
    if request is None:
        return "several turns"
    if not request.strip():
        return "no request"
    if any(text is None or not text.strip() for text in texts):
        return "a text is missing"
    known = [text or "" for text in texts]
    if any(text.strip() in GONE for text in known):
        return "a text was deleted at its source"
    if known[0].strip() == known[1].strip():
        return "both texts are the same"
    genre = next((str(row[key]) for key in GENRES if not is_missing(row.get(key))), "")
    spoken = row.get("language")
    return PreferencePair(
        id=name,
        request=request,
        chosen=known[0],
        rejected=known[1],
        genre=genre,
        language=spoken if isinstance(spoken, str) and spoken else language(request),
    )


def _sides(row: Mapping[str, object]) -> tuple[object, object]:
    """What was preferred and what was not. Raises InputError."""
    if all(key in row for key in LETTERED):
        label = str(row.get("preferred") or row.get("chosen_story")).strip()
        if label not in ("A", "B"):
            raise InputError(f"chosen_story: A or B is needed beside story_a and story_b, got {label[:60]!r}")
        a, b = (row[key] for key in LETTERED)
        return (a, b) if label == "A" else (b, a)
    for chosen, rejected in SIDES:
        if chosen in row and rejected in row:
            return row[chosen], row[rejected]
    if all(key in row for key in IDS):
        raise InputError(
            "these are ids of Reddit comments, without their texts; fetch them with LitBench's own scripts/rehydrate.py "
            "and give rehydrated_test_data.csv"
        )
    raise InputError(f"no columns chosen and rejected, or chosen_story and rejected_story; there are {', '.join(row)}")


def _answer(side: object) -> str | None:
    """The text of one side; None where there is none."""
    if isinstance(side, list):
        replies = [turn for turn in side if isinstance(turn, Mapping) and turn.get("role", "assistant") == "assistant"]
        side = replies[-1] if replies else None
    if isinstance(side, Mapping):
        side = next((side[key] for key in TEXTS if key in side), None)
    return side if isinstance(side, str) else None


def _request(prompt: object, chosen: object) -> str | None:
    """What was asked, with what a system message says before it; None for a conversation of several turns."""
    if isinstance(prompt, str):
        return prompt
    turns = prompt if isinstance(prompt, list) else chosen[:-1] if isinstance(chosen, list) else []
    known = [turn for turn in turns if isinstance(turn, Mapping)]
    if any(turn.get("role") == "assistant" for turn in known):
        return None
    return "\n\n".join(str(turn.get("content") or "") for turn in known)
