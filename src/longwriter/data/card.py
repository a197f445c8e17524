"""The data card: what a data set holds, how it was made, what was left out, and what its user must know."""

from collections.abc import Mapping
from string import Template
from typing import NamedTuple

BODY = Template("""# $title

$kept of $outputs outputs passed all filters; $words

| | |
|---|---|
$facts

![Lengths, length scores, drops](picture.png)

## Rows

`messages` is the conversation, ready for supervised fine-tuning. `words` counts it as `longwriter` does (a Chinese character
is a word), `required` is the length that the request states and `length_score` the S_l of LongBench-Write against it (both
empty where none is stated). `plan` is the outline it was written by, `model` and `prompts_sha256` say what wrote it under
which prompts, and `filters` what each filter found.

## Left out

$dropped

Each with its reason in `dropped.jsonl`. Thresholds: $limits. $benchmarks

## Made by

```
$command
```

longwriter $version

## Licence and limits

The outputs were written by a language model: its maker's terms say what they may be used for, and the requests keep the
licence of their source. No fact in them was checked. Where judge and writer are the same model, the judge may favour itself.
""")


def table(rows: Mapping[str, object], head: tuple[str, str]) -> str:
    """Two columns of Markdown."""
    return "\n".join([f"| {head[0]} | {head[1]} |", "|---|---|", *(f"| {k} | {_shown(v)} |" for k, v in rows.items())])


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|").replace("\n", " ")


def facts_table(report: Mapping[str, object], *without: str) -> str:
    """The texts and numbers of a report as rows of a table; without those that the card says elsewhere."""
    elsewhere = {"command", "title", "version", *without}
    facts = {k: v for k, v in report.items() if isinstance(v, str | int | float) and k not in elsewhere}
    return "\n".join(f"| {k.replace('_', ' ')} | {_shown(v)} |" for k, v in facts.items())


class WordCounts(NamedTuple):
    """Lengths of the texts of a data set, in words."""

    total: int
    least: int
    most: int
    median: int


def card(
    report: Mapping[str, object],
    words: WordCounts | None,
    dropped: Mapping[str, int],
    limits: Mapping[str, float | None],
) -> str:
    """The card of a report as `audit.conclude` makes it. `dropped`: by reason; a limit of None is not looked for."""
    lengths = "none."
    if words:
        lengths = f"{words.total:,} words, {words.least:,} to {words.most:,} each, median {words.median:,}."
    prompts = report["benchmark_prompts"]
    return BODY.substitute(
        title=report["title"],
        kept=_shown(report["kept"]),
        outputs=_shown(report["outputs"]),
        words=lengths,
        facts=facts_table(report),
        dropped=table(dropped, ("reason", "number")) if dropped else "Nothing.",
        limits=", ".join(f"{k.replace('_', ' ')} {v:g}" for k, v in limits.items() if v is not None),
        benchmarks=f"Checked against {_shown(prompts)} benchmark prompts."
        if prompts
        else "No benchmark was checked against.",
        command=report["command"],
        version=report["version"],
    )
