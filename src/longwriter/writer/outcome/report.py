"""What was asked, planned and written: the length report of a run."""

from collections.abc import Iterator, Sequence

from longwriter.checks.citations.records import CitationFigures
from longwriter.checks.finding import TextFinding
from longwriter.checks.repetition.repetition import repetition
from longwriter.language import tongue
from longwriter.length.score import length_score
from longwriter.length.target import Target
from longwriter.text import count_words, repeated_ngrams
from longwriter.types import Plan, Record
from longwriter.writer.document import Document, DocumentPart
from longwriter.writer.outcome.checked import checked
from longwriter.writer.outcome.cited import citing, told_of
from longwriter.writer.outcome.ledger import RunLedger
from longwriter.writer.outcome.spent import Spent
from longwriter.writer.outcome.verdict import Finding, findings, remarks
from longwriter.writer.records.written import GivenRecord

LOOKED_AT = 100_000
"""Characters of a draft that tell its language."""
VERDICT_CHECKS = ("slop", "citations")
"""Checks that the verdict on a finished text tells of; what contradicts itself comes from the run's ledger."""
FEWEST_HITS, HITS_JUDGED_FROM = 0.5, 20_000
"""The report of a run with full context says when it reads less of its prompts from a cache, once they have so many tokens."""


class SectionReport(Record):
    """One line of the plan and what became of it, in words."""

    number: int
    title: str
    chapter: str = ""
    planned: int
    asked: int | None = None
    """Sum over all replies of the section; None: not written yet."""
    written: int | None = None
    stale: bool = False


class Report(Record):
    """The state of a run."""

    target: Target
    planned: int
    written: int
    """Words of the whole document, headings included."""
    length_score: float
    """S_l against the target, 0 to 100."""
    repeated_8grams: float
    """Share of word 8-grams that stood earlier in the text."""
    repeated_share: float = 0.0
    """Share of the text that says again what stood earlier, rephrased or not (`checks.repetition`)."""
    contradictions: tuple[TextFinding, ...] = ()
    """What the text says in two ways; places are of draft.md, sections count from 1."""
    facts_dropped: int = 0
    """Facts that a model named in words that the text does not have."""
    faults: tuple[str, ...] = ()
    """What is wrong with sections: cut by a filter, in circles, far too short."""
    verdict: tuple[Finding, ...] = ()
    """What a person should know of the finished text, the worst first."""
    notes: tuple[str, ...] = ()
    """What of the verdict is not as it should be, and of what the text took."""
    finished: bool
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    """In US dollars; None: a price is unknown."""
    cached_tokens: int | None = None
    """Prompt tokens that servers read from their caches; None: none of them counts them."""
    hit_rate: float | None = None
    """Their share of the prompts that were counted."""
    saved: float | None = None
    """In US dollars, by the cache; None: not counted, or a price is unknown."""
    context: str = ""
    """How earlier text was shown at first: auto (all of it while it fits), full or window."""
    context_why: str = ""
    """What was weighed where the settings left it open."""
    avoided: int | None = None
    """Places at which a banned phrase was taken back while the model wrote; None: nothing is banned."""
    let_through: int = 0
    """Banned phrases that were written all the same, because each try came back to them."""
    seconds: float
    """Time that the models took, calls side by side counted each."""
    wall_seconds: float = 0.0
    """Time in which a model was at work: calls side by side counted once."""
    sections: tuple[SectionReport, ...]
    citations: CitationFigures | None = None
    """What it cites; None: it has no sources."""
    invented: tuple[str, ...] = ()
    """References to sources that there are not, which the model wrote and the text does not have."""


def _misses(spent: Spent, context: str) -> bool:
    """Whether a long run with full context, whose prompts repeat each other, found too few of them in the cache."""
    long = context != "window" and spent.countable_tokens >= HITS_JUDGED_FROM
    return long and spent.hit_rate is not None and spent.hit_rate < FEWEST_HITS


def _rows(plan: Plan, parts: Sequence[DocumentPart]) -> Iterator[SectionReport]:
    written = {part.index: part for part in parts}
    for i, section in enumerate(plan.sections):
        part = written.get(i)
        yield SectionReport(
            number=i + 1,
            title=section.title,
            chapter=section.chapter,
            planned=section.words,
            asked=part.asked if part else None,
            written=part.words if part else None,
            stale=part.stale if part else False,
        )


def _draft_language(document: Document) -> str:
    given = [text for i, text in document.texts.items() if document.frames.of(i)]
    return tongue("\n".join(given)[:LOOKED_AT])


def _is_given(document: Document, index: int) -> bool:
    final = document.manuscript.final(index)
    return final is not None and isinstance(final.held.record, GivenRecord)


def report(document: Document, spent: Spent, ledger: RunLedger) -> Report:
    """The report of a manuscript as it stands. `ledger`: its own."""
    manuscript, settings = document.manuscript, document.settings
    text, parts = document.text(), document.parts()
    context = manuscript.context if settings.context == "auto" else None
    mode = context.mode if context else settings.context
    written = count_words(text) if parts else 0
    again = repetition(text)
    faults = [fault for part in parts for fault in part.faults]
    verdict: tuple[Finding, ...] = ()
    if manuscript.finished:
        sections = [part.text for part in parts]
        asked, spoken = settings.instruction, str(settings.language or "")
        if manuscript.imported:  # the request says what is gone on with: a draft, whose language is that of all
            asked, spoken = "", _draft_language(document)
            given = {part.index for part in parts[:-1] if _is_given(document, part.index)}
            sections = [
                "" if part.index in given else part.text for part in parts
            ]  # no model's refusal, nor its language
        verdict = findings(asked, manuscript.target, sections, text, faults, spoken or None, again)
        verdict += remarks([*ledger.contradictions, *checked(document, VERDICT_CHECKS).findings])
        verdict = tuple(sorted(verdict, key=lambda finding: finding.ok))
    notes = [f.text for f in verdict if not f.ok]
    if spent.saved is not None and _misses(spent, mode):
        notes.append(f"only {100 * (spent.hit_rate or 0):.0f} % of the prompts came from the server's cache")
    cited, invented = citing(document, text)
    notes += told_of(document, cited, invented)
    return Report(
        citations=cited.figures if cited else None,
        invented=invented,
        target=manuscript.target,
        planned=manuscript.plan.words,
        written=written,
        length_score=round(length_score(manuscript.target.aim, written), 2),
        repeated_8grams=round(repeated_ngrams(text), 4),
        repeated_share=round(again.share, 4),
        contradictions=ledger.contradictions,
        facts_dropped=ledger.dropped,
        faults=tuple(faults),
        verdict=verdict,
        notes=tuple(notes),
        finished=manuscript.finished,
        calls=spent.calls,
        prompt_tokens=spent.prompt_tokens,
        completion_tokens=spent.completion_tokens,
        cost=spent.cost,
        cached_tokens=spent.cached_tokens,
        hit_rate=None if spent.hit_rate is None else round(spent.hit_rate, 4),
        saved=spent.saved,
        context=mode,
        context_why=context.why if context else "",
        avoided=None if settings.ban is None else spent.avoided,
        let_through=spent.let_through,
        seconds=round(spent.seconds, 1),
        wall_seconds=round(spent.wall_seconds, 1),
        sections=tuple(_rows(manuscript.plan, parts)),
    )
