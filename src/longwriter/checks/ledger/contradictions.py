"""What a whole text contradicts itself in, by rules."""

from longwriter.checks.finding import TextFinding


def contradictions(text: str, language: str = "") -> list[TextFinding]:
    """Contradictions of a text whose chapters begin at Markdown headings, in its order; `language` "" is found out."""
    return []
