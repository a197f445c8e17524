"""longwriter ledger: who and what is in a text, what is said of them, what contradicts it, and what a person says is so."""

from pathlib import Path

import click

from longwriter.api.runs import Run
from longwriter.cli.shared.options import HOME, JSON, RUN, with_options
from longwriter.cli.shared.screen import cut, one_line, say
from longwriter.errors import InputError
from longwriter.runs.folders import write_file
from longwriter.text import counted
from longwriter.writer.outcome.ledger import RunLedger
from longwriter.writer.revision.user_facts import as_toml

EXAMPLES = """
\b
Examples:
  longwriter ledger RUN
  longwriter ledger RUN --export facts.toml  # yours, and the text's
  longwriter ledger RUN --edit facts.toml
"""
SHOWN = 20
"""Names and promises that are listed; --json has all."""
QUOTED = 100
"""Columns of a quote."""


@click.command(epilog=EXAMPLES)
@RUN
@click.option("--export", "out", metavar="FILE", help="Write facts to a new TOML file; - for standard output.")
@click.option("--edit", "file", metavar="FILE", help="Take your facts from a TOML file, in place of those before.")
@with_options(HOME, JSON)
def ledger(run: str, out: str | None, file: str | None, home: Path, as_json: bool) -> None:
    """Show who and what is in RUN, what is said of them, and what contradicts it; say what is so."""
    chosen = Run.open(run, home)
    if file is not None:
        chosen.set_facts(file)
    found = chosen.ledger()
    if out is not None:
        _export(found, out, chosen.folder)
    elif as_json:
        click.echo(found.model_dump_json())
    else:
        _show(found)


def _export(found: RunLedger, out: str, folder: Path) -> None:
    if out == "-":
        click.echo(as_toml(found), nl=False)
        return
    if Path(out).exists():
        raise InputError(f"{out} is there already, and may hold your changes; give another name")
    write_file(Path(out), as_toml(found))
    say(f"facts: {out}; change it and give it back with: longwriter ledger {folder} --edit {out}")


def _show(found: RunLedger) -> None:
    """Print names, facts, promises and contradictions, each on a line."""
    for entity in found.entities[:SHOWN]:
        known_as = f" ({', '.join(entity.aliases)})" if entity.aliases else ""
        to = f"s {entity.first} to {entity.last}" if entity.last > entity.first else f" {entity.first}"
        count = f"{counted(entity.mentions, 'mention')}, section{to}"
        _line(f"{entity.name}{known_as}: {count}")
    for fact in found.facts:
        where = "yours" if fact.source == "user" else f"section {fact.section}, by {fact.source}"
        until = f", until section {fact.until}" if fact.until is not None else ""
        quote = f": {_quoted(fact.quote)}" if fact.quote else ""
        _line(f"{fact.subject}, {fact.relation}: {fact.value} [{where}{until}]{quote}")
    for promise in found.promises[:SHOWN]:
        state = f"kept in section {promise.closed}" if promise.closed is not None else "open"
        _line(f"promise of section {promise.opened}, {state}: {promise.text}")
    for finding in found.contradictions:
        sections = ", ".join(dict.fromkeys(str(place.section) for place in finding.places if place.section))
        quotes = " / ".join(_quoted(quote) for quote in finding.quotes if quote)
        _line(f"contradiction ({finding.check}), sections {sections}: {finding.message}: {quotes}")
    if more := max(0, len(found.entities) - SHOWN) + max(0, len(found.promises) - SHOWN):
        say(f"{more} more names and promises: --json has all")
    if not found.entities and not found.facts:
        say("the ledger is empty; say what is so with: longwriter ledger RUN --edit FILE.toml")


def _quoted(quote: str) -> str:
    return f'"{cut(one_line(quote), QUOTED)}"'


def _line(text: str) -> None:
    say(one_line(text), stderr=False)
