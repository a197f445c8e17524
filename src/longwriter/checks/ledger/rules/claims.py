"""A claim that rules found in a section, and who its pronouns mean."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from longwriter.checks.ledger.passages import Passages
from longwriter.checks.ledger.people import Mention, People


class Claim(NamedTuple):
    """Something said of a subject; becomes a fact if the subject is a name."""

    subject: str
    relation: str
    value: str
    start: int
    end: int
    """Place of the words that say it, in the section's text."""


class SectionSource(NamedTuple):
    """A section as every rule gets it."""

    passages: Passages
    mentions: Sequence[Mention]
    """In the order of the text."""
    people: People

    def meant(self, place: int, pronoun: str, besides: str = "") -> str | None:
        """Whom a pronoun at `place` means: the only name before it in its sentence, or else in the one before.

        None where two names could be meant, or the name does not go with the pronoun. `besides`: a name that is not meant.
        """
        number = self.passages.at(place)
        for back in (number, number - 1):
            if back < 0 or not self.passages.same_paragraph(back, number):
                return None
            names = [name for name in self._named(self.passages.starts[back], place) if name != besides]
            if names:
                fitting = [name for name in names if self.people.fits(name, pronoun)]
                return fitting[0] if len(fitting) == 1 and len(names) <= 2 else None
        return None

    def only(self, number: int) -> str | None:
        """The name of a sentence that has just one."""
        names = self._named(*self.passages.span(number))
        if len(names) > 1:
            names = [name for name in names if self.people.sure(name)]
        return names[0] if len(names) == 1 else None

    def mention(self, start: int, end: int) -> Mention | None:
        """The last mention that begins in this stretch."""
        last = bisect_left(self.mentions, end, key=lambda one: one.start) - 1
        return self.mentions[last] if last >= 0 and self.mentions[last].start >= start else None

    def named(self, match: re.Match[str], group: str, at: int) -> str | None:
        """The name that stands where a group of a match is, the match's text beginning at `at`; None for none."""
        found = self.mention(at + match.start(group), at + match.end(group))
        return found.name if found else None

    def _named(self, start: int, end: int) -> list[str]:
        """Different names mentioned from `start` to before `end`."""
        first = bisect_left(self.mentions, start, key=lambda one: one.start)
        last = bisect_left(self.mentions, end, key=lambda one: one.start)
        return list(dict.fromkeys(one.name for one in self.mentions[first:last]))
