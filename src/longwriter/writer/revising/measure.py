"""What the checks find in a document, and whether one version of it is better than another where an edit was made."""

from collections import Counter
from collections.abc import Iterable, Sequence

from longwriter.checks.check import check
from longwriter.checks.finding import TextFinding
from longwriter.checks.ledger.contradictions import contradictions
from longwriter.checks.ledger.ledger import in_order
from longwriter.checks.ledger.rules.voice import VOICE
from longwriter.writer.document import Document

Stretch = tuple[int, int]
"""Start and end in a document."""


def measured(text: str, language: str, document: Document) -> tuple[TextFinding, ...]:
    """All that the rules find in a text, in its order. `language`: a code, "" for not known.

    `document`: whose version the text is; it is held to its sources, and to what a person says is so. Facts that end with a
    section are left aside: a document's headings are not its sections.
    """
    findings = check(text, language, sources=document.sources).findings
    lasting = [fact for fact in document.manuscript.facts if fact.until is None]
    if not lasting:
        return findings
    others = [finding for finding in findings if finding.kind != "contradiction"]
    return tuple(in_order([*others, *contradictions(text, language, lasting)]))


def touches(finding: TextFinding, stretch: Stretch) -> bool:
    """Whether a place of a finding lies in a stretch, or reaches into it."""
    return any(place.start < stretch[1] and stretch[0] < place.end for place in finding.places)


def worse(
    before: Sequence[TextFinding], after: Sequence[TextFinding], was: Stretch, now: Stretch, target: TextFinding | None
) -> str:
    """Why an edit is not taken: its fault is still there, or the text has another; "" where it is taken.

    `was`, `now`: the stretch that was replaced, in either document. `target` None: what no rule found.
    """
    allowed = _kinds(f for f in before if touches(f, was))
    if target is not None:
        allowed[target.kind, target.check] -= 1
    for found in after:
        if touches(found, now) and not _of_the_whole(found, before, target):
            allowed[found.kind, found.check] -= 1
            if allowed[found.kind, found.check] < 0:
                same = target is not None and (found.kind, found.check) == (target.kind, target.check)
                return f"{'the fault is still there' if same else f'it brings another ({found.kind})'}: {found.message}"
    there, then = _faults(after), _faults(before)
    more = next((key for key, count in there.items() if count > then[key]), None)
    return f"elsewhere it makes one finding more: {' '.join(more)}" if more else ""


def _of_the_whole(found: TextFinding, before: Sequence[TextFinding], target: TextFinding | None) -> bool:
    """Whether it is one of many places that was there before with as many, and is not to be mended here."""
    if len(found.places) <= 2 or (target is not None and (found.kind, found.check) == (target.kind, target.check)):
        return False
    return any((f.kind, f.check) == (found.kind, found.check) and len(f.places) >= len(found.places) for f in before)


def _faults(findings: Iterable[TextFinding]) -> Counter[tuple[str, str]]:
    """As `_kinds`, where a change of voice counts as often as it has places: mended in its middle it becomes two of fewer."""
    found = Counter[tuple[str, str]]()
    for f in findings:
        found[f.kind, f.check] += len(f.places) - 1 if f.check in VOICE else 1
    return found


def _kinds(findings: Iterable[TextFinding]) -> Counter[tuple[str, str]]:
    return Counter((f.kind, f.check) for f in findings)
