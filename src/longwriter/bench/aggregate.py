"""The numbers of a run from what is stored. Pure and deterministic; nothing here asks a model or reads a clock.

S_l is `rewards.length.length_score` of words as `text.count_words` counts them; S = (S_l + S_q) / 2 item by item. A response
that failed, or a reply that could not be had or read, leaves its number missing: counted beside the mean, never 0 in
it. An empty text is no failure: it has the lowest score of each scale.

WritingBench: `v1` is the mean over all criterion scores, 1 to 10; `v2` the mean of the items' own means, times ten. They
are the same where every criterion of every item was read; the interval of both is over items. Split by `requirement`,
R is the mean over a requirement's items, C over the criteria about it.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from longwriter.bench import compat
from longwriter.bench.benchmarks.base import Benchmark
from longwriter.bench.benchmarks.files import whole_characters
from longwriter.bench.benchmarks.writingbench import ABOUT, REQUIREMENTS
from longwriter.bench.judging import JUDGINGS, Judging
from longwriter.bench.judging.base import AGAIN, Judged, Reading
from longwriter.bench.judging.criteria import marks_of
from longwriter.bench.judging.pairs import FIRST, SECOND, Pairs, won
from longwriter.bench.positional import measures as along
from longwriter.bench.records import Decay, Item, ItemScore, Metric, Rating, Response, Scores
from longwriter.bench.settings import Compat
from longwriter.bench.stats.bootstrap import metric
from longwriter.bench.stats.ratings import Battle, online, ratings
from longwriter.bench.stored import Stored
from longwriter.errors import InputError
from longwriter.length.score import length_score
from longwriter.text import count_longwriter, count_words, language

BUCKETS = ((500, "[0, 500)"), (2000, "[500, 2k)"), (4000, "[2k, 4k)"), (20_001, "[4k, 20k]"))
LONGEST = "more than 20k"
By = dict[str, dict[str, dict[str, Metric]]]


class Scored(NamedTuple):
    """An item with all that is known of it."""

    item: Item
    response: Response
    score: ItemScore
    readings: dict[str, Reading | None]
    """By what was asked, repeats with `AGAIN`; none for a text that was not put to the judge."""


def aggregate(stored: Stored, benchmark: Benchmark, way: Compat | None = None) -> Scores:
    """The scores. `way`: handle failures as a public script does. Raises InputError where it has none for the benchmark."""
    judging = JUDGINGS[benchmark.judging] if stored.settings.judge and benchmark.judging else None
    if way:
        check_compat(benchmark, way)
    scored = [_scored(stored, item, judging, way) for item in stored.items.values()]
    names = _metric_names(scored, judging)
    measures, decay = _measures(scored)
    metrics = _metrics(scored, names, way)
    places: tuple[Rating, ...] = ()
    if isinstance(judging, Pairs):
        places, elo = _elo(scored, judging, stored.settings.system)
        metrics |= elo
    if not benchmark.judging:
        words = [s.score.words for s in scored if s.score.words is not None]
        metrics["longest"] = Metric(value=max(words, default=None), n=len(words), missing=len(scored) - len(words))
    return Scores(
        benchmark=stored.settings.benchmark,
        system=stored.settings.system,
        judge=stored.settings.judge.model.model if stored.settings.judge else None,
        compat=way,
        settings=_told(stored),
        metrics=metrics,
        by=_splits(scored, names, way),
        counts=_counts(stored, scored),
        checks=_checks(scored, judging),
        measures=measures,
        decay=decay,
        ratings=places,
        curve=() if benchmark.judging else _curve(scored),
        spent=stored.spent,
        items=tuple(s.score for s in scored),
    )


def check_compat(benchmark: Benchmark, way: Compat) -> None:
    """Raises InputError where that script has nothing for the benchmark."""
    if benchmark.judging not in ("quality", ""):
        raise InputError(f"--compat {way}: that script is LongBench-Write's; {benchmark.title} has no such variant")


def _scored(stored: Stored, item: Item, judging: Judging | None, way: Compat | None) -> Scored:
    response = stored.responses[item.id]
    count = count_longwriter if way else count_words
    words = None if response.failure else count(response.text)
    scores: dict[str, float | None] = {}
    if item.required:
        scores["S_l"] = None if words is None else length_score(item.required, words)
    failures = [f"response: {response.failure}"] if response.failure else []
    readings: dict[str, Reading | None] = {}
    judged = Judged({}, {})
    if judging is not None:
        if response.failure or (not response.text and way):
            judged = judging.judged(item, {})
        elif not response.text:
            judged = Judged(judging.empty(item), {})
        else:
            readings = _readings(stored, item, judging, way)
            judged = judging.judged(item, readings)
            failures += _judge_failures(stored, item, readings)
    scores |= judged.scores
    if "S_q" in scores and "S_l" in scores:
        s_l, s_q = scores["S_l"], scores["S_q"]
        scores = {"S": None if s_l is None or s_q is None else (s_l + s_q) / 2, **scores}
    score = ItemScore(
        **item.model_dump(include={"id", "type", "language", "groups", "required"}),
        words=words,
        scores=scores,
        reasons={name: whole_characters(said) for name, said in judged.reasons.items()},
        failures=tuple(map(whole_characters, failures)),
    )
    return Scored(item, response, score, readings)


def _readings(stored: Stored, item: Item, judging: Judging, way: Compat | None) -> dict[str, Reading | None]:
    """What the replies say, read anew."""
    found: dict[str, Reading | None] = {}
    for what in judging.whats(item):
        for asked in (what, what + AGAIN):
            judgement = stored.judgements.get(f"{item.id}/{asked}")
            if judgement is None:
                if asked == what:
                    found[asked] = None
            elif way:
                found[asked] = compat.reading(judgement.replies, way)
            else:
                found[asked] = judging.read(judgement.replies[-1]) if judgement.replies else None
    return found


def _judge_failures(stored: Stored, item: Item, readings: dict[str, Reading | None]) -> list[str]:
    """Why marks are missing."""
    told = []
    for what, reading in readings.items():
        if reading is not None:
            continue
        judgement = stored.judgements.get(f"{item.id}/{what}")
        if judgement is None:
            told.append(f"{what}: not asked yet")
        elif judgement.failure:
            told.append(f"{what}: {judgement.failure}")
        else:
            last = judgement.replies[-1][:80]
            told.append(f"{what}: {len(judgement.replies)} replies could not be read, the last began {last!r}")
    return told


def _metric_names(scored: Sequence[Scored], judging: Judging | None) -> list[str]:
    """What is averaged, headline first."""
    known = ("S", "S_l", *(judging.metrics if judging else ()))
    if judging is not None and judging.name != "quality":
        known = (*judging.metrics, "S_l")
    return [name for name in known if any(name in s.score.scores for s in scored)]


def _metrics(scored: Sequence[Scored], names: Sequence[str], way: Compat | None) -> dict[str, Metric]:
    found = {}
    for name in names:
        one = metric([s.score.scores[name] for s in scored if name in s.score.scores])
        if name == "v1":
            marks = [mark for s in scored for mark in marks_of(s.score.scores) if mark is not None]
            one = _moved(one, math.fsum(marks) / len(marks)) if marks else one
        found[name] = one.model_copy(update={"missing": 0}) if way else one
    if way and "S" in found:
        s_l, s_q = found["S_l"].value, found["S_q"].value
        value = None if s_l is None or s_q is None else (s_l + s_q) / 2
        found["S"] = Metric(value=value, n=found["S_l"].n)
    return found


def _moved(one: Metric, value: float) -> Metric:
    """With another mean, which the interval holds as it held the old one."""
    ends = {} if one.low is None or one.high is None else {"low": min(one.low, value), "high": max(one.high, value)}
    return one.model_copy(update={"value": value, **ends})


def bucket(required: int) -> str:
    """The class of a required length, in words."""
    return next((name for end, name in BUCKETS if required < end), LONGEST)


def _splits(scored: Sequence[Scored], names: Sequence[str], way: Compat | None) -> By:
    """By length, type, language and the items' own groups; a split of one part says nothing and is left out."""
    keys: dict[str, Callable[[Scored], str | None]] = {
        "bucket": lambda s: bucket(s.item.required) if s.item.required else None,
        "type": lambda s: s.item.type or None,
        "language": lambda s: s.item.language,
    }
    own = {name for s in scored for name in s.item.groups} - {r + end for r in REQUIREMENTS for end in ("", ABOUT)}
    for group in sorted(own):
        keys[group] = lambda s, group=group: s.item.groups.get(group)  # type: ignore[misc]
    order = [name for _, name in BUCKETS] + [LONGEST]
    found: By = {}
    for key, of in keys.items():
        parts: dict[str, list[Scored]] = {}
        for s in scored:
            if (value := of(s)) is not None:
                parts.setdefault(value, []).append(s)
        if len(parts) > 1:
            ordered = sorted(parts, key=order.index) if key == "bucket" else sorted(parts)
            found[key] = {value: _metrics(parts[value], names, way) for value in ordered}
    if requirement := _requirements(scored):
        found["requirement"] = requirement
    return found


def _requirements(scored: Sequence[Scored]) -> dict[str, dict[str, Metric]]:
    """WritingBench's R and C, on the scale of v1."""
    found = {}
    for name in REQUIREMENTS:
        having = [s for s in scored if name in s.item.groups]
        if not having or "v1" not in having[0].score.scores:
            continue
        about = [
            marks_of(s.score.scores)[int(place)]
            for s in having
            for place in s.item.groups.get(name + ABOUT, "").split()
        ]
        found[name] = {"R": metric([s.score.scores["v1"] for s in having])} | ({"C": metric(about)} if about else {})
    return found


def _counts(stored: Stored, scored: Sequence[Scored]) -> dict[str, int]:
    """What was asked and what came of it."""
    asked = {f"{s.item.id}/{what}" for s in scored for what in s.readings}
    kept = {name: stored.judgements[name] for name in asked if name in stored.judgements}
    replied = {name for name, judgement in kept.items() if judgement.replies and not judgement.failure}
    read = {f"{s.item.id}/{what}" for s in scored for what, reading in s.readings.items() if reading is not None}
    return {
        "items": len(scored),
        "responses": sum(not s.response.failure for s in scored),
        "failed_responses": sum(bool(s.response.failure) for s in scored),
        "empty": sum(not s.response.failure and not s.response.text for s in scored),
        "cut": sum(s.response.finish not in ("", "stop") for s in scored),
        "thinking_removed": len(stored.thinking),
        "judgements": len(asked),
        "unreadable": len(replied - read),
        "failed_judgements": len(asked - replied),
        "retried": sum(len(stored.judgements[name].replies) > 1 for name in replied),
    }


def _checks(scored: Sequence[Scored], judging: Judging | None) -> dict[str, Metric]:
    """Of the judge: does it say the same twice, in both orders, and does it like length?"""
    if judging is None:
        return {}
    again, orders = list[float | None](), list[float | None]()
    for s in scored:
        for what, second in s.readings.items():
            first = s.readings.get(what.removesuffix(AGAIN))
            if what.endswith(AGAIN):
                both = first is not None and second is not None
                again.append(_same(first.marks, second.marks) if both and first and second else None)
        if isinstance(judging, Pairs) and s.readings:
            orders += [_orders_agree(s.readings, name) for name in s.item.baselines]
    found = {"repeat_agreement": metric(again)} if again else {}
    if orders:
        found["order_agreement"] = metric(orders)
    pairs = [(s.score.scores.get(judging.headline), s.score.words) for s in scored]
    known = [(score, math.log(words)) for score, words in pairs if score is not None and words]
    found["length_bias"] = correlation(known).model_copy(update={"missing": len(pairs) - len(known)})
    return found


def _same(first: dict[str, float], second: dict[str, float]) -> float:
    """Share of marks that are equal."""
    return sum(first[name] == second[name] for name in first) / len(first)


def _orders_agree(readings: dict[str, Reading | None], name: str) -> float | None:
    """1 where both orders name the same better text, however clearly; None where one could not be read."""
    one, other = readings.get(f"{name}/{FIRST}"), readings.get(f"{name}/{SECOND}")
    if one is None or other is None:
        return None
    return float(won(one.marks["first"]) == 1 - won(other.marks["first"]))


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


def _measures(scored: Sequence[Scored]) -> tuple[dict[str, Metric], tuple[Decay, ...]]:
    """Of the texts that are not empty, without a judge: as wholes, and along them."""
    written = [s for s in scored if s.response.text]
    measured = [along.measure(s.response.text, s.item.language) for s in written]
    found: dict[str, list[float | None]] = {
        "words": [s.score.words for s in written],
        "other_language": [_other_language(s) for s in written],
    }
    for one in measured:
        for name, value in one.whole.items():
            found.setdefault(name, []).append(value)
    whole = {name: metric(values) for name, values in found.items()} if written else {}
    return whole, along.decay_of([one.along for one in measured])


def _other_language(scored: Scored) -> float | None:
    """1 for an English or Chinese request answered in the other language, by `text.language`; None for other requests."""
    asked = scored.item.language
    return float(language(scored.response.text) != asked) if asked in ("en", "zh") else None


def _elo(scored: Sequence[Scored], judging: Pairs, system: str) -> tuple[tuple[Rating, ...], dict[str, Metric]]:
    """Ratings of the system and the recorded texts' models, and the system's own, in both ways of counting."""
    taken = {name for s in scored for name in s.item.baselines}
    name = f"{system} (this run)" if system in taken else system
    battles: list[Battle] = []
    for s in scored:
        if not s.response.failure:
            battles += judging.battles(s.item, name, s.readings if s.response.text else None)
    places = ratings(battles)
    own = next((place for place in places if place.name == name), None)
    if own is None:
        return places, {}
    elo = Metric(value=own.rating, low=own.low, high=own.high, n=own.battles)
    return places, {"elo": elo, "elo_online": Metric(value=round(online(battles)[name], 6), n=own.battles)}


def _curve(scored: Sequence[Scored]) -> tuple[tuple[int, Metric], ...]:
    lengths = sorted({s.item.required for s in scored if s.item.required})
    return tuple((n, metric([s.score.words for s in scored if s.item.required == n])) for n in lengths)


def _told(stored: Stored) -> dict[str, object]:
    """What made the run, without addresses of servers."""
    settings = stored.settings
    told = stored.made | settings.model_dump(include={"data", "data_sha256", "texts_sha256", "seed", "temperature"})
    told |= settings.model_dump(include={"top_p", "max_tokens"})
    if settings.judge:
        judge = settings.judge
        told |= {
            "judge_is_the_system": settings.model is not None and settings.model.model == judge.model.model,
            "judge_prompt": "own wording" if judge.prompt is None else judge.prompt,
            "judge_prompt_sha256": judge.prompt_sha256,
            "judge_temperature": judge.temperature,
            "judge_max_tokens": judge.max_tokens,
            "judge_seed": judge.seed,
            "judge_repeat": judge.repeat,
        }
    return told
