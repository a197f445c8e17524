"""Reports as people read them."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from longwriter.writer.report import Report


def money(cost: float | None) -> str:
    """Dollars, or that nobody knows."""
    return "cost unknown" if cost is None else "free" if cost == 0 else f"${cost:.4f}" if cost < 1 else f"${cost:.2f}"


def cache(hit_rate: float | None, saved: float | None) -> str:
    """What the server's cache gave, "" where that is not known."""
    if hit_rate is None or saved is None:
        return ""
    return f"cache {100 * hit_rate:.0f} %, " + (f"saved {money(saved)}" if saved > 0 else "nothing saved")


def totals(report: Report) -> str:
    """The contract in one line."""
    off = 100 * (report.written / report.target.aim - 1)
    source = {"option": "--words", "request": f'"{report.target.quote}"', "plan": "the plan's own"}[
        report.target.source
    ]
    state = "" if report.finished else "  UNFINISHED"
    return (
        f"{report.written:,} words of {report.target.aim:,} asked ({source}), {off:+.1f} %, S_l {report.length_score:.1f}, "
        f"repeated 8-grams {100 * report.repeated_8grams:.1f} %, said again {100 * report.repeated_share:.0f} %{state}\n"
        + "".join(f"note: {note}\n" for note in report.notes)
        + (f"{report.context_why}\n" if report.context_why else "")
        + f"{report.calls} calls, {report.prompt_tokens:,} + {report.completion_tokens:,} tokens, {money(report.cost)}"
        + (f"\n{found}" if (found := cache(report.hit_rate, report.saved)) else "")
    )


def section_table(report: Report) -> Table:
    """Planned, asked and written, section by section."""
    table = Table("#", "section", "planned", "asked", "written", "", box=None, pad_edge=False)
    chapter = ""
    for s in report.sections:
        if s.chapter != chapter:
            chapter = s.chapter
            table.add_row("", Text(chapter, style="bold"), "", "", "", "")
        note = "stale" if s.stale else "" if s.written is not None else "to write"
        asked, written = ("" if n is None else f"{n:,}" for n in (s.asked, s.written))
        table.add_row(str(s.number), Text(s.title), f"{s.planned:,}", asked, written, note)
    return table


def show_table(table: Table) -> None:
    """On standard output."""
    Console().print(table)
