"""Where a draft without headings has its parts: a model may name numbers of paragraphs that it is shown, and nothing else."""

from collections.abc import Sequence

from longwriter.errors import EmptyReply, InputError
from longwriter.intake.headings import headings
from longwriter.intake.paragraphs import Span, paragraphs
from longwriter.intake.pieces import PIECE_WORDS, DraftPlace
from longwriter.intake.source import SourceText
from longwriter.models.cards import Card
from longwriter.models.limits import token_limit
from longwriter.models.verdicts import Unreadable, the_json
from longwriter.prompts import PromptSet
from longwriter.text import count_words, head_words
from longwriter.types import Request
from longwriter.writer.calls import Calls, user
from longwriter.writer.section.request import seed_of

ASKED_FROM = 3_000
"""Words from which on a draft is worth asking about."""
SHOWN_WORDS, SHOWN_CHARACTERS = 16, 160
"""Of the beginning of each paragraph."""
AT_ONCE = 150
"""Paragraphs of one question: about 3,000 words."""
TRIES = 2
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"starts": {"type": "array", "items": {"type": "integer"}}},
    "required": ["starts"],
    "additionalProperties": False,
}


def unheaded(source: SourceText) -> bool:
    """Whether a draft is long and has no heading that can be recognised."""
    return count_words(source.text) >= ASKED_FROM and not headings(source.text, source.form)


async def named_places(source: SourceText, calls: Calls, prompts: PromptSet, card: Card, seed: int) -> list[DraftPlace]:
    """Where parts begin, as the planner says. Raises InputError where it gives no usable answer, and what models raise."""
    spans, starts = paragraphs(source.text), list[DraftPlace]()
    for first in range(0, len(spans), AT_ONCE):
        shown = spans[first : first + AT_ONCE]
        words = count_words(source.text[shown[0].start : shown[-1].end])
        count = max(1, round(words / PIECE_WORDS))
        text = prompts.render("places", paragraphs=_listed(source.text, shown, first + 1), count=count)
        found = await _asked(calls, card, text, range(first + 1, first + 1 + len(shown)), f"places:{first}", seed)
        starts += [DraftPlace(spans[number - 1].start) for number in found]
    if spans and (not starts or starts[0].at != spans[0].start):
        starts.insert(0, DraftPlace(spans[0].start))
    return starts


def _listed(text: str, spans: Sequence[Span], first: int) -> str:
    lines = []
    for number, span in enumerate(spans, first):
        opening = " ".join(text[span.start : span.end][: 4 * SHOWN_CHARACTERS].split())
        lines.append(f"[{number}] {' '.join(head_words(opening, SHOWN_WORDS).split())[:SHOWN_CHARACTERS]}")
    return "\n".join(lines)


async def _asked(calls: Calls, card: Card, text: str, numbers: range, step: str, seed: int) -> list[int]:
    fault = ""
    for attempt in range(TRIES):
        request = Request(
            messages=user(text),
            max_tokens=token_limit(4 * AT_ONCE, card),
            seed=seed_of(seed, step, attempt),
            json_schema=SCHEMA,
        )
        try:
            reply = await calls.ask("planner", f"{step}:{attempt}", request, expect=AT_ONCE)
            return _read(reply.text, numbers)
        except (EmptyReply, Unreadable) as error:
            fault = str(error)
    raise InputError(f"the model named no places at which the draft could be split: {fault}")


def _read(reply: str, numbers: range) -> list[int]:
    """The numbers in a reply, rising. Raises Unreadable for anything but numbers of paragraphs that were shown."""
    starts = the_json(reply).get("starts")
    if not isinstance(starts, list) or not all(isinstance(n, int) and not isinstance(n, bool) for n in starts):
        raise Unreadable("starts is no list of whole numbers")
    if wrong := [n for n in starts if n not in numbers]:
        raise Unreadable(f"paragraph {wrong[0]} is none of those that were shown")
    return sorted(set(starts))
