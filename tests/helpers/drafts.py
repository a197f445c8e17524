"""Drafts as people bring them, and the runs that are made of them."""

from pathlib import Path

from longwriter.api.book.importing import import_job
from longwriter.intake.source import SourceText, read_source
from longwriter.length.target import exact
from longwriter.writer.given.draft import checked, given_records, plan_of, read_draft
from longwriter.writer.records.asked import PlanRecord
from longwriter.writer.session import Session
from tests.helpers.making import fake, session, settings

CHAPTERS = (
    ("The Letter", "The letter came on a Tuesday. She read it twice.\n\nThen she put it behind the clock."),
    ("The Boy", "His name was Peter. He was to stay.\n\nFor three days he said nothing at all."),
    ("The Fog", "The fog came in October. They rang the bell all night, and nobody came home."),
)


def markdown(newline: str = "\n", mark: str = "", end: str = "\n") -> str:
    """A draft of three chapters under a title."""
    parts = ["# The Keeper", *(f"## {title}\n\n{text}" for title, text in CHAPTERS)]
    return mark + ("\n\n".join(parts) + end).replace("\n", newline)


def plain() -> str:
    """The same as plain text, with signs that would be marks in Markdown."""
    parts = [f"Chapter {n}: {title}\n\n{text}" for n, (title, text) in enumerate(CHAPTERS, 1)]
    return "\n\n\n".join(parts).replace("Peter", "*Peter* of No. #1").replace("nobody", "\n1. nobody") + "\n"


def written(folder: Path, text: str, name: str = "draft.md") -> Path:
    """A file with these characters, in UTF-8."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


def imported(home: Path, text: str, name: str = "draft.md", **options: object) -> Path:
    """The folder of a run of this draft, for the fake model."""
    home.mkdir(parents=True, exist_ok=True)
    return imported_source(home, read_source(written(home, text, name)), **options)


def imported_source(home: Path, source: SourceText, **options: object) -> Path:
    """The folder of a run of this source, for the fake model."""
    job = import_job(source, {"model": "fake", "runs": home / "runs", **options})
    job.make()
    return job.folder


def in_memory(text: str, form: str = "md", place: str = "") -> Session:
    """A session on the run of a draft, which no file holds."""
    draft = read_draft(SourceText(text, "txt" if form == "txt" else "md", "draft", "utf-8"), continue_from=place)
    plan = plan_of(draft)
    checked(draft, plan, "Go on", "en")
    found = session(fake(), settings("Go on"))
    found.manuscript.note(PlanRecord(plan=plan, target=exact(plan.words, "plan"), source="import"))
    for record in given_records(draft, plan, parallel=False, at=0.0):
        found.manuscript.note(record)
    found.document.load()
    return found
