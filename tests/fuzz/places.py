"""What holds of every finding, whoever made it: each quote is the text at its place, and all places are in the text."""

from collections.abc import Iterable

from longwriter.checks.finding import TextFinding


def true_of(findings: Iterable[TextFinding], text: str) -> None:
    """Assert it."""
    for found in findings:
        assert len(found.places) == len(found.quotes), found
        for place, quote in zip(found.places, found.quotes, strict=True):
            assert 0 <= place.start < place.end <= len(text), found
            assert text[place.start : place.end] == quote, found
        assert found.message.strip()
        assert found.kind
        assert (
            has_half(*found.quotes, found.message) or type(found).model_validate_json(found.model_dump_json()) == found
        )


def has_half(*texts: str) -> bool:
    """Whether they hold half a character, as no file can."""
    return any("\ud800" <= c <= "\udfff" for text in texts for c in text)
