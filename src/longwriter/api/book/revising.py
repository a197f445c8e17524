"""A run to be revised: its settings, who judges, where the text goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from longwriter.api.job import WriteJob, resumed_job
from longwriter.api.loop import run
from longwriter.api.settings import AnyModel, ResumeOptions, write_settings
from longwriter.models.base import Model, ModelConfig
from longwriter.models.verdicts import check_judge
from longwriter.writer.events import OnEvent
from longwriter.writer.revising.revise import revise
from longwriter.writer.revising.wishes import RevisionResult, Wishes


class ReviseOptions(ResumeOptions, total=False):
    """All options of a revision; the meaning is that of the flags of `longwriter revise`."""

    passes: int
    dry_run: bool
    findings: str | Path | None
    """A list to follow in place of one that is made."""
    judge: AnyModel | None
    """A model that is asked for findings beside the rules."""


OWN = ("passes", "dry_run", "findings", "judge")


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
        """Fetch the models that are not here, the judge too. `heard`: as for `WriteJob.fetch`."""
        self.job.fetch(*heard)
        if self.wishes.judge is not None and self.wishes.judge_model is None:
            replace(
                self.job, settings=self.job.settings.model_copy(update={"writer": self.wishes.judge}), models={}
            ).fetch(*heard)

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
    judge = options.get("judge")
    opened: Model | None = None
    if judge is not None and not isinstance(judge, str | ModelConfig):
        opened, judge = judge, ModelConfig(model=judge.name)
    elif isinstance(judge, str):
        judge = write_settings("any", {"model": judge}).writer
    if judge is not None and opened is None:
        check_judge(judge, "name a larger one with --judge")
    findings = options.get("findings")
    wishes = Wishes(
        passes=1 if options.get("passes") is None else options["passes"],
        findings=None if findings is None else Path(findings),
        judge=judge,
        judge_model=opened,
        dry_run=bool(options.get("dry_run")),
    )
    return RevisionJob(resumed_job(folder, {k: v for k, v in options.items() if k not in OWN}), wishes)
