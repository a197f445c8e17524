"""What a run is asked to write, by which models, and how much of its earlier text they see."""

from typing import Literal

from pydantic import ConfigDict

from longwriter.length.target import Target
from longwriter.models.cards import Card
from longwriter.types import Plan, Record
from longwriter.writer.records.base import JournalRecord


class ModelRecord(Record):
    """What one model is."""

    model_config = ConfigDict(extra="ignore")  # early runs noted the name of its prompts, too

    name: str
    prefill: bool
    """It goes on from the beginning of a reply."""
    card: Card | None = None
    """None: a run from before there were cards; it has that of the model's name."""


class ModelsRecord(JournalRecord):
    """What the models of a run are, so that later commands see the same."""

    kind = "models"
    writer: ModelRecord
    planner: ModelRecord
    window: int | None
    """Tokens, as the writer's server told."""


class PlanRecord(JournalRecord):
    """The outline that is followed from here on, with the length of the whole."""

    kind = "plan"
    plan: Plan
    target: Target
    source: Literal["model", "file", "edited", "import"]
    """`import`: lines made of a draft alone; where `target` is longer, the rest is not planned yet."""


class ContextRecord(JournalRecord):
    """How the run began to show earlier text, chosen once where the settings leave it open."""

    kind = "context"
    mode: Literal["auto", "full", "window"]
    """`auto`: full while it fits the window."""
    why: str = ""
    """For people."""


class WindowRecord(JournalRecord):
    """The window that a server turned out to have."""

    kind = "window"
    tokens: int
    stated: int | None
    """What the user had given; the record holds until they give another."""
