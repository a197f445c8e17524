"""What a long output must be to teach by: one plain function a filter, listed in `FILTERS`.

A filter looks at a `Candidate` and gives a `FilterResult`; what it has nothing to say about passes with value None. To add one:
a function here, a line in the table, and its threshold in `FilterLimits`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pydantic import Field

from longwriter.checks.ledger.contradictions import contradictions
from longwriter.checks.slop.score import slop
from longwriter.data.filters.contamination import Benchmarks
from longwriter.data.filters.near_duplicates import NearDuplicates
from longwriter.length.score import length_score
from longwriter.length.target import read_target
from longwriter.text import count_words, ends_complete, language, repeated_ngrams
from longwriter.types import Record, Section


class FilterLimits(Record):
    """Thresholds of the filters."""

    min_score: float = Field(default=80, ge=0, le=100)
    """Least S_l of a text whose request states a length (80: the audit of LongWriter-6k, arXiv:2410.10210)."""
    shortest: int = Field(default=1000, ge=1)
    """Words; a shorter output of a request that needs thousands is a stub."""
    most_lines: int = Field(default=50, ge=2)
    """Sections that one list of a plan may have; beyond, planning has collapsed (arXiv:2408.07055: 50)."""
    repeated: float = Field(default=0.05, ge=0, le=1)
    """Most part of word 13-grams that stood earlier in the text."""
    near: float = Field(default=0.8, gt=0, le=1)
    """Jaccard similarity from which two texts, or two requests, count as one."""
    overlap: float = Field(default=0.5, gt=0, le=1)
    """Share of a benchmark prompt from which a request counts as it."""
    most_contradictions: float | None = Field(default=None, ge=0)
    """Most contradictions that rules find, for 10,000 words; None: not looked for, as rules err."""
    most_slop: float | None = Field(default=None, ge=0, le=100)
    """Highest percentile of stock phrases among texts of people; None: not looked for."""


@dataclass(frozen=True)
class Candidate:
    """An output with its request."""

    id: str
    prompt: str
    text: str
    plan: tuple[Section, ...] = ()
    """Empty: unknown."""

    @cached_property
    def words(self) -> int:
        """Length of the text."""
        return count_words(self.text)

    @cached_property
    def required(self) -> int | None:
        """The length that the request states, in words."""
        target = read_target(self.prompt)
        return target.aim if target else None


class FilterResult(NamedTuple):
    """What one filter says of one candidate."""

    name: str
    passed: bool
    value: float | None = None
    reason: str = ""
    """Why it did not pass."""


@dataclass(frozen=True)
class FilterContext:
    """What filters compare with: thresholds, benchmark prompts, and the outputs kept so far."""

    limits: FilterLimits
    benchmarks: Benchmarks
    kept: NearDuplicates


Filter = Callable[[Candidate, FilterContext], FilterResult]
_REFUSAL = re.compile(
    r"^(?:(?:i['’]m|i\s+am)\s+(?:very\s+|really\s+)?sorry,?\s+(?:but\s+)?(?:i|as)\b|(?:sorry,\s+)?(?:but\s+)?i\s+(?:can(?:no|['’])t"
    r"|am\s+(?:unable|not\s+able)\s+to|will\s+not)\s+(?:help|assist)\s+(?:you\s+)?with|i\s+(?:can(?:no|['’])t|am\s+(?:unable|not\s+able)"
    r"\s+to)\s+(?:write|provide|generate|create|complete|fulfil\w*|comply)\b|as\s+an\s+ai\b"
    r"|(?:很|非常)?(?:抱歉|对不起|不好意思)[，,。！].{0,20}(?:无法|不能|没法)|作为(?:一[个名款])?(?:ai|人工智能|(?:大型?)?语言模型)"
    r"|我(?:无法|不能)(?:提供|完成|满足|协助|生成|为您|为你))",
    re.I | re.M,
)
_LANGUAGE_ASKED = (
    ("en", re.compile(r"\b(?:in|into)\s+english\b|用英[文语]|英文(?:版|写|撰写)|译成英", re.I)),
    (
        "zh",
        re.compile(
            r"\b(?:in|into)\s+(?:simplified\s+|traditional\s+|mandarin\s+)?chinese\b|用(?:中文|汉语)|译成中", re.I
        ),
    ),
)


def plan_size(candidate: Candidate, context: FilterContext) -> FilterResult:
    """The plan's longest list: its chapters, or the sections of one chapter; too many, or a single one, is a collapse."""
    if not candidate.plan:
        return FilterResult("plan", True)
    chapters = [section.chapter for section in candidate.plan]
    longest = max(len(set(chapters)), *(chapters.count(chapter) for chapter in set(chapters)))
    if longest > context.limits.most_lines:
        return FilterResult("plan", False, longest, f"{longest} lines, more than {context.limits.most_lines}")
    return FilterResult("plan", longest > 1, longest, "" if longest > 1 else "a single section")


def refusal(candidate: Candidate, context: FilterContext) -> FilterResult:  # noqa: ARG001 - every filter is called with both
    """A paragraph that begins by declining to write."""
    match = _REFUSAL.search(candidate.text)
    return FilterResult("refusal", match is None, None, f"declines: {match[0][:60]!r}" if match else "")


def stub(candidate: Candidate, context: FilterContext) -> FilterResult:
    """Far too short, whatever was asked."""
    words, least = candidate.words, context.limits.shortest
    return FilterResult(
        "stub", words >= least, words, "" if words >= least else f"{words:,} words, fewer than {least:,}"
    )


def ending(candidate: Candidate, context: FilterContext) -> FilterResult:  # noqa: ARG001 - every filter is called with both
    """The last sentence is complete."""
    whole = ends_complete(candidate.text)
    return FilterResult("ending", whole, None, "" if whole else f"breaks off: {candidate.text.rstrip()[-40:]!r}")


def repetition(candidate: Candidate, context: FilterContext) -> FilterResult:
    """Word 13-grams that stood earlier."""
    share = round(repeated_ngrams(candidate.text, 13), 4)
    passed = share <= context.limits.repeated
    return FilterResult("repetition", passed, share, "" if passed else f"{share:.1%} of 13-grams stood earlier")


def same_language(candidate: Candidate, context: FilterContext) -> FilterResult:  # noqa: ARG001 - every filter is called with both
    """Written in the language that the request names, or else is written in; only Chinese and the rest are told apart."""
    asked = next(
        (code for code, named in _LANGUAGE_ASKED if named.search(candidate.prompt)), language(candidate.prompt)
    )
    written = language(candidate.text)
    return FilterResult(
        "language", asked == written, None, "" if asked == written else f"{written}, asked for in {asked}"
    )


def length(candidate: Candidate, context: FilterContext) -> FilterResult:
    """S_l of the written against the length that the request states."""
    if candidate.required is None:
        return FilterResult("length", True)
    score = round(length_score(candidate.required, candidate.words), 2)
    passed = score >= context.limits.min_score
    reason = "" if passed else f"{candidate.words:,} of {candidate.required:,} words, S_l {score:.0f}"
    return FilterResult("length", passed, score, reason)


def contradicts(candidate: Candidate, context: FilterContext) -> FilterResult:
    """What rules find that does not go together; one alone is never too many."""
    most = context.limits.most_contradictions
    if most is None:
        return FilterResult("contradictions", True)
    found = contradictions(candidate.text)
    rate = round(1e4 * len(found) / max(1, candidate.words), 2)
    passed = len(found) < 2 or rate <= most
    reason = "" if passed else f"{len(found)} contradictions, such as: {found[0].message}"
    return FilterResult("contradictions", passed, rate, reason)


def stock_phrases(candidate: Candidate, context: FilterContext) -> FilterResult:
    """More stock phrases than people write; nothing is said in a language without a list."""
    if context.limits.most_slop is None:
        return FilterResult("slop", True)
    score = slop(candidate.text)
    passed = score.percentile is None or score.percentile <= context.limits.most_slop
    reason = (
        ""
        if passed
        else f"{score.per_1000:.1f} stock phrases for 1,000 words, more than {score.percentile:g} % of people's"
    )
    return FilterResult("slop", passed, score.percentile, reason)


def benchmark(candidate: Candidate, context: FilterContext) -> FilterResult:
    """A benchmark's prompt in the request, or a passage of one in the output."""
    asked = context.benchmarks.in_request(candidate.prompt)
    if asked.share >= context.limits.overlap:
        return FilterResult("benchmark", False, round(asked.share, 4), f"the request is {asked.prompt[:60]!r}")
    held = context.benchmarks.in_output(candidate.text)
    if held:
        return FilterResult(
            "benchmark", False, round(held.share, 4), f"the output holds a passage of {held.prompt[:60]!r}"
        )
    return FilterResult("benchmark", True, round(asked.share, 4))


def near_duplicate(candidate: Candidate, context: FilterContext) -> FilterResult:
    """Nearly the text of one that was kept; what passes is remembered."""
    earlier = context.kept.add(candidate.id, candidate.text)
    return FilterResult("near duplicate", earlier is None, None, f"nearly the same as {earlier}" if earlier else "")


FILTERS: tuple[Filter, ...] = (
    plan_size,
    refusal,
    stub,
    ending,
    repetition,
    same_language,
    length,
    contradicts,
    stock_phrases,
    benchmark,
    near_duplicate,  # last, and for what passed the others alone: a dropped text must not drop its double
)


def results_of(candidate: Candidate, context: FilterContext) -> list[FilterResult]:
    """What each filter says, in order; the last one is not asked about what the others drop."""
    found = [look(candidate, context) for look in FILTERS[:-1]]
    return [*found, FILTERS[-1](candidate, context)] if all(v.passed for v in found) else found
