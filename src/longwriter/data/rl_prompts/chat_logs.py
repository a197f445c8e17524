"""Requests out of chat logs in the form of WildChat and LMSYS-Chat-1M: the first thing that a user says, ruled upon.

A row is recognised by its column `conversation`, a list of {role, content}. What a log itself marks (toxic, redacted,
flagged by moderation, another language) is believed; our rules come on top. They judge words, not meaning: a model may be
asked as well (`ask.RequestSelector`). Rows are read one after another, and near-duplicates are remembered on the disk.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from longwriter.data.dataset import Row
from longwriter.data.filters.blocklist import Rule
from longwriter.data.filters.blocklist import rules as harm_rules
from longwriter.data.filters.contamination import Benchmarks
from longwriter.data.filters.near_duplicates import NearDuplicates
from longwriter.data.instructions import DroppedRequest, Instruction
from longwriter.runs.folders import ID, run_name
from longwriter.text import count_words, language

CONVERSATION = "conversation"
IDS = ("conversation_hash", "conversation_id", "id")
LANGUAGES = {"english": "en", "en": "en", "chinese": "zh", "zh": "zh", "zh-cn": "zh", "zh-tw": "zh"}
SEARCHED = 2000
"""Characters of a request that the rules for not writing look at; what is wanted stands at its beginning."""
FOREIGN = 0.3
"""Share of letters, neither ASCII nor Han, from which a request is in another language."""
_LETTER = re.compile(r"[^\W\d_]")
_KNOWN_LETTER = re.compile("[a-zA-Z\u3400-\u9fff]")


class RequestRules(NamedTuple):
    """Thresholds of requests from chat logs."""

    shortest: int
    """Words of a request."""
    longest: int
    overlap: float
    """Least share of a benchmark prompt that makes a request one of it."""


def is_log(row: Row) -> bool:
    """Whether a row is a conversation of a chat log."""
    return CONVERSATION in row


@cache
def writing_rules() -> tuple[Rule, ...]:
    """The shipped rules for what asks for no writing."""
    read = tomllib.loads((Path(__file__).parent / "rules.toml").read_text("utf-8"))
    return tuple(Rule(r["name"], r["reason"], re.compile("|".join(r["patterns"]), re.I)) for r in read["rule"])


class Sieve:
    """Lets the usable requests of a log through, one row at a time."""

    def __init__(self, rules: RequestRules, benchmarks: Benchmarks, repeats: NearDuplicates) -> None:
        """`repeats` remembers what was let through."""
        self.rules, self.benchmarks, self.repeats = rules, benchmarks, repeats
        self.ids = set[str]()

    def __call__(self, row: Row, number: int) -> Instruction | DroppedRequest:
        """The request of row `number`, or why there is none."""
        first = _first(row.get(CONVERSATION))
        name = _id(row, first, number)
        if first is None:
            return DroppedRequest(name, "no request", "the conversation has no first user message of text")
        prompt = str(first["content"]).strip()
        why = _marked(row, first) or self._ruled(prompt)
        if why is None and name in self.ids:
            why = ("duplicate", f"the id {name} stood before")
        if why is None and (benchmark := self.in_benchmark(prompt)):
            why = ("benchmark", benchmark)
        if why is None and (earlier := self.repeats.add(name, prompt)):
            why = ("near duplicate", f"nearly the same as {earlier}")
        if why is not None:
            return DroppedRequest(name, *why)
        self.ids.add(name)
        return Instruction(name, prompt)

    def in_benchmark(self, prompt: str) -> str:
        """The benchmark prompt of which the request holds too much, in words; "" for none."""
        near = self.benchmarks.in_request(prompt)
        return f"holds {near.share:.0%} of {near.prompt[:60]!r}" if near.share >= self.rules.overlap else ""

    def _ruled(self, prompt: str) -> tuple[str, str] | None:
        words = count_words(prompt)
        if not self.rules.shortest <= words <= self.rules.longest:
            side = "short" if words < self.rules.shortest else "long"
            return f"{side} request", f"{words:,} words"
        for rule in harm_rules():
            if match := rule.pattern.search(prompt):
                return rule.name, f"{rule.reason}: {match[0][:60]!r}"
        for rule in writing_rules():
            if match := rule.pattern.search(prompt[:SEARCHED]):
                return rule.name, f"{rule.reason}: {match[0][:60]!r}"
        letters = len(_LETTER.findall(prompt))
        foreign = letters - len(_KNOWN_LETTER.findall(prompt))
        if foreign > FOREIGN * letters or (language(prompt) == "en" and not re.search("[a-zA-Z]", prompt)):
            return "language", f"{foreign} of {letters} letters are neither English nor Chinese"
        return None


def _first(turns: object) -> dict[str, object] | None:
    """The first turn, if a user said something in it."""
    first = turns[0] if isinstance(turns, list) and turns else None
    if not isinstance(first, dict) or str(first.get("role")) not in ("user", "human"):
        return None
    content = first.get("content")
    return first if isinstance(content, str) and any(c.isalnum() for c in content) else None


def _id(row: Row, first: dict[str, object] | None, number: int) -> str:
    given = next((str(row[key]) for key in IDS if row.get(key) is not None), "")
    if ID.fullmatch(given):
        return given
    return run_name(str(first["content"])[:SEARCHED]) if first else f"row-{number}"


def _marked(row: Row, first: dict[str, object]) -> tuple[str, str] | None:
    """What the log itself says against a conversation: of the whole, or of its first turn."""
    for key in ("toxic", "redacted"):
        if row.get(key) or first.get(key):
            return key, f"the log marks it {key}"
    moderation = row.get("openai_moderation")
    verdict = moderation[0] if isinstance(moderation, list) and moderation else moderation
    if isinstance(verdict, dict) and verdict.get("flagged"):
        return "toxic", "flagged by the log's moderation"
    told = first.get("language") or row.get("language")
    if told is not None and str(told).casefold() not in LANGUAGES:
        return "language", f"the log says {str(told)[:40]}"
    return None
