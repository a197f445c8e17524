"""What a run is doing, in one word and a reason, as the command line, the page and clients say it."""

from typing import Literal, NamedTuple

from longwriter.writer.records.control import ControlRecord
from longwriter.writer.session import Session

StateName = Literal[
    "queued", "planning", "writing", "to revise", "revising", "paused", "approval", "review", "ceiling", "failed",
    "unfinished", "plan", "no plan", "finished"
]  # fmt: skip

WAITS = "waits for its turn"
"""Why a run that a server is to write, or to revise, does nothing."""


class RunState(NamedTuple):
    """One word, and why."""

    name: StateName
    """`queued`: waits for a server's turn to be written; `to revise`: findings that were chosen wait for one to be mended;
    `approval`: a server waits until the outline is approved; `review`: for the next section's permit; `ceiling`: stopped
    at a ceiling on cost or tokens; `plan`: an outline, of which nothing was meant to be written yet."""
    why: str = ""
    """For a person; "" where the name says all."""


def run_state(session: Session | None, *, alive: bool, drafted: bool = True) -> RunState:
    """The state of a run as its journal has it.

    `session` None: nothing has happened in it yet. `alive`: a process works on it. `drafted`: there is a draft.md, which
    `write` leaves and `plan` does not.
    """
    manuscript = session.manuscript if session else None
    if manuscript is None or not manuscript.planned:
        if alive:
            return RunState("planning")
        stopped = manuscript.stopped if manuscript else None
        return RunState(stopped.reason, stopped.message) if stopped else RunState("no plan")
    control = manuscript.control
    if alive and manuscript.rest_unplanned:
        return RunState("planning")
    if alive and control is not None and control.approve and session and not session.calls.begun("section:"):
        return _controlled(control, False)  # it has just been planned, and ends
    if alive and control is not None and control.revise:
        return RunState("revising")
    if alive:
        held = control is not None and not control.going
        return RunState("writing", "stops after this section" if held else "")
    if control is not None and control.revise:
        return RunState("to revise", WAITS)
    if manuscript.finished:
        return RunState("finished")
    if manuscript.stopped is not None:
        return RunState(manuscript.stopped.reason, manuscript.stopped.message)
    if control is None:
        *_, last = manuscript.journal
        return RunState("plan" if last.kind == "plan" and not drafted else "unfinished")
    assert session is not None
    return _controlled(control, session.calls.begun("section:") or manuscript.imported)


def _controlled(control: ControlRecord, begun: bool) -> RunState:
    """The state of a run that a server was told about, and that nobody works on."""
    if control.approve:
        return RunState("approval", "the outline waits to be approved")
    if not control.going:
        return RunState("paused" if begun else "plan")
    return RunState("review", "the next section waits for a permit") if control.review else RunState("unfinished")
