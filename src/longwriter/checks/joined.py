"""What the rooms of `checks` say of a text, as checks of one table: each finding as its room gives it, with its figures."""

from longwriter.checks.checked import Checked, CheckedText
from longwriter.checks.finding import TextFinding
from longwriter.checks.ledger.contradictions import contradictions
from longwriter.checks.slop.score import findings_of, slop_of
from longwriter.checks.slop.stock import shipped

CONTRADICTIONS = "contradictions"
"""The figure and the check."""


def check_contradictions(asked: CheckedText) -> Checked:
    """What does not go together, and how often that is for 10,000 words."""
    found = [_in_text(one) for one in contradictions(asked.text, asked.language)]
    return Checked(found, {CONTRADICTIONS: contradictions_rate(sum(map(asked.counts, found)), len(asked.words.starts))})


def contradictions_rate(number: int, words: int) -> float | None:
    """Contradictions for 10,000 words; None for a text without any."""
    return round(1e4 * number / words, 2) if words else None


def _in_text(finding: TextFinding) -> TextFinding:
    """Without numbers of sections, which count headings here, the title's too: only a run has sections."""
    places = tuple(place.model_copy(update={"section": None}) for place in finding.places)
    return finding.model_copy(update={"places": places})


def check_slop(asked: CheckedText) -> Checked:
    """Stock phrases used too often, how many there are for 1,000 words, and how many texts of people have as few."""
    score = slop_of(asked.words, asked.language)
    stock = shipped(score.language)
    rate = None if score.per_1000 is None else round(score.per_1000, 2)
    figures = {"slop": rate, "slop_percentile": score.percentile}
    return Checked(findings_of(asked.text, score, stock) if stock else (), figures)
