"""Whether a run begins with all of the earlier text in sight or with a digest of it, where `auto` leaves that open.

Both ways are counted request by request: full context sends every section all that stands before it, most of it as the
request before did, so a server that keeps prompts reads it at its cached price; a digest is short, but new each time. Full is
taken where it is not much more expensive, because it is the better text; never where it is sure to pass a ceiling.
"""

from collections.abc import Sequence
from itertools import accumulate

from longwriter.models.prices import Price
from longwriter.types import Plan, Usage
from longwriter.writer.calls import Calls
from longwriter.writer.records.asked import ContextRecord
from longwriter.writer.section.context import BLOCK_NOTE_WORDS, NOTES_WORDS, PASSAGE_WORDS, TOKENS_PER_WORD
from longwriter.writer.section.earlier import BLOCK_WORDS, TAIL_WORDS

FRAME_TOKENS = 300
"""Tokens of a section's prompt besides request, outline and earlier text."""
DIGEST_WORDS = NOTES_WORDS + PASSAGE_WORDS + TAIL_WORDS + BLOCK_WORDS // 2
LEAST_CACHED, CACHED_STEP = 1024, 128
"""Tokens: servers keep no shorter beginning, and count in such steps."""
EXPECTED_HITS = 0.8
"""Part of what could be read from the cache that is; busy servers send some requests to a machine that has nothing."""
NEARLY = 1.25
"""Full context is taken up to so many times the price of the digest."""
SMALL = 0.05
"""And where it costs no more dollars above it than this."""


def cacheable(shared: int) -> int:
    """Tokens of a beginning that a server would read from its cache."""
    return shared // CACHED_STEP * CACHED_STEP if shared >= LEAST_CACHED else 0


def forecast(plan: Plan, head: int, window: int, *, full: bool, price: Price | None = None) -> list[Usage]:
    """What the sections' requests will take. `head`: tokens of what every prompt begins with; `price`: whether it caches."""
    caches, writes = price is not None and price.caches, price is not None and price.cache_write is not None
    before, out = 0, list[Usage]()
    for words, stands in _stretches(plan):
        reply, text = int(TOKENS_PER_WORD * words), int(TOKENS_PER_WORD * stands)
        full = full and head + FRAME_TOKENS + text + reply <= window
        seen = text if full else min(text, int(TOKENS_PER_WORD * DIGEST_WORDS))
        prompt = head + FRAME_TOKENS + seen
        shared = cacheable(head + (before if full else 0)) if out and caches else 0
        cached = int(EXPECTED_HITS * shared)
        written = prompt - cached if writes and prompt >= LEAST_CACHED else 0
        out.append(
            Usage(prompt_tokens=prompt, completion_tokens=reply, cached_tokens=cached, cache_write_tokens=written)
        )
        before = text
    return out


def notes_forecast(plan: Plan) -> list[Usage]:
    """What the notes of a digest will take."""
    blocks = max(0, plan.words - TAIL_WORDS) // BLOCK_WORDS
    prompt, reply = int(TOKENS_PER_WORD * BLOCK_WORDS) + FRAME_TOKENS, int(2 * TOKENS_PER_WORD * BLOCK_NOTE_WORDS)
    return [Usage(prompt_tokens=prompt, completion_tokens=reply)] * blocks


def choose(calls: Calls, plan: Plan, head: int, window: int) -> ContextRecord:
    """How to begin a run of `auto`, and why; no reason where there was nothing to weigh."""
    role, notes = calls.roles["writer"], calls.roles["planner"]
    full = forecast(plan, head, window, full=True, price=role.price)
    if not calls.affordable(role, full):
        return ContextRecord(mode="window", why="context: a digest; all of the text would pass the ceiling")
    if role.price is None or role.price.cached is None or role.price.input == 0:
        return ContextRecord(mode="auto")  # nothing is known of the cache, or nothing is paid
    wide = total(role.price, full)
    narrow = total(role.price, forecast(plan, head, window, full=False, price=role.price))
    narrow += total(notes.price, notes_forecast(plan)) if notes.price else 0.0
    if wide <= max(NEARLY * narrow, narrow + SMALL):
        return ContextRecord(mode="auto", why=f"context: all of the text, ${wide:.2f}; a digest ${narrow:.2f}")
    return ContextRecord(mode="window", why=f"context: a digest, ${narrow:.2f}; all of the text ${wide:.2f}")


def total(price: Price, usages: Sequence[Usage]) -> float:
    """Dollars of several requests."""
    return sum(price.cost(usage) or 0.0 for usage in usages)


def _stretches(plan: Plan) -> list[tuple[int, int]]:
    """For each section its words, and the words before it."""
    words = [section.words for section in plan.sections]
    return list(zip(words, accumulate([0, *words[:-1]]), strict=True))
