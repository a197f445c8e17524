"""One HTML file that shows benchmark runs to a person, alone or over each other. Opens offline; has no script.

All that came from a model, a judge or a file stands in it escaped, and the content security policy allows nothing but
this page's own style sheet, by its hash. The same runs give the same page, byte for byte.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

from longwriter import __version__
from longwriter.bench.records import RunTexts, Scores
from longwriter.bench.report.canvas import SYSTEMS, ShownRun
from longwriter.bench.report.charts import all_charts
from longwriter.bench.report.figure import MARKS, figure
from longwriter.bench.report.samples import failures, ranked_by, samples
from longwriter.bench.report.tables import checks, headline, metrics, settings, splits
from longwriter.bench.stats.compare import labels, same_benchmark
from longwriter.characters import whole_characters
from longwriter.errors import InputError
from longwriter.report.look import shared_style
from longwriter.report.svg import safe

TEMPLATE = Path(__file__).parent / "page.html"
GENERATOR = '<meta name="generator" content="longwriter bench report">'
"""By this, a page that may be replaced is known."""
BY = {"bucket": "words asked for"}
_STYLE = re.compile(r"<style>(.*?)</style>", re.S)


def named(folders: Sequence[str], scores: Sequence[Scores]) -> list[ShownRun]:
    """Runs under names that tell them apart. Raises InputError for too many, one twice, and different benchmarks."""
    if len(folders) > SYSTEMS:
        raise InputError(f"{len(folders)} runs are too many for one page; give at most {SYSTEMS}")
    names = labels(folders, scores)
    same_benchmark(names, scores)
    return [ShownRun(name, own) for name, own in zip(names, scores, strict=True)]


def make_page(runs: Sequence[ShownRun], texts: Sequence[RunTexts]) -> str:
    """The page of runs of one benchmark, with what they wrote in the same order."""
    several = len(runs) > 1
    drawn = all_charts(runs)
    tables = [("all metrics", metrics(runs, lambda scores: scores.metrics, "Scores")), *splits(runs)]
    measured = metrics(runs, lambda scores: scores.measures, "Measures of the texts")
    filled = Template(_styled(TEMPLATE.read_text("utf-8"))).substitute(
        generator=GENERATOR,
        title=safe(title(runs)),
        told=safe(_told(runs)),
        headlines="".join(headline(run, place, several) for place, run in enumerate(runs)),
        pictures="".join(figure(picture, several) for picture in drawn) or "<p>There is nothing to draw.</p>",
        tables="".join(
            _part(f"By {BY.get(name, name)}" if n else "All metrics", html)
            for n, (name, html) in enumerate(tables)
            if html
        ),
        measures=_part("Measures of the texts, without a judge", measured) if measured else "",
        checks=checks(runs) or "<p>None were made.</p>",
        samples_told=safe(_samples_told(runs)),
        samples=samples(runs, texts) or "<p>There are no texts.</p>",
        failures=failures(runs),
        settings=settings(runs),
        version=safe(__version__),
    )
    return whole_characters(filled)


def _styled(template: str) -> str:
    """The template with its style and with the policy that allows its style sheet."""
    for key, value in (("shared", shared_style()), ("marks", MARKS)):
        template = template.replace(f"/*{key}*/", value)
    style = _STYLE.search(template)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    return template.replace(
        "$policy", f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def title(runs: Sequence[ShownRun]) -> str:
    """Benchmark and systems."""
    return f"{runs[0].scores.benchmark}: {', '.join(run.name for run in runs)}"


def _told(runs: Sequence[ShownRun]) -> str:
    first = runs[0].scores
    if len(runs) > 1:
        return f"{len(runs)} runs over each other. Intervals are 95 %, by bootstrap over items."
    judge = "No judge" if first.judge is None else f"Judge: {first.judge}"
    compat = f", as the scripts of {first.compat} count" if first.compat else ""
    date = str(first.settings.get("judge_date") or first.settings.get("date") or "")[:10]
    told = judge + compat + (f". Of {date}" if date else "")
    return f"{told}. Intervals are 95 %, by bootstrap over items; what is missing is in no mean."


def _samples_told(runs: Sequence[ShownRun]) -> str:
    key = ranked_by(runs)
    apart = ", and where the runs differ most" if len(runs) > 1 else ""
    order = f"Chosen by {key}: the best, the middle, the worst{apart}; and failed ones, where there are any."
    told = order if key else "No item has a score; these failed."
    return f"{told} All texts and replies of the judge are in the run's journal."


def _part(name: str, html: str) -> str:
    return f"<h3>{safe(name)}</h3>{html}"
