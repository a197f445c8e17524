"""Numbers of the report as HTML tables. Cells are HTML: what came from outside goes through `safe` first."""

from collections.abc import Callable, Mapping, Sequence

from longwriter.bench.records import Metric, Scores
from longwriter.bench.report.canvas import ShownRun, sign
from longwriter.bench.report.charts import in_order
from longwriter.bench.report.labels import MEANINGS, fmt, plain
from longwriter.bench.stats.compare import flat
from longwriter.report.svg import safe

HEADLINES = 6
"""Metrics shown large; parts of another metric, such as quality/Clarity, are not."""
CHECKS = {
    "order_agreement": "share of pairs judged alike in both orders",
    "repeat_agreement": "share of repeated questions answered alike",
    "length_bias": "how the judge's scores go with length, -1 to 1: 0 is none",
}
ALWAYS = ("items", "responses", "failed_responses", "empty", "judgements", "unreadable", "failed_judgements")
"""Counts that are shown when they are 0, too; the last three with a judge."""
LONG = 160
"""Characters of a setting shown at once."""


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "") -> str:
    """A table that scrolls by itself where it is too wide, by keyboard too. Heads are text, cells HTML."""
    top = "".join(f"<th scope=col>{safe(head)}</th>" if head else "<td></td>" for head in heads)
    body = "".join(
        f"<tr><th scope=row>{row[0]}</th>{''.join(f'<td>{cell}</td>' for cell in row[1:])}</tr>\n" for row in rows
    )
    name = safe(caption)
    return (
        f'<div class=wide tabindex=0 role=region aria-label="{name}"><table class="{kind}"><caption class=hidden>{name}'
        f"</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>\n"
    )


def cell(metric: Metric | None) -> str:
    """Value, interval, and how many are missing."""
    if metric is None:
        return "–"
    out = f"<b>{fmt(metric.value)}</b>"
    if metric.low is not None and metric.high is not None:
        out += f"<small>{fmt(metric.low)} to {fmt(metric.high)}</small>"
    return out + (f"<small class=lost>{metric.missing:,} missing</small>" if metric.missing else "")


def headline(run: ShownRun, place: int, several: bool) -> str:
    """A run's first metrics, large, each with its interval and what is missing; then its counts."""
    scores = run.scores
    names = [name for name in scores.metrics if "/" not in name][:HEADLINES] or list(scores.metrics)[:HEADLINES]
    tiles = "".join(_tile(name, scores.metrics[name]) for name in names)
    name = f"<h3 class=c{place}>{sign(place)} {safe(run.name)}</h3>" if several else ""
    judge = "no judge" if scores.judge is None else f"judge {scores.judge}"
    compat = f", as the scripts of {scores.compat} count" if scores.compat else ""
    told = f"<p class=soft>{safe(judge)}{safe(compat)}</p>" if several else ""
    tiles = tiles or "<p>No metric could be computed.</p>"
    return f"<section>{name}{told}<div class=tiles>{tiles}</div>{_counts(scores)}</section>"


def _tile(key: str, metric: Metric) -> str:
    spread = f"{fmt(metric.low)} to {fmt(metric.high)}" if metric.low is not None else "no interval"
    lost = (
        f"<div class=lost>{metric.missing:,} of {metric.n + metric.missing:,} missing</div>" if metric.missing else ""
    )
    items = f"{metric.n:,} item" + "s" * (metric.n != 1)
    return (
        f"<div class=tile><div class=name>{safe(key)}</div><div class=value>{fmt(metric.value)}</div>"
        f"<div class=soft>{spread}</div><div class=soft>{items}</div>{lost}</div>"
    )


def _counts(scores: Scores) -> str:
    """What was counted; failures stand out."""
    parts = []
    for key, count in scores.counts.items():
        if not count and key not in ALWAYS[: len(ALWAYS) if scores.judge else 4]:
            continue
        told = f"{count:,} {safe(key.replace('_', ' '))}"
        bad = count and any(part in key for part in ("fail", "empty", "unread", "cut", "missing"))
        parts.append(f"<li class=lost>{told}</li>" if bad else f"<li>{told}</li>")
    return f"<ul class=counts>{''.join(parts)}</ul>" if parts else ""


def metrics(runs: Sequence[ShownRun], of: Callable[[Scores], Mapping[str, Metric]], caption: str) -> str:
    """A row a metric; a column a run, or, for one run, what there is to say of each."""
    found = [of(run.scores) for run in runs]
    names = list(dict.fromkeys(name for own in found for name in own))
    if not names:
        return ""
    if len(runs) > 1:
        rows = [[_told(name), *(cell(own.get(name)) for own in found)] for name in names]
        return table(caption, ["", *(run.name for run in runs)], rows)
    rows = []
    for name, one in found[0].items():
        spread = "–" if one.low is None else f"{fmt(one.low)} to {fmt(one.high)}"
        lost = f"<span class=lost>{one.missing:,}</span>" if one.missing else "0"
        rows.append([_told(name), f"<b>{fmt(one.value)}</b>", spread, f"{one.n:,}", lost])
    return table(caption, ["", "mean", "95 % interval", "items", "missing"], rows)


def _told(name: str) -> str:
    """A metric's name, and what it means where that is known."""
    return (
        f"{safe(name.replace('_', ' '))}<small>{safe(MEANINGS[name])}</small>"
        if name in MEANINGS
        else safe(plain(name))
    )


def checks(runs: Sequence[ShownRun]) -> str:
    """What the judge's self-checks found, and what they mean."""
    keys = list(dict.fromkeys(key for run in runs for key in run.scores.checks))
    rows = []
    for key in keys:
        meaning = f"<small>{safe(CHECKS[key])}</small>" if key in CHECKS else ""
        rows.append([safe(key.replace("_", " ")) + meaning, *(cell(run.scores.checks.get(key)) for run in runs)])
    return table("Checks of the judge", ["", *(run.name for run in runs)], rows) if rows else ""


def splits(runs: Sequence[ShownRun]) -> list[tuple[str, str]]:
    """Tables by bucket, type, language and the benchmark's own groups: name and HTML."""
    out = []
    for split in dict.fromkeys(name for run in runs for name in run.scores.by):
        found = [run.scores.by.get(split, {}) for run in runs]
        groups = list(dict.fromkeys(group for own in found for group in own))
        groups = in_order(groups) if split == "bucket" else sorted(groups)
        keys = list(dict.fromkeys(key for own in found for metrics in own.values() for key in metrics))
        rows = []
        for group in groups:
            for run, own in zip(runs, found, strict=True):
                values = own.get(group, {})
                items = max((m.n + m.missing for m in values.values()), default=0)
                several = [safe(run.name)] if len(runs) > 1 else []
                rows.append([safe(group) or "(none)", *several, f"{items:,}", *(cell(values.get(key)) for key in keys)])
        if rows:
            several = ["system"] if len(runs) > 1 else []
            heads = [split, *several, "items", *map(plain, keys)]
            out.append((split, table(f"Scores by {split}", heads, rows)))
    return out


def settings(runs: Sequence[ShownRun]) -> str:
    """All that made the runs; rows in which they differ are marked."""
    found = [_settings(run.scores) for run in runs]
    rows = []
    for key in dict.fromkeys(key for own in found for key in own):
        values = [own.get(key, "–") for own in found]
        differs = "<small class=lost>differs</small>" if len(set(values)) > 1 and key not in ("system",) else ""
        rows.append([safe(key) + differs, *map(_setting, values)])
    return table("Settings", ["", *(run.name for run in runs)], rows, "told")


def _settings(scores: Scores) -> dict[str, str]:
    own = {"benchmark": scores.benchmark, "system": scores.system, "judge": scores.judge or "none"}
    own["counting"] = f"as the scripts of {scores.compat}" if scores.compat else "our own"
    own |= flat(scores.settings)
    return own | {f"spent.{key}": "unknown" if value is None else f"{value:,g}" for key, value in scores.spent.items()}


def _setting(value: str) -> str:
    if len(value) <= LONG and "\n" not in value:
        return safe(value)
    first = " ".join(value[:80].split())
    return f"<details><summary>{safe(first)}…</summary><pre>{safe(value)}</pre></details>"
