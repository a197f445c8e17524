"""The versions of a section: every text that it had, where each came from, and which of them is final."""

from collections.abc import Mapping
from dataclasses import dataclass

from longwriter.models.base import ModelConfig
from longwriter.text import count_words
from longwriter.writer.manuscript import Held, call_names
from longwriter.writer.records.kinds import numbered
from longwriter.writer.records.person import EditRecord
from longwriter.writer.records.revised import RevisionRecord
from longwriter.writer.records.written import DraftsRecord, GivenRecord, SectionRecord
from longwriter.writer.session import Session


@dataclass(frozen=True)
class Version:
    """A text that a section has, or had."""

    entry: int
    """Number of its record in the journal: its name."""
    number: int
    """Place among the section's versions, from 1."""
    section: str
    """Name of the section: see `Manuscript.ids`."""
    why: str
    """written, redone, draft, revised; by hand: given, edited, merged, kept."""
    instruction: str
    """What was asked for when it was written again, "" for nothing."""
    model: str
    """Who wrote it, or mended a passage of it; "" for a person."""
    parent: int | None
    """The version that it was made of, or came after."""
    words: int
    cost: float | None
    """In US dollars; None: a price is unknown."""
    at: float | None
    """Seconds since 1970; None: not known."""
    text: str
    """Without the headings that the document gives it."""
    final: bool
    hand: bool
    """A person wrote or changed it."""
    draft: bool
    """It was asked for beside the section's text."""


def versions(session: Session, index: int) -> list[Version]:
    """All versions of a section, the oldest first. Raises RunError where a reply is gone."""
    revisions = numbered(session.journal, session.journal, RevisionRecord)
    menders = {record.number: record.by for _, record in revisions if isinstance(record, RevisionRecord)}
    return [_version(session, index, n, held, menders) for n, held in enumerate(session.manuscript.versions(index), 1)]


def waiting(session: Session, index: int) -> list[int]:
    """Drafts of a section that came after the last decision about its text, by the numbers of their records."""
    manuscript = session.manuscript
    decided = manuscript.decided(index)
    held = manuscript.versions(index)
    return [v.entry for v in held if isinstance(v.record, SectionRecord) and v.record.draft and v.entry > decided]


def _version(
    session: Session, index: int, number: int, held: Held, menders: Mapping[int, ModelConfig | None]
) -> Version:
    """`menders`: of each revision, by its number, the model; None: the run's own."""
    record, final = held.record, session.manuscript.final(index)
    text = session.document.text_of(record)
    written = record if isinstance(record, SectionRecord) else None
    order = session.manuscript.order_of(written) if written else None
    model = order.model if isinstance(order, DraftsRecord) else None
    steps = call_names(written.id, written.redone, written.draft) if written else ""
    if isinstance(record, EditRecord) and record.mends is not None:
        model, steps = menders.get(int(record.mends.finding.partition(".")[0])), f"revise:{record.mends.finding}."
    return Version(
        entry=held.entry,
        number=number,
        section=record.id,
        why=_why(held),
        instruction=order.instruction if order else "",
        model=(model or session.settings.writer).model if steps else "",
        parent=held.parent,
        words=count_words(text),
        cost=session.calls.cost_of(steps) if steps else 0.0,
        at=session.calls.ended(steps) if isinstance(record, SectionRecord) else record.at,
        text=text,
        final=final is not None and final.held.entry == held.entry,
        hand=record.hand,
        draft=written is not None and written.draft > 0,
    )


def _why(held: Held) -> str:
    record = held.record
    if isinstance(record, EditRecord):
        return record.why
    if isinstance(record, GivenRecord):
        return "given"
    return "draft" if record.draft else "redone" if record.redone else "written"
