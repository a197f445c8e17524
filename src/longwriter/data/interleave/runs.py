"""Finished runs read as traces, from their journals alone."""

from pathlib import Path
from typing import NamedTuple

from longwriter.data.filters.cleanup import tidy
from longwriter.data.interleave.thoughts import Trace, TracedSection
from longwriter.data.thinking import said, wording_of
from longwriter.errors import InputError, RunError
from longwriter.length.target import read_target
from longwriter.models.thinking import split
from longwriter.runs.folders import SETTINGS, saved_settings
from longwriter.writer.manuscript import call_names
from longwriter.writer.records.calls import CallRecord
from longwriter.writer.records.kinds import read
from longwriter.writer.records.written import SectionRecord
from longwriter.writer.session import Session
from longwriter.writer.stored import stored

RUNS = "runs"
"""Folder of the runs in a data set of `longwriter data agentwrite`."""


def run_folders(paths: tuple[str, ...]) -> list[tuple[str, Path]]:
    """Id and folder of each run: a path is a run, a folder of runs, or a data set of agentwrite. Raises InputError."""
    found: dict[str, Path] = {}
    for path in (Path(name).absolute() for name in paths):  # "." has no name
        folders = _folders(path)
        if not folders:
            raise InputError(
                f"{path}: no run in it; give a run, a folder of runs, or a data set of longwriter data agentwrite"
            )
        for folder in folders:
            names = (folder.name if n == 1 else f"{folder.name}-{n}" for n in range(1, len(found) + 2))
            found[next(name for name in names if name not in found)] = folder
    return list(found.items())


def _folders(path: Path) -> list[Path]:
    if (path / SETTINGS).is_file() and "instruction" in saved_settings(path):
        return [path]
    home = path / RUNS if (path / SETTINGS).is_file() else path
    return sorted(p.parent for p in home.glob(f"*/{SETTINGS}") if _may_be_run(p.parent))


def _may_be_run(folder: Path) -> bool:
    """Whether a folder with settings is not one of another kind, as a data set is that was made beside the runs."""
    try:
        return "instruction" in saved_settings(folder)
    except RunError:
        return True  # a damaged one is told of


class NoTrace(NamedTuple):
    """A run that no conversation is made of."""

    name: str
    reason: str
    request: str = ""


def trace_of(name: str, folder: Path) -> Trace | NoTrace:
    """A run as it came about, or why it cannot be one."""
    try:
        session = stored(folder)
        if session is None or not session.manuscript.planned or not session.manuscript.finished:
            return NoTrace("unfinished", "not every section is written; resume it first")
        if session.manuscript.imported:
            return NoTrace("imported", "it goes on with a person's draft", session.settings.instruction)
        if session.settings.sources:
            return NoTrace("sources", "it cites sources that its request does not show", session.settings.instruction)
        trace = _trace(name, session)
    except (RunError, InputError) as error:  # InputError: settings that another version wrote
        return NoTrace("damaged", str(error))
    if split(trace.text) != (trace.text, ""):
        return NoTrace("tags", "its text holds tags that mark thinking", trace.request)
    return trace


def _trace(name: str, session: Session) -> Trace:
    manuscript, settings = session.manuscript, session.settings
    plan, noted = manuscript.plan, manuscript.models
    code = settings.language or wording_of(settings.instruction)
    thoughts = {record.step: record.reply.thinking for record in read(manuscript.journal, CallRecord)
                if isinstance(record, CallRecord) and session.calls.known(record.step) == record.reply}  # fmt: skip
    sections = []
    for index, planned in enumerate(plan.sections):
        text = tidy(session.document.piece(index), plan.sections)
        if not text:
            raise RunError(f"section {index + 1} has no text")
        final = manuscript.final(index)
        record = final.held.record if final else None
        step = f"{call_names(record.id, record.redone, record.draft)}0" if isinstance(record, SectionRecord) else ""
        sections.append(TracedSection(text, planned, thoughts.get(step, "")))
    # of the tries of an outline the last: what was thought of a plan that was refused leads to another
    planner = {step.rpartition(":")[0]: text for step, text in thoughts.items() if step.startswith("plan:")}
    names = list(dict.fromkeys([noted.writer.name, noted.planner.name])) if noted else []
    return Trace(
        id=name,
        request=request_of(
            settings.instruction, code, manuscript.target.aim, stated=manuscript.target.source == "option"
        ),
        language=code,
        aim=manuscript.target.aim,
        title=session.document.title,
        sections=tuple(sections),
        model=names[0] if len(names) == 1 else f"{names[0]} (plans: {names[1]})" if names else "",
        thinking="\n\n".join(filter(str.strip, planner.values())),
    )


def request_of(instruction: str, code: str, aim: int, *, stated: bool) -> str:
    """The request with its length, where that was given beside it (`stated`) and not in it."""
    if not stated or read_target(instruction) is not None:
        return instruction
    return f"{instruction.rstrip()}\n\n{said(code, 'length', words=aim)}"
