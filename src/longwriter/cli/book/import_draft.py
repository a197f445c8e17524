"""longwriter import: a person's draft becomes a run, to be gone on with."""

import json
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from longwriter.api.book.importing import ImportJob, asked_places, asks_a_model, import_job
from longwriter.api.runs import Run
from longwriter.cli.shared.grouped import GroupedHelp
from longwriter.cli.shared.options import HOME, JSON, PRICES, REACH, TEXT, WORDS, naming_flags, with_options
from longwriter.cli.shared.screen import say
from longwriter.cli.shared.tables import show_table
from longwriter.cli.write.write_run import run_async, shown
from longwriter.errors import InputError, ModelError, PlanError
from longwriter.intake.source import SourceText, read_source
from longwriter.language import NAMES
from longwriter.runs.folders import DRAFT, PLAN
from longwriter.text import counted, head_words
from longwriter.writer.given.draft import ImportedDraft
from longwriter.writer.given.making import AFTER

EXAMPLES = """
\b
Examples:
  longwriter import novel.docx --words 60000 --model NAME --base-url URL
  longwriter resume novel-1a2b3c      # writes what its plan.md has beyond it
  longwriter import thesis.md --dry-run            # shows how it is split
  longwriter import draft.txt --words 9000 --continue-from 4
  longwriter import draft.txt --words 9000 \\
      --continue-from "and closed the door behind her"
Sections of the draft are yours: nothing writes them again unless you ask
(redo). Without --words the run holds the draft alone, to be edited, redone
or exported; lines added to its plan.md are written by resume.
"""
FIRST_WORDS = 10


@click.command("import", cls=GroupedHelp, epilog=EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--run", "name", help="Name of the run folder.  [default: from the file]")
@click.option("--words", type=WORDS, help="Length of the whole text, with the draft; what is missing is planned.")
@click.option(
    "--continue-from", metavar="PLACE",
    help="Go on behind the section of this number in the split, or behind words that stand once in the draft.",
)  # fmt: skip
@click.option("--instruction", default="", help="How it should go on.")
@click.option("--no-outline", is_flag=True, help="Leave the outline of the rest to resume.")
@click.option("--dry-run", is_flag=True, help="Show how the draft is split; make nothing.")
@with_options(*TEXT[1:], *REACH, PRICES, HOME, JSON)
def import_draft(file: Path, name: str | None, no_outline: bool, dry_run: bool, **flags: Any) -> None:  # noqa: ANN401 - as click gives them
    """Make a run of a draft, FILE.docx, .epub, .html, .md or .txt, to go on with."""
    as_json = bool(flags["as_json"])
    options = flags | {"run": name, "runs": flags["home"]}
    source = read_source(file, pictures=True)
    for warning in source.warnings:
        say(f"note: {warning}")
    with naming_flags():
        places = _places(source, options, dry_run=dry_run)
        job = import_job(source, options, *places)
    if dry_run:
        _show_split(job.draft, as_json=as_json)
        return
    new = job.make()
    run = Run(job.folder)
    if not as_json:
        say(_imported(job, new=new))
    left = run.state != "finished"
    if left and run.lacks_outline and not no_outline:
        run = _planned(job, options)
    _report(job, run, as_json=as_json)


def _places(source: SourceText, options: dict[str, Any], *, dry_run: bool) -> tuple[Any, ...]:
    """Where the parts begin of a draft without headings, as a model says, where it may be asked."""
    if not asks_a_model(source, options):
        return ()
    if dry_run:
        say("note: no headings were found; the import itself asks the model where parts begin")
        return ()
    say("no headings were found: asking the model where parts begin")
    try:
        return run_async(asked_places(source, options))
    except (ModelError, InputError) as error:
        say(f"note: {error}; the draft is split at paragraphs, about every 2,000 words")
        return ()


def _planned(job: ImportJob, options: dict[str, Any]) -> Run:
    """The run with an outline of the rest, where a model answers."""
    with naming_flags():
        work = job.outline(options)
    try:
        shown(work)
    except (ModelError, PlanError) as error:
        say(f"note: there is no outline of the rest yet: {error}")
    return Run(job.folder)


def _imported(job: ImportJob, *, new: bool) -> str:
    """What was read, in a line or two."""
    draft = job.draft
    noticed = draft.noticed
    told = [NAMES[noticed.language][0]] if noticed.language in NAMES else []
    told += [f"{noticed.tense} tense"] if noticed.tense else []
    told += [f"{noticed.person} person"] if noticed.person else []
    words = sum(map(draft.words, draft.pieces))
    count = counted(len(draft.pieces), "section")
    said = f"{'imported' if new else 'imported before'}: {count}, {', '.join([counted(words, 'word'), *told])}"
    if draft.after:
        said += f"\nwhat comes behind that place is not part of the text; it is kept in {job.folder / AFTER}"
    return said


def _report(job: ImportJob, run: Run, *, as_json: bool) -> None:
    """What there is now, and how to go on."""
    given, plan = len(job.draft.pieces), run.plan
    if as_json:
        told = {
            "run": str(run.folder), "text": str(run.folder / DRAFT), "plan": str(run.folder / PLAN),
            "after": str(run.folder / AFTER) if job.draft.after else None, "state": run.state,
            "planned": not run.lacks_outline, "target": run.report.target.aim, "words": run.report.written,
            "given": _rows(job.draft), "sections": [s.model_dump() for s in plan.sections],
        }  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    due = [(n, s) for n, (s, row) in enumerate(zip(plan.sections, run.sections, strict=True), 1) if row.written is None]
    if due:
        say("\n".join(f"{n:>4}. {s.title} ({counted(s.words, 'word')}): {s.point}" for n, s in due))
    where = f"plan: {run.folder / PLAN}\ntext: {run.folder / DRAFT}"
    if run.state != "finished":
        say(f"{where}\ngo on with: longwriter resume {run.folder}")
    elif len(plan.sections) == given:
        say(f"{where}\nnothing is to be written: add lines to the plan, or import it with --words and another --run")
    else:
        say(f"{where}\nit is finished")


def _rows(draft: ImportedDraft) -> list[dict[str, object]]:
    return [
        {
            "number": number, "kind": piece.kind, "chapter": piece.chapter, "title": piece.title, "words": draft.words(piece),
            "begins": " ".join(head_words(draft.body(piece)[:400], FIRST_WORDS).split()),
        }
        for number, piece in enumerate(draft.pieces, 1)
    ]  # fmt: skip


def _show_split(draft: ImportedDraft, *, as_json: bool) -> None:
    rows = _rows(draft)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("#", "kind", "title", "words", "begins", box=None, pad_edge=False)
    for row in rows:
        shown_title = f"{row['chapter']} / {row['title']}" if row["chapter"] else str(row["title"])
        table.add_row(
            str(row["number"]), str(row["kind"]), Text(shown_title), f"{row['words']:,}", Text(str(row["begins"]))
        )
    show_table(table)
    words = sum(map(draft.words, draft.pieces))
    left = f"; {len(draft.after):,} characters behind that place are not part of it" if draft.after else ""
    click.echo(f"{counted(len(rows), 'section')}, {counted(words, 'word')}{left}")
