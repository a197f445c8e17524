"""ConStory-Bench's errors of consistency (arXiv:2603.05890): five questions, one a category; answers quote both passages.

Code looks up every quote (`quoted`); an error of which one is not in the text, or whose two quotes are one passage, does not
count. Of an item, for the N words of its text (`text.count_words`):

| score | what it is |
|---|---|
| CED | kinds, of 19, with an error at all, for 10,000 words: what the published numbers count |
| errors_10k | all errors, for 10,000 words |
| CATEGORY | errors of a category, for 10,000 words |
| unverified | share of what the judge named that did not count |
| per_error | words (split at whitespace, as published) over 1 + kinds with an error: what GRR ranks |
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from longwriter.bench.judging.base import JudgedItem, JudgeReading, Judging, QuotedError, Readings, ScoredItem, Summary
from longwriter.bench.judging.quoted import QuotedText, QuotePlace
from longwriter.bench.records import BenchItem, Metric
from longwriter.bench.stats.bootstrap import metric
from longwriter.models.verdicts import find_json
from longwriter.text import count_words

PER = 10_000
TENTHS = 10
UNKNOWN = "unknown"
"""The kind of an error that a judge gives no kind, or one that it was not asked for."""


@cache
def kinds() -> dict[str, dict[str, tuple[str, str]]]:
    """Category -> kind -> what it is, in English and in Chinese."""
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        tree = tomllib.load(file)
    return {name: {kind: (told[0], told[1]) for kind, told in table.items()} for name, table in tree.items()}


def _schema() -> dict[str, object]:
    text = {"type": "string"}
    names = [kind for table in kinds().values() for kind in table]
    fields = {"kind": {"type": "string", "enum": names}, "earlier": text, "later": text, "why": text}
    error = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    errors = {"type": "array", "items": error}
    return {"type": "object", "properties": {"errors": errors}, "required": ["errors"], "additionalProperties": False}


class VerifiedError(NamedTuple):
    """An error of which both quotes stand in the text."""

    category: str
    kind: str
    earlier: QuotePlace
    later: QuotePlace
    why: str


class Consistency(Judging):
    """One question for each category."""

    name = "consistency"
    fields: tuple[str, ...] = ("RESPONSE", "CHECKS")
    headline = "CED"
    metrics: tuple[str, ...] = ("CED", "errors_10k", "unverified", "per_error", *kinds())
    schema: dict[str, object] | None = _schema()

    def questions(self, item: BenchItem) -> list[str]:  # noqa: ARG002 - Judging's signature
        """The categories."""
        return list(kinds())

    def values(self, item: BenchItem, text: str, question: str) -> dict[str, str]:
        """The text, and the kinds of the question's category in the item's language."""
        told = int(item.language == "zh")
        checks = "\n".join(f"- {kind}: {what[told]}" for kind, what in kinds()[question].items())
        return {"RESPONSE": text, "CHECKS": checks}

    def read(self, reply: str) -> JudgeReading | None:
        """The errors that one JSON object lists, also as the published files have them: {KIND: [{exact_quote ...}]}."""
        found = [one for tree in find_json(reply) if (one := _errors(tree)) is not None]
        if not found or any(one != found[0] for one in found):
            return None
        counts: dict[str, float] = {}
        for error in found[0]:
            counts[error.kind] = counts.get(error.kind, 0.0) + 1
        return JudgeReading(counts, errors=tuple(found[0]))

    def judged(self, item: BenchItem, readings: Readings) -> JudgedItem:  # noqa: ARG002 - Judging's signature
        """Nothing: quotes without their text prove nothing."""
        return JudgedItem(self.empty(item), {})

    def judged_in(self, item: BenchItem, text: str, readings: Readings) -> JudgedItem:
        """The scores; those of a category whose reply could not be had or read are missing, and so are those of the whole."""
        words = count_words(text)
        if not words or not readings:
            return self.judged(item, readings)
        found = verified(text, readings)
        scores = self.empty(item)
        for name in kinds():
            if readings.get(name) is not None:
                scores[name] = PER * sum(error.category == name for error in found) / words
        if all(readings.get(name) is not None for name in kinds()):
            there = {error.kind for error in found}
            scores["CED"] = PER * len(there) / words
            scores["errors_10k"] = PER * len(found) / words
            scores["per_error"] = len(text.split()) / (1 + len(there))
        named = sum(len(r.errors) for name, r in readings.items() if r is not None and name in kinds())
        if named:
            scores["unverified"] = 1 - len(found) / named
        return JudgedItem(scores, {"CED": "\n".join(_told(text, error) for error in found)} if found else {})

    def empty(self, item: BenchItem) -> dict[str, float | None]:  # noqa: ARG002 - Judging's signature
        """None: a text without words has no errors for 10,000 words; the published script leaves it out, too."""
        return dict.fromkeys(("CED", "errors_10k", "per_error", *kinds()))

    def summarise(self, scored: Sequence[ScoredItem], system: str) -> Summary:  # noqa: ARG002 - Judging's signature
        """Where in the texts the passages stand, in percent of the text, and which kinds there are."""
        places = list[tuple[float, float]]()
        words, by_kind = 0, {f"{name}/{kind}": 0 for name, table in kinds().items() for kind in table}
        for one in scored:
            text = one.response.text
            if one.score.scores.get("CED") is None:
                continue
            words += count_words(text)
            for error in verified(text, one.readings):
                by_kind[f"{error.category}/{error.kind}"] += 1
                places.append((100 * error.earlier.start / len(text), 100 * error.later.start / len(text)))
        if not words:
            return Summary()
        metrics = {
            "earlier_at": metric([earlier for earlier, _ in places]),
            "later_at": metric([later for _, later in places]),
            "gap": metric([later - earlier for earlier, later in places]),
        }
        tenths = {f"{TENTHS * k}-{TENTHS * (k + 1)} %": {"errors": _count(k, places)} for k in range(TENTHS)}
        each = {kind: {"errors_10k": Metric(value=PER * n / words, n=n)} for kind, n in by_kind.items() if n}
        return Summary(metrics, by={"kind": each, "place of the later passage": tenths} if places else {})


def verified(text: str, readings: Mapping[str, JudgeReading | None]) -> list[VerifiedError]:
    """The errors that count, each pair of passages once for a kind; what was said to repeated questions is left aside."""
    where = QuotedText(text)
    found: dict[tuple[str, QuotePlace, QuotePlace], VerifiedError] = {}
    for category, table in kinds().items():
        reading = readings.get(category)
        for error in reading.errors if reading is not None else ():
            pair = _pair(where, error)
            if error.kind in table and pair is not None:
                found.setdefault((error.kind, *pair), VerifiedError(category, error.kind, *pair, error.why))
    return list(found.values())


def _pair(where: QuotedText, error: QuotedError) -> tuple[QuotePlace, QuotePlace] | None:
    """Both passages in the text's order; of quotes that stand several times, places apart. None: not there, or one passage."""
    first = where.find(error.earlier)
    second = where.find(error.later)
    if first is not None and second is not None and _overlap(first, second):
        second = where.find(error.later, first.end) or second
        if _overlap(first, second):
            first = where.find(error.earlier, second.end)
    if first is None or second is None or _overlap(first, second):
        return None
    return (first, second) if first < second else (second, first)


def _overlap(one: QuotePlace, other: QuotePlace) -> bool:
    return one.start < other.end and other.start < one.end


def _count(tenth: int, places: Sequence[tuple[float, float]]) -> Metric:
    n = sum(min(TENTHS - 1, int(later // TENTHS)) == tenth for _, later in places)
    return Metric(value=float(n), n=len(places))


def _told(text: str, error: VerifiedError) -> str:
    quotes = (" ".join(text[place.start : place.end].split()) for place in (error.earlier, error.later))
    return f"{error.kind}: " + " / ".join(f'"{quote}"' for quote in quotes) + f" {error.why}".rstrip()


def _errors(tree: Mapping[str, object]) -> list[QuotedError] | None:
    """The errors of an object; None where it lists none in either form."""
    listed = tree.get("errors")
    if isinstance(listed, list):
        rows = [(str(row.get("kind", UNKNOWN)), row) for row in listed if isinstance(row, dict)]
        return [_error(kind, row) for kind, row in rows] if len(rows) == len(listed) else None
    known = {kind for table in kinds().values() for kind in table}
    own = {kind: value for kind, value in tree.items() if kind in known and isinstance(value, list)}
    if not own:
        return None
    return [_error(kind, row) for kind, rows in own.items() for row in rows if isinstance(row, dict)]


def _error(kind: str, row: Mapping[str, object]) -> QuotedError:
    earlier = row.get("earlier", row.get("contradiction_pair", ""))
    later = row.get("later", row.get("exact_quote", ""))
    return QuotedError(kind, _text(earlier), _text(later), _text(row.get("why", row.get("context", ""))))


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
