"""Everything that decides a manuscript. Saved with the run; the same settings go on with it."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from longwriter.checks.slop.stock import StockList, read_list
from longwriter.checks.style.profile import StyleProfile, read_profile
from longwriter.length.target import MOST, Target, exact, read_target
from longwriter.models.base import REACH, ModelConfig
from longwriter.text import language
from longwriter.types import Record, Utf8

MAY_CHANGE_ON_RESUME = frozenset(
    {"window", "max_cost", "max_tokens"} | {f"{role}.{key}" for role in ("writer", "planner") for key in REACH}
)
"""Keys that may change between two commands on one run: they say how to reach a model and when to stop."""


class WriteSettings(Record):
    """What to write, with which models, and how."""

    instruction: str = Field(min_length=1)
    words: int | None = Field(default=None, ge=20, le=MOST)
    """Wanted length in words (`text.count_words`); None: read from the instruction, else the plan's own."""
    language: Literal["en", "zh", "zh-Hant"] | None = None
    """Language of the prompts; None: that of the instruction."""
    writer: ModelConfig = ModelConfig()
    planner: ModelConfig | None = None
    """Model for plan, synopsis and notes; None: the writer."""
    context: Literal["auto", "full", "window"] = "auto"
    """What a section sees of the earlier text: all of it, a bounded digest, or all while it fits."""
    window: int | None = Field(default=None, ge=256)
    """Context window in tokens; None: as the server tells, else 32,768."""
    parallel: bool = False
    """Chapters side by side: minutes instead of hours, at some cost in coherence (the paper's +Parallel)."""
    section_words: int | None = Field(default=None, ge=40, le=1000)
    """Usual budget of a section; None: the model card's, else 500 (the paper allows 200 to 1,000)."""
    facts: Literal["off", "rules", "model"] | None = None
    """What sections are told of those whom their line names: nothing; what rules find in the earlier text; that and what the
    planner's model names, asked once a section. None: rules."""
    headings: Literal["auto", "model", "plan"] = "auto"
    """Who writes section headings; auto: the model, and the plan where it writes none."""
    ban: tuple[str, ...] | None = Field(default=None, max_length=50_000)
    """Phrases that sections may not hold, but for those that the instruction holds; for engines of ours
    (`models.base.can_ban`)."""
    style: StyleProfile | None = None
    """The voice to write in (`longwriter style learn`); a path stands for the profile in that file."""
    slop: StockList | Literal["off"] | None = None
    """Stock phrases to hold down: a list (`longwriter slop learn`; a path stands for the one in that file), or "off", none.
    None: the shipped list, for prompts in English."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int = 42
    """The seed of sampling; every call makes its own of it."""
    max_section_tokens: int | None = Field(default=None, ge=64)
    """Limit of one reply in tokens, thinking included; None: the server's."""
    sources: tuple[Utf8, ...] | None = Field(default=None, max_length=1000)
    """Files, folders, addresses, and files that list addresses, which the text cites; None: it cites nothing."""
    private_sources: bool | None = None
    """True: addresses of this machine and its network are fetched, too."""
    max_cost: float | None = Field(default=None, gt=0)
    """Stop before the run has cost more than this, in the price table's currency."""
    max_tokens: int | None = Field(default=None, gt=0)
    """Stop before the run has used more tokens than this, prompts included."""

    @field_validator("style", mode="before")
    @classmethod
    def _of_file(cls, value: object) -> object:
        """Of a path the profile: the run keeps it, whatever becomes of the file."""
        return read_profile(Path(value)) if isinstance(value, str | Path) else value

    @field_validator("slop", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """Of a path the list, kept as the profile is."""
        return (
            read_list(Path(value)) if isinstance(value, Path) or (isinstance(value, str) and value != "off") else value
        )

    @field_validator("instruction")
    @classmethod
    def says_something(cls, value: str) -> str:
        """At least one letter or digit, and no more than a model could read."""
        if not any(c.isalnum() for c in value):
            raise ValueError("the instruction says nothing; give a sentence such as 'Write a history of tea'")
        if len(value) > 200_000:
            raise ValueError(f"the instruction has {len(value):,} characters; at most 200,000 are read")
        return value


def asked_language(settings: WriteSettings) -> str:
    """The language of the prompts, without its script: en, zh."""
    return (settings.language or language(settings.instruction)).partition("-")[0]


def wanted_length(settings: WriteSettings) -> Target | None:
    """The length by option, else as the request names it; None: neither does."""
    return exact(settings.words, "option") if settings.words else read_target(settings.instruction)
