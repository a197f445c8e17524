"""All that a run holds, by its settings: a thing to hold is one file in this folder and one line here."""

from collections.abc import Sequence

from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.ledger.records import LedgerFact
from longwriter.prompts import PromptSet
from longwriter.types import Plan
from longwriter.writer.calls import Calls
from longwriter.writer.hold.base import Hold
from longwriter.writer.hold.extractor import named_facts
from longwriter.writer.hold.facts import FactsHold
from longwriter.writer.hold.slop import slop_hold
from longwriter.writer.hold.sources import SourcesHold
from longwriter.writer.hold.style import StyleHold
from longwriter.writer.settings import WriteSettings


def holds(
    settings: WriteSettings,
    prompts: PromptSet,
    plan: Plan,
    calls: Calls,
    user: Sequence[LedgerFact] = (),
    sources: SourceSet | None = None,
) -> tuple[Hold, ...]:
    """What the settings ask for, in the order in which prompts tell of it. Raises InputError for what cannot be read.

    `calls`: what models have said so far; `user`: what a person says is so; `sources`: what the text cites.
    """
    found: list[Hold] = []
    if settings.facts != "off":
        found.append(FactsHold(prompts, plan, user, lambda text, section: named_facts(calls, text, section).facts))
    if settings.style:
        found.append(StyleHold(settings.style, prompts.name))
    if (stock := slop_hold(settings.slop, prompts)) is not None:
        found.append(stock)
    if sources:
        found.append(SourcesHold(sources, prompts, plan, settings.instruction))
    return tuple(found)
