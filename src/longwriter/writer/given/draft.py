"""A person's draft as the sections of a run: lines of a plan made backwards from its pieces, and their texts. Pure."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from longwriter.errors import InputError, IntakeError
from longwriter.intake.noticed import Noticed, notice
from longwriter.intake.pieces import DraftPiece, DraftPlace, proved, split
from longwriter.intake.points import point
from longwriter.intake.source import SourceText
from longwriter.text import count_words, counted, head_words
from longwriter.types import Plan, Section
from longwriter.writer.given.plain import readable
from longwriter.writer.manuscript import section_ids
from longwriter.writer.plan.outline import from_markdown, to_markdown
from longwriter.writer.records.written import GivenRecord
from longwriter.writer.staleness import fingerprints, groups

TITLE_WORDS = 8
_HEAD = re.compile(r"[\s\ufeff]*")
_SENTENCE_END = re.compile(r"[.!?…。！？]*[\"'”’)\]」』》]*")


@dataclass(frozen=True)
class ImportedDraft:
    """A draft, split; `source.text[:end]` is the part of it that the run has."""

    source: SourceText
    pieces: tuple[DraftPiece, ...]
    noticed: Noticed
    end: int
    open: bool
    """It was cut in the middle of its last piece."""

    @property
    def text(self) -> str:
        """What the run has."""
        return self.source.text[: self.end]

    @property
    def after(self) -> str:
        """What comes behind it."""
        return self.source.text[self.end :]

    def words(self, piece: DraftPiece) -> int:
        """Words of a piece, its heading included."""
        return count_words(self.source.text[piece.start : piece.end])

    def body(self, piece: DraftPiece) -> str:
        """A piece's text as people read it."""
        return readable(self.source.text[piece.body : piece.end])


def read_draft(source: SourceText, starts: list[DraftPlace] | None = None, continue_from: str = "") -> ImportedDraft:
    """A draft, split by its headings, or where its parts are said to begin; up to `continue_from`, if that is given.

    Raises InputError for a place that is none, IntakeError where the pieces are not the text.
    """
    pieces = split(source, starts)
    noticed = notice(readable(source.text))
    whole = ImportedDraft(source, pieces, noticed, len(source.text), open=False)
    return cut(whole, continue_from) if continue_from.strip() else whole


def cut(draft: ImportedDraft, place: str) -> ImportedDraft:
    """The draft up to a place: the end of the section of that number, or of words that stand in it once. Raises InputError."""
    place = place.strip()
    end = (
        _section_end(draft, int(place))
        if place.isdecimal() and len(place) < 6
        else _words_end(draft.source.text, place)
    )
    kept = [piece for piece in draft.pieces if piece.start < end]
    last = kept[-1]
    within = bool(readable(draft.source.text[end : last.end]))
    if not within:
        end = last.end
    kept[-1] = replace(last, end=end, body=min(last.body, end))
    proved(draft.source.text[:end], kept)
    return replace(draft, pieces=tuple(kept), end=end, open=within)


def _section_end(draft: ImportedDraft, number: int) -> int:
    """Where the section ends that has this number in the split that is shown, and in the plan."""
    if not 1 <= number <= len(draft.pieces):
        raise InputError(
            f"--continue-from {number}: the draft has {counted(len(draft.pieces), 'section')}; --dry-run shows their numbers. "
            "Words that stand once in it name a place, too"
        )
    return draft.pieces[number - 1].end


def _words_end(text: str, words: str) -> int:
    """Where words end that stand once in a text, with what closes their sentence."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    bounds = [r"(?<!\w)" if re.match(r"[^\W\u3040-\u30ff\u3400-\u9fff]", words) else "",
              r"(?!\w)" if re.search(r"[^\W\u3040-\u30ff\u3400-\u9fff]\Z", words) else ""]  # fmt: skip
    found = [match.end() for match in re.finditer(f"{bounds[0]}{pattern}{bounds[1]}", text)]
    if len(found) != 1:
        often = f"stand {len(found)} times in it; give more of them" if found else "do not stand in it"
        raise InputError(
            f"--continue-from: {words[:60]!r}: the draft is gone on with behind words of it, and these {often}"
        )
    closing = _SENTENCE_END.match(text, found[0])
    assert closing is not None
    return closing.end()


def plan_of(draft: ImportedDraft) -> Plan:
    """The plan's lines, one a piece, with the words that it has."""
    return Plan(title=draft.source.title, sections=tuple(_section(draft, piece) for piece in draft.pieces))


def _section(draft: ImportedDraft, piece: DraftPiece) -> Section:
    text = draft.body(piece)
    title = piece.title or _first_words(text) or Path(draft.source.origin).stem
    words = max(1, draft.words(piece))
    return Section(title=title, point=point(text, draft.noticed.language), words=words, chapter=piece.chapter)


def _first_words(text: str) -> str:
    return " ".join(head_words(" ".join(text[:400].split()), TITLE_WORDS).split())


def checked(draft: ImportedDraft, plan: Plan, instruction: str, language: str) -> None:
    """Raises IntakeError unless plan.md, as it will be written, is read back as this plan."""
    back, _ = from_markdown(to_markdown(plan, instruction, language), draft.source.origin)
    if back != plan:
        raise IntakeError(
            f"{draft.source.origin}: its headings cannot stand in an outline; make them single, short lines"
        )


def given_records(draft: ImportedDraft, plan: Plan, *, parallel: bool, at: float) -> list[GivenRecord]:
    """The texts of the plan's sections. Raises IntakeError unless they are the draft, character by character."""
    texts = {i: draft.body(piece) for i, piece in enumerate(draft.pieces)}
    seen = fingerprints(groups(plan, parallel=parallel), texts)
    records = []
    for i, (piece, name) in enumerate(zip(draft.pieces, section_ids(plan.sections), strict=True)):
        before = _HEAD.match(draft.text, piece.body, piece.end)
        assert before is not None
        text = draft.text[before.end() : piece.end].rstrip()
        end = before.end() + len(text)
        records.append(GivenRecord(
            id=name, place=i, piece=piece.kind, heading=draft.text[piece.start : before.end()], text=text,
            tail=draft.text[end : piece.end], form=draft.source.form, open=draft.open and i == len(draft.pieces) - 1,
            seen=seen[i], at=at,
        ))  # fmt: skip
    if "".join(f"{r.heading}{r.text}{r.tail}" for r in records) != draft.text:
        raise IntakeError(f"{draft.source.origin}: its sections are not all of it; nothing was imported")
    return records
