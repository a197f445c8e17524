"""All checks of a text together: what rules find in it, and its figures. No model; a text of 100,000 words takes a second."""

from collections.abc import Callable, Sequence
from importlib import import_module

from longwriter.checks.checked import Checked, CheckedText, every
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.finding import TextFinding
from longwriter.checks.style.profile import StyleProfile
from longwriter.errors import InputError
from longwriter.types import Record

CHECKS = {  # name -> module:function, from a CheckedText to what it says; in the order in which figures are shown
    "contradictions": "longwriter.checks.joined:check_contradictions",
    "slop": "longwriter.checks.joined:check_slop",
    "repetition": "longwriter.checks.again:check_repetition",
    "along": "longwriter.checks.again:check_along",
    "language": "longwriter.checks.again:check_language",
    "form": "longwriter.checks.form:check_form",
    "citations": "longwriter.checks.citations.checked:check_citations",
    "style": "longwriter.checks.style.checked:check_style",
}
FIGURES_ALONE = frozenset(["along", "style"])
"""Checks that have no findings."""


class CheckReport(Record):
    """What the checks say of a text."""

    findings: tuple[TextFinding, ...]
    """In the order of their first places."""
    figures: dict[str, int | float | None]
    """By name; None where there is nothing to measure."""
    dismissed: int = 0
    """Findings more that are left out, because a person said of a run's text that it is right as it is."""


def check(
    text: str,
    language: str = "",
    *,
    only: Sequence[str] = (),
    sources: Sequence[SourceChunk] | SourceSet | None = None,
    style: StyleProfile | None = None,
    counts: Callable[[TextFinding], bool] = every,
) -> CheckReport:
    """Check a text in Markdown.

    `language`: a code such as en, or "" to find it out; `only`: names of `CHECKS`, none for all; `sources`: the chunks that
    the text may cite; `style`: the voice that it was to be written in; `counts`: whether a finding counts in figures.
    Raises InputError for a name that is no check.
    """
    if unknown := [name for name in only if name not in CHECKS]:
        raise InputError(f"no check is called {unknown[0]!r}; there are {', '.join(CHECKS)}")
    asked = CheckedText(text, language, sources, style, counts)
    said = [_function(name)(asked) for name in CHECKS if not only or name in only]
    findings = [finding for one in said for finding in one.findings]
    findings.sort(key=lambda finding: finding.places[0].start if finding.places else 0)
    figures = {name: value for one in said for name, value in one.figures.items()}
    return CheckReport(findings=tuple(findings), figures=figures)


def _function(name: str) -> Callable[[CheckedText], Checked]:
    module, _, function = CHECKS[name].partition(":")
    found: Callable[[CheckedText], Checked] = getattr(import_module(module), function)
    return found
