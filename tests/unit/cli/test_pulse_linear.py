"""What an event costs does not grow with the text: function calls are counted, which no busy machine changes."""

import sys

from longwriter.cli.shared.pulse import Pulse
from longwriter.length.target import exact
from longwriter.types import Plan, Section
from longwriter.writer.events import CallEnded, CallHeard, CallStarted, Planned, SectionDone, SectionStarted

SECTIONS = 400


def calls_for(pulse: Pulse, index: int) -> int:
    """Function calls, those of C included, that one section takes."""
    count = 0

    def seen(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(seen)
    pulse.see(SectionStarted(index, f"section:s{index:03}:"))
    for call, step in ((2 * index, f"section:s{index:03}:0"), (2 * index + 1, f"notes:n{index:03}")):
        pulse.see(CallStarted(call, step))
        for _ in range(5):
            pulse.see(CallHeard(call, "word "))
        pulse.doing(80)
        pulse.see(CallEnded(call, 5))
    pulse.see(SectionDone(index, 100, reused=False, cost=0.0))
    pulse.state(80)
    sys.setprofile(None)
    return count


def test_the_last_section_costs_what_the_first_does() -> None:
    pulse = Pulse(lambda: 1.0)
    sections = tuple(Section(title=f"Part {n:03}", words=100) for n in range(SECTIONS))
    pulse.see(Planned(Plan(sections=sections), exact(100 * SECTIONS, "option")))
    costs = [calls_for(pulse, index) for index in range(SECTIONS)]
    assert pulse.total == 100 * SECTIONS
    assert max(costs[300:390]) <= min(costs[10:100]) + 20, (costs[10], costs[390])
