"""The ledger of a text: fed section after section, it says at once what a new section contradicts."""

from collections.abc import Iterable, Sequence

from longwriter.checks.finding import TextFinding
from longwriter.checks.ledger.records import LedgerEntity, LedgerFact, LedgerPromise


def verified(fact: LedgerFact, text: str) -> bool:
    """Whether the fact's quote stands in the section's text, word for word, at its place or anywhere."""
    return bool(fact.quote) and fact.quote in text


class Ledger:
    """Facts, entities and promises of the sections that were added."""

    def __init__(self, language: str, user: Sequence[LedgerFact] = ()) -> None:
        """Begin a ledger for a text in `language` ("en", "zh"; others have no rules) with what a person says is so."""
        self.language = language
        self._facts: list[LedgerFact] = list(user)

    def add(self, section: int, text: str, offset: int = 0) -> list[TextFinding]:
        """Read a section by rules; returns what contradicts earlier sections, a person's facts or itself.

        Places are of the whole text, in which the section begins at `offset`.
        """
        return []

    def take(self, facts: Iterable[LedgerFact]) -> list[TextFinding]:
        """Facts of a model or a person, compared alike. Sections must have been added before facts of theirs are taken."""
        self._facts += facts
        return []

    @property
    def facts(self) -> tuple[LedgerFact, ...]:
        """All facts, a person's first, then in the order of the text."""
        return tuple(self._facts)

    @property
    def entities(self) -> tuple[LedgerEntity, ...]:
        """Who and what has a name, most mentions first."""
        return ()

    @property
    def promises(self) -> tuple[LedgerPromise, ...]:
        """What was promised, in the order of the text."""
        return ()

    def about(self, line: str, most_words: int) -> list[LedgerFact]:
        """Facts of whoever a plan's line names, a person's first, then the latest, in at most `most_words` words."""
        return []
