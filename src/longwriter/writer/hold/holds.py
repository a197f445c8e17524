"""All that a run holds, by its settings: a thing to hold is one file in this folder and one line here."""

from longwriter.checks.citations.sources import SourceSet
from longwriter.prompts import PromptSet
from longwriter.types import Plan
from longwriter.writer.hold.base import Hold
from longwriter.writer.hold.sources import SourcesHold
from longwriter.writer.settings import WriteSettings


def holds(settings: WriteSettings, prompts: PromptSet, plan: Plan, sources: SourceSet) -> tuple[Hold, ...]:
    """What the settings ask for, in the order in which prompts tell of it. Raises InputError for what cannot be read.

    `sources`: of the run, which has none where it is empty.
    """
    return (SourcesHold(sources, prompts, plan, settings.instruction),) if sources else ()
