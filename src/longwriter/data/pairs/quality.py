"""How good a sample is beside its length, 0 to 100: by rules, or by a model that judges.

A quality is a worker of `steps` whose results hold `quality`, a number or None where there is no verdict; None is never
counted as 0. `open_quality` names what there is; a reward model fits in beside these.
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

from longwriter.data.prompts import HERE, render, sha256_of
from longwriter.errors import RunError
from longwriter.journal import digest
from longwriter.models.base import ModelConfig
from longwriter.steps.ask import Asker
from longwriter.steps.step import Item, Result, Worker
from longwriter.steps.workers import WithoutModel
from longwriter.text import ends_complete, language, repeated_ngrams

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"score": {"type": "number", "minimum": 0, "maximum": 100}},
    "required": ["score"],
    "additionalProperties": False,
}
REPEATED, MOST_REPEATED = 200.0, 60.0
"""Points lost for each 100 % of word 8-grams that stood before, and at most: all is lost to a loop at 30 %."""
CUT = 20.0
"""Points lost by a text that stops inside a sentence or that did not end by itself."""
OTHER_LANGUAGE = 40.0
"""Points lost by a text that is not in its request's language (English or Chinese, `text.language`)."""
_FENCE = re.compile(r"\A```(?:json)?\s*(.*?)\s*```\Z", re.S)


class Named(NamedTuple):
    """A way to judge."""

    name: str
    """Of its step in the journal; another model, or another wording, is another step."""
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


class RuleQuality(WithoutModel):
    """`rule_score` as a worker."""

    async def __call__(self, item: Item) -> Result:
        """Of an item with `prompt`, `file` of the text, and `finish`."""
        return {"quality": rule_score(str(item["prompt"]), read_sample(item), cut=item["finish"] != "stop")}


class JudgeQuality(Asker):
    """Asks a model for one number. It should be another model than the writer: models favour their own texts."""

    async def __call__(self, item: Item) -> Result:
        """As `RuleQuality`; None where no reply held a number, with the beginning of the last one."""
        prompt = str(item["prompt"])
        text = render(language(prompt), "quality_judge", instruction=prompt, text=read_sample(item))
        score, said = await self.ask(text, SCHEMA, read_score)
        return {"quality": None, "said": said} if score is None else {"quality": score}


def read_score(reply: str) -> float | None:
    """The number in {"score": 47}, alone or in a code fence; None for anything else, and for numbers beyond 0 to 100."""
    fenced = _FENCE.match(reply.strip())
    try:
        value = json.loads(fenced[1] if fenced else reply)
    except (ValueError, RecursionError):
        return None
    score = value.get("score") if isinstance(value, dict) and len(value) == 1 else None
    if isinstance(score, bool) or not isinstance(score, int | float):
        return None
    return float(score) if 0 <= score <= 100 else None


def read_sample(item: Item) -> str:
    """The text of a sample. Raises RunError where its file is gone."""
    try:
        return Path(str(item["file"])).read_text("utf-8")
    except OSError as error:
        raise RunError(f"cannot read {item['file']}: {error.strerror}; put it back, or start a new --out") from error


def open_quality(judge: ModelConfig | None, seed: int) -> Named:
    """By rules, or by a judge."""
    if judge is None:
        return Named("quality by rules", RuleQuality())
    prompts = sha256_of(HERE.glob("*/quality_judge.txt"))
    identity = digest(f"{judge.model} {prompts} {seed}")
    return Named(f"quality by {judge.model} {identity[:6]}", JudgeQuality(judge, seed))
