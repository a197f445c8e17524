"""What a model can really do, by its name: `cards.toml` holds an entry for each kind of model that is known to need one.

Small models are a kind, not a special case: they follow short asks alone, need a guard against loops, and cannot plan a
text in one reply. A card says so; a model without an entry has the card of the field's larger models, whose values are the
defaults below.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from longwriter.errors import InputError
from longwriter.models.local.adapted import parts
from longwriter.types import Record

CARDS = Path(__file__).parent / "cards.toml"


class Card(Record):
    """How to ask one kind of model."""

    name: str = "default"
    window: int | None = None
    """Tokens of prompt and reply that it really uses; None: all that it was made for."""
    longest_ask: int | None = Field(default=None, ge=40)
    """Words of the longest single ask that it follows; None: whole sections."""
    section_words: int | None = Field(default=None, ge=40)
    """Usual words of a section; None: as set."""
    system: bool = True
    """Whether it knows the system role; else the system's text opens the user's."""
    prompts: Literal["full", "short"] = "full"
    """`full`: outline and earlier text in every prompt. `short`: this section's line and the last words alone."""
    plan: Literal["outline", "lines", "skeleton"] = "outline"
    """How plans are made: in one reply, line by line, or from the skeleton of its kind of text."""
    headings: Literal["model", "plan"] = "model"
    """Who writes section headings."""
    languages: tuple[str, ...] = ()
    """Languages that it writes ("en", "zh"); empty: not known to be limited."""
    candidates: int = Field(default=1, ge=1, le=16)
    """Replies to choose the best of, by rules, where they are free."""
    temperature: float | None = None
    top_p: float | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    repeat_last_n: int | None = None
    dry: float | None = None
    favour: float = Field(default=0.0, ge=0, le=10)
    """How much the logits of a section's own words are raised; 0: none."""
    thinking: int = Field(default=8192, ge=0)
    """Tokens of thinking that a reply has room for beside what is asked."""


@cache
def cards() -> dict[str, tuple[re.Pattern[str], Card]]:
    """The entries of `cards.toml` by name, each with the pattern of the model names that it is for."""
    out = {}
    for name, entry in tomllib.loads(CARDS.read_text("utf-8")).items():
        pattern = re.compile(str(entry.pop("match")), re.IGNORECASE)
        out[name] = (pattern, Card(name=name, **entry))
    return out


def card_of(model: str, named: str | None = None) -> Card:
    """The card of a model, by the name of an entry, else by the model's own. Raises InputError for no such entry."""
    if named is not None:
        if named not in cards() and named != "default":
            raise InputError(f"no card {named!r}; there are: default, {', '.join(cards())}")
        return cards()[named][1] if named in cards() else Card()
    if model.startswith("gguf:"):
        # what an adapter's file is called says nothing about it, nor do the folders that a file lies in
        model = re.split(r"[/\\]", parts(model.removeprefix("gguf:")).base)[-1]
    return next((card for pattern, card in cards().values() if pattern.search(model)), Card())
