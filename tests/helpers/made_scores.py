"""Runs of a benchmark, made up: for the report, comparisons and the leaderboard."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from longwriter.bench.records import BenchItem, Decay, ItemScore, Metric, Rating, Response, RunTexts, Scores
from longwriter.bench.settings import BenchSettings
from longwriter.journal import Journal

DIMENSIONS = ("Relevance", "Accuracy", "Coherence", "Clarity", "Breadth and Depth", "Reading Experience")
ENGLISH = "The lighthouse stood at the end of the pier, and nobody had climbed its stairs since the autumn storms. "
CHINESE = "灯塔立在码头的尽头，自从秋天的暴风雨以来，没有人爬过它的楼梯。"


def number(values: Sequence[float | None], spread: float = 0.05) -> Metric:
    """A mean with an interval that looks like one."""
    known = [v for v in values if v is not None]
    if not known:
        return Metric(value=None, n=0, missing=len(values))
    mean = sum(known) / len(known)
    return Metric(
        value=mean, low=mean * (1 - spread), high=mean * (1 + spread), n=len(known), missing=len(values) - len(known)
    )


def bucket(required: int) -> str:
    return (
        "[0, 500)"
        if required < 500
        else "[500, 2k)"
        if required < 2000
        else "[2k, 4k)"
        if required < 4000
        else "[4k, 20k]"
    )


def item(n: int, skill: float, rng: random.Random, judged: bool = True) -> ItemScore:
    required = (200, 300, 500, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000)[7 * n % 10]
    language = "zh" if n % 2 else "en"
    about = {"type": ("Story", "News & Reports", "Science")[n % 3], "language": language, "required": required}
    if n % 17 == 5:
        failures = ("response: the server did not answer: 503 <Service> & more",)
        return ItemScore(
            id=f"item-{n}", **about, words=None, scores=dict.fromkeys(("S", "S_l", "S_q")), failures=failures
        )
    words = 0 if n % 23 == 7 else round(required * rng.lognormvariate(-0.4 / skill, 0.3 / skill))
    ratio = words / required
    s_l = 0.0 if not words else 100 * max(0.0, 1 - ((ratio - 1) / 3 if ratio > 1 else (1 / ratio - 1) / 2))
    scores: dict[str, float | None] = {"S_l": s_l}
    reasons, failures = {}, ()
    if judged:
        marks = [25.0 * min(4, max(0, round(rng.gauss(2 + skill / 2, 0.8)))) for _ in DIMENSIONS]
        scores |= {f"quality/{d}": m for d, m in zip(DIMENSIONS, marks, strict=True)}
        scores |= {"S_q": sum(marks) / 6, "S": (s_l + sum(marks) / 6) / 2}
        reasons = {
            "S_q": "The plot holds, but the ending is <b>hurried</b>."
            if n % 2 == 0
            else "情节完整，但结尾<b>仓促</b>。"
        }
        if n % 29 == 3:
            scores |= dict.fromkeys(scores, None) | {"S_l": s_l}
            reasons, failures = {}, ("quality: 3 replies could not be read, the last began 'I think'",)
    return ItemScore(id=f"item-{n}", **about, words=words, scores=scores, reasons=reasons, failures=failures)


def made(system: str = "small", skill: float = 1.0, items: int = 40, judged: bool = True, **more: Any) -> Scores:
    """A run of a benchmark like LongBench-Write, with everything that a page can show."""
    rng = random.Random(f"{system}{skill}")
    own = [item(n, skill, rng, judged) for n in range(items)]
    keys = ["S", "S_l", "S_q", *(f"quality/{d}" for d in DIMENSIONS)] if judged else ["S_l"]

    def metrics(of: Sequence[ItemScore]) -> dict[str, Metric]:
        return {key: number([i.scores.get(key) for i in of]) for key in keys}

    def split(key: Any) -> dict[str, dict[str, Metric]]:
        return {g: metrics([i for i in own if key(i) == g]) for g in sorted({key(i) for i in own})}

    decay = []
    for name, start, slope in (("repetition", 0.02, 0.01), ("new_words", 0.6, -0.03)):
        values = [start + slope * skill * n for n in range(10)]
        low, high = ([share * v for v in values] for share in (0.9, 1.1))
        decay.append(Decay(name=name, values=values, low=low, high=high, n=items))
    rated = (
        (system, 900 + 60 * skill, 80.5),
        ("DeepSeek-R1", 1120, 150),
        ("a-model-with-a-very-long-name-indeed", 960, 90),
    )
    failed = sum(i.words is None for i in own)
    found: dict[str, Any] = {
        "benchmark": "longbench_write", "system": system, "judge": "gpt-4o-2024-05-13" if judged else None,
        "settings": {"date": "2026-11-22T10:00:00+00:00", "version": "0.1.0", "seed": 42, "judge_temperature": 0.5,
                     "command": f"longwriter bench longbench_write --system {system}",
                     "judge_prompt": "own wording", "judge_prompt_sha256": "ab" * 32},
        "metrics": metrics(own),
        "by": {"bucket": split(lambda i: bucket(i.required)), "type": split(lambda i: i.type),
               "language": split(lambda i: i.language)},
        "counts": {"items": items, "responses": items - failed, "failed_responses": failed,
                   "empty": sum(i.words == 0 for i in own), "unreadable": sum(bool(i.failures) for i in own) - failed},
        "checks": {"order_agreement": Metric(value=0.81, low=0.75, high=0.87, n=120),
                   "length_bias": Metric(value=0.34, low=0.2, high=0.47, n=118)} if judged else {},
        "measures": {"repetition": number([0.05] * items), "words": number([2000.0 * skill] * items)},
        "decay": decay,
        "ratings": [Rating(name=n, rating=r, low=r - 60, high=r + 55, battles=200, wins=w) for n, r, w in rated],
        "curve": [(n, number([min(n, 3500 * skill)] * 4, 0.2)) for n in (1000, 2000, 5000, 10_000, 20_000, 30_000)],
        "spent": {"calls": 312.0, "prompt_tokens": 120_000.0, "cost": None},
        "items": own,
    }  # fmt: skip
    return Scores.model_validate(found | more)


def texts(scores: Scores, most: int = 5000) -> RunTexts:
    """What the items asked for, and what was written."""
    items, responses = {}, {}
    for i in scores.items:
        base, words = (CHINESE, 28) if i.language == "zh" else (ENGLISH, 19)
        prompt = f"{base}Write about it in {i.required} words. <script>alert(1)</script>"
        items[i.id] = BenchItem(id=i.id, prompt=prompt, required=i.required, language=i.language, type=i.type)
        text = base * (min(i.words or 0, most) // words + 1) if i.words else ""
        responses[i.id] = Response(id=i.id, text=text, failure="" if i.words is not None else i.failures[0])
    return RunTexts(items, responses)


def bare(**more: Any) -> Scores:
    """A run of which nothing came."""
    failed = [
        ItemScore(id=f"{n}", required=500, words=None, scores={"S_l": None}, failures=("response: refused",))
        for n in range(3)
    ]
    return Scores.model_validate(
        {"benchmark": "longbench_write", "system": "broken", "metrics": {"S_l": Metric(value=None, n=0, missing=3)},
         "counts": {"items": 3, "failed_responses": 3}, "items": failed} | more
    )  # fmt: skip


def saved(folder: Path, scores: Scores) -> Path:
    """A run's folder with these scores, as `bench run` leaves it."""
    folder.mkdir(parents=True)
    settings = BenchSettings(benchmark="longbench-write", data_sha256="00", system=scores.system)
    (folder / "settings.json").write_text(settings.model_dump_json(), "utf-8")
    journal, held = Journal(folder / "journal.jsonl"), texts(scores)
    for id, own in held.items.items():
        journal.append("item", own.model_dump(exclude_defaults=True), durable=False)
        if not (response := held.responses[id]).failure:
            result = response.model_dump() | {"thinking": "", "cost": None}
            journal.append("write", {"id": id, "result": result}, durable=False)
    journal.close()
    (folder / "scores.json").write_text(scores.model_dump_json(indent=1) + "\n", "utf-8")
    return folder
