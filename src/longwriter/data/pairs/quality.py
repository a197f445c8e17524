"""How good a sample is beside its length, 0 to 100: by rules, or by a model that judges.

A quality is a worker of `steps` whose results hold `quality`, a number or None where there is no verdict; None is never
counted as 0. `open_quality` names what there is; a reward model fits in beside these. A judge that prefers reads two
samples of a request at once (`PreferenceJudge`), and `qualities` makes numbers of its verdicts.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from longwriter.data.pairs.samples import ENDED
from longwriter.data.prompts import HERE
from longwriter.errors import RunError
from longwriter.journal import digest
from longwriter.models.base import ModelConfig
from longwriter.models.verdicts import Unreadable
from longwriter.prompts import prompt_set, sha256_of_prompts
from longwriter.rewards.pairwise import pairs_of
from longwriter.rewards.preference.comparer import PROMPTS, REASONED, Comparer
from longwriter.steps.ask import Asker, answer_schema, read_value
from longwriter.steps.step import Item, Result, Worker
from longwriter.steps.workers import WithoutModel
from longwriter.text import ends_complete, language, repeated_ngrams
from longwriter.types import Record

POINTS: dict[str, object] = {"type": "number", "minimum": 0, "maximum": 100}
ANSWER = "score"
REPEATED, MOST_REPEATED = 200.0, 60.0
"""Points lost for each 100 % of word 8-grams that stood before, and at most: all is lost to a loop at 30 %."""
CUT = 20.0
"""Points lost by a text that stops inside a sentence or that did not end by itself."""
OTHERS = 4
"""Least number of other samples that each is compared with, where there are as many."""
OTHER_LANGUAGE = 40.0
"""Points lost by a text that is not in its request's language (English or Chinese, `text.language`)."""


class QualityStep(NamedTuple):
    """A way to judge how good a sample is."""

    name: str
    """Name of its step in the journal; another model, or another wording, is another step."""
    worker: Worker


def rule_score(prompt: str, text: str, *, cut: bool = False) -> float:
    """100 less min(60, 200 x share of repeated word 8-grams), less 20 if cut, less 40 in another language; at least 0.

    `cut`: the reply did not end by itself, as at a token limit. Says nothing about sense: it tells broken texts from
    whole ones.
    """
    lost = min(MOST_REPEATED, REPEATED * repeated_ngrams(text, 8))
    lost += CUT if cut or not ends_complete(text) else 0.0
    lost += OTHER_LANGUAGE if language(text) != language(prompt) else 0.0
    return max(0.0, 100.0 - lost)


class QualityResult(Record):
    """What is known of a sample's quality."""

    quality: float | None = None
    """None: no verdict."""
    said: str = ""
    """The beginning of the last reply, in that case."""


class RuleQuality(WithoutModel):
    """`rule_score` as a worker."""

    async def __call__(self, item: Item) -> Result:
        """A `QualityResult`. The item: `prompt`, `file` of the text, and `finish`."""
        return {"quality": rule_score(str(item["prompt"]), read_sample(str(item["file"])), cut=item["finish"] != ENDED)}


class JudgeQuality(Asker):
    """Asks a model for one number. It should be another model than the writer: models favour their own texts."""

    async def __call__(self, item: Item) -> Result:
        """A `QualityResult`. The item: `prompt` and `file` of the text."""
        prompt = str(item["prompt"])
        prompts = prompt_set(HERE / language(prompt))
        text = prompts.render("quality_judge", instruction=prompt, text=read_sample(str(item["file"])))
        answer = await self.ask(text, answer_schema(ANSWER, POINTS), read_score)
        return {"quality": None, "said": answer.said} if answer.value is None else {"quality": answer.value}


class ComparisonResult(Record):
    """What is known of two samples, `first` and `second` of a request."""

    first: str
    """Their ids."""
    second: str
    points: float | None = None
    """Of the first: 1 better, 0.5 a tie, 0 worse; None: no verdict."""
    reasons: tuple[str, ...] = ()
    """In both orders."""
    said: str = ""
    """Why there is no verdict."""


class PreferenceJudge:
    """A model that reasons about two samples, then prefers one, in both orders. See `steps.step.Worker`."""

    def __init__(self, judge: ModelConfig) -> None:
        self.judge = judge

    async def __aenter__(self) -> Self:
        self.comparer = Comparer(self.judge, reasons=True)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.comparer.aclose()

    async def __call__(self, item: Item) -> Result:
        """A `ComparisonResult`. The item: `prompt`, `first` and `second`, and `files` with their texts."""
        files = item["files"]
        assert isinstance(files, list)
        a, b = (read_sample(str(file)) for file in files)
        found = await self.comparer.compare(str(item["prompt"]), a, b)
        self.comparer.forget()  # the journal keeps it; all texts of a data set would not fit into memory
        reasons = tuple(order.reasons for order in (found.first, found.second) if order.reasons)
        result = ComparisonResult(
            first=str(item["first"]), second=str(item["second"]), points=found.value, reasons=reasons, said=found.fault
        )
        return result.model_dump(mode="json")


def comparisons(samples: Sequence[Item]) -> list[Item]:
    """Pairs of a request's samples for `PreferenceJudge`: all, or `OTHERS` others for each of many.

    `samples`: of one request, with `id`, `prompt` and `file`.
    """
    found: list[Item] = []
    for i, j in pairs_of(len(samples), OTHERS):
        first, second = samples[i], samples[j]
        ids: Item = {"id": f"{first['id']}-{second['id']}", "first": first["id"], "second": second["id"]}
        found.append(ids | {"prompt": first["prompt"], "files": [first["file"], second["file"]]})
    return found


def qualities(results: Iterable[ComparisonResult]) -> dict[str, QualityResult]:
    """Of each sample 100 x the mean of its points over all comparisons with a verdict."""
    points, said = dict[str, list[float]](), dict[str, str]()
    for result in results:
        for name, own in ((result.first, result.points), (result.second, result.points)):
            points.setdefault(name, [])
            if own is None:
                said[name] = result.said
            else:
                points[name].append(own if name == result.first else 1 - own)
    return {
        name: QualityResult(quality=100 * sum(own) / len(own)) if own else QualityResult(said=said[name])
        for name, own in points.items()
    }


def read_score(reply: str) -> float:
    """The number of {"score": 47}, 0 to 100. Raises Unreadable."""
    score = read_value(reply, ANSWER)
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 100:
        raise Unreadable(f"{ANSWER!r} is not a number from 0 to 100")
    return float(score)


def read_sample(file: str | Path) -> str:
    """The text of a sample. Raises RunError where its file is gone."""
    try:
        return Path(file).read_text("utf-8")
    except OSError as error:
        raise RunError(f"cannot read {file}: {error.strerror}; put it back, or start a new --out") from error


def open_quality(judge: ModelConfig | None, seed: int, *, prefers: bool = False) -> QualityStep:
    """By rules, or by a judge, which gives each sample a number, or compares them (`prefers`)."""
    if judge is None:
        return QualityStep("quality by rules", RuleQuality())
    prompts = sha256_of_prompts(wordings(prefers=prefers))
    identity = digest(f"{judge.model} {prompts} {seed}")
    how = "preference" if prefers else "quality"
    worker = PreferenceJudge(judge) if prefers else JudgeQuality(judge, seed)
    return QualityStep(f"{how} by {judge.model} {identity[:6]}", worker)


def wordings(*, prefers: bool) -> list[Path]:
    """The files of what a judge is asked."""
    return sorted(PROMPTS.glob(f"*/{REASONED.prompt}.txt") if prefers else HERE.glob("*/quality_judge.txt"))
