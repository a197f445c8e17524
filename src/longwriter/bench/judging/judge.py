"""Puts questions to a judge, and keeps every reply as it came.

A question whose reply cannot be read is asked again with another seed, in a round of its own, `TRIES` in all; then it
counts as unreadable. Each try is a record of the journal: a reply, and what it took. What replies mean is read from them
whenever scores are computed.
"""

import json
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from longwriter.bench.judging.base import AGAIN, Judging
from longwriter.bench.judging.wording import OWN, Wording
from longwriter.bench.records import Judgement, RunTexts
from longwriter.bench.settings import JudgeSettings
from longwriter.errors import EmptyReply, InputError
from longwriter.journal import digest
from longwriter.models.base import open_model
from longwriter.models.cards import card_of
from longwriter.models.limits import token_limit, within_window
from longwriter.models.prices import load_prices
from longwriter.models.verdicts import check_judge
from longwriter.steps.step import Item, Result
from longwriter.steps.workers import WithModel, seed_of
from longwriter.types import Message, Request, Usage

REPLY_WORDS = 300
"""Length of a verdict with its reasons, where the benchmark's script names no limit."""
RETRY_TEMPERATURE = 0.5
"""At least this from the second try on: cold, a reply that cannot be read comes again as it was."""


class JudgeQuestion(NamedTuple):
    """One thing to be asked about an item's text."""

    id: str
    item: str
    what: str
    """Its name in the item."""
    attempt: int = 0


_QUESTION = TypeAdapter(JudgeQuestion)


def try_id(question: str, attempt: int) -> str:
    """The journal's id of a try: the question's own for the first, then QUESTION#1 and so on."""
    return f"{question}#{attempt}" if attempt else question


def tries_of(name: str) -> tuple[str, int]:
    """The question and the attempt of a try's id."""
    question, mark, attempt = name.rpartition("#")
    return (question, int(attempt)) if mark and attempt.isdecimal() else (name, 0)


def round_of(
    judging: Judging, asked: Iterable[JudgeQuestion], judgements: Mapping[str, Judgement], attempt: int
) -> list[JudgeQuestion]:
    """The questions to be asked in the round of `attempt`: in the first all, later those that got no reply to be read."""
    if attempt == 0:
        return list(asked)
    replies = {question: judgements[question.id].replies for question in asked if question.id in judgements}
    return [
        question._replace(id=try_id(question.id, attempt), attempt=attempt)
        for question, own in replies.items()
        if len(own) == attempt and judging.read(own[-1]) is None
    ]


def all_questions(judging: Judging, texts: RunTexts, repeat: float) -> list[JudgeQuestion]:
    """About each text that is not empty; a share of `repeat` of them, chosen by their names, once more."""
    found = []
    for name, response in texts.responses.items():
        if response.failure or not response.text:
            continue
        for what in judging.questions(texts.items[name]):
            if tries_of(what)[1] or what.endswith(AGAIN):
                raise InputError(
                    f"{name}: a question may not be called {what!r}: #NUMBER and {AGAIN} mark further tries"
                )
            found.append(JudgeQuestion(f"{name}/{what}", name, what))
            if repeat and int(digest(f"{name}/{what}"), 16) / 16**16 < repeat:
                found.append(JudgeQuestion(f"{name}/{what}{AGAIN}", name, what))
    return found


def step_of(settings: JudgeSettings) -> str:
    """The journal's name for the replies of this judge: another model, wording or setting has its own."""
    key = settings.model_dump(exclude={"model", "prompt", "repeat"}) | {"model": settings.model.model}
    return f"judge {digest(json.dumps(key, sort_keys=True))[:8]}"


async def check(settings: JudgeSettings) -> None:
    """Raises, before anything is written, InputError for a model that cannot judge, SetupError for what lacks."""
    check_judge(settings.model, "name another model as --judge, or leave it out")
    await open_model(settings.model).aclose()


class JudgeWorker(WithModel):
    """Puts one try of a question to the judge. See `steps.step.Worker`."""

    def __init__(
        self,
        settings: JudgeSettings,
        judging: Judging,
        wording: Wording,
        texts: RunTexts,
        prices: Path | None = None,
    ) -> None:
        """`prices`: the user's own table, for what a reply costs."""
        super().__init__(settings.model)
        self.settings, self.judging, self.wording, self.texts = settings, judging, wording, texts
        self.price = load_prices(prices).price_for(settings.model)

    async def __call__(self, item: Item) -> Result:
        """The reply to one try and what it took; an empty one is a reply, too. Raises what the model raises.

        A reply that did not end by itself counts as empty, and is kept as `cut`: half a verdict is none.
        """
        question = _QUESTION.validate_python(item)
        started, said, cut, usage = time.monotonic(), "", "", Usage()
        with suppress(EmptyReply):
            reply = await self.model.reply(await self._request(question))
            usage = reply.usage
            said, cut = (reply.text, "") if reply.finish == "stop" else ("", reply.text)
        cost = None if self.price is None else self.price.cost(usage)
        kept = {"replies": [said], "seconds": round(time.monotonic() - started, 3), "calls": 1, "cost": cost}
        kept |= {"cut": cut} if cut else {}
        return kept | usage.model_dump(include={"prompt_tokens", "completion_tokens"})

    def _messages(self, question: JudgeQuestion) -> tuple[Message, ...]:
        item = self.texts.items[question.item]
        values = self.judging.values(item, self.texts.responses[question.item].text, question.what)
        asked = Message(role="user", content=self.wording.question(item.language, values))
        return (Message(role="system", content=self.wording.system), asked) if self.wording.system else (asked,)

    async def _request(self, question: JudgeQuestion) -> Request:
        temperature, messages = self.settings.temperature, self._messages(question)
        limit = self.settings.max_tokens or token_limit(REPLY_WORDS, card_of(self.config.model, self.config.card))
        return Request(
            messages=messages,
            max_tokens=await within_window(limit, self.model, messages),
            temperature=temperature if question.attempt == 0 else max(temperature, RETRY_TEMPERATURE),
            seed=seed_of(self.settings.seed, question.id),
            json_schema=self.judging.schema if self.wording.source == OWN else None,
        )
