"""What holds of those whom a section's line names: a person's facts first, then those that the earlier text states."""

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from longwriter.checks.ledger.ledger import Ledger
from longwriter.checks.ledger.records import LedgerFact
from longwriter.language import tongue
from longwriter.models.tokens import estimate_tokens
from longwriter.prompts import PromptSet
from longwriter.types import Plan, Section

MOST_WORDS, MOST_TOKENS = 120, 300
"""Of what a section is told: facts end at the words, which SmolLM2 cuts into 260 tokens at the worst (names with marks,
numbers, Chinese); an estimate of tokens stops values without spaces."""
LOOKED_AT = 5_000
"""Characters of the first section that tell the language."""
_WORD = re.compile(r"\b[^\W\d_]\w+")

Named = Callable[[str, int], Iterable[LedgerFact]]
"""The facts that a model named in a text, by the text and the number of its section."""


def nothing(text: str, section: int) -> Iterable[LedgerFact]:  # noqa: ARG001 - Named
    """No model was asked."""
    return ()


class _Read(NamedTuple):
    """Earlier texts, and the ledger of them."""

    texts: list[str]
    ledger: Ledger


class FactsHold:
    """Tells a section the facts; short prompts, which models repeat, are told none."""

    def __init__(self, prompts: PromptSet, plan: Plan, user: Sequence[LedgerFact] = (), named: Named = nothing) -> None:
        """`user`: what a person says is so; `named`: what a model was found to say."""
        self._prompts, self._plan, self._user, self._named = prompts, plan, tuple(user), named
        lines = "\n".join(_line(section) for section in plan.sections)
        words = set(_WORD.findall(lines))
        names = {word for word in words if word[0].isupper() and word.lower() not in words}
        begun = "|".join(rf"{name[0]}(?<!\w.){name[1:]}" for name in sorted(names))
        self._names = re.compile(rf"(?:{begun})\b") if names else None
        """Words of names that lines of the plan have; None: it names nobody, in letters that have capitals."""
        self._read: dict[str, _Read] = {}
        """By the first text: chapters side by side each have theirs."""

    def told(self, index: int, earlier: Sequence[str]) -> str:
        """The facts of those whom the line names, in at most `MOST_TOKENS` tokens; "" where there are none."""
        ledger = self._ledger(index, earlier)
        named = ledger.about(_line(self._plan.sections[index]), MOST_WORDS)
        facts = [fact for fact in named if fact.until is None or index + 1 < fact.until]
        while facts:
            told = self._prompts.render("facts", facts="\n".join(facts_in_lines(facts, self._prompts.name)))
            if estimate_tokens(told) <= MOST_TOKENS:
                return told
            facts.pop()
        return ""

    def briefly(self, index: int, earlier: Sequence[str]) -> str:  # noqa: ARG002 - Hold's signature
        """Nothing."""
        return ""

    def worth(self, text: str, earlier: Sequence[str]) -> float:  # noqa: ARG002 - Hold's signature
        """Nothing."""
        return 0.0

    def _ledger(self, index: int, earlier: Sequence[str]) -> Ledger:
        """The ledger of these texts, gone on with from the last call."""
        key = earlier[0] if earlier else ""
        read = self._read.get(key)
        if read is None or list(earlier[: len(read.texts)]) != read.texts:  # the same objects: no character is compared
            language = tongue(key[:LOOKED_AT]) or self._prompts.name.partition("-")[0]
            read = self._read[key] = _Read([], Ledger(language, self._user))
        first = index - len(earlier) + 1
        for number, text in enumerate(earlier[len(read.texts) :], first + len(read.texts)):
            read.ledger.learn(number, self._naming(text) if read.ledger.language == "en" else text)
            read.ledger.take(self._named(text, number))
            read.texts.append(text)
        return read.ledger

    def _naming(self, text: str) -> str:
        """The lines of a text that name somebody of the plan: no other has a fact to tell, and reading takes the time."""
        return "\n".join(line for line in text.split("\n") if self._names and self._names.search(line))


def _line(section: Section) -> str:
    return f"{section.chapter} {section.title} {section.point}".strip()


@cache
def _labels(language: str) -> dict[str, str]:
    """What relations are called in a language of prompts."""
    found: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "labels.toml").read_text("utf-8"))
    return found.get(language, {})


def facts_in_lines(facts: Iterable[LedgerFact], language: str) -> list[str]:
    """A line for each subject with all that holds of it, in the order of the facts. `language`: of the prompts."""
    labels, chinese = _labels(language), language.startswith("zh")
    said: dict[str, list[str]] = {}
    for fact in facts:
        relation = fact.relation.partition(":")[2] or fact.relation
        value = labels.get(fact.value, fact.value) if relation == "none" else fact.value
        label = labels.get(relation, relation)
        clause = label if relation == "dead" else f"{label} {value}"
        if clause not in said.setdefault(fact.subject, []):
            said[fact.subject].append(clause)
    colon, comma = ("：", "；") if chinese else (": ", "; ")
    return [f"- {subject}{colon}{comma.join(clauses)}" for subject, clauses in said.items()]
