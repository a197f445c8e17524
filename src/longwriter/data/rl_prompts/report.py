"""What a person sees of requests with ranges: numbers, the data card, and a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from string import Template
from typing import NamedTuple

from longwriter.data.card import facts_table, table
from longwriter.data.charts import drop_counts, picture, word_counts
from longwriter.data.dataset import Row


class RangeFacts(NamedTuple):
    """What the report says of one range."""

    language: str
    source: str
    """request or model."""
    lower: int
    """In words, as `upper`."""
    upper: int


BODY = Template("""# $title

$kept of $requests usable requests, each with the range of words that its answer should have.

| | |
|---|---|
$facts

![Ranges and drops](picture.png)

## Rows

`prompt` is the bare request, `lower` and `upper` the range in words as `longwriter` counts them (a Chinese character is a
word). `source` says where it comes from: `request`, which names a length (10 % either way; at least N: N to 1.1 N; at most
N: 0.9 N to N; a range as it is), or `model`, which was asked by the rules of LongWriter-Zero (arXiv:2506.18841): multiples
of 100, at most $width apart, at most $allow_upper.

## Left out

$dropped

Each with its reason in `dropped_by_rules.jsonl` and `dropped_by_model.jsonl`. A request without a usable range is left out;
no range is guessed.

## Made by

```
$command
```

longwriter $version

## Licence and limits

Requests keep the licence and terms of their source; chat logs may hold personal data that their makers' marks and our
rules missed. A model's range is its opinion.
""")


def facts(ranges: Sequence[RangeFacts]) -> Row:
    """What the report says of ranges."""
    out: Row = {}
    for source in ("request", "model"):
        out[f"range_from_{source}"] = sum(r.source == source for r in ranges)
    for code in ("en", "zh"):
        own = [r for r in ranges if r.language == code]
        out[f"requests_{code}"] = len(own)
        if own:
            out[f"lower_median_{code}"] = round(median(r.lower for r in own))
            out[f"upper_median_{code}"] = round(median(r.upper for r in own))
            out[f"upper_most_{code}"] = max(r.upper for r in own)
    return out


def card(report: Row, dropped: Mapping[str, int]) -> str:
    """The data card. `dropped`: requests by reason."""
    return BODY.substitute(
        report,
        facts=facts_table(report, "kept", "requests", "allow_upper", "width"),
        dropped=table(dropped, ("reason", "requests")) if dropped else "Nothing.",
    )


def draw(path: Path, ranges: Sequence[RangeFacts], drops: Mapping[str, int]) -> None:
    """A PNG of 1200 x 450 pixels: the middles of the ranges by language, and the drops. Raises RunError."""
    with picture(path, 4.5) as figure:
        left, right = figure.subplots(1, 2)
        named = {"English": "en", "Chinese": "zh"}
        middles = {
            name: [(r.lower + r.upper) / 2 for r in ranges if r.language == code] for name, code in named.items()
        }
        word_counts(left, middles, {})
        left.set(xlabel="middle of the range, words", ylabel="requests", title=f"Ranges of {len(ranges):,} requests")
        drop_counts(right, drops, "requests")
