"""Reports as people read them."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from longwriter.text import counted
from longwriter.writer.outcome.verdict import REMARKS, flawed

if TYPE_CHECKING:  # it imports the checks; most commands print no report
    from longwriter.writer.outcome.report import Report

FLAWS = {
    "refusal": "the model refuses to write it",
    "looping": "it goes round in circles",
    "length": "it has not the length that was asked for",
    "ending": "its end is missing",
    "language": "it is in another language",
    "sections": "some of it could not be written as planned",
}


def money(cost: float | None) -> str:
    """Dollars, or that nobody knows."""
    return "cost unknown" if cost is None else "free" if cost == 0 else f"${cost:.4f}" if cost < 1 else f"${cost:.2f}"


def cache(hit_rate: float | None, saved: float | None) -> str:
    """What the server's cache gave, "" where that is not known."""
    if hit_rate is None or saved is None:
        return ""
    return f"cache {100 * hit_rate:.0f} %, " + (f"saved {money(saved)}" if saved > 0 else "nothing saved")


def totals(report: "Report") -> str:
    """What came of a run, for people: the verdict, and what it took."""
    told = {finding.text for finding in report.verdict}
    notes = [f"note: {note}" for note in report.notes if note not in told]
    notes += [report.context_why] * bool(report.context_why)
    found = list(filter(None, (banned(report), cache(report.hit_rate, report.saved))))
    return "\n".join([*verdict_lines(report), *notes, spending(report), *found])


def banned(report: "Report") -> str:
    """How often a banned phrase was avoided; "" where nothing is banned."""
    if report.avoided is None:
        return ""
    through = f", {report.let_through:,} let through" if report.let_through else ""
    return f"ban: avoided at {counted(report.avoided, 'place')}{through}"


def spending(report: "Report") -> str:
    """Calls, tokens and money, in one line."""
    tokens = f"{report.prompt_tokens:,} + {report.completion_tokens:,} tokens"
    return f"{counted(report.calls, 'call')}, {tokens}, {money(report.cost)}"


def verdict_lines(report: "Report") -> list[str]:
    """The verdict, what is wrong first; numbers that say nothing to a reader are in --json and report.json."""
    if not report.finished:
        done = sum(s.written is not None for s in report.sections)
        sections = f"{done} of {counted(len(report.sections), 'section')}"
        return [f"unfinished: {sections}, {report.written:,} of {counted(report.target.aim, 'word')}"]
    bad = flawed(report.verdict)
    good = {f.kind: f.text for f in report.verdict if f.ok and f.text}
    read = ", ".join(good[kind] for kind in ("looping", "ending", "language") if kind in good)
    asked = next((f for f in report.verdict if f.kind == "asked" and f.text), None)
    lines = [f"warning: {f.text}" for f in bad]
    lines += [good["length"]] if "length" in good else []
    lines += [f"{'apart from that' if bad else 'reads through'}: {read}"] if read else []
    lines += [f"{'' if asked.ok else 'warning: '}{asked.text}"] if asked else []
    return lines + [f"look at: {f.text}" for f in report.verdict if not f.ok and f.kind in REMARKS - {"asked"}]


def flaws(report: "Report") -> str:
    """What is wrong with a finished text, in a few words; "" for nothing."""
    return " and ".join(FLAWS[f.kind] for f in flawed(report.verdict))


def section_table(report: "Report") -> Table:
    """Planned, asked and written, section by section."""
    table = Table("#", "section", "planned", "asked", "written", "", box=None, pad_edge=False)
    chapter = ""
    for s in report.sections:
        if s.chapter != chapter:
            chapter = s.chapter
            table.add_row("", Text(chapter, style="bold"), "", "", "", "")
        note = "stale" if s.stale else "" if s.written is not None else "to write"
        asked, written = (f"{s.asked:,}" if s.asked else ""), ("" if s.written is None else f"{s.written:,}")
        table.add_row(str(s.number), Text(s.title), f"{s.planned:,}", asked, written, note)
    return table


def show_table(table: Table) -> None:
    """On standard output."""
    Console().print(table)
