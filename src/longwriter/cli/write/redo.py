"""longwriter redo: write sections again, in place or as drafts to choose from."""

from pathlib import Path

import click

from longwriter.api.job import drafts_job
from longwriter.api.runs import Run
from longwriter.api.settings import write_settings
from longwriter.cli.shared.grouped import GroupedHelp
from longwriter.cli.shared.options import HOME, JSON, PRICES, REACH, RUN, WORDS, naming_flags, with_options
from longwriter.cli.shared.screen import say
from longwriter.cli.write.resume import reopened
from longwriter.cli.write.versions import show_versions
from longwriter.cli.write.write_run import work_on
from longwriter.errors import InputError
from longwriter.models.base import ModelConfig

EXAMPLES = """
\b
Examples:
  # rewrite one; later sections are kept and marked stale
  longwriter redo RUN --section 7
  longwriter redo RUN --section 7 --instruction "less about the storm"
  # two drafts beside it, by another model, to choose from
  longwriter redo RUN --section 7 --drafts 2 --by openai/gpt-5-mini
  longwriter redo RUN --stale  # rewrite what became stale, and nothing else
"""


@click.command(cls=GroupedHelp, epilog=EXAMPLES)
@RUN
@click.option(
    "--section", "sections", type=click.IntRange(min=1), multiple=True, help="Number in the plan; may be repeated."
)
@click.option(
    "--stale", is_flag=True, help="All sections whose earlier text has changed, but for those that you wrote."
)
@click.option("--instruction", default="", help="What should be different this time.")
@click.option("--words", type=WORDS, help="Words of each of them; else as the plan has it.")
@click.option("--drafts", type=click.IntRange(1, 8), help="So many texts beside the section's own, to choose from.")
@click.option("--by", "drafter", metavar="MODEL", help="Another model for the drafts, named as for write --model.")
@click.option("--out", type=click.Path(path_type=Path), help="File for the text; - for standard output.")
@click.option("--force", is_flag=True, help="Replace a file at --out that this run did not write.")
@with_options(*REACH, PRICES, HOME, JSON)
def redo(run: str, sections: tuple[int, ...], stale: bool, **flags: object) -> None:
    """Write sections of RUN again."""
    home, as_json = flags["home"], bool(flags["as_json"])
    assert isinstance(home, Path)
    instruction, words, drafts = str(flags.pop("instruction")), flags.pop("words"), flags.pop("drafts")
    assert isinstance(words, int | None)
    drafter = flags.pop("drafter")
    if not sections and not stale:
        raise InputError("say what to redo: --section 7, or --stale")
    if stale and (drafts or instruction or words):
        raise InputError("--stale rewrites sections as they were asked for; name one with --section to change it")
    if drafter and not drafts:
        raise InputError("--by is for drafts: a run keeps its model; add --drafts 1")
    chosen = Run.open(run, home)
    for lost in chosen.lost_by_redo(*sections) if sections and chosen.planned and drafts is None else ():
        say(f"note: {lost}")
    if isinstance(drafts, int):
        by = drafting(str(drafter)) if drafter else None
        for number in sections:
            chosen.order_drafts(number, drafts, instruction, words, by)
        with naming_flags():
            job = drafts_job(chosen.folder, flags)
        work_on(job, as_json=as_json)
        for number in () if as_json else sections:
            show_versions(Run(chosen.folder), number)
        return
    if instruction or words:
        chosen.order_redo(*sections, instruction=instruction, words=words)
        sections = ()
    job = reopened(run, flags, tuple(n - 1 for n in sections), redo_stale=stale)
    result = work_on(job, as_json=as_json)
    left = [s.number for s in result.report.sections if s.stale]
    if left:
        shown = ", ".join(map(str, left))
        click.echo(f"stale now: {shown}; rewrite them with: longwriter redo {job.folder} --stale", err=True)


def drafting(name: str) -> ModelConfig:
    """The model of drafts, with what files and environment say of reaching it."""
    with naming_flags():
        return write_settings("any", {"model": name}).writer
