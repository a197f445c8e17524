"""Requests for the small model: a kind of text and a subject of topics.toml, each with the number of words it asks for."""

import tomllib
from collections.abc import Sequence
from itertools import product
from pathlib import Path

TOPICS = Path(__file__).with_name("topics.toml")
FORMS = (
    "Write {what}. About {words} words.",
    "Write {what} of about {words} words.",
    "Please write {what}, {words} words long.",
)
"""Wordings of a request; those for tests use the first alone."""


def subjects(part: str) -> list[str]:
    """What `part` (train, held) asks for, such as "a story about a baker who ...", kinds of text in turn."""
    t = tomllib.loads(TOPICS.read_text("utf-8"))[part]
    stories = [f"a story about {who} {what}" for who, what in _mixed(t["people"], t["events"])]
    others = [[f"a guide to {c}" for c in t["crafts"]], [f"an essay about {q}" for q in t["questions"]]]
    out = []
    while stories or any(others):
        out += [stories.pop(0)] if stories else []
        out += [rows.pop(0) for rows in others if rows]
    return out


def _mixed(people: Sequence[str], events: Sequence[str]) -> list[tuple[str, str]]:
    """Every pair, so ordered that neighbours share nothing."""
    pairs = list(product(range(len(people)), range(len(events))))
    pairs.sort(key=lambda p: ((p[0] + p[1]) % len(events), p[0]))
    return [(people[i], events[j]) for i, j in pairs]


def request(subject: str, words: int, form: int = 0) -> str:
    """A request for so many words."""
    return FORMS[form % len(FORMS)].format(what=subject, words=words)
