"""What is known of a writer's style, as a file that a person can read: `style.toml`.

It holds no text of the sample but the scenes, a few passages of which the names are masked.
"""

import json
import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from longwriter.checks.style.features import BUCKETS, SCALARS
from longwriter.config import build, read_toml
from longwriter.types import Record

VERSION = 1
MOST_WORDS = 300
"""Words of the language that a profile holds."""
GRAM_STEPS = 10_000
"""Roots of shares of n-grams are kept as whole numbers of this part."""

LARGEST = 1e6
"""No figure of a text comes near it; beyond, sums of squares overflow."""
Figure = Annotated[float, Field(ge=0, le=LARGEST)]
Quantiles = Annotated[tuple[Figure, ...], Field(min_length=11, max_length=11)]
"""Distances that 0, 10 ... 100 % of passages are within."""


class StyleRange(Record):
    """One figure (`features.SCALARS`) in the sample."""

    mean: Figure
    low: Figure
    """A tenth of its passages have less, and a tenth more than `high`."""
    high: Figure
    spread: float = Field(ge=1e-4, le=LARGEST)
    """Standard deviation between passages, levelled (`features.levelled`)."""


class StyleScene(Record):
    """A passage of the sample to be gone on from; the same mark stands for its names."""

    kind: str = Field(max_length=40)
    """speech, telling or describing."""
    text: str = Field(max_length=4000)


class StyleProfile(Record):
    """A writer's style."""

    version: int = VERSION
    language: str = Field(max_length=10)
    """Code, "" where it is not known."""
    words: int = Field(gt=0)
    """Of the sample."""
    reference: str = Field(default="", max_length=40)
    """Other writers that it was compared with; "" for none."""
    figures: dict[str, StyleRange]
    vocabulary: dict[str, Figure] = Field(min_length=1, max_length=MOST_WORDS)
    """Frequent words of the language -> how often the sample has them in 1,000 words."""
    vocabulary_spread: tuple[Annotated[float, Field(ge=1e-3, le=LARGEST)], ...] = ()
    """Without a reference: standard deviation of the root of each word's share between passages, per mille."""
    grams: tuple[Annotated[int, Field(ge=0, le=GRAM_STEPS)], ...] = Field(
        min_length=2 * BUCKETS, max_length=2 * BUCKETS
    )
    grams_spread: tuple[Annotated[int, Field(ge=1, le=GRAM_STEPS)], ...] = ()
    own: dict[str, Quantiles]
    """Words of a passage -> how far the sample's own are from the rest of it."""
    others: dict[str, Quantiles] = Field(default={})
    """And how far those of other writers are."""
    scenes: tuple[StyleScene, ...] = Field(default=(), max_length=3)

    @field_validator("version")
    @classmethod
    def _known_version(cls, value: int) -> int:
        if value != VERSION:
            raise ValueError(f"version {value} is not known here; learn the style again: longwriter style learn")
        return value

    @field_validator("own", "others")
    @classmethod
    def _lengths(cls, value: dict[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
        if any(not re.fullmatch(r"[1-9]\d{1,5}", key) or list(row) != sorted(row) for key, row in value.items()):
            raise ValueError("a number of words and 11 rising distances are needed")
        return value

    @model_validator(mode="after")
    def _whole(self) -> "StyleProfile":
        if unknown := [name for name in self.figures if name not in SCALARS]:
            raise ValueError(f"figures: {unknown[0]} is not known here")
        spreads = (len(self.vocabulary_spread), len(self.grams_spread))
        if not self.own or (not self.reference and spreads != (len(self.vocabulary), 2 * BUCKETS)):
            raise ValueError("it is not whole; learn the style again: longwriter style learn")
        return self


def read_profile(path: Path) -> StyleProfile:
    """A profile of a file. Raises InputError for one that cannot be read, SettingError for what is no profile."""
    return build(StyleProfile, read_toml(path), str(path))


def as_toml(profile: StyleProfile) -> str:
    """The text of a profile's file."""
    lines = [
        "# A style, learnt by `longwriter style learn`. Figures: docs/checks.md.",
        *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in
          (("version", profile.version), ("language", profile.language), ("words", profile.words),
           ("reference", profile.reference))),
        f"grams = {list(profile.grams)}",
    ]  # fmt: skip
    if not profile.reference:
        lines += [
            f"vocabulary_spread = {list(profile.vocabulary_spread)}",
            f"grams_spread = {list(profile.grams_spread)}",
        ]
    lines += ["", "[figures]  # mean, the lowest and highest tenth of passages, and how far passages spread"]
    for name, figure in profile.figures.items():
        inside = ", ".join(f"{key} = {value!r}" for key, value in figure.model_dump().items())
        lines.append(f"{name} = {{ {inside} }}")
    lines += ["", "[vocabulary]  # per 1,000 words", *(f"{_quoted(w)} = {n!r}" for w, n in profile.vocabulary.items())]
    for name, table, said in (("own", profile.own, "sample's own"), ("others", profile.others, "others'")):
        lines += ["", f"[{name}]  # words of a passage: distances that 0, 10 ... 100 % of the {said} are within"]
        lines += [f"{length} = {list(row)}" for length, row in table.items()]
    for scene in profile.scenes:
        text = scene.text.replace("\\", "\\\\").replace('"', '\\"')
        lines += ["", "[[scenes]]", f"kind = {_quoted(scene.kind)}", f'text = """\n{text}"""']
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML; JSON has the same escapes but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
