"""How good a sample is beside its length, 0 to 100: by rules, or by a model that judges.

A quality is a worker of `steps` whose results hold `quality`, a number or None where there is no verdict; None is never
counted as 0. `open_quality` names what there is; a reward model fits in beside these.
"""

from pathlib import Path
from typing import NamedTuple

from longwriter.data.pairs.samples import ENDED
from longwriter.data.prompts import HERE
from longwriter.errors import RunError
from longwriter.journal import digest
from longwriter.models.base import ModelConfig
from longwriter.models.verdicts import Unreadable
from longwriter.prompts import prompt_set, sha256_of_prompts
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


def open_quality(judge: ModelConfig | None, seed: int) -> QualityStep:
    """By rules, or by a judge."""
    if judge is None:
        return QualityStep("quality by rules", RuleQuality())
    prompts = sha256_of_prompts(HERE.glob("*/quality_judge.txt"))
    identity = digest(f"{judge.model} {prompts} {seed}")
    return QualityStep(f"quality by {judge.model} {identity[:6]}", JudgeQuality(judge, seed))
