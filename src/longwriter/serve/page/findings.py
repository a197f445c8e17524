"""A run's report as the page shows it: each finding with the place in the text that it is about.

A place is a section (index from 0) and a paragraph of it, as `markdown` numbers them in its HTML.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from longwriter.checks.along.measures import measure
from longwriter.checks.finding import TextFinding
from longwriter.checks.messages import in_language
from longwriter.checks.repetition.repetition import QUOTE, Repetition, repetition
from longwriter.checks.style.checked import AT
from longwriter.diff.words import compare_words
from longwriter.language import tongue
from longwriter.serve.page.markdown import render
from longwriter.writer.document import Document
from longwriter.writer.outcome.checked import all_checked, section_starts
from longwriter.writer.outcome.dismissed import key, undismissed
from longwriter.writer.outcome.ledger import RunLedger
from longwriter.writer.outcome.report import Report
from longwriter.writer.outcome.told import notes_in, reason, verdict_in
from longwriter.writer.outcome.verdict import Finding
from longwriter.writer.revising.outcomes import last_revision
from longwriter.writer.section.section import HEADING
from longwriter.writer.session import Session

Place = dict[str, int]
MOST_FINDINGS, MOST_PLACES = 200, 5
"""Findings of the checks that the page shows, and places of each."""
SPENT = {
    *("calls", "prompt_tokens", "completion_tokens", "cached_tokens"),
    *("cost", "saved", "seconds", "wall_seconds"),
}


class Body(NamedTuple):
    """A finished section's text as the page shows it, under a heading of the page's own."""

    section: int
    text: str


def body(text: str, title: str) -> str:
    """A section's text without the heading that its model wrote, where that is the plan's."""
    own = HEADING.match(text)
    return text[own.end() :] if own and _letters(own["title"]) == _letters(title) else text


def bodies(document: Document) -> list[Body]:
    """The finished sections of a document, in order."""
    sections = document.manuscript.plan.sections
    return [Body(i, body(document.texts[i], sections[i].title)) for i in sorted(document.texts)]


def _letters(title: str) -> str:
    return "".join(filter(str.isalpha, title.casefold()))


class Places:
    """Where the characters of some sections stand, which are looked at as one text."""

    def __init__(self, parts: Sequence[Body]) -> None:
        """`parts`: in order."""
        self.parts = parts
        self.text = "\n\n".join(part.text for part in parts)
        self._starts = list(accumulate((len(part.text) + 2 for part in parts), initial=0))

    def at(self, character: int) -> Place | None:
        """Section and paragraph of a character; None where there is no text."""
        found = [n for n, start in enumerate(self._starts[:-1]) if start <= character]
        if not found:
            return None
        part, start = self.parts[found[-1]], self._starts[found[-1]]
        rendered = render(part.text, part.section)
        return {"section": part.section, "paragraph": rendered.paragraph(part.text, character - start)}

    def first_of(self, index: int) -> Place | None:
        """The first paragraph of a section, if it is written."""
        return next(({"section": part.section, "paragraph": 0} for part in self.parts if part.section == index), None)


def shown_report(
    document: Document, report: Report, unmendable: Mapping[str, str], language: str = "en"
) -> dict[str, Any]:
    """The JSON of a report. Takes two seconds for 100,000 words.

    `unmendable`: `Reviser.unmendable` of the document; `language`: of the page, en or zh, for what findings say.
    """
    found = all_checked(document)
    places = Places(bodies(document))
    again = repetition(places.text)
    along = measure(places.text, tongue(places.text) or "en").along["repetition"]
    faulty = [part.index for part in document.parts() if part.faults]
    verdict = verdict_in(report.verdict, language)
    said = {before.text: after.text for before, after in zip(report.verdict, verdict, strict=True)}
    lengths = {"number", "title", "chapter", "planned", "asked", "written"}
    return {
        "finished": report.finished,
        "verdict": [_finding(finding, places, again, faulty) for finding in verdict],
        "lengths": [section.model_dump(include=lengths) for section in report.sections],
        "repetition": {
            "share": report.repeated_share,
            "along": [] if None in along else along,
            "passages": _passages(places, again),
        },
        "words": {
            "asked": report.target.aim,
            "planned": report.planned,
            "written": report.written,
            "score": report.length_score,
        },
        "checks": shown_checks(document, found.findings, unmendable, language),
        "checks_more": max(0, len(undismissed(document, found.findings)) - MOST_FINDINGS),
        "style": shown_style(found.figures),
        "notes": notes_in(report.notes, said, language),
        "spent": report.model_dump(include=SPENT),
    }


def shown_style(figures: Mapping[str, float | None]) -> dict[str, Any] | None:
    """How near a run in a voice keeps to it, in percentiles (`checks.style.checked`); None for any other run."""
    if "style_percentile" not in figures:
        return None
    along = [{"words": int(name.removeprefix(AT)), "percentile": value} for name, value in figures.items()
             if name.startswith(AT)]  # fmt: skip
    return {"own": figures["style_percentile"], "others": figures["style_percentile_others"], "along": along}


def shown_checks(
    document: Document, found: Sequence[TextFinding], unmendable: Mapping[str, str], language: str = "en"
) -> list[dict[str, Any]]:
    """What the checks found, each of its places with section and paragraph; what was dismissed is told apart, last.

    `mend`: why no passage of it can be changed, "" where one can; None where a revision does not look for it.
    """
    parts = {part.section: part.text for part in bodies(document)}
    starts = dict(section_starts(document))
    shown, gone = list[dict[str, Any]](), list[dict[str, Any]]()
    for finding in in_language(found, language):
        places = []
        for place, quote in zip(finding.places[:MOST_PLACES], finding.quotes, strict=False):
            if place.section in starts:
                index = place.section - 1
                at = place.start - starts[place.section]
                paragraph = _paragraph(parts[index], index, document.piece(index).strip(), at)
                places.append({"section": index, "paragraph": paragraph, "text": _beginning(quote, 0, len(quote))})
        told = finding.model_dump(include={"kind", "check", "message", "source"})
        name = key(finding)
        own = {"key": name, "dismissed": name in document.manuscript.dismissed, "mend": unmendable.get(name)}
        if own["mend"]:
            own["mend"] = reason(unmendable[name], language)
        (gone if own["dismissed"] else shown).append(told | {"places": places} | own)
    return [*shown[:MOST_FINDINGS], *gone[:MOST_FINDINGS]]


def shown_revision(session: Session, language: str = "en") -> dict[str, Any]:
    """The JSON of the last revision: each finding and what became of it, each edit with before and after.

    `language`: of the page, en or zh. In it, `more`: findings that are not listed; `waiting`: of all, those that are not dealt
    with; `by`: who mends, "" for the run's own model.
    """
    last, stopped = last_revision(session), session.manuscript.stopped
    found = last.findings if last else ()
    rows = [
        in_language([finding.finding], language)[0].model_dump(include={"kind", "check", "message"})
        | {"key": key(finding.finding), "state": finding.state, "why": reason(finding.why, language)}
        | {"edits": [edit._asdict() | {"words": compare_words(edit.before, edit.after)} for edit in finding.edits]}
        for finding in found[:MOST_FINDINGS]
    ]
    return {
        "over": last is None or last.over,
        "findings": rows,
        "more": len(found) - len(rows),
        "waiting": sum(finding.state == "waiting" for finding in found),
        "by": last.by.model if last and last.by else "",
        "small": session.cards["writer"].prompts == "short",
        "why": stopped.message if stopped else "",
    }


def _paragraph(text: str, section: int, piece: str, at: int) -> int:
    """The paragraph of a section's text that holds the character `at` of its piece of the document; 0 for its heading."""
    body = text.strip()
    inside = at - (len(piece) - len(body))
    if inside < 0 or not piece.endswith(body):
        return 0
    return render(text, section).paragraph(text, inside + len(text) - len(text.lstrip()))


def shown_ledger(document: Document, ledger: RunLedger) -> dict[str, Any]:
    """The JSON of the facts of a ledger, each with the paragraph that says it."""
    parts = {part.section: part for part in bodies(document)}
    pages = {fact.section - 1: render(parts[fact.section - 1].text, fact.section - 1) for fact in ledger.facts
             if fact.section - 1 in parts}  # fmt: skip
    out = []
    for fact in ledger.facts:
        told = fact.model_dump(include={"subject", "relation", "value", "until", "quote", "source"})
        if (page := pages.get(fact.section - 1)) is not None:
            text = parts[fact.section - 1].text
            at = max(0, text.find(fact.quote))
            told |= {"at": {"section": fact.section - 1, "paragraph": page.paragraph(text, at)}}
        out.append(told)
    return {"facts": out}


def _finding(finding: Finding, places: Places, again: Repetition, faulty: Sequence[int]) -> dict[str, Any]:
    told = {"kind": finding.kind, "ok": finding.ok, "text": finding.text}
    at = None if finding.ok else _place(finding, places, again, faulty)
    return told if at is None else told | {"at": at}


def _place(finding: Finding, places: Places, again: Repetition, faulty: Sequence[int]) -> Place | None:
    if finding.kind == "looping":
        return places.at(again.passages[0].start) if again.passages else None
    if finding.kind == "ending":
        return places.at(len(places.text.rstrip()) - 1)
    if finding.kind == "sections":
        return places.first_of(faulty[0]) if faulty else None
    return places.first_of(finding.sections[0] - 1) if finding.sections else None


def _passages(places: Places, again: Repetition) -> list[dict[str, Any]]:
    """What says again what stood earlier, with both places; the largest, in the text's order."""
    out = []
    for passage in again.passages:
        here, there = places.at(passage.start), places.at(passage.earlier_start)
        if here is None or there is None:
            continue
        earlier = there | {"text": _beginning(places.text, passage.earlier_start, passage.earlier_end)}
        text = _beginning(places.text, passage.start, passage.end)
        out.append(here | {"text": text, "earlier": earlier, "similarity": round(passage.similarity, 3)})
    return out


def _beginning(text: str, start: int, end: int) -> str:
    """One line of a passage."""
    whole = " ".join(text[start : min(end, start + 2 * QUOTE)].split())
    return whole if end - start <= QUOTE else whole[:QUOTE].rstrip() + "…"
