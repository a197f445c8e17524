"""What came of a run's last revision, as its journal has it: each finding, each edit's before and after, and the way back."""

import time
from typing import Literal, NamedTuple

from longwriter.errors import InputError, RunError
from longwriter.models.base import ModelConfig
from longwriter.text import sentence_ends
from longwriter.writer.outcome.dismissed import key
from longwriter.writer.records.kinds import numbered
from longwriter.writer.records.person import EditRecord
from longwriter.writer.records.revised import FindingsRecord, Mending, RevisionRecord, UnmendedRecord, WantedFinding
from longwriter.writer.revising.journalled import Revisions
from longwriter.writer.revising.layout import alike
from longwriter.writer.session import Session

KINDS = (RevisionRecord, FindingsRecord, UnmendedRecord, EditRecord)


class RevisedPassage(NamedTuple):
    """What one edit replaced."""

    section: int
    """From 0."""
    entry: int
    """Number of the edit's record."""
    before: str
    after: str
    stands: bool
    """The text has it now; else it was taken back, or written over since."""


class RevisedFinding(NamedTuple):
    """What became of one finding."""

    finding: WantedFinding
    state: Literal["mended", "partly", "gone", "unmended", "waiting"]
    """As `RevisionOutcome`; `waiting`: it is not dealt with yet."""
    why: str
    edits: tuple[RevisedPassage, ...]


class LastRevision(NamedTuple):
    """The revision that began last."""

    over: bool
    """All that it was to mend is dealt with."""
    findings: tuple[RevisedFinding, ...]
    by: ModelConfig | None
    """Who mended; None: the run's own writer."""


def last_revision(session: Session) -> LastRevision | None:
    """What came of it so far; None: there was none. `session`: its document is loaded. Raises RunError."""
    begun: RevisionRecord | None = None
    turns, tried = list[FindingsRecord](), dict[str, tuple[int, EditRecord | UnmendedRecord]]()
    for n, record in numbered(session.journal, session.journal, *KINDS):
        match record:
            case RevisionRecord():
                begun, turns, tried = record, [], {}
            case FindingsRecord():
                turns.append(record)
            case UnmendedRecord(finding=name):
                tried[name] = n, record
            case EditRecord(mends=Mending(finding=name)):
                tried[name] = n, record
    if begun is None or not turns:
        return None
    found: dict[str, RevisedFinding] = {}
    for turn in turns:
        for k, finding in enumerate(turn.findings):
            name, before = f"{turn.revision}.{turn.turn}:{k}", found.get(key(finding))
            attempts = [tried[step] for a in range(len(tried)) if (step := f"{name}.{a}") in tried]
            found[key(finding)] = _revised(session, finding, attempts, before.edits if before else ())
    return LastRevision(not turns[-1].findings, tuple(found.values()), begun.by)


def unended(session: Session) -> tuple[str, ...]:
    """Findings, by `outcome.dismissed.key`, of the last revision, which came to no end. Raises InputError where it did."""
    log = Revisions(session.journal)
    if log.going(None, None, None) is None or not log.turns:
        raise InputError("there is no revision to go on with; choose what is to be mended")
    return tuple(dict.fromkeys(map(key, log.turns[0].findings)))


def _revised(
    session: Session,
    finding: WantedFinding,
    attempts: list[tuple[int, EditRecord | UnmendedRecord]],
    before: tuple[RevisedPassage, ...],
) -> RevisedFinding:
    passages = [_passage(session, n, record) for n, record in attempts if isinstance(record, EditRecord)]
    edits = (*before, *(passage for passage in passages if passage is not None))
    last = attempts[-1][1] if attempts else None
    state: Literal["mended", "partly", "gone", "unmended", "waiting"]
    if not isinstance(last, UnmendedRecord) or last.start >= 0:
        return RevisedFinding(finding, "waiting", "", edits)
    state = ("partly" if edits else "unmended") if last.why else ("mended" if edits else "gone")
    return RevisedFinding(finding, state, last.why, edits)


def _passage(session: Session, entry: int, record: EditRecord) -> RevisedPassage | None:
    """What an edit replaced; None where its section is in the plan no more."""
    manuscript = session.manuscript
    if record.id not in manuscript.ids:
        return None
    index = manuscript.ids.index(record.id)
    parent = next((held.record for held in manuscript.versions(index) if held.entry == record.parent), None)
    if parent is None:
        return None
    before, after = replaced(session.document.text_of(parent), record.text)
    return RevisedPassage(index, entry, before, after, _stands(session.document.texts.get(index, ""), before, after))


def _stands(now: str, before: str, after: str) -> bool:
    """Whether a text has what an edit put there, and at one place: what is a part of the passage before stands in that, too."""
    return bool(after) and now.count(after) == 1 and not (after in before and before in now)


def replaced(old: str, new: str) -> tuple[str, str]:
    """The whole sentences in which two texts differ, of either."""
    start = alike(old, new)
    behind = alike(old[start:][::-1], new[start:][::-1])
    ends = [end for end in sentence_ends(old) if end <= start and end <= len(new)]
    start = ends[-1] if ends else 0
    later = (len(old) - end for end in sentence_ends(old) if end >= len(old) - behind)
    behind = min(behind, next(later, 0))
    return old[start : len(old) - behind].strip(), new[start : len(new) - behind].strip()


def take_back(session: Session, entry: int) -> int:
    """Put back what an edit of a revision replaced; the number of the new version's record.

    All else stays, edits beside it as well, and later sections do not become stale. `session`: one that may be changed.
    Raises InputError where the passage does not stand there any more, RunError while its section is written.
    """
    edit = next((r for n, r in numbered(session.journal, session.journal, EditRecord) if n == entry), None)
    passage = _passage(session, entry, edit) if isinstance(edit, EditRecord) and edit.mends is not None else None
    if passage is None:
        raise InputError(f"there is no edit {entry} of a revision in this text")
    index = passage.section
    if session.manuscript.ids[index] in session.loop.under_way:
        raise RunError(f"section {index + 1} is being written; pause first")
    if not passage.stands:
        raise InputError(f"the passage has changed since; take an older version of section {index + 1} back instead")
    text = session.document.texts[index].replace(passage.after, passage.before)
    taken = session.manuscript.note(edit_of(session, index, text, "merged"))
    session.document.put(index, text)
    session.changed = True
    return taken


def edit_of(
    session: Session, index: int, text: str, why: Literal["revised", "merged"], mends: Mending | None = None
) -> EditRecord:
    """A version of a section by which no later section becomes stale, and that is by hand only where the one before was."""
    manuscript, document = session.manuscript, session.document
    final = manuscript.final(index)
    assert final is not None
    record, seen = final.held.record, document.seen()
    standing = [i for i in document.texts if i > index and (f := manuscript.final(i)) and f.seen == seen[i]]
    before = document.texts[index]
    document.texts[index] = text
    after = document.seen()
    document.texts[index] = before
    return EditRecord(
        id=manuscript.ids[index], text=text, parent=final.held.entry, why=why, seen=final.seen, asked=record.asked,
        faults=record.faults, at=round(time.time(), 3), hand=record.hand, mends=mends,
        standing={manuscript.ids[i]: after[i] for i in standing if after[i] != seen[i]},
    )  # fmt: skip
