"""A text that is checked: what several checks read of it is read once."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from longwriter.checks.along.language import Tongues, tongues
from longwriter.checks.along.reading import TextReading, read
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.finding import TextFinding, TextPlace
from longwriter.checks.repetition.repetition import Repetition, repetition
from longwriter.checks.style.profile import StyleProfile
from longwriter.language import tongue

LOOKED_AT = 100_000
"""Characters that tell the language."""


class Checked(NamedTuple):
    """What one check says of a text."""

    findings: Sequence[TextFinding] = ()
    figures: dict[str, int | float | None] = {}  # noqa: RUF012 - never changed
    """By name; None where there is nothing to measure."""


def every(_: TextFinding) -> bool:
    """All findings count."""
    return True


class CheckedText:
    """A text with what is known of it."""

    def __init__(
        self,
        text: str,
        language: str = "",
        sources: Sequence[SourceChunk] | SourceSet | None = None,
        style: StyleProfile | None = None,
        counts: Callable[[TextFinding], bool] = every,
    ) -> None:
        """`language`: a code such as en, or "" to find it out; `sources`: chunks that the text may cite; `style`: its voice.

        `counts`: whether a finding counts in figures.
        """
        self.text, self.given, self.style, self.counts = text, language, style, counts
        self.sources = sources if isinstance(sources, SourceSet) else SourceSet(sources or ())

    @cached_property
    def language(self) -> str:
        """Code of its language; "" where that is not sure."""
        return self.given or tongue(self.text[:LOOKED_AT])

    @cached_property
    def words(self) -> TextReading:
        """Its words as numbers, with sentences and lines."""
        return read(self.text)

    @cached_property
    def tongues(self) -> Tongues:
        """The language of each word."""
        return tongues(self.words, self.language or "en")

    @cached_property
    def repetition(self) -> Repetition:
        """What of it repeats."""
        return repetition(self.text)

    def finding(self, kind: str, check: str, places: Sequence[tuple[int, int]], message: str) -> TextFinding:
        """A finding with the quotes of its places, which are put in order."""
        ordered = sorted(places)
        return TextFinding(
            kind=kind,
            check=check,
            places=tuple(TextPlace(start=start, end=end) for start, end in ordered),
            quotes=tuple(self.text[start:end] for start, end in ordered),
            message=message,
        )
