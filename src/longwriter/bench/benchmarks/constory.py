"""ConStory-Bench (arXiv:2603.05890): 2,000 requests for stories of 8,000 to 10,000 words, in four tasks, en and zh.

Its prompts.parquet has `id, language, task_type, prompt`. Without a judge, `rules_10k` counts what rules alone can prove
(`checks.ledger`). Where a folder `evaluations` with the published CSV files stands beside it, GRR is the mean rank, 1 the
best, of this run among those systems, request by request, by words over 1 + kinds with an error. Their judge's errors
were counted as they came, ours by their quotes: a better GRR is in part that.
"""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from longwriter.bench.benchmarks.base import Benchmark, Data, language_of, need_data, unique
from longwriter.bench.benchmarks.files import find_file, read_rows
from longwriter.bench.judging.base import ScoredItem, Summary
from longwriter.bench.judging.consistency import PER, Consistency, kinds
from longwriter.bench.records import BenchItem
from longwriter.bench.stats.bootstrap import metric
from longwriter.checks.ledger.contradictions import contradictions
from longwriter.errors import InputError
from longwriter.text import count_words

FILES = ("prompts.parquet", "prompts.jsonl")
EVALUATIONS = "evaluations"
PUBLISHED = "per_error"
"""The key of `BenchItem.facts` that holds {system: words over 1 + kinds with an error}, as JSON."""
STORIES = ("generated_story", "story", "text", "response")
"""Columns that hold the story; the published evaluations name theirs after the system: `gpt5_reasoning_story`."""


class ConStory(Benchmark):
    """ConStory-Bench, read from its own files."""

    title = "ConStory-Bench"
    judging = Consistency()
    data = "prompts.parquet of ConStory-Bench, a folder with it, or hub:jayden8888/ConStory-Bench"
    metrics: tuple[str, ...] = ("rules_10k",)
    judge_temperature = 0.5
    judge_max_tokens = 10_000

    def read(self, data: str | None) -> Data:
        """The benchmark's items."""
        path = find_file(need_data(data, self), FILES)
        evaluated = sorted((path.parent / EVALUATIONS).glob("*.csv"))
        published: dict[str, dict[str, float]] = {}
        for file in evaluated:
            for name, value in _published(file):
                published.setdefault(name, {})[file.stem] = value
        items = ((where, _with(item, published.get(item.id))) for where, item in _items(path))
        return Data(unique(items, path), (path, *evaluated))

    def marks(self, item: BenchItem, text: str) -> dict[str, float | None]:
        """What rules find, for 10,000 words."""
        words = count_words(text)
        return {"rules_10k": PER * len(contradictions(text, item.language)) / words if words else None}

    def summarise(self, scored: Sequence[ScoredItem], system: str) -> Summary:  # noqa: ARG002 - Benchmark's signature
        """GRR, where the published evaluations are there and a judge was asked."""
        ranks = list[float | None]()
        for one in scored:
            others = json.loads(one.item.facts.get(PUBLISHED, "{}"))
            if others and "per_error" in one.score.scores:
                own = one.score.scores["per_error"]
                ranks.append(None if own is None else 1.0 + sum(value > own for value in others.values()))
        return Summary(metrics={"GRR": metric(ranks)} if ranks else {})


def _items(path: Path) -> Iterator[tuple[str, BenchItem]]:
    for line in read_rows(path):
        prompt = line.text("prompt")
        item = BenchItem(
            id=str(line.need("id")),
            prompt=prompt,
            language=language_of(line.row.get("language"), prompt, line.where),
            type=str(line.row.get("task_type") or ""),
        )
        yield line.where, item


def _with(item: BenchItem, published: dict[str, float] | None) -> BenchItem:
    return item.model_copy(update={"facts": {PUBLISHED: json.dumps(published)}}) if published else item


def _published(path: Path) -> Iterator[tuple[str, float]]:
    """Id and words over 1 + kinds with an error of each story of one system. Raises InputError."""
    csv.field_size_limit(sys.maxsize)  # a row holds a whole story
    columns = [f"{category}_{kind}" for category, table in kinds().items() for kind in table]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            names = rows.fieldnames or []
            stories = [name for name in STORIES if name in names] + [name for name in names if name.endswith("_story")]
            if "id" not in names or not stories:
                missing = "story" if "id" in names else "id"
                raise InputError(f"{path}: no column {missing}; there are {', '.join(map(str, names))[:200]}")
            for row in rows:
                story = next((row[key] for key in stories if row.get(key)), "")
                words = len(story.split())
                if words:
                    errors = sum("exact_quote" in (row.get(column) or "").lower() for column in columns)
                    yield str(row["id"]), words / (1 + errors)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read {path}: {error}") from error
