"""Texts on the page: the best, the middle, the worst, the failed, each with what the judge said. Text, never HTML."""

from collections import Counter
from collections.abc import Sequence

from longwriter.bench.records import ItemScore, Response, RunTexts
from longwriter.bench.report.canvas import ShownRun, sign
from longwriter.bench.report.labels import fmt, plain
from longwriter.bench.report.tables import table
from longwriter.report.prose import shown
from longwriter.report.svg import safe
from longwriter.text import language

EACH = 2
"""Texts of each kind, where one run is shown."""
HEAD, TAIL = 16_000, 8_000
"""Characters of a text on the page, from its beginning and its end."""
FOLD = 500
"""Characters of a prompt that are shown at once."""
MOST_FAILURES = 60
CUT = {"length": "cut at the token limit", "filter": "cut by the provider's filter"}


def ranked_by(runs: Sequence[ShownRun]) -> str | None:
    """The first metric that single items have."""
    for run in runs:
        for key in (*run.scores.metrics, *(k for item in run.scores.items for k in item.scores)):
            if any(item.scores.get(key) is not None for item in run.scores.items):
                return key
    return None


def chosen(runs: Sequence[ShownRun]) -> list[tuple[str, str]]:
    """Why and which: ids of the best, middle and worst items, those on which runs differ most, and failed ones."""
    metric = ranked_by(runs)
    by_item: dict[str, list[float]] = {}
    for item in (item for run in runs for item in run.scores.items):
        if metric is not None and (value := item.scores.get(metric)) is not None:
            by_item.setdefault(item.id, []).append(value)
    several = len(runs) > 1
    each = 1 if several else EACH
    order = sorted(by_item, key=lambda id: -sum(by_item[id]) / len(by_item[id]))
    middle = max(0, len(order) // 2 - each // 2)
    apart = sorted(by_item, key=lambda id: min(by_item[id]) - max(by_item[id])) if several else []
    picks = [("best", order[:each]), ("worst", order[::-1][:each]), ("middle", order[middle : middle + each])]
    picks.append(("most different", [id for id in apart[:1] if len(set(by_item[id])) > 1]))
    for run in runs:
        failed = sorted((i for i in run.scores.items if i.failures or i.words == 0), key=lambda i: i.words is None)
        picks.append(
            (f"failed: {run.name}" if several else "failed", [i.id for i in (failed[:1] + failed[-1:])[:each]])
        )
    out: dict[str, str] = {}
    for why, ids in picks:
        for id in ids:
            out.setdefault(id, why)
    rank = {why: n for n, why in enumerate(("best", "middle", "worst", "most different"))}
    return sorted(((why, id) for id, why in out.items()), key=lambda pair: rank.get(pair[0], 9))


def samples(runs: Sequence[ShownRun], texts: Sequence[RunTexts]) -> str:
    """The chosen items: what was asked once, then what each run wrote."""
    out = []
    for why, id in chosen(runs):
        own = [(n, item) for n, run in enumerate(runs) for item in run.scores.items if item.id == id]
        if not own:
            continue
        asked = next((t.items[id] for t in texts if id in t.items), None)
        first = own[0][1]
        facts = [f"item {id}", first.type, first.language, *(f"{k}: {v}" for k, v in first.groups.items())]
        facts.append(f"{first.required:,} words asked for" if first.required else "")
        cards = "".join(_card(runs, n, item, texts[n].responses.get(id)) for n, item in own)
        prompt = _folded(asked.prompt) if asked is not None else "<p class=soft>The prompt is not in the run.</p>"
        told = safe(f"{why.capitalize()}: " + ", ".join(filter(None, facts)))
        out.append(f"<section class=sample><h3>{told}</h3>{prompt}<div class=cards>{cards}</div></section>\n")
    return "".join(out)


def _folded(prompt: str) -> str:
    if len(prompt) <= FOLD:
        return f"<blockquote {lang(prompt)}>{safe(prompt)}</blockquote>"
    first = " ".join(prompt[:120].split())
    whole = f"<blockquote {lang(prompt)}>{safe(prompt)}</blockquote>"
    return f"<details><summary {lang(prompt)}>{safe(first)}…</summary>{whole}</details>"


def lang(text: str) -> str:
    """The attribute that chooses fonts and a voice."""
    return 'lang="zh-Hans"' if language(text) == "zh" else 'lang="en"'


def _card(runs: Sequence[ShownRun], place: int, item: ItemScore, response: Response | None) -> str:
    name = f"<h4 class=c{place}>{sign(place)} {safe(runs[place].name)}</h4>" if len(runs) > 1 else ""
    words = "no text" if item.words is None else f"{item.words:,} words"
    if item.required and item.words is not None:
        words += f", {100 * item.words / item.required:.0f} % of what was asked for"
    values = "".join(
        f"<div><dt>{safe(plain(name))}</dt><dd>{fmt(value)}</dd></div>" for name, value in item.scores.items()
    )
    notes = [*item.failures, response.failure if response else ""]
    if response is not None and response.finish in CUT:
        notes.append(CUT[response.finish])
    if item.words == 0:
        notes.append("empty answer")
    marks = "".join(f"<p class=warn>{safe(note[:400])}</p>" for note in dict.fromkeys(filter(None, notes)))
    reasons = "".join(
        f"<dt>{safe(plain(name))}</dt><dd {lang(said)}>{safe(said)}</dd>" for name, said in item.reasons.items() if said
    )
    reasons = (
        f"<details open><summary>What the judge said</summary><dl class=reasons>{reasons}</dl></details>"
        if reasons
        else ""
    )
    facts = f"<div>{name}<p>{words}</p>{marks}<dl class=scores>{values}</dl>{reasons}</div>"
    by = f" by {runs[place].name}" if len(runs) > 1 else ""
    return f"<article>{facts}{_text(response, item, by)}</article>"


def _text(response: Response | None, item: ItemScore, by: str) -> str:
    if response is None or not response.text:
        return "" if item.words in (None, 0) else "<p class=soft>The text is not in the run.</p>"
    text, left = response.text, len(response.text) - HEAD - TAIL
    attributes = (
        f'class="text box" {lang(text)} dir=auto tabindex=0 role=region aria-label="Text of item {safe(item.id + by)}"'
    )
    if left <= 0:
        return f"<div {attributes}>{shown(text)}</div>"
    gap = f"<span class=gap>{left:,} characters are left out here</span>"
    return f"<div {attributes}>{shown(text[:HEAD])}{gap}{shown(text[-TAIL:])}</div>"


def failures(runs: Sequence[ShownRun]) -> str:
    """How often each reason, then item by item."""
    found = [(run.name, item, why) for run in runs for item in run.scores.items for why in item.failures]
    found += [(run.name, item, "empty answer") for run in runs for item in run.scores.items if item.words == 0]
    if not found:
        return "<p>None.</p>"
    counted = Counter((name, why[:300]) for name, _, why in found).most_common(MOST_FAILURES)
    several = len(runs) > 1

    def row(name: str, *cells: str) -> list[str]:
        return [*cells[:1], *([safe(name)] if several else []), *cells[1:]]

    heads = ["system"] if several else []
    out = table(
        "Failures by reason", ["reason", *heads, "items"], [row(n, safe(w), f"{c:,}") for (n, w), c in counted], "told"
    )
    rows = [row(n, safe(i.id), safe(i.type), safe(i.language), safe(w[:300])) for n, i, w in found[:MOST_FAILURES]]
    more = f"; the first {MOST_FAILURES} of {len(found):,}" if len(found) > MOST_FAILURES else ""
    each = table("Failures by item", ["item", *heads, "type", "language", "reason"], rows, "told")
    return f"{out}<details><summary>Item by item{more}</summary>{each}</details>"
