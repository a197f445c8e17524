"""What the checks find in a document, and whether one version of it is better than another where an edit was made."""

from collections import Counter
from collections.abc import Iterable, Sequence

from longwriter.checks.cut import cut_sentences
from longwriter.checks.finding import TextFinding, TextPlace
from longwriter.checks.repetition.repetition import repetition

Stretch = tuple[int, int]
"""Start and end in a document."""


def measured(text: str, language: str) -> tuple[TextFinding, ...]:  # noqa: ARG001
    """All that the rules find in a text, in its order. `language`: a code, "" for not known."""
    found = [*_repeated(text), *cut_sentences(text)]
    return tuple(sorted(found, key=lambda f: f.places[-1].start if f.places else -1))


def _repeated(text: str) -> list[TextFinding]:
    return [
        TextFinding(
            kind="repetition", check="passage",
            places=(TextPlace(start=p.earlier_start, end=p.earlier_end), TextPlace(start=p.start, end=p.end)),
            quotes=(text[p.earlier_start : p.earlier_end], text[p.start : p.end]),
            message="a passage says again what stood earlier",
        )
        for p in repetition(text).passages
    ]  # fmt: skip


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
        if touches(found, now):
            allowed[found.kind, found.check] -= 1
            if allowed[found.kind, found.check] < 0:
                same = target is not None and (found.kind, found.check) == (target.kind, target.check)
                return f"{'the fault is still there' if same else f'it brings another ({found.kind})'}: {found.message}"
    there, then = _kinds(after), _kinds(before)
    more = next((key for key, count in there.items() if count > then[key]), None)
    return f"elsewhere it makes one finding more: {' '.join(more)}" if more else ""


def _kinds(findings: Iterable[TextFinding]) -> Counter[tuple[str, str]]:
    return Counter((f.kind, f.check) for f in findings)
