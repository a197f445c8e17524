"""What a revision reads, its list, its judge's replies and its writer's, and what it may change: the passages at fault."""

import asyncio
import tempfile
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from longwriter.config import build
from longwriter.errors import EmptyReply
from longwriter.journal import Journal
from longwriter.models.base import ModelConfig
from longwriter.models.verdicts import the_json
from longwriter.runs.folders import JOURNAL, saved_settings
from longwriter.text import count_words
from longwriter.types import Reply
from longwriter.writer.records.person import EditRecord
from longwriter.writer.records.revised import RevisionRecord, WantedFinding
from longwriter.writer.revising.fit import SECTION_SHARE, unfit
from longwriter.writer.revising.judging import RevisionJudge
from longwriter.writer.revising.layout import DocumentLayout, EditedPassage, lines
from longwriter.writer.revising.listed import held_by, key, read_findings, wanted, write_findings
from longwriter.writer.revising.measure import measured
from longwriter.writer.revising.mending import MeasuredDocument, Mender, MendingTarget, _bare
from longwriter.writer.session import Options, Session
from longwriter.writer.settings import WriteSettings
from tests.fuzz.cases import Target
from tests.fuzz.making import in_file, written
from tests.fuzz.places import true_of
from tests.helpers.revising import DRAFT, imported, mender


class OpenRun(NamedTuple):
    """A run to be revised, which nothing here changes."""

    session: Session
    now: MeasuredDocument
    targets: tuple[MendingTarget, ...]
    mender: Mender
    judge: RevisionJudge


def _session(folder: Path) -> Session:
    settings = build(WriteSettings, saved_settings(folder), "run")
    models = dict.fromkeys(("writer", "planner"), mender())
    session = Session(settings, Journal(folder / JOURNAL, read_only=True), None, models, Options())
    session.document.load()
    return session


@cache
def _open() -> OpenRun:
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        session = _session(imported(Path(folder)).folder)
    layout = DocumentLayout(session.document)
    now = MeasuredDocument(layout, measured(layout.text, "en", session.document))
    targets = []
    for found in now.findings:
        for n, place in enumerate(found.places):
            passage = layout.passage(place.start, place.end)
            if passage is not None:
                others = tuple(quote for k, quote in enumerate(found.quotes) if k != n)
                targets.append(
                    MendingTarget(wanted(found), f"1.1:{len(targets)}", (place.start, place.end), others, passage)
                )
    assert len(targets) > 1
    names = session.manuscript.ids
    words = {names[i]: count_words(text) for i, text in session.document.texts.items()}
    begun = RevisionRecord(number=1, judge=None, words=words)
    return OpenRun(
        session,
        now,
        tuple(targets),
        Mender(session, "en", begun, None),
        RevisionJudge(session, ModelConfig(model="fake"), 1),
    )


def _edit(text: str) -> None:
    """An edit that is taken changes nothing outside of its passage, and no section's length by more than is allowed."""
    run = _open()
    target = run.targets[len(text) % len(run.targets)]
    passage, document = target.passage, run.session.document
    before = dict(document.texts)
    try:
        new = _bare(Reply(text=text or "x", finish="stop"), passage)
    except EmptyReply:
        return
    edit = asyncio.run(run.mender._judged(target, new, run.now, 0))
    assert document.texts == before
    if not isinstance(edit, EditRecord):
        assert edit.strip()
        return
    own = before[passage.section]
    assert edit.text.startswith(own[: passage.start])
    assert edit.text.endswith(own[passage.end :])
    assert len(edit.text) >= passage.start + len(own) - passage.end
    start, end = passage.place
    old, raw = run.now.layout.raw, document.with_record(passage.section, edit)
    assert lines(raw)[:start] == lines(old)[:start]
    assert lines(raw)[start:].endswith(lines(old)[end:])
    was = run.mender.words[run.session.manuscript.ids[passage.section]]
    assert abs(count_words(edit.text) - was) <= max(SECTION_SHARE * was, abs(count_words(own) - was))


def _fitting(text: str) -> None:
    """What may stand by its form has words of its own, within bounds."""
    old = text[: len(text) // 2].strip() or "x"
    new = text[len(text) // 2 :].strip()
    passage = EditedPassage(0, 0, len(old), old, "Before it.", "After it." if len(text) % 2 else "", 0)
    for kind in ("contradiction", "repetition", "slop", "form", "judged"):
        why = unfit(passage, new, kind, (0, min(3, len(old))), 500, 500)
        assert why or (new != old and 0 < count_words(new) <= count_words(old) + max(0.5 * count_words(old), 14))


def _list(path: Path) -> None:
    """A list that is taken quotes the text, and comes back from the file that is made of it."""
    keys = held_by(path)
    found = read_findings(path, DRAFT).findings
    true_of(
        (one.model_copy(update={"message": one.message.strip() or "m", "kind": one.kind or "k"}) for one in found),
        DRAFT,
    )
    assert keys == list(map(key, found))
    again = path.with_name("again.json")
    write_findings(again, DRAFT, found)
    back = read_findings(again, DRAFT)
    assert back.of(DRAFT)
    assert not back.edited
    assert list(map(key, back.findings)) == keys


def _judged(text: str) -> None:
    """A judge's finding counts only where its quotes stand in the section, which they lie in."""
    run = _open()
    rows = the_json(text).get("findings")
    layout = run.now.layout
    for own in layout.owned:
        section = layout.text[own.start : own.end]
        for row in rows[:8] if isinstance(rows, list) else ():
            found = run.judge._verified(row, section, own.start)
            if found is None:
                continue
            true_of([found], layout.text)
            assert all(own.start <= place.start and place.end <= own.end for place in found.places)


def _laid_out(path: Path) -> None:
    """Of any draft: a passage is the text at its place, holds what is to change, and lies in one section's own text."""
    text = path.read_text("utf-8", "replace")[:4000]
    run = imported(path.parent, f"# One\n\nThe beginning of it is here.\n\n{text}\n\nThe end of it came soon.\n")
    document = _session(run.folder).document
    layout = DocumentLayout(document)
    assert layout.text == lines(layout.raw)
    for before, after in zip(layout.owned, layout.owned[1:], strict=False):
        assert before.end <= after.start
    for own in layout.owned:
        assert 0 <= own.start <= own.end <= len(layout.text)
    findings: tuple[WantedFinding, ...] = tuple(map(wanted, measured(layout.text, "en", document)))
    true_of(findings, layout.text)
    places = [(place.start, place.end) for found in findings for place in found.places]
    for start, end in [*places, (len(layout.text) // 2, len(layout.text) // 2 + 1)]:
        passage = layout.passage(start, end)
        if passage is None:
            continue
        first, last = passage.place
        own = next(one for one in layout.owned if one.section == passage.section)
        assert own.start <= first < last <= own.end
        assert layout.text[first:last] == lines(passage.text)
        assert first <= start or not layout.text[start:first].strip()
        assert end <= last or not layout.text[last:end].strip()


RIGHT = 0.6

TARGETS = (
    Target("edit", written("answer", RIGHT), _edit, 12),
    Target("fit", written("prose"), _fitting, 14),
    Target("findings", written("findings", RIGHT), partial(in_file, "f.json", _list), 14),
    Target("judge", written("findings", RIGHT), _judged, 14),
    Target("layout", written("markdown"), partial(in_file, "l.md", _laid_out), 2),
)
