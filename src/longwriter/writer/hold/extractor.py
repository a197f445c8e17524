"""Facts that a model names in a section, asked once a section; what its text does not say word for word does not count.

The question's step is named by the text alone, so a redone, edited or restored text has the facts that are its own.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from longwriter.checks.ledger.ledger import verified
from longwriter.checks.ledger.records import LedgerFact
from longwriter.errors import EmptyReply, PromptTooLong, TruncatedPrompt
from longwriter.journal import digest
from longwriter.models.cards import Card
from longwriter.models.limits import token_limit
from longwriter.models.verdicts import Unreadable, ended, the_json
from longwriter.prompts import PromptSet
from longwriter.types import Reply, Request
from longwriter.writer.calls import Calls, user
from longwriter.writer.section.earlier import stretches
from longwriter.writer.section.request import seed_of

MOST_FACTS = 12
"""Of one question."""
LONGEST = 300
"""Characters of a subject, a relation or a value; longer ones are prose."""
FACT_WORDS = 50
"""Of one fact, with its quote and the JSON around it."""
TRIES = 2
KEYS = ("subject", "relation", "value", "quote")
_FACT: dict[str, object] = {
    "type": "object",
    "properties": {key: {"type": "string", "minLength": 1} for key in KEYS},
    "required": list(KEYS),
    "additionalProperties": False,
}
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"facts": {"type": "array", "maxItems": MOST_FACTS, "items": _FACT}},
    "required": ["facts"],
    "additionalProperties": False,
}


class NamedFacts(NamedTuple):
    """What a model named in a text."""

    facts: tuple[LedgerFact, ...]
    """Those whose words stand in it."""
    dropped: int
    """The others."""


class FactFinder:
    """Asks for the facts of texts that were not asked about yet."""

    def __init__(self, calls: Calls, prompts: PromptSet, card: Card, seed: int, warn: Callable[[str], None]) -> None:
        """`card`: of the planner, which is asked."""
        self.calls, self.prompts, self.card, self.seed, self._warn = calls, prompts, card, seed, warn
        self._failed: set[str] = set()

    async def find(self, texts: Sequence[str]) -> None:
        """Have an answer for each text, or warn that there is none. Raises CeilingReached, and what else the model raises."""
        for text in texts:
            for stretch in stretches(text):
                step = _step(stretch)
                if step not in self._failed and not any(self.calls.known(f"{step}:{n}") for n in range(TRIES)):
                    await self._ask(stretch, step)

    async def _ask(self, text: str, step: str) -> None:
        prompt, fault = self.prompts.render("find_facts", text=text, count=MOST_FACTS), ""
        for attempt in range(TRIES):
            request = Request(
                messages=user(prompt),
                max_tokens=token_limit(MOST_FACTS * FACT_WORDS, self.card),
                seed=seed_of(self.seed, step, attempt),
                json_schema=SCHEMA,
            )
            try:
                await self.calls.ask("planner", f"{step}:{attempt}", request, expect=300, mend=_readable)
            except (EmptyReply, PromptTooLong, TruncatedPrompt) as error:
                fault = str(error)
            else:
                return
        self._failed.add(step)
        self._warn(f"no facts of a section: {fault}")


def named_facts(calls: Calls, text: str, section: int) -> NamedFacts:
    """What the journal holds of a text, section number `section`; places are in `text`."""
    kept, dropped = list[LedgerFact](), 0
    for stretch in stretches(text):
        step = _step(stretch)
        reply = next(filter(None, (calls.known(f"{step}:{n}") for n in range(TRIES))), None)
        for found in read_facts(reply.text) if reply else ():
            at = max(0, text.find(found["quote"]))
            places = {"section": section, "start": at, "end": at + len(found["quote"])}
            fact = LedgerFact.model_validate(found | places | {"source": "model"})
            if verified(fact, text) and all(len(found[key]) <= LONGEST for key in KEYS[:3]):
                kept.append(fact)
            else:
                dropped += 1
    return NamedFacts(tuple(kept), dropped)


def _step(text: str) -> str:
    return f"facts:{digest(text)}"


def _readable(reply: Reply) -> Reply:
    """The reply, if it can be read. Raises EmptyReply."""
    ended(reply)
    try:
        read_facts(reply.text)
    except Unreadable as error:
        raise EmptyReply(str(error)) from None
    return reply


def read_facts(reply: str) -> list[dict[str, str]]:
    """The facts of a reply, each with all of `KEYS`. Raises Unreadable."""
    facts = the_json(reply).get("facts")
    if not isinstance(facts, list):
        raise Unreadable("facts is no list")
    found = []
    for fact in facts[:MOST_FACTS]:
        said = {key: fact.get(key) for key in KEYS} if isinstance(fact, dict) else {}
        if not said or not all(isinstance(value, str) and value.strip() for value in said.values()):
            raise Unreadable(f"a fact has no text for one of {', '.join(KEYS)}")
        found.append(
            {key: str(value) if key == "quote" else " ".join(str(value).split()) for key, value in said.items()}
        )
    return found
