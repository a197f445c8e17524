"""The numbers of a run from what is stored. Pure and deterministic; nothing here asks a model or reads a clock.

Means, splits, counts and checks of any benchmark; what one of them says beside these is its own, or its judging's
(`summarise`). S_l is `length.score.length_score` of words as `text.count_words` counts them. A response that failed, or a
reply that could not be had or read, leaves its number missing: counted beside the mean, never 0 in it. An empty text is
no failure: it has the lowest score of each scale.
"""

import math
from collections.abc import Callable, Sequence

from pydantic import ValidationError

from longwriter.bench import compat
from longwriter.bench.benchmarks.base import Benchmark
from longwriter.bench.decay import decay_of
from longwriter.bench.judging.base import AGAIN, JudgedItem, JudgeReading, Judging, ScoredItem, Summary, mean_of
from longwriter.bench.records import BUCKETS, LONGEST, BenchItem, Decay, ItemScore, Metric, Scores
from longwriter.bench.settings import Compat
from longwriter.bench.stats.bootstrap import metric
from longwriter.bench.stored import Stored
from longwriter.characters import whole_characters
from longwriter.checks.along.measures import measure
from longwriter.config import fault
from longwriter.errors import InputError
from longwriter.length.score import length_score
from longwriter.text import count_longwriter, count_words, language

Metrics = dict[str, Metric]
MetricsOf = Callable[[Sequence[ScoredItem]], Metrics]


def aggregate(stored: Stored, benchmark: Benchmark, way: Compat | None = None) -> Scores:
    """The scores. `way`: handle failures as a public script does. Raises InputError where it has none for the benchmark."""
    settings = stored.settings
    judging = benchmark.judging if settings.judge else None
    if way:
        compat.check(benchmark, way)
    scored = [_scored(stored, item, benchmark, way) for item in stored.items.values()]
    names = [name for name in _names(benchmark, judging) if any(name in s.score.scores for s in scored)]

    def metrics_of(part: Sequence[ScoredItem]) -> Metrics:
        scores = {name: [s.score for s in part if name in s.score.scores] for name in names}
        found = {name: (judging.average if judging else mean_of)(name, own) for name, own in scores.items()}
        return compat.averages(found) if way else found

    measures, decay = _measures(scored)
    verdicts = judging.summarise(scored, settings.system) if judging else Summary()
    whole = benchmark.summarise(scored, settings.system)
    return Scores(
        benchmark=settings.benchmark,
        system=settings.system,
        judge=settings.judge.model.model if settings.judge else None,
        compat=way,
        settings=_provenance(stored),
        metrics=metrics_of(scored) | verdicts.metrics | whole.metrics,
        by=_splits(scored, benchmark, metrics_of) | verdicts.by | whole.by,
        counts=_counts(stored, scored),
        checks=_checks(scored, judging, verdicts.checks | whole.checks),
        measures=measures,
        decay=decay,
        ratings=verdicts.ratings or whole.ratings,
        curve=verdicts.curve or whole.curve,
        spent=stored.spent,
        items=tuple(s.score for s in scored),
    )


def _names(benchmark: Benchmark, judging: Judging | None) -> list[str]:
    """What is averaged, headline first."""
    return list(dict.fromkeys((*(judging.metrics if judging else ()), *benchmark.metrics, "S_l")))


def _scored(stored: Stored, item: BenchItem, benchmark: Benchmark, way: Compat | None) -> ScoredItem:
    judging = benchmark.judging if stored.settings.judge else None
    response = stored.responses[item.id]
    count = count_longwriter if way else count_words
    words = None if response.failure else count(response.text)
    scores: dict[str, float | None] = {}
    if item.required:
        scores["S_l"] = None if words is None else length_score(item.required, words)
    scores |= dict.fromkeys(benchmark.metrics) if response.failure else benchmark.marks(item, response.text)
    failures = [f"response: {response.failure}"] if response.failure else []
    readings: dict[str, JudgeReading | None] = {}
    reasons: dict[str, str] = {}
    if judging is not None:
        if response.failure or (not response.text and way):
            judged = judging.judged(item, {})
        elif not response.text:
            judged = JudgedItem(judging.empty(item), {})
        else:
            readings = _readings(stored, item, judging, way)
            judged = judging.judged_in(item, response.text, readings)
            failures += _judge_failures(stored, item, readings)
        scores, reasons = judging.combined(scores | judged.scores), judged.reasons
    try:
        score = ItemScore(
            **item.model_dump(include={"id", "type", "language", "groups", "required"}),
            words=words,
            scores=scores,
            reasons={name: whole_characters(said) for name, said in reasons.items()},
            failures=tuple(map(whole_characters, failures)),
        )
    except ValidationError as error:  # a judging of the user's own may give anything
        key, reason = fault(error, ItemScore)
        raise InputError(f"{stored.settings.benchmark}, item {item.id}: {key}: {reason}") from error
    return ScoredItem(item, response, score, readings)


def _readings(stored: Stored, item: BenchItem, judging: Judging, way: Compat | None) -> dict[str, JudgeReading | None]:
    """What the replies say, read again."""
    found: dict[str, JudgeReading | None] = {}
    for question in judging.questions(item):
        for asked in (question, question + AGAIN):
            judgement = stored.judgements.get(f"{item.id}/{asked}")
            if judgement is None:
                if asked == question:
                    found[asked] = None
            elif way:
                found[asked] = compat.reading(judgement.replies, way)
            else:
                found[asked] = judging.read(judgement.replies[-1]) if judgement.replies else None
    return found


def _judge_failures(stored: Stored, item: BenchItem, readings: dict[str, JudgeReading | None]) -> list[str]:
    """Why marks are missing."""
    reasons = []
    for question, reading in readings.items():
        if reading is not None:
            continue
        judgement = stored.judgements.get(f"{item.id}/{question}")
        if judgement is None:
            reasons.append(f"{question}: not asked yet")
        elif judgement.failure:
            reasons.append(f"{question}: {judgement.failure}")
        else:
            last = judgement.replies[-1][:80]
            reasons.append(f"{question}: {len(judgement.replies)} replies could not be read, the last began {last!r}")
    return reasons


def bucket(required: int) -> str:
    """The class of a required length, in words."""
    return next((name for end, name in BUCKETS if required < end), LONGEST)


def _splits(scored: Sequence[ScoredItem], benchmark: Benchmark, metrics_of: MetricsOf) -> dict[str, dict[str, Metrics]]:
    """By length, type, language and the items' own groups; a split of one part says nothing and is left out."""
    parts: dict[str, dict[str, list[ScoredItem]]] = {"bucket": {}, "type": {}, "language": {}}
    groups = [benchmark.groups(s.item) for s in scored]
    parts |= {name: {} for name in sorted({name for own in groups for name in own})}
    for s, own in zip(scored, groups, strict=True):
        length = {"bucket": bucket(s.item.required)} if s.item.required else {}
        kind = {"type": s.item.type} if s.item.type else {}
        for split, part in (length | kind | {"language": s.item.language} | own).items():
            parts[split].setdefault(part, []).append(s)
    order = [name for _, name in BUCKETS] + [LONGEST]
    return {
        split: {part: metrics_of(own[part]) for part in sorted(own, key=order.index if split == "bucket" else None)}
        for split, own in parts.items()
        if len(own) > 1
    }


def _counts(stored: Stored, scored: Sequence[ScoredItem]) -> dict[str, int]:
    """What was asked and what came of it."""
    asked = {f"{s.item.id}/{question}" for s in scored for question in s.readings}
    kept = {name: stored.judgements[name] for name in asked if name in stored.judgements}
    replied = {name for name, judgement in kept.items() if judgement.replies and not judgement.failure}
    read = {
        f"{s.item.id}/{question}" for s in scored for question, reading in s.readings.items() if reading is not None
    }
    return {
        "items": len(scored),
        "responses": sum(not s.response.failure for s in scored),
        "failed_responses": sum(bool(s.response.failure) for s in scored),
        "empty": sum(not s.response.failure and not s.response.text for s in scored),
        "cut": sum(s.response.finish not in ("", "stop") for s in scored),
        "thinking_removed": stored.thinking,
        "judgements": len(asked),
        "unreadable": len(replied - read),
        "failed_judgements": len(asked - replied),
        "retried": sum(len(stored.judgements[name].replies) > 1 for name in replied),
    }


def _checks(scored: Sequence[ScoredItem], judging: Judging | None, own: Metrics) -> Metrics:
    """Checks of the judge: does it say the same twice, and does it like length? `own`: those of the summaries."""
    if judging is None:
        return own
    again = list[float | None]()
    for s in scored:
        for question, second in s.readings.items():
            if question.endswith(AGAIN):
                first = s.readings.get(question.removesuffix(AGAIN))
                again.append(_same(first.marks, second.marks) if first is not None and second is not None else None)
    pairs = [(s.score.scores.get(judging.headline), s.score.words) for s in scored]
    known = [(score, math.log(words)) for score, words in pairs if score is not None and words]
    length_bias = correlation(known).model_copy(update={"missing": len(pairs) - len(known)})
    return ({"repeat_agreement": metric(again)} if again else {}) | own | {"length_bias": length_bias}


def _same(first: dict[str, float], second: dict[str, float]) -> float | None:
    """Share of marks that are equal; one that only one of them has is not. None where there are no marks."""
    names = first.keys() | second.keys()
    return sum(first.get(name) == second.get(name) for name in names) / len(names) if names else None


def correlation(pairs: Sequence[tuple[float, float]]) -> Metric:
    """Pearson's r with Fisher's 95 % interval; None for fewer than three pairs, or where one side never changes."""
    n = len(pairs)
    if n < 3:
        return Metric(value=None, n=n)
    x_mean, y_mean = math.fsum(x for x, _ in pairs) / n, math.fsum(y for _, y in pairs) / n
    xx = math.fsum((x - x_mean) ** 2 for x, _ in pairs)
    yy = math.fsum((y - y_mean) ** 2 for _, y in pairs)
    if xx < 1e-12 or yy < 1e-12:
        return Metric(value=None, n=n)
    r = max(-1.0, min(1.0, math.fsum((x - x_mean) * (y - y_mean) for x, y in pairs) / math.sqrt(xx * yy)))
    if n < 4 or abs(r) > 1 - 1e-9:
        return Metric(value=round(r, 9), n=n)
    z, half = math.atanh(r), 1.959964 / math.sqrt(n - 3)
    return Metric(value=round(r, 9), low=round(math.tanh(z - half), 9), high=round(math.tanh(z + half), 9), n=n)


def _measures(scored: Sequence[ScoredItem]) -> tuple[dict[str, Metric], tuple[Decay, ...]]:
    """Measures of the texts that are not empty, without a judge: of each as a whole, and along it."""
    written = [s for s in scored if s.response.text]
    measured = [measure(s.response.text, s.item.language) for s in written]
    found: dict[str, list[float | None]] = {
        "words": [s.score.words for s in written],
        "other_language": [_other_language(s) for s in written],
    }
    for one in measured:
        for name, value in one.whole.items():
            found.setdefault(name, []).append(value)
    whole = {name: metric(values) for name, values in found.items()} if written else {}
    return whole, decay_of([one.along for one in measured])


def _other_language(scored: ScoredItem) -> float | None:
    """1 for an English or Chinese request answered in the other language, by `text.language`; None for other requests."""
    asked = scored.item.language
    return float(language(scored.response.text) != asked) if asked in ("en", "zh") else None


def _provenance(stored: Stored) -> dict[str, object]:
    """What made the run, without addresses of servers."""
    settings = stored.settings
    facts = stored.made | settings.model_dump(include={"data", "data_sha256", "texts_sha256", "seed", "temperature"})
    facts |= settings.model_dump(include={"top_p", "max_tokens"})
    if settings.judge:
        judge = settings.judge
        facts |= {
            "judge_is_the_system": settings.model is not None and settings.model.model == judge.model.model,
            "judge_prompt": "own wording" if judge.prompt is None else judge.prompt,
            "judge_prompt_sha256": judge.prompt_sha256,
            "judge_temperature": judge.temperature,
            "judge_max_tokens": judge.max_tokens,
            "judge_seed": judge.seed,
            "judge_repeat": judge.repeat,
        }
    return facts
