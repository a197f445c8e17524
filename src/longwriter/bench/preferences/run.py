"""Asks a reward model or a judge about pairs, and reports: how often does it prefer what people preferred?

RUN/settings.json  what was asked       RUN/journal.jsonl  every verdict as it came: the same command goes on
RUN/report.json    `PreferenceReport`   RUN/pairs.jsonl    each pair's verdict, in the order of the file

Another judge, wording or scale is another run. Pairs that fail are left for the same command and counted.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from longwriter.bench.preferences.report import PreferenceReport, report
from longwriter.bench.preferences.worker import PairOutcome, PairOutcomes, PreferenceWorker, items_of
from longwriter.bench.run import Runtime
from longwriter.prompts import sha256_of_prompts
from longwriter.rewards.base import RewardSettings
from longwriter.rewards.preference.comparer import PLAIN, PROMPTS, REASONED
from longwriter.rewards.preference.pair import PreferencePair
from longwriter.rewards.writing import chosen_judge
from longwriter.runs.folders import REPORT, opened, write_file
from longwriter.steps.step import StepRun, run_typed
from longwriter.types import Record

ASK, PAIRS = "prefer", "pairs.jsonl"


class PreferenceSettings(Record):
    """What was asked of a run."""

    kind: Literal["preferences"] = "preferences"
    pairs: str
    """File, folder or hub:OWNER/NAME, as given."""
    pairs_sha256: str
    """Of the pairs that are compared."""
    rewards: RewardSettings
    """Names the one reward model or judge."""
    prompt_sha256: str = ""
    """Of the judge's wording; "" for a reward model."""
    first: int | None = Field(default=None, ge=1)
    """The first so many pairs; None: all."""


MAY_CHANGE_ON_RESUME = {"pairs"} | {
    f"rewards.{key}"
    for key in (
        *("judge_url", "judge_key_env", "judge_headers", "reward_url", "reward_key_env"),
        *("calls", "timeout_s", "retry_s", "device_batch"),
    )
}
"""Keys that may change between two commands on one run."""


def preference_settings(
    source: str, pairs: Sequence[PreferencePair], rewards: RewardSettings, first: int | None
) -> PreferenceSettings:
    """The settings of a run over these pairs. Raises InputError unless one reward model or judge is named."""
    used = pairs[:first]
    whole = json.dumps([pair.model_dump() for pair in used], ensure_ascii=False)
    wording = ""
    if chosen_judge(rewards) == "judge":
        prompt = (REASONED if rewards.judge_reasons else PLAIN).prompt
        wording = sha256_of_prompts(PROMPTS.glob(f"*/{prompt}.txt"))
    return PreferenceSettings(
        pairs=source,
        pairs_sha256=hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest(),
        rewards=rewards,
        prompt_sha256=wording,
        first=first,
    )


def run_preferences(
    settings: PreferenceSettings,
    pairs: Sequence[PreferencePair],
    left_out: Mapping[str, int],
    folder: Path,
    runtime: Runtime,
) -> PreferenceReport:
    """Ask what is missing, and report. `pairs`: of the whole file; `left_out`: its rows that are no pairs, by reason.

    Raises LongWriterError for what stops the whole; what is done is kept.
    """
    used = pairs[: settings.first]
    worker = PreferenceWorker(settings.rewards, used)
    with opened(folder, json.loads(settings.model_dump_json()), MAY_CHANGE_ON_RESUME) as journal:
        run = StepRun(journal, runtime.engine, runtime.tell)
        done = run_typed(ASK, items_of(used, worker.kind), worker, run, PairOutcomes, partial=True)
        outcomes = {outcome.id: outcome for item in done.values() for outcome in item.pairs}
        found = report(used, outcomes, left_out)
        rows = [_row(pair, outcomes.get(pair.id)) for pair in used]
        write_file(folder / PAIRS, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        write_file(folder / REPORT, json.dumps(found.model_dump(), ensure_ascii=False, indent=1) + "\n")
    return found


def _row(pair: PreferencePair, outcome: PairOutcome | None) -> dict[str, object]:
    """A pair's verdict, without its texts."""
    told = (outcome or PairOutcome(id=pair.id, fault="failed; the same command asks again")).model_dump()
    return {"id": pair.id, "language": pair.language, "genre": pair.genre} | told
