"""The run of a draft, made whole beside the others and put among them in one step: a kill leaves it there, or nothing."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from longwriter.config import Tree, changed_keys
from longwriter.errors import InputError, RunError
from longwriter.export.settings import ExportSettings
from longwriter.intake.markdown_headings import body_of
from longwriter.journal import Journal
from longwriter.length.target import exact
from longwriter.runs.folders import JOURNAL, SETTINGS, make_folder, opened, put_below, saved_settings, write_file
from longwriter.writer.given.draft import ImportedDraft, checked, given_records, plan_of
from longwriter.writer.outcome.exported import note_book
from longwriter.writer.records.asked import PlanRecord
from longwriter.writer.records.calls import CallRecord
from longwriter.writer.records.control import ControlRecord
from longwriter.writer.records.kinds import note, read
from longwriter.writer.records.written import GivenRecord
from longwriter.writer.session import prompts_of
from longwriter.writer.settings import MAY_CHANGE_ON_RESUME, WriteSettings
from longwriter.writer.stored import editing

AFTER = "after.md"
"""What of the draft comes behind the place from which it is gone on with."""
BESIDE = ".importing-"
LEFT_S = 3600.0
"""Seconds after which what a killed import left is removed: an import's own work takes a few."""
LEAST_MORE = 50
"""Words that a whole must have beyond its draft."""


def check_length(draft: ImportedDraft, words: int | None) -> None:
    """Raises InputError for a length of the whole that the draft has already."""
    there = plan_of(draft).words
    if words is not None and words < there + LEAST_MORE:
        raise InputError(
            f"--words {words:,}: the draft has {there:,} words already; --words is the length of the whole text, with what "
            "is to come"
        )


def make_run(
    folder: Path,
    settings: WriteSettings,
    draft: ImportedDraft,
    calls: Sequence[CallRecord] = (),
    control: ControlRecord | None = None,
) -> None:
    """Make the run of a draft. `calls`: what splitting it took; `control`: what a server may do with it.

    Raises InputError where the name is taken, IntakeError where the run would not be the draft, RunError on a full disk.
    """
    check_length(draft, settings.words)
    plan = plan_of(draft)
    checked(draft, plan, settings.instruction, prompts_of(settings).name)
    given = given_records(draft, plan, parallel=settings.parallel, at=time.time())
    target = exact(settings.words or plan.words, "option" if settings.words else "plan")
    with _beside(folder) as made:
        tree: Tree = json.loads(settings.model_dump_json())
        with opened(made, tree, MAY_CHANGE_ON_RESUME, private=True) as journal:
            for record in (*calls, PlanRecord(plan=plan, target=target, source="import"), *given):
                note(journal, record, durable=record is given[-1])
            if control is not None:
                note(journal, control)
        for name, data in draft.source.pictures.items():
            put_below(made, name, data)
        if draft.after:
            write_file(made / AFTER, draft.after, private=True)
        if draft.source.author and not body_of(draft.source.text):  # front matter says it itself
            note_book(made, ExportSettings(author=draft.source.author))
        with editing(made) as session:
            session.write_plan()
            session.save()


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder that becomes `folder` when all went well."""
    check_free(folder)
    make_folder(folder.parent)
    for left in folder.parent.glob(f"{BESIDE}*"):
        if time.time() - left.stat().st_mtime > LEFT_S:
            shutil.rmtree(left, ignore_errors=True)
    try:
        beside = Path(tempfile.mkdtemp(prefix=BESIDE, dir=folder.parent))
    except OSError as error:
        raise RunError(f"cannot write to {folder.parent}: {error.strerror}; choose another folder (--runs)") from error
    try:
        yield beside / folder.name
        try:
            (beside / folder.name).rename(folder)
        except OSError:
            check_free(folder)
            raise RunError(f"cannot make {folder}; choose another name (--run)") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def check_free(folder: Path) -> None:
    """Raises InputError for a name that is taken, naming the way out."""
    if folder.exists():
        raise InputError(
            f"there is a run {folder.name} already, of another text or with other settings; give another name (--run NAME), "
            f"or remove it: longwriter runs rm {folder.name}"
        )


def is_run_of(folder: Path, settings: WriteSettings, draft: ImportedDraft) -> bool:
    """Whether a run was made of this draft, in this way. Raises RunError for one that cannot be read."""
    if not (folder / SETTINGS).is_file():
        return False
    tree: Tree = json.loads(settings.model_dump_json())
    if changed_keys(saved_settings(folder), tree, MAY_CHANGE_ON_RESUME):
        return False
    first: dict[int, GivenRecord] = {}
    for record in read(Journal(folder / JOURNAL, read_only=True), GivenRecord):
        assert isinstance(record, GivenRecord)
        first.setdefault(record.place, record)
    text = "".join(f"{r.heading}{r.text}{r.tail}" for _, r in sorted(first.items()))
    after = (folder / AFTER).read_bytes().decode("utf-8", "replace") if (folder / AFTER).is_file() else ""
    return bool(first) and text == draft.text and after == draft.after
