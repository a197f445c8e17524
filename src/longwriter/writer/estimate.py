"""What a text will take before anything is spent: calls, tokens, money, minutes.

The writer itself runs, on a model that costs nothing and writes what it is asked (`fake`), into a journal in memory; so the
estimate counts the very prompts that a run would send. It assumes a model that keeps to the lengths asked for: one that
writes half of them needs about a third more calls.
"""

from bisect import bisect_left
from collections import deque

from longwriter.journal import Journal
from longwriter.models.base import Listens, Model, ModelConfig, open_model
from longwriter.models.tokens import estimate_tokens
from longwriter.types import Record, Reply, Request, Usage
from longwriter.writer.section.choice import cacheable
from longwriter.writer.session import Options, Session, configs_of
from longwriter.writer.settings import WriteSettings, wanted_length
from longwriter.writer.sources.gather import gathered

TOKENS_A_SECOND = 50.0
"""Speed of generation assumed for a model that nobody has timed; hosted models run at 30 to 150."""
PROMPT_TOKENS_A_SECOND = 5000.0
KEPT = 8
"""Prompts whose beginnings a server is taken to keep."""
ASSUMED_WORDS = 3000
"""Where neither the request nor an option names a length: the planner will choose one."""
REHEARSED_WORDS = 100_000
"""Longer texts are rehearsed at this length (5 s of work) and scaled: prompts with full context grow with the square."""


class Estimate(Record):
    """A forecast."""

    words: int
    sections: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    """In US dollars, nothing read from a cache; None: no price is known for the model."""
    cost_cached: float | None = None
    """The same where the server reads from its cache all that it could; None: no price for that is known."""
    cached_tokens: int = 0
    """Prompt tokens that it could read from there."""
    cost_batch: float | None = None
    """By the provider's batch API, nothing cached, which cannot write one text live; None: no price is known."""
    minutes: float
    """With one call at a time at the speed assumed; a parallel run takes the longest chapter's share of it."""
    context: str
    """How earlier text is shown at first."""
    assumed: bool
    """No length was named, so one was assumed."""


class Rehearsal:
    """The fake model in the place of the real one: its name, its prompts, its window."""

    def __init__(self, name: str, fake: Model, window: int | None) -> None:
        """`fake` writes; the rest is what the writer asks about the real model."""
        self.name, self.prefill = name, False
        self._fake, self._window = fake, window
        self._kept: deque[str] = deque(maxlen=KEPT)

    async def reply(self, request: Request, listener: Listens | None = None) -> Reply:
        """The fake's text; its tokens are the caller's to estimate, but for those that stood in an earlier prompt."""
        reply = await self._fake.reply(request, listener)
        prompt = "\n".join(m.content for m in request.messages)
        shared = max((_shared(prompt, kept) for kept in self._kept), default=0)
        self._kept.append(prompt)
        cached = cacheable(estimate_tokens(prompt[:shared]))
        usage = Usage(cached_tokens=cached, cache_write_tokens=estimate_tokens(prompt) - cached)
        return reply.model_copy(update={"usage": usage, "finish": "stop"})

    async def window(self) -> int | None:
        """The window of the real model, where it is stated."""
        return self._window

    def count_tokens(self, text: str) -> int | None:  # noqa: ARG002 - Model's signature
        """Unknown: estimates are by kinds of characters."""
        return None

    async def aclose(self) -> None:
        """Nothing to close."""


async def estimate(settings: WriteSettings, options: Options, speed: float = TOKENS_A_SECOND) -> Estimate:
    """Forecast a run. `speed`: tokens per second that the model generates."""
    configs, fake = configs_of(settings), open_model(ModelConfig(model="fake:"))
    models: dict[str, Model] = {r: Rehearsal(c.model, fake, settings.window) for r, c in configs.items()}
    if configs["planner"] == configs["writer"]:
        models["planner"] = models["writer"]
    free = settings.model_copy(update={"max_cost": None, "max_tokens": None})
    target = wanted_length(settings)
    assumed = target is None and options.plan is None
    factor = max(1.0, target.aim / REHEARSED_WORDS) if target and not options.plan else 1.0
    if factor > 1 or assumed:
        free = free.model_copy(update={"words": ASSUMED_WORDS if assumed else REHEARSED_WORDS})
    quiet = Options(prices=options.prices, plan=options.plan)
    sources = (await gathered(settings.sources, fetch=False)).chunks if settings.sources else ()
    session = Session(free, Journal(None), None, models, quiet, sources)
    result = await session.run()
    spent = session.calls.spent
    grown = factor**2 if settings.context == "full" else factor
    prompt_tokens, completion_tokens = round(spent.prompt_tokens * grown), round(spent.completion_tokens * factor)
    seconds = completion_tokens / speed + prompt_tokens / PROMPT_TOKENS_A_SECOND
    cached_tokens = round((spent.cached_tokens or 0) * grown)
    cold = cached = spent.cost
    price = session.calls.roles["writer"].price
    if factor > 1 and price is not None:  # a sum of prompts is no long prompt
        flat = price.model_copy(update={"long_above": None})
        usage = Usage(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)
        kept = {"cached_tokens": cached_tokens, "cache_write_tokens": prompt_tokens - cached_tokens}
        cold, cached = flat.cost(usage), flat.cost(usage.model_copy(update=kept))
    elif cached is not None:
        cold = cached + (spent.saved or 0.0)
    return Estimate(
        words=round(result.report.written * factor),
        sections=round(len(result.report.sections) * factor),
        calls=round(spent.calls * factor),
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        cost=cold,
        cost_cached=cached if spent.saved is not None else None,
        cached_tokens=cached_tokens,
        cost_batch=None if price is None or price.batch is None or cold is None else cold * price.batch,
        minutes=round(seconds / 60, 2),
        context=result.report.context,
        assumed=assumed,
    )


def _shared(one: str, other: str) -> int:
    """Characters that two texts begin with alike, found by halving: prompts have up to a million."""
    return bisect_left(range(1, min(len(one), len(other)) + 1), True, key=lambda n: not one.startswith(other[:n]))
