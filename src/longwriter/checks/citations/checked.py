"""The citations among the checks of a text; nothing where it has no sources."""

from longwriter.checks.checked import Checked, CheckedText
from longwriter.checks.citations.citations import read_citations


def check_citations(asked: CheckedText) -> Checked:
    """Findings and figures of what a text cites."""
    if not asked.sources:
        return Checked()
    found = read_citations(asked.text, asked.sources)
    figures = found.figures
    return Checked(found.findings, {
        "citations": figures.citations,
        "sources_cited": figures.cited,
        "citations_supported": figures.supported / figures.statements if figures.statements else None,
        "sections_uncited": len(figures.uncited),
    })  # fmt: skip
