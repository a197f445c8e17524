"""What Chinese sentences say of people and things."""

from collections.abc import Iterator

from longwriter.checks.ledger.rules.claims import Claim, SectionSource


def chinese_claims(source: SectionSource) -> Iterator[Claim]:
    """Looks, ages, kin, deaths, counts and dates."""
    yield from ()


def chinese_acts(source: SectionSource) -> Iterator[Claim]:
    """Who does something in the narration."""
    yield from ()
