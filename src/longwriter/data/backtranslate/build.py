"""Long human texts into (instruction, plan with word counts, text): instructions made backwards.

By rules: requests, plans and prompts from titles, descriptions, subjects and keywords (`request_templates`, `keywords`),
without a model. The source is read once to count words and once to make rows; memory holds counts, not texts. By a model: see
`by_model`. What is held out goes into the folder `held`, a data set of its own.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from longwriter.data.backtranslate.by_model import STEP, BackTranslator, Instructed, item_id, item_of, triples_of
from longwriter.data.backtranslate.chat import chat
from longwriter.data.backtranslate.keywords import Counts, Keywords
from longwriter.data.backtranslate.records import SCHEMA, ChapterText, Tally, Triple, chapters, row_of
from longwriter.data.dataset import Row, write_dataset
from longwriter.data.prompts import HERE
from longwriter.data.splits import is_held_out
from longwriter.errors import InputError
from longwriter.models.base import REACH, ModelConfig
from longwriter.models.verdicts import check_judge
from longwriter.prompts import sha256_of_prompts
from longwriter.runs.folders import opened
from longwriter.steps.step import Engine, StepProgress, StepRun, Tell, run_typed
from longwriter.text import count_words
from longwriter.types import Record

HELD = "held"
SPLITS = ("train", HELD)
TELL_EVERY_S = 0.5
SECTION_WORDS = (200, 1000)
"""The bounds of AgentWrite's plans (arXiv:2408.07055, 3.1)."""


class BacktranslateSettings(Record):
    """What decides the rows; saved in the folder."""

    source: str
    words: tuple[int, int] | None = None
    """Least and most words of a plan's sections; None: `SECTION_WORDS`."""
    texts: tuple[int, int] = (500, 32_000)
    """Least and most words of a text."""
    held_out_every: int = Field(default=0, ge=0)
    """One chapter in so many is held out; 0: none."""
    held_out_books: tuple[str, ...] = ()
    """Beginnings of the names of books that are held out."""
    seed: int = 7
    model: ModelConfig | None = None
    """What writes requests and plans; None: the rules."""
    skip_failed: bool = False
    """Leave out texts that the model failed on, instead of stopping before the data set is written."""

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """Ranges from small to large, above 0."""
        for name in ("words", "texts"):
            ends = self.model_dump()[name]
            if ends and not 0 < ends[0] < ends[1]:
                raise ValueError(f"{name}: {ends[0]},{ends[1]} is no range; give LOW,HIGH such as 60,380")
        return self

    @property
    def section_words(self) -> tuple[int, int]:
        """Least and most words of a section."""
        return self.words or SECTION_WORDS


MAY_CHANGE_ON_RESUME = {"skip_failed", "form", "direct", "max_parts"} | {f"model.{key}" for key in REACH}
"""Keys that may change between two commands on one data set; `form` and those after it stand in earlier versions' folders."""


class Made(NamedTuple):
    """Reports of the splits that were made of a source."""

    train: Row
    held: Row | None
    seconds: float


Make = Callable[[ChapterText, random.Random], Iterator[Triple]]
Maker = Callable[[str, Counter[str]], Make]
"""A split's name, and where to count what is dropped -> what turns a chapter into rows."""


def make_triples(settings: BacktranslateSettings, folder: Path, engine: Engine, tell: Tell, made: Row) -> Made:
    """Make the data set, or go on with it. `made`: command and version, for the card.

    Raises InputError for the source, RunError for the folder, ModelError for the model.
    """
    started = time.monotonic()
    if settings.model is not None:
        check_judge(settings.model, "give --by another model, or rules")
    with opened(folder, settings.model_dump(mode="json"), MAY_CHANGE_ON_RESUME) as journal:
        if settings.model is None:
            counts, total = _count(settings.source, _Watch("count words", 0, tell))
            maker = _by_rules(settings, Keywords(counts))
        else:
            results = _instructed(settings, settings.model, StepRun(journal, engine, tell))
            total, maker = len(results), _by_model(settings, results)
        train = _write(settings, folder, "train", maker, _Watch("train", total, tell), made)
        held = None
        if settings.held_out_every or settings.held_out_books:
            held = _write(settings, folder / HELD, HELD, maker, _Watch(HELD, total, tell), made)
    return Made(train, held, time.monotonic() - started)


def _instructed(settings: BacktranslateSettings, model: ModelConfig, run: StepRun) -> dict[str, Instructed]:
    """What the model says of each text; the texts are in memory meanwhile."""
    items = []
    for chapter in _unlike(settings.source):
        if _size(settings, chapter) == "":
            items.append(item_of(chapter, settings.section_words, _rng(settings, "", chapter)))
    worker = BackTranslator(model, settings.seed)
    return run_typed(STEP, items, worker, run, Instructed, partial=settings.skip_failed)


def _size(settings: BacktranslateSettings, chapter: ChapterText) -> str:
    """Why a text is too short or too long, or ""."""
    words = count_words(chapter.text)
    if settings.texts[0] <= words <= settings.texts[1]:
        return ""
    return f"text of {'fewer' if words < settings.texts[0] else 'more'} words than --texts"


def _rng(settings: BacktranslateSettings, split: str, chapter: ChapterText) -> random.Random:
    """What is drawn for a text depends on nothing but the text's id."""
    return random.Random(f"{settings.seed}:{split}:{chapter.id}")


class _Watch:
    """Tells of texts gone through, a few times a second."""

    def __init__(self, step: str, total: int, tell: Tell) -> None:
        self.step, self.total, self.tell = step, total, tell
        self.started = self.told = time.monotonic()
        self.done = 0

    def __call__(self, *, last: bool = False) -> None:
        self.done += not last
        if last or time.monotonic() - self.told > TELL_EVERY_S:
            self.told = time.monotonic()
            self.tell(
                StepProgress(self.step, self.done, max(self.total, self.done), 0, self.told - self.started, self.done)
            )


def _unlike(source: str) -> Iterator[ChapterText]:
    """All texts. Raises InputError for an id that stands twice."""
    seen = set[str]()
    for chapter in chapters(source):
        if chapter.id in seen:
            raise InputError(f"{source}: the id {chapter.id!r} stands twice; give each row its own")
        seen.add(chapter.id)
        yield chapter


def _count(source: str, watch: _Watch) -> tuple[Counts, int]:
    """Words of the whole source, and its number of texts."""
    counts = Counts()
    for chapter in _unlike(source):
        counts.add(chapter.text)
        watch()
    watch(last=True)
    return counts, watch.done


def _write(settings: BacktranslateSettings, folder: Path, split: str, maker: Maker, watch: _Watch, made: Row) -> Row:
    """One split's data set; gives its report."""
    tally, dropped = Tally(), Counter[str]()
    report: Row = {}
    prompts, model = sha256_of_prompts(_prompts(settings)), settings.model.model if settings.model else "rules"

    def rows() -> Iterator[Row]:
        make = maker(split, dropped)
        for chapter in chapters(settings.source):
            watch()
            held = is_held_out(chapter.book, chapter.sha256, settings.held_out_books, settings.held_out_every)
            if held != (split == HELD):
                continue
            tally.chapters += 1
            tally.words += count_words(chapter.text)
            for number, triple in enumerate(make(chapter, _rng(settings, split, chapter)), 1):
                tally.add(triple)
                yield row_of(triple, chapter, number, model, prompts)
        watch(last=True)
        report.update(made | tally.report() | {"model": model, "dropped": dict(dropped.most_common())})
        if not tally.kinds:
            raise InputError(f"{settings.source}: no text of it made a row of the {split} split; {dict(dropped)}")

    write_dataset(folder, rows(), SCHEMA, card(settings, split, made), report)
    return report


def _by_rules(settings: BacktranslateSettings, keywords: Keywords) -> Maker:
    def maker(split: str, dropped: Counter[str]) -> Make:  # noqa: ARG001 - each split is made alike
        def make(chapter: ChapterText, rng: random.Random) -> Iterator[Triple]:
            if why := _size(settings, chapter):
                dropped[why] += 1
            else:
                yield from chat(chapter, keywords, settings.section_words, dropped, rng)

        return make

    return maker


def _by_model(settings: BacktranslateSettings, results: dict[str, Instructed]) -> Maker:
    def maker(split: str, dropped: Counter[str]) -> Make:  # noqa: ARG001 - each split is made alike
        def make(chapter: ChapterText, rng: random.Random) -> Iterator[Triple]:  # noqa: ARG001 - as it was when asked
            result = results.get(item_id(chapter), Instructed(dropped=_size(settings, chapter) or "failed"))
            if result.dropped is not None:
                dropped[result.dropped] += 1
            else:
                yield from triples_of(chapter, result, settings.section_words, _rng(settings, "", chapter))

        return make

    return maker


def _prompts(settings: BacktranslateSettings) -> list[Path]:
    """The files whose words stand in the rows, or made them."""
    if settings.model is not None:
        return [*HERE.glob("*/backtranslate_model.txt"), *HERE.glob("*/backtranslate_lengths.txt")]
    return [p for p in HERE.glob("*/backtranslate_*.txt") if p.stem != "backtranslate_model"]


CARD = """# Back-translated instructions ($split)

Long human texts with a request that they answer (`messages`) and the plan that they follow (`plan`).

$how
Word counts are the texts' own (rounded to ten, below 100 to five); sections have $low to $high words. `messages` is ready
for supervised fine-tuning, `required` is the length that a request states, `plan` the outline, `keywords` the words that a
request names. The texts are those of $source, each under the licence in its column `licence`.

Counts, lengths and what was left out: `report.json`. No one judged the texts, and the requests are plainer and more alike
than what people type.

```
$command
```

longwriter $version
"""


def card(settings: BacktranslateSettings, split: str, made: Row) -> str:
    """The data card; counts stand in report.json."""
    low, high = settings.section_words
    how = "Requests were made without a model, from titles, descriptions, subjects and tf-idf keywords."
    if settings.model is not None:
        how = f"Requests and plans were written by {settings.model.model}, which read the texts."
    return Template(CARD).substitute(made, split=split, how=how, low=low, high=high, source=settings.source)
