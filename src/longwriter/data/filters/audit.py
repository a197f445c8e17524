"""From outputs to a data set that accounts for itself: what passes goes into train.parquet, every drop into dropped.jsonl.

Outputs are walked over twice, once to judge them and once to write what passed, so that memory holds numbers, not texts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import NamedTuple

import pyarrow as pa

from longwriter.data.card import WordCounts, card
from longwriter.data.conversations import as_messages
from longwriter.data.dataset import Row, read_rows, write_dataset, write_lines
from longwriter.data.filters.cleanup import tidy
from longwriter.data.filters.contamination import Benchmarks
from longwriter.data.filters.near_duplicates import NearDuplicates
from longwriter.data.filters.outputs import Candidate, FilterContext, FilterLimits, FilterResult, results_of
from longwriter.data.schemas import OUTPUTS
from longwriter.errors import InputError
from longwriter.runs.folders import JOURNAL, resolved
from longwriter.text import language

DROPPED, PICTURE = "dropped.jsonl", "picture.png"


class DroppedOutput(NamedTuple):
    """A request or its output that did not come into the data set, and why."""

    id: str
    prompt: str
    stage: str
    """select, judge, write or filter."""
    name: str
    """Name of the rule, or of the first filter that it failed."""
    reason: str
    words: int | None = None
    """Length of the text, if one was written."""


class Output(NamedTuple):
    """A candidate and where it comes from."""

    candidate: Candidate
    messages: list[dict[str, str]]
    plan: object
    """Title, point and words of each section, as the row has them."""
    model: str
    prompts_sha256: str
    more: Mapping[str, object] = MappingProxyType({})
    """Columns that this data set alone has."""


class FilteredOutput(NamedTuple):
    """What stays in memory of an output: numbers, no text."""

    id: str
    words: int
    required: int | None
    score: float | None
    """S_l against `required`."""
    results: list[FilterResult]

    @property
    def passed(self) -> bool:
        """No filter drops it."""
        return all(v.passed for v in self.results)


def conclude(
    folder: Path,
    outputs: Callable[[], Iterable[Output]],
    dropped: Sequence[DroppedOutput],
    limits: FilterLimits,
    benchmarks: Benchmarks,
    facts: Row,
    schema: pa.Schema = OUTPUTS,
) -> Row:
    """Filter outputs and write the data set's files; gives the report.

    `outputs` is called twice and must give the same. `dropped`: what earlier stages left out. `facts`: of the making, for
    card and report. `schema`: `OUTPUTS` and the columns of `Output.more`. Raises InputError if nothing stays, with why in
    dropped.jsonl, and RunError where a file cannot be written.
    """
    from longwriter.data.filters.picture import draw  # noqa: PLC0415 - Matplotlib takes half a second; errors come before it

    with NearDuplicates(limits.near) as kept:
        looked, lost = _look(outputs(), FilterContext(limits, benchmarks, kept))
    lost = [*dropped, *lost]
    counts, words, reasons = _numbers(looked), _word_counts(looked), _reasons(lost)
    report = facts | counts | {"dropped": reasons, "words": words._asdict() if words else None}
    report |= {"limits": limits.model_dump(), "benchmark_prompts": len(benchmarks.prompts)}
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / DROPPED, (d._asdict() for d in lost))
    if not counts["kept"]:
        said = ", ".join(f"{n:,} {name}" for name, n in reasons.items()) or "there was none"
        raise InputError(f"no text stays: {said}; see {folder / DROPPED}")
    draw(folder / PICTURE, [(one.words, one.required, one.score, one.passed) for one in looked], reasons)
    write_dataset(folder, _rows(outputs(), looked), schema, card(report, words, reasons, limits.model_dump()), report)
    return report


def _look(outputs: Iterable[Output], context: FilterContext) -> tuple[list[FilteredOutput], list[DroppedOutput]]:
    looked, lost = [], []
    for output in outputs:
        candidate = output.candidate
        found = results_of(candidate, context)
        score = next((v.value for v in found if v.name == "length"), None)
        one = FilteredOutput(candidate.id, candidate.words, candidate.required, score, found)
        looked.append(one)
        if not one.passed:
            failed = [v for v in found if not v.passed]
            reason = "; ".join(f"{v.name}: {v.reason}" for v in failed)
            lost.append(DroppedOutput(one.id, candidate.prompt, "filter", failed[0].name, reason, one.words))
    return looked, lost


def _rows(outputs: Iterable[Output], looked: Sequence[FilteredOutput]) -> Iterator[Row]:
    for output, one in zip(outputs, looked, strict=True):
        if one.passed:
            yield {
                "id": one.id,
                "messages": output.messages,
                "words": one.words,
                "required": one.required,
                "length_score": one.score,
                "language": language(output.candidate.text),
                "model": output.model,
                "prompts_sha256": output.prompts_sha256,
                "plan": output.plan,
                "filters": [v._asdict() for v in one.results],
                **output.more,
            }


def _reasons(lost: Sequence[DroppedOutput]) -> dict[str, int]:
    """Drops by stage and name, the most frequent first."""
    return dict(Counter(f"{d.stage}: {d.name}" for d in lost).most_common())


def _numbers(looked: Sequence[FilteredOutput]) -> Row:
    """The report's counts."""
    kept = [one for one in looked if one.passed]
    scores = [one.score for one in kept if one.score is not None]
    failed = Counter(v.name for one in looked for v in one.results if not v.passed)
    return {
        "outputs": len(looked),
        "kept": len(kept),
        "failed_filters": dict(failed.most_common()),
        "stated": sum(one.required is not None for one in looked),
        "stated_and_kept": len(scores),
        "length_score": round(sum(scores) / len(scores), 2) if scores else None,
    }


def _word_counts(looked: Sequence[FilteredOutput]) -> WordCounts | None:
    words = [one.words for one in looked if one.passed]
    return WordCounts(sum(words), min(words), max(words), round(median(words))) if words else None


def filter_dataset(path: str, folder: Path, limits: FilterLimits, benchmarks: Benchmarks, made: Row) -> Row:
    """Filter a data set that exists, such as LongWriter-6k: each row's last request and the reply to it.

    `made`: command and version, for the card. Raises InputError naming the row that holds no request or no reply, and for
    a `folder` that has files which this function did not write.
    """
    if folder.exists() and not (folder / DROPPED).exists() and any(folder.iterdir()):
        raise InputError(f"{folder} holds other files; choose an empty or new --out")
    if (folder / JOURNAL).exists() or resolved(folder) == resolved(Path(path)):
        raise InputError(f"{folder} is a data set of its own; choose another --out")
    facts = made | {"title": "A filtered data set", "filtered_from": path}
    return conclude(folder, lambda: _read(path), (), limits, benchmarks, facts)


def _read(path: str) -> Iterator[Output]:
    for number, row in enumerate(read_rows(path), 1):
        where = f"{path} row {number}"
        try:
            chat = as_messages(row)
        except InputError as error:
            raise InputError(f"{where}: {error}") from error
        asked = [m["content"] for m in chat[:-1] if m["role"] == "user"]
        if not asked or chat[-1]["role"] != "assistant":
            raise InputError(f"{where}: no request with a reply; expected messages that end with the assistant's")
        chat[-1]["content"] = tidy(chat[-1]["content"])
        name, model, prompts = (str(row.get(key) or "") for key in ("id", "model", "prompts_sha256"))
        candidate = Candidate(name or f"row-{number}", asked[-1], chat[-1]["content"])
        yield Output(candidate, chat, row.get("plan"), model, prompts)
