"""What stands of a text that is gone on with, as the planner of the rest sees it, and the outline of both together."""

from dataclasses import dataclass

from longwriter.text import tail_words
from longwriter.types import Plan
from longwriter.writer.document import Document

END_WORDS = 800
"""Words of the end of what stands that the planner reads."""


@dataclass(frozen=True)
class Standing:
    """The lines and the end of what stands."""

    plan: Plan
    end: str
    after: int
    """Sections of the plan that the rest comes after; appendices stand behind it."""
    open: bool
    """The last of them is cut in its middle, and the first of the rest goes on with it."""

    @classmethod
    def of(cls, document: Document) -> "Standing":
        """What the plan of a loaded document has."""
        plan, frames = document.manuscript.plan, document.frames
        after = len(plan.sections)
        while after and (frame := frames.of(after - 1)) is not None and frame.piece == "appendix":
            after -= 1
        after = after or len(plan.sections)
        text, words = "", 0
        for i in reversed(range(after)):
            text = "\n\n".join(filter(None, (document.texts.get(i, ""), text)))
            words += document.words.get(i, 0)
            if words >= END_WORDS:
                break
        return cls(plan, tail_words(text, END_WORDS), after, frames.goes_on(after))


def with_rest(standing: Standing, rest: Plan) -> Plan:
    """The outline of the whole."""
    before, behind = standing.plan.sections[: standing.after], standing.plan.sections[standing.after :]
    sections = rest.sections
    if standing.open:  # the rest of the section that was cut
        sections = (sections[0].model_copy(update={"chapter": before[-1].chapter}), *sections[1:])
    return Plan(title=standing.plan.title, sections=(*before, *sections, *behind))
