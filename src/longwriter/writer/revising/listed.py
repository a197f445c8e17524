"""The list of findings that a revision follows, as a file that a person reads and edits: RUN/findings.json.

{"text": digest of the document, "made": digest of the list as it was made, "findings": [{"kind", "check", "places",
"quotes", "message", "source", "edit"}]}: the findings of `longwriter check --json`, with `edit`, the number of the place to
change, where a person wants another than the rules choose. What they take out is left alone; what they add needs quotes.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from longwriter.checks.finding import TextFinding, TextPlace
from longwriter.config import fault, read_text
from longwriter.errors import InputError
from longwriter.journal import digest
from longwriter.jsonl import without_halves
from longwriter.runs.folders import write_file
from longwriter.writer.outcome.dismissed import key
from longwriter.writer.records.revised import WantedFinding

FINDINGS = "findings.json"
OWN = {"check": "own", "source": "user", "message": ""}
"""What a finding has that a person added, where it says nothing else."""
SHOWN = 60
"""Characters of a quote that an error shows."""


class FindingsFile(NamedTuple):
    """What such a file holds."""

    findings: tuple[WantedFinding, ...]
    text: str
    """Digest of the document that it was made of; "" in a file made by hand."""
    edited: bool
    """It is not as it was made."""

    def of(self, text: str) -> bool:
        """Whether it was made of this document."""
        return self.text == digest(text)


def wanted(finding: TextFinding) -> WantedFinding:
    """The same, to be mended where the rules choose."""
    return finding if isinstance(finding, WantedFinding) else WantedFinding(**dict(finding))


def held_by(path: Path) -> list[str] | None:
    """The keys of a file's findings, whatever text they are of; None where it holds none that can be read."""
    try:
        tree = _tree(path)
        rows = tree["findings"] if isinstance(tree, dict) else tree
        return [key(WantedFinding.model_validate({**OWN, **row, "places": []})) for row in rows]
    except (InputError, ValueError, KeyError, TypeError):
        return None


def write_findings(path: Path, text: str, findings: Sequence[TextFinding]) -> None:
    """Replace the file. `text`: the document. Raises RunError on a full disk."""
    rows = [wanted(finding).model_dump() for finding in findings]
    tree = {"text": digest(text), "made": _made(rows), "findings": rows}
    write_file(path, json.dumps(tree, ensure_ascii=False, indent=1) + "\n", private=True)


def read_findings(path: Path, text: str) -> FindingsFile:
    """Read such a file against the document. Raises InputError naming the finding and what is wrong with it."""
    tree = _tree(path)
    rows = tree.get("findings") if isinstance(tree, dict) else tree
    if not isinstance(rows, list):
        raise InputError(f'{path}: holds no list of findings; it looks like {{"findings": [...]}}; {_again(path)}')
    told = tree if isinstance(tree, dict) else {}
    found = tuple(_read(row, f"{path}: finding {n}", text) for n, row in enumerate(rows, 1))
    return FindingsFile(found, str(told.get("text", "")), told.get("made") != _made(rows))


def _tree(path: Path) -> Any:  # noqa: ANN401 - JSON
    text = read_text(path)
    try:
        return without_halves(json.loads(text), text)
    except (ValueError, RecursionError) as error:
        said = "nested too deep" if isinstance(error, RecursionError) else error
        raise InputError(f"{path}: is no JSON: {said}; {_again(path)}") from None


def _read(row: object, where: str, text: str) -> WantedFinding:
    if not isinstance(row, dict):
        raise InputError(f"{where}: is no object with kind, quotes and message")
    given = {**OWN, **row, "places": []}
    given.pop("dismissed", None)  # of check --all --json: the run itself knows
    try:
        finding = WantedFinding.model_validate(given)
    except ValidationError as error:
        name, reason = fault(error)
        raise InputError(f"{where}: {name + ': ' if name else ''}{reason}") from None
    if finding.edit > len(finding.quotes):
        raise InputError(f"{where}: edit: {finding.edit} is the number of no quote; it has {len(finding.quotes)}")
    starts = [p.get("start") for p in row.get("places") or [] if isinstance(p, dict)] if _listed(row) else []
    placed = located(finding, text, [start for start in starts if isinstance(start, int)])
    if isinstance(placed, str):
        raise InputError(
            f"{where}: its quote {_short(placed)!r} is not in the text; quote it letter by letter, or take the finding out"
        )
    return placed


def _listed(row: dict[str, object]) -> bool:
    return isinstance(row.get("places"), list)


def located(finding: WantedFinding, text: str, starts: Sequence[int] = ()) -> WantedFinding | str:
    """The finding where its quotes stand in a text, each nearest to where it stood; or a quote that is not there.

    `starts`: where they stood; of equal quotes without one, each is looked for behind the one before it.
    """
    places: list[TextPlace] = []
    for n, quote in enumerate(finding.quotes):
        behind = max((p.end for p, q in zip(places, finding.quotes, strict=False) if q == quote), default=0)
        at = nearest(text, quote, starts[n]) if n < len(starts) else text.find(quote, behind)
        if at < 0 or not quote.strip():
            return quote
        places.append(TextPlace(start=at, end=at + len(quote)))
    return finding.model_copy(update={"places": tuple(places)})


def nearest(text: str, quote: str, start: int) -> int:
    """Where a quote stands nearest to a place; -1: nowhere."""
    start = min(max(start, 0), len(text))
    before, behind = text.rfind(quote, 0, start + len(quote)), text.find(quote, start)
    if before < 0 or behind < 0:
        return max(before, behind)
    return before if start - before < behind - start else behind


def _made(rows: object) -> str:
    return digest(json.dumps(rows, ensure_ascii=False, sort_keys=True))


def _again(path: Path) -> str:
    return f"mend it, or remove it and make it anew: longwriter revise RUN --dry-run ({path.name})"


def _short(quote: str) -> str:
    said = " ".join(quote.split())
    return said if len(said) <= SHOWN else f"{said[:SHOWN]}..."
