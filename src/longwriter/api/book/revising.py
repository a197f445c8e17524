"""A run to be revised: its settings, who judges, where the text goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from longwriter.api.job import WriteJob, resumed_job
from longwriter.api.loop import run
from longwriter.api.settings import SERVED, AnyModel, ResumeOptions, write_settings
from longwriter.models.base import Model, ModelConfig
from longwriter.models.verdicts import check_judge
from longwriter.writer.events import OnEvent
from longwriter.writer.revising.opened import revise
from longwriter.writer.revising.wishes import RevisionResult, Wishes


class ReviseOptions(ResumeOptions, total=False):
    """All options of a revision; the meaning is that of the flags of `longwriter revise`."""

    passes: int
    dry_run: bool
    findings: str | Path | None
    """A list to follow in place of one that is made."""
    judge: AnyModel | None
    """A model that is asked for findings beside the rules."""
    by: AnyModel | None
    """A model that mends in place of the run's own, which is not asked; `base_url` and the like are those of it then."""


OWN = ("passes", "dry_run", "findings", "judge", "by")


@dataclass(frozen=True)
class RevisionJob:
    """A run and how to revise it."""

    job: WriteJob
    """How its models are reached, and where its text goes."""
    wishes: Wishes

    def watched_by(self, on_event: OnEvent, *, live: bool) -> "RevisionJob":
        """The same with a watcher. `live`: it wants the text as it comes."""
        return replace(self, job=self.job.watched_by(on_event, live=live))

    def fetch(self, *heard: Callable[..., None]) -> None:
        """Fetch the models that are asked and not here. `heard`: as for `WriteJob.fetch`."""
        wishes, settings = self.wishes, self.job.settings
        if wishes.by is None:
            self.job.fetch(*heard)
        for config, opened in ((wishes.by, wishes.by_model), (wishes.judge, wishes.judge_model)):
            if config is not None and opened is None:
                alone = settings.model_copy(update={"writer": config, "planner": None, "facts": "rules"})
                replace(self.job, settings=alone, models={}).fetch(*heard)

    def finish(self) -> RevisionResult:
        """Claim the files, fetch the models, and `work`."""
        with self.job.claimed():
            self.fetch()
            return run(self.work())

    async def work(self) -> RevisionResult:
        """Revise, and put the text where it goes. Raises LongWriterError; the same again goes on."""
        job = self.job
        return await job.doing(lambda models: revise(job.settings, job.folder, job.options, models, self.wishes))


def revision_job(folder: Path, options: Mapping[str, Any]) -> RevisionJob:
    """A run to be revised. `options`: as `ReviseOptions`. Raises InputError, for a judge that is too small, too."""
    judge, judge_model = _named(options.get("judge"))
    if judge is not None and judge_model is None:
        check_judge(judge, "name a larger one with --judge")
    own = dict.fromkeys(SERVED) if options.get("by") is not None else {}
    by, by_model = _named(options.get("by"), {key: options.get(key) for key in own})
    findings = options.get("findings")
    wishes = Wishes(
        passes=1 if options.get("passes") is None else options["passes"],
        findings=None if findings is None else Path(findings),
        judge=judge,
        judge_model=judge_model,
        by=by,
        by_model=by_model,
        dry_run=bool(options.get("dry_run")),
    )
    return RevisionJob(resumed_job(folder, {k: v for k, v in options.items() if k not in (*OWN, *own)}), wishes)


def _named(model: AnyModel | None, served: Mapping[str, Any] = {}) -> tuple[ModelConfig | None, Model | None]:
    """The settings of a model, and the model itself where it is open already. `served`: how it is reached."""
    if isinstance(model, str):
        return write_settings("any", {"model": model, **served}).writer, None
    return (model, None) if isinstance(model, ModelConfig | None) else (ModelConfig(model=model.name), model)
