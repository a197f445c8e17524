"""Puts questions to a judge, and keeps every reply as it came.

A reply that cannot be read is asked for again with another seed, `TRIES` times in all; then the question counts as
unreadable. What is journalled are replies; what they mean is read from them whenever scores are computed.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from longwriter.bench.base import Item, Response
from longwriter.bench.judging.base import AGAIN, Judging
from longwriter.bench.judging.wording import OWN, Wording
from longwriter.bench.settings import JudgeSettings
from longwriter.bench.systems import seed_of
from longwriter.data.steps import Item as Work
from longwriter.data.steps import Result
from longwriter.errors import EmptyReply, InputError
from longwriter.journal import digest
from longwriter.models.base import Model, open_model
from longwriter.models.prices import load_prices
from longwriter.types import Message, Request, Usage

TRIES = 3
RETRY_TEMPERATURE = 0.5
"""At least this from the second try on: cold, a reply that cannot be read comes again as it was."""


class Question(NamedTuple):
    """One thing to be asked."""

    id: str
    item: str
    what: str


def questions(
    judging: Judging, items: Mapping[str, Item], responses: Mapping[str, Response], repeat: float
) -> list[Question]:
    """About each text that is not empty; a share of `repeat` of them, chosen by their names, once more."""
    found = []
    for name, response in responses.items():
        if response.failure or not response.text:
            continue
        for what in judging.whats(items[name]):
            found.append(Question(f"{name}/{what}", name, what))
            if repeat and int(digest(f"{name}/{what}"), 16) / 16**16 < repeat:
                found.append(Question(f"{name}/{what}{AGAIN}", name, what))
    return found


def step_of(settings: JudgeSettings) -> str:
    """The journal's name for the replies of this judge: another model, wording or setting has its own."""
    told = settings.model_dump(exclude={"model", "prompt", "repeat"}) | {"model": settings.model.model}
    return f"judge {digest(json.dumps(told, sort_keys=True))[:8]}"


async def check(settings: JudgeSettings) -> None:
    """Raises, before anything is written, InputError for a model that cannot judge, SetupError for what lacks."""
    if settings.model.model.partition(":")[0] == "nano":
        raise InputError("nano cannot judge texts; name another model as --judge, or leave it out")
    await open_model(settings.model).aclose()


class Judge:
    """Asks. See `data.steps.Worker`."""

    model: Model

    def __init__(
        self,
        settings: JudgeSettings,
        judging: Judging,
        wording: Wording,
        texts: tuple[Mapping[str, Item], Mapping[str, Response]],
        prices: Path | None = None,
    ) -> None:
        """`texts`: items and responses, by id."""
        self.settings, self.judging, self.wording = settings, judging, wording
        self.items, self.responses = texts
        self.price = load_prices(prices).price_for(settings.model)

    async def __aenter__(self) -> Self:
        self.model = open_model(self.settings.model)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.model.aclose()

    async def __call__(self, item: Work) -> Result:
        """`replies` and what they took. Raises what the model raises."""
        question = Question(str(item["id"]), str(item["item"]), str(item["what"]))
        messages, started = self._messages(question), time.monotonic()
        replies, usages = list[str](), list[Usage]()
        for attempt in range(TRIES):
            try:
                reply = await self.model.reply(self._request(messages, question.id, attempt))
            except EmptyReply:
                replies.append("")
                usages.append(Usage())
                continue
            replies.append(reply.text)
            usages.append(reply.usage)
            if self.judging.read(reply.text) is not None:
                break
        return {"replies": replies, "seconds": round(time.monotonic() - started, 3)} | self._spent(usages)

    def _messages(self, question: Question) -> tuple[Message, ...]:
        item = self.items[question.item]
        values = self.judging.values(item, self.responses[question.item].text, question.what)
        asked = Message(role="user", content=self.wording.question(item.language, values))
        return (Message(role="system", content=self.wording.system), asked) if self.wording.system else (asked,)

    def _request(self, messages: tuple[Message, ...], name: str, attempt: int) -> Request:
        temperature = self.settings.temperature
        return Request(
            messages=messages,
            max_tokens=self.settings.max_tokens,
            temperature=temperature if attempt == 0 else max(temperature, RETRY_TEMPERATURE),
            seed=seed_of(self.settings.seed, f"{name}#{attempt}"),
            json_schema=self.judging.schema if self.wording.source == OWN else None,
        )

    def _spent(self, usages: list[Usage]) -> Result:
        costs = [None if self.price is None else self.price.cost(usage) for usage in usages]
        known = [cost for cost in costs if cost is not None]
        return {
            "calls": len(usages),
            "prompt_tokens": sum(u.prompt_tokens or 0 for u in usages),
            "completion_tokens": sum(u.completion_tokens or 0 for u in usages),
            "cost": sum(known) if len(known) == len(costs) else None,
        }
