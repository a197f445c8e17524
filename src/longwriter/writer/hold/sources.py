"""The sources of a text: what of them each section is shown, and that it should cite them."""

import re
from collections.abc import Iterator, Sequence

from longwriter.checks.citations.fence import harmless, shown
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.citations.sources import SourceSet
from longwriter.checks.citations.stems import stems
from longwriter.export.references import MARK
from longwriter.prompts import PromptSet
from longwriter.text import count_words, sentence_ends
from longwriter.types import Plan
from longwriter.writer.sources.leads import is_led
from longwriter.writer.sources.telling import ORDERS

SHOWN_WORDS = 500
"""Words of sources in a prompt."""
BRIEF_WORDS, BRIEF_CHUNKS = 45, 3
"""Words of facts for a model with short prompts, and the chunks that they are of."""
LEAST_FACT = 6
"""Words of a sentence that tells a fact."""
CITES_NOTHING = -0.25
"""What a candidate loses that cites nothing where there is something to cite."""
_MARKUP = re.compile(r"[*_`#<>\[\]{}|\\\"“”«»「」『』]|\|{2,}")


class SourcesHold:
    """Shows each section the chunks that share most with its line of the plan; a `Hold`."""

    def __init__(self, sources: SourceSet, prompts: PromptSet, plan: Plan, instruction: str) -> None:
        """`sources` has a chunk at least."""
        self.sources, self.prompts, self.plan, self.instruction = sources, prompts, plan, instruction
        self._told: dict[int, str] = {}

    def told(self, index: int, earlier: Sequence[str]) -> str:  # noqa: ARG002 - a Hold's
        """The chunks, fenced, and how to cite them; "" where none has to do with the section."""
        if index not in self._told:
            chunks = self._chunks(index, SHOWN_WORDS)
            values = {"chunks": shown(chunks), "example": chunks[0].id if chunks else ""}
            self._told[index] = self.prompts.render("sources", **values) if chunks else ""
        return self._told[index]

    def briefly(self, index: int, earlier: Sequence[str]) -> str:
        """The sentences of them that have most to do with the line and do not stand in the text yet."""
        if is_led(self.sources, self.instruction, self.prompts.name):
            return ""
        line, there = set(stems(self._line(index))), "\n".join(earlier)
        best = sorted(self._facts(index), key=lambda fact: -len(line & set(stems(fact))))
        out, room = list[str](), BRIEF_WORDS
        for fact in best:
            words = count_words(fact)
            if words <= room and fact not in there:
                out.append(fact)
                room -= words
        return self.prompts.render("sources_brief", facts=" ".join(out)) if out else ""

    def worth(self, text: str, earlier: Sequence[str]) -> float:  # noqa: ARG002 - a Hold's
        """0 for a text that cites, else `CITES_NOTHING`."""
        return 0.0 if MARK.search(text) else CITES_NOTHING

    def _line(self, index: int) -> str:
        section = self.plan.sections[index]
        return f"{section.chapter} {section.title} {section.point}"

    def _chunks(self, index: int, most_words: int) -> list[SourceChunk]:
        """Those for a section, in the order of their sources; by the request where its line has no words of theirs."""
        found = self.sources.related(self._line(index), most_words)
        return sorted(found or self.sources.related(self.instruction, most_words), key=lambda c: int(c.id[1:]))

    def _facts(self, index: int) -> Iterator[str]:
        """Whole sentences of the best chunks, without signs that a small model would copy."""
        found = self.sources.related(self._line(index), 10_000) or self.sources.related(self.instruction, 10_000)
        for chunk in found[:BRIEF_CHUNKS]:
            text = " ".join(line for line in harmless(chunk.text).splitlines() if not line.startswith(("#", "|", ">")))
            start = 0
            for end in sentence_ends(text):
                sentence = " ".join(_MARKUP.sub("", text[start:end]).split())
                start = end
                if count_words(sentence) >= LEAST_FACT and not ORDERS.search(sentence):
                    yield sentence
