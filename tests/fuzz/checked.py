"""Texts that are checked, facts that models name, and the files and replies of benchmarks of consistency."""

import json
from functools import cache, partial
from pathlib import Path

from longwriter.bench.benchmarks.constory import _published
from longwriter.bench.benchmarks.longgen import LongGen, marks_of
from longwriter.bench.judging.consistency import Consistency, verified
from longwriter.bench.records import BenchItem
from longwriter.checks.check import check
from longwriter.checks.ledger.contradictions import contradictions
from longwriter.checks.ledger.ledger import Ledger
from longwriter.checks.ledger.ledger import verified as stands
from longwriter.checks.ledger.records import LedgerFact
from longwriter.checks.page import findings_page
from longwriter.models.tokens import estimate_tokens
from longwriter.types import Plan, Section
from longwriter.writer.hold.extractor import KEYS, read_facts
from longwriter.writer.hold.facts import MOST_TOKENS, FactsHold
from longwriter.writer.prompts import prompt_set
from tests.fuzz.cases import Target
from tests.fuzz.making import in_file, written
from tests.fuzz.places import has_half, true_of
from tests.fuzz.sourced import SOURCES, _known
from tests.helpers.revising import DRAFT


def _checked(text: str) -> None:
    """`longwriter check` as a whole."""
    report = check(text, sources=_known() if len(text) % 2 else None)
    true_of(report.findings, text)
    starts = [found.places[0].start if found.places else 0 for found in report.findings]
    assert starts == sorted(starts)
    assert has_half(text) or json.loads(report.model_dump_json())
    json.dumps(report.figures, allow_nan=False)
    page = findings_page(text, report, "<t>&")
    assert "<script" not in page.lower()
    assert page.count("<mark") == page.count("</mark>")


def _contradicted(text: str) -> None:
    for language in ("", "en", "zh"):
        true_of(contradictions(text, language), text)


def _in_sections(text: str) -> None:
    """A ledger that is fed section by section says the same when it is asked beforehand, and finds itself again."""
    parts = text.split("\n\n")[:40]
    for language in ("en", "zh"):
        ledger, at = Ledger(language), 0
        whole = "\n\n".join(parts)
        for number, part in enumerate(parts, 1):
            told = ledger.against(number, part, at) if number == len(parts) else None
            found = ledger.add(number, part, at)
            true_of(found, whole)
            assert told is None or told == found
            at += len(part) + 2
        for fact in ledger.facts:
            assert parts[fact.section - 1][fact.start : fact.end] == fact.quote
        assert all(entity.first <= entity.last for entity in ledger.entities)
        ledger.about(text[:200], 120)


def _named(text: str) -> None:
    """Facts of a model's reply count where their words stand in the text, and prompts that tell of them stay short."""
    found = read_facts(text)
    facts = []
    for row in found:
        assert all(isinstance(row[key], str) and row[key].strip() for key in KEYS)
        at = max(0, DRAFT.find(row["quote"]))
        fact = LedgerFact.model_validate(
            row | {"section": 1, "start": at, "end": at + len(row["quote"]), "source": "model"}
        )
        facts += [fact] if stands(fact, DRAFT) else []
    ledger = Ledger("en")
    ledger.add(1, DRAFT)
    true_of(ledger.take(facts), DRAFT)
    names = " ".join(row["subject"] for row in found)[:300] or "Marta"
    plan = Plan(
        title="t", sections=(Section(title="a", point="b", words=9), Section(title=names[:80], point=names, words=9))
    )
    for language in ("en", "zh"):
        told = FactsHold(prompt_set(language), plan, [], lambda _, __: facts).told(1, [DRAFT])
        assert estimate_tokens(told) <= MOST_TOKENS


def _judged(text: str) -> None:
    """Errors of a benchmark's judge count where both quotes stand in the text, apart."""
    story = DRAFT + text[: len(text) // 2]
    reading = Consistency().read(text)
    readings = dict.fromkeys(("characterization", "factual_detail", "timeline_plot"), reading)
    for error in verified(story, readings):
        assert 0 <= error.earlier.start < error.earlier.end <= error.later.start < error.later.end <= len(story)
    Consistency().judged_in(_item(), story, readings)


@cache
def _item() -> BenchItem:
    return BenchItem(id="1", prompt="Write", language="en")


def _longgen(path: Path) -> None:
    for item in LongGen().read(str(path)).items:
        for text in (*SOURCES, f"#*# Week 1: {item.prompt}", item.prompt):
            assert all(mark is None or 0 <= mark <= 1 for mark in marks_of(item, text).values())


def _diary(text: str) -> None:
    facts = {
        "type": "Week",
        "number": "4",
        "prefix": "#*# Week 1",
        "once 1": text[:40] or "x",
        "range 2": "the harbour is quiet",
    }
    item = BenchItem(id="1", prompt="Write", language="en", facts=facts)
    assert all(mark is None or 0 <= mark <= 1 for mark in marks_of(item, text).values())


def _evaluated(path: Path) -> None:
    assert all(words > 0 for _, words in _published(path))


RIGHT = 0.6
"""JSON with a fault is mostly none."""

TARGETS = (
    Target("checked", written("markdown"), _checked, 20),
    Target("checked tale", written("tale"), _checked, 20),
    Target("contradicted", written("tale"), _contradicted, 20),
    Target("ledger", written("tale"), _in_sections, 10),
    Target("named facts", written("factual", RIGHT), _named, 14),
    Target("errors", written("errors", RIGHT), _judged, 14),
    Target("longgen", written("longgen", RIGHT), partial(in_file, "d.json", _longgen), 14),
    Target("diary", written("entries"), _diary, 10),
    Target("evaluations", written("constory"), partial(in_file, "e.csv", _evaluated), 8),
)
