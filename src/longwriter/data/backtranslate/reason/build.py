"""Human texts with their requests into replies that plan first: for each text, the plan under which it is likeliest.

The texts come with requests, as `longwriter data backtranslate` makes them; lines of a plan that stand beside one are where its
search begins; else, and in the place of lines that are too long or quote, keywords are. Each search is one item of a
journalled step. Memory holds the texts.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import Literal, NamedTuple, Self, cast

import pyarrow as pa
from pydantic import Field, model_validator

from longwriter.config import build
from longwriter.data.backtranslate.chat import LINE_WORDS, title_of
from longwriter.data.backtranslate.keywords import Counts, Keywords, share_out
from longwriter.data.backtranslate.passages import Cutter, near_lengths, round_words
from longwriter.data.backtranslate.reason.lines import usable
from longwriter.data.backtranslate.reason.worker import PlanFinder, Reasoned, SearchSettings
from longwriter.data.card import facts_table, table
from longwriter.data.conversations import as_messages
from longwriter.data.dataset import Row, read_rows, write_dataset, write_lines
from longwriter.data.instructions import prompt_of
from longwriter.data.prompts import HERE
from longwriter.data.schemas import OUTPUTS
from longwriter.data.thinking import block, closes_thinking, plan_said, think_words, thought_first, visible, wording_of
from longwriter.errors import InputError
from longwriter.journal import digest
from longwriter.length.score import length_score
from longwriter.length.target import read_target
from longwriter.models.base import REACH
from longwriter.models.thinking import split
from longwriter.models.verdicts import check_judge
from longwriter.prompts import sha256_of_prompts
from longwriter.runs.folders import opened
from longwriter.steps.step import Engine, Item, StepRun, Tell, run_typed
from longwriter.text import count_words, language
from longwriter.types import Record, Section
from longwriter.writer.section.cover import content_words

STEP = "reason"
DROPPED = "dropped.jsonl"
MOST_POOL = 16
"""Keywords of a section from which its lines are made."""
FROM = ("book", "source", "licence")
SCHEMA = pa.schema([
    *OUTPUTS,
    ("think_words", pa.int32()),
    ("nats_alone", pa.float32()),
    ("nats_begun", pa.float32()),
    ("nats", pa.float32()),
    ("tokens", pa.int32()),
    ("scored", pa.int32()),
    *((name, pa.string()) for name in FROM),
])  # fmt: skip
"""`nats_*`: of each token of the text after the request alone, after the plan of the beginning, after the plan found."""


class ReasonSettings(Record):
    """What decides the rows; saved in the folder."""

    kind: Literal["reason"] = "reason"
    source: str
    search: SearchSettings
    words: tuple[int, int] = (150, 500)
    """Least and most words of a section, where no plan stands beside the text."""
    texts: tuple[int, int] = (200, 6000)
    """Least and most words of a text."""
    answer_tags: bool = False
    """Put the text into <answer> tags, as GRPO with thinking wants it (arXiv:2506.18841)."""
    first: int | None = Field(default=None, ge=1)
    """Use the first so many rows; None: all."""
    skip_failed: bool = False
    """Leave out texts that failed, instead of stopping before the data set is written."""

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Ranges from small to large, above 0."""
        for name, ends in (("words", self.words), ("texts", self.texts)):
            if not 0 < ends[0] < ends[1]:
                raise ValueError(f"{name}: {ends[0]},{ends[1]} is no range; give LOW,HIGH such as 150,500")
        return self


MAY_CHANGE_ON_RESUME = {"first", "skip_failed", "answer_tags"} | {f"search.model.{key}" for key in REACH}
"""Keys that may change between two commands on one data set."""


class AskedText(NamedTuple):
    """A human text with the request that it answers."""

    id: str
    request: str
    text: str
    plan: tuple[Section, ...]
    """As it stands beside the text; () for none."""
    more: Row
    """Of the columns `FROM`, those that the row has."""


def find_plans(settings: ReasonSettings, folder: Path, engine: Engine, tell: Tell, made: Row) -> Row:
    """Make the data set, or go on with it; gives its report. `made`: command and version, for the card.

    Raises InputError for the source, for a scorer that cannot score and if nothing stays (with why in dropped.jsonl), RunError
    for the folder, SetupError, ModelError.
    """
    if settings.search.model is not None:
        check_judge(settings.search.model, "give --by another model, or rules")
    with opened(folder, settings.model_dump(mode="json"), MAY_CHANGE_ON_RESUME) as journal:
        texts, dropped = _read(settings)
        counts = Counts()
        for text in texts:
            counts.add(text.text)
        keywords, items = Keywords(counts), dict[str, Item]()
        for text in texts:
            if (item := item_of(text, keywords, settings)) is None:
                dropped[text.id] = "no keywords in one of its sections"
            else:
                items[text.id] = item
        run = StepRun(journal, engine, tell)
        finder, todo = PlanFinder(settings.search), list(items.values())
        results = run_typed(STEP, todo, finder, run, Reasoned, partial=settings.skip_failed)
        found = {name: results.get(str(item["id"]), Reasoned(dropped="failed")) for name, item in items.items()}
        dropped |= {name: result.dropped for name, result in found.items() if result.dropped is not None}
        kept = [text for text in texts if text.id not in dropped]
        report = made | _report(settings, [found[t.id] for t in kept], dropped)
        write_lines(folder / DROPPED, ({"id": name, "reason": reason} for name, reason in dropped.items()))
        if not kept:
            said = ", ".join(f"{n:,} {reason}" for reason, n in cast(dict[str, int], report["dropped"]).items())
            raise InputError(f"{settings.source}: no text stays: {said or 'it has no rows'}; see {folder / DROPPED}")
        write_dataset(folder, (row_of(t, found[t.id], settings) for t in kept), SCHEMA, _card(report), report)
    return report


def _read(settings: ReasonSettings) -> tuple[list[AskedText], dict[str, str]]:
    """The texts that are searched for, and why others are not."""
    texts, dropped, seen = list[AskedText](), dict[str, str](), set[str]()
    for number, row in enumerate(read_rows(settings.source), 1):
        if settings.first is not None and number > settings.first:
            break
        text = asked_text(row, number, settings.source)
        if text.id in seen:
            raise InputError(f"{settings.source}: the id {text.id!r} stands twice; give each row its own")
        seen.add(text.id)
        words = count_words(text.text)
        if not settings.texts[0] <= words <= settings.texts[1]:
            dropped[text.id] = f"text of {'fewer' if words < settings.texts[0] else 'more'} words than --texts"
        elif split(text.text) != (text.text, ""):
            dropped[text.id] = "its text holds tags that mark thinking"
        elif settings.answer_tags and visible(thought_first("", text.text, tags=True)) != text.text:
            dropped[text.id] = "its text holds tags that mark an answer"
        else:
            texts.append(text)
    return texts, dropped


def asked_text(row: Row, number: int, source: str) -> AskedText:
    """A row as a text with its request. Raises InputError naming the row that has no such pair."""
    where = f"{source} row {number}"
    try:
        chat, request = as_messages(row), prompt_of(row)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    if [message["role"] for message in chat if message["role"] != "system"] != ["user", "assistant"]:
        raise InputError(f"{where}: no request with one reply; make requests with longwriter data backtranslate")
    lines = row.get("plan")
    plan = (
        tuple(_line(line, f"{where}: plan {n}") for n, line in enumerate(lines, 1)) if isinstance(lines, list) else ()
    )
    more: Row = {name: row[name] for name in FROM if row.get(name) is not None}
    return AskedText(str(row.get("id") or f"row-{number}"), request, chat[-1]["content"].strip(), plan, more)


def _line(line: object, where: str) -> Section:
    """A line of a row's plan. Raises InputError for what is none."""
    if not isinstance(line, dict):
        raise InputError(f"{where}: expected title, point and words, got {str(line)[:60]!r}; leave the column plan out")
    return build(Section, line, where)


def item_of(text: AskedText, keywords: Keywords, settings: ReasonSettings) -> Item | None:
    """What is searched for; None where a section without a line that can be kept has no word of its own."""
    code = language(text.text)
    rng = random.Random(f"{settings.search.seed}:{text.id}")
    pieces = _cut(text.text, iter([line.words for line in text.plan])) if text.plan else []
    plan = text.plan
    if len(pieces) != len(plan) or not plan:
        pieces, plan = _cut(text.text, near_lengths(*settings.words, rng)), ()
    terms = [keywords.of(piece)[:MOST_POOL] for piece in pieces]
    words = [[t.word for t in sorted(some, key=lambda t: t.first)] or _frequent(piece, code)
             for some, piece in zip(terms, pieces, strict=True)]  # fmt: skip
    lines = list[tuple[str, str]]()
    for i, (piece, own) in enumerate(zip(pieces, share_out(terms, LINE_WORDS), strict=True)):
        if plan and usable(plan[i], piece, code) and not closes_thinking(f"{plan[i].title} {plan[i].point}"):
            lines.append((plan[i].title, plan[i].point))
        elif not words[i]:
            return None
        else:
            lines.append(title_of(own, code) if own else (words[i][0].capitalize(), ", ".join(words[i][1:LINE_WORDS])))
    return {
        "id": f"{text.id}@{digest(text.request + text.text)[:12]}",
        "request": text.request,
        "language": code,
        "pieces": pieces,
        "terms": words,
        "plan": [
            {"title": title, "point": point, "words": round_words(count_words(piece))}
            for (title, point), piece in zip(lines, pieces, strict=True)
        ],
    }


def _frequent(text: str, code: str) -> list[str]:
    """Content words of a section that has no keyword, the frequent ones; [] in Chinese, which has no words to count."""
    found = [] if code == "zh" else content_words(text).values()
    return sorted(sorted(found, key=lambda word: -text.count(word))[:MOST_POOL], key=text.index)


def _cut(text: str, wanted: Iterator[int] | Callable[[int], int | None]) -> list[str]:
    """A text as sections of wanted lengths; joined, they are the text."""
    draw = wanted if callable(wanted) else lambda _: next(wanted, None)
    cutter = Cutter(text)
    starts = [cutter.units[passage.first].start for passage in cutter.run(draw)]
    edges = [0, *starts[1:], len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


def row_of(text: AskedText, found: Reasoned, settings: ReasonSettings) -> Row:
    """A row of the data set."""
    code, words, target = language(text.text), count_words(text.text), read_target(text.request)
    wording = wording_of(text.text)
    think = block(plan_said(found.plan, words, wording))
    reply = thought_first(think, text.text, tags=settings.answer_tags)
    assert visible(reply) == text.text
    model = settings.search.model
    files = [HERE / wording / "thinking.txt", HERE / code / "reason_line.txt"]
    return {
        "id": text.id,
        "messages": [{"role": "user", "content": text.request}, {"role": "assistant", "content": reply}],
        "words": words,
        "required": target.aim if target else None,
        "length_score": length_score(target.aim, words) if target else None,
        "language": code,
        "model": model.model if model else "rules",
        "prompts_sha256": sha256_of_prompts(files if model else files[:1]),
        "plan": [line.model_dump(include={"title", "point", "words"}) for line in found.plan],
        "filters": [],
        "think_words": think_words(reply),
        "nats_alone": found.alone,
        "nats_begun": found.begun,
        "nats": found.nats,
        "tokens": found.tokens,
        "scored": found.scored,
        **text.more,
    }


def _report(settings: ReasonSettings, found: list[Reasoned], dropped: dict[str, str]) -> Row:
    tokens = sum(result.tokens for result in found)

    def mean(name: Literal["alone", "begun", "nats"]) -> float | None:
        total = sum(cast(float, getattr(result, name)) * result.tokens for result in found)
        return round(total / tokens, 4) if tokens else None

    return {
        "title": "Human texts with the plans under which they are likeliest",
        "texts": len(found) + len(dropped),
        "kept": len(found),
        "scorer": settings.search.scorer,
        "lines_by": settings.search.model.model if settings.search.model else "rules",
        "source": settings.source,
        "nats_a_token_after_the_request": mean("alone"),
        "nats_a_token_after_the_first_plan": mean("begun"),
        "nats_a_token_after_the_plan_found": mean("nats"),
        "texts_made_likelier": sum(result.nats < result.begun for result in found),
        "plans_scored": sum(result.scored for result in found),
        "dropped": dict(Counter(reason.split(":")[0] for reason in dropped.values()).most_common()),
    }


CARD = Template("""# $title

$kept texts that people wrote, each with a request and a plan in think tags before it (`messages`, ready for supervised
fine-tuning). Nobody wrote the plans down: they were searched for, line by line, as those under which a model finds the text
likeliest (REER, arXiv:2509.06160).

| | |
|---|---|
$facts

`nats_alone`, `nats_begun` and `nats` are -ln p of each token of the text by the scorer: after the request alone, after the plan
that the search began with, and after the plan that it found. `plan` has that plan's lines; word counts are the text's own.

## Left out

$dropped

Each with its reason in `dropped.jsonl`.

```
$command
```

longwriter $version

## Limits

A plan that makes a text likely is not the plan that its writer had. Lines of keywords say what a section names, not why it
does. Texts keep the licence of their source.
""")


def _card(report: Row) -> str:
    lost = cast(dict[str, int], report["dropped"])
    left_out = table(lost, ("reason", "texts")) if lost else "Nothing."
    return CARD.substitute(report, facts=facts_table(report, "kept"), dropped=left_out)
