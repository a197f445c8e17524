"""All that a run holds, by its settings: a thing to hold is one file in this folder and one line here."""

from longwriter.prompts import PromptSet
from longwriter.types import Plan
from longwriter.writer.hold.base import Hold
from longwriter.writer.hold.slop import slop_hold
from longwriter.writer.settings import WriteSettings


def holds(settings: WriteSettings, prompts: PromptSet, plan: Plan) -> tuple[Hold, ...]:  # noqa: ARG001
    """What the settings ask for, in the order in which prompts tell of it. Raises InputError for what cannot be read."""
    every = (slop_hold(settings.slop, prompts),)
    return tuple(hold for hold in every if hold is not None)
