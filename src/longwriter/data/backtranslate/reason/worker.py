"""The search for the plan of one text: a scorer that reads, and what proposes lines, by rules and by a model."""

import asyncio
import math
import random
from collections.abc import AsyncIterator
from itertools import islice
from types import TracebackType
from typing import Self, cast

from pydantic import Field, field_validator

from longwriter.data.backtranslate.reason.by_model import LineWriter
from longwriter.data.backtranslate.reason.lines import proposals, usable
from longwriter.data.backtranslate.reason.search import Plan, SearchBounds, mean, search
from longwriter.data.thinking import GAP, block, plan_said
from longwriter.errors import PromptTooLong
from longwriter.models.base import ModelConfig
from longwriter.models.local.likelihood import Likelihood, Nats, check_scorer
from longwriter.steps.step import Item, Result
from longwriter.steps.workers import seed_of
from longwriter.text import count_words
from longwriter.types import Record, Section

OPENED = "<think>"
DRAWS = 20
"""Draws by rules for each line that is wanted; what quotes, or was tried before, is left out."""


class SearchSettings(Record):
    """What decides the search of a text's plan."""

    scorer: str
    """`hf:` weights that say how likely a text is."""
    steps: int = Field(default=10, ge=0)
    """Most lines that are looked at again (10: REER, arXiv:2509.06160)."""
    candidates: int = Field(default=2, ge=1, le=16)
    """Other lines that are tried each time (2: REER)."""
    enough: float = Field(default=0.25, ge=0)
    """Nats a token at which a text is explained (0.25: REER)."""
    model: ModelConfig | None = None
    """What proposes lines; None: rules alone."""
    seed: int = 7

    @field_validator("scorer")
    @classmethod
    def scores(cls, name: str) -> str:
        """Weights: servers do not say how likely a given text is."""
        check_scorer(name)
        return name


class Reasoned(Record):
    """The plan that was found for one text, and how much it explains."""

    plan: tuple[Section, ...] = ()
    alone: float = 0.0
    """Nats a token of the text after its request alone."""
    begun: float = 0.0
    """After the plan that the search began with."""
    nats: float = 0.0
    """After the plan that was found."""
    tokens: int = 0
    steps: int = 0
    scored: int = 0
    dropped: str | None = None
    """Why there is none."""


class PlanFinder:
    """Finds the plan of one text. See `steps.Worker`."""

    def __init__(self, settings: SearchSettings) -> None:
        self.settings = settings
        self.asker = LineWriter(settings.model, settings.seed) if settings.model else None

    async def __aenter__(self) -> Self:
        self.scorer = Likelihood(self.settings.scorer)
        self.reading, self.searching = asyncio.Lock(), asyncio.Lock()
        if self.asker is not None:
            await self.asker.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.scorer.close()
        if self.asker is not None:
            await self.asker.__aexit__(kind, error, trace)

    async def __call__(self, item: Item) -> Result:
        """A `Reasoned`; the item as `build.item_of` makes it."""
        try:
            if self.asker is not None:  # while one text waits for the model, others are read
                return await self._found(item)
            async with self.searching:  # a kill loses one text, not all that are under way
                return await self._found(item)
        except PromptTooLong as error:
            return {"dropped": f"too long to be read: {error}"}

    async def _found(self, item: Item) -> Result:
        pieces, language = cast(list[str], item["pieces"]), str(item["language"])
        plan = tuple(Section.model_validate(line) for line in cast(list[dict[str, object]], item["plan"]))
        words, asked = count_words("".join(pieces)), self.scorer.asked(str(item["request"]))
        rng, tried = random.Random(seed_of(self.settings.seed, str(item["id"]))), set(plan)

        async def read(think: str) -> list[Nats]:
            async with self.reading:
                return await asyncio.to_thread(self.scorer.of, *opened(asked, think), pieces)

        async def score(plan: Plan) -> list[Nats]:
            return await read(block(plan_said(plan, words, language)))

        async def propose(plan: Plan, index: int) -> AsyncIterator[Section]:
            made = 0
            async for line in self._lines(item, plan, index, rng):
                if made < self.settings.candidates and line not in tried and usable(line, pieces[index], language):
                    tried.add(line)
                    made += 1
                    yield line

        alone = await read("")
        found = await search(plan, score, propose, SearchBounds(self.settings.steps, self.settings.enough))
        if not all(map(math.isfinite, (mean(alone), found.begun, found.nats))):  # as of float16 that overflows
            return {"dropped": "the scorer gives no number for it"}
        whole = Reasoned(
            plan=found.plan, alone=mean(alone), begun=found.begun, nats=found.nats,
            tokens=sum(part.tokens for part in alone), steps=found.steps, scored=found.scored,
        )  # fmt: skip
        return whole.model_dump(mode="json", exclude_unset=True)

    async def _lines(self, item: Item, plan: Plan, index: int, rng: random.Random) -> AsyncIterator[Section]:
        """Lines that may take the place of one: the model's, where there is one, then such as rules draw."""
        if self.asker is not None:
            for line in await self.asker.lines(item, plan, index, self.settings.candidates):
                yield line
        text, terms = cast(list[str], item["pieces"])[index], cast(list[list[str]], item["terms"])[index]
        drawn = proposals(plan[index], text, terms, str(item["language"]), rng)
        for line in islice(drawn, DRAWS * self.settings.candidates):
            yield line


def opened(asked: str, think: str) -> tuple[str, str]:
    """A prompt, and what of the reply stands before the text: a block of thinking, or "" for none.

    Templates of reasoning models open the block in the prompt; then it is that one which is filled, or closed empty.
    """
    if asked.rstrip().endswith(OPENED):
        asked, think = asked.rstrip().removesuffix(OPENED), think or block("")
    return asked, f"{think}{GAP}" if think else ""
