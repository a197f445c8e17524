"""The text of a manuscript as a reader sees it: title, chapters, sections under their headings.

A section's text is put together from its journalled replies once, and kept with its heading and its count of words, so
that a text which grows is not rendered again from its beginning.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from longwriter.errors import RunError
from longwriter.models.cards import Card
from longwriter.text import count_words
from longwriter.types import Reply
from longwriter.writer.calls import Calls
from longwriter.writer.manuscript import Final, Manuscript, TextRecord, call_names
from longwriter.writer.records import EditRecord, SectionRecord
from longwriter.writer.section.section import assemble, with_heading
from longwriter.writer.settings import WriteSettings
from longwriter.writer.staleness import fingerprints, groups


@dataclass(frozen=True)
class DocumentPart:
    """A section as it stands in the document."""

    index: int
    id: str
    text: str
    """With its heading, and its chapter's where it opens one."""
    asked: int
    words: int
    stale: bool
    """Earlier text has changed since it was written, or it was asked to be redone."""
    faults: tuple[str, ...] = ()
    """What is wrong with it, for people."""
    hand: bool = False
    """A person wrote it, or changed it: nothing writes it again unasked."""
    entry: int = 0
    """Its version: number of the record that holds it."""


class Document:
    """The rendered text of a manuscript."""

    def __init__(self, manuscript: Manuscript, calls: Calls, settings: WriteSettings, card: Card) -> None:
        """`card`: of the writer. Empty until `load`."""
        self.manuscript, self.calls, self.settings = manuscript, calls, settings
        by_plan = settings.headings == "auto" and card.headings == "plan"
        self._headings = "plan" if by_plan else settings.headings
        """Who writes headings: plan, model, or auto: the plan wherever the model wrote none."""
        self.texts: dict[int, str] = {}
        """Finished sections without the document's headings, by index."""
        self.words: dict[int, int] = {}
        """Their words, headings included."""
        self._pieces: dict[int, str] = {}

    def load(self) -> None:
        """Put the finished sections of the current plan together from their replies."""
        self.texts, self.words, self._pieces = {}, {}, {}
        for i in range(len(self.manuscript.ids)):
            self.put(i)

    def put(self, index: int, text: str | None = None) -> None:
        """Take the final text of a section, if it has one. `text`: it, where it is at hand."""
        final = self.manuscript.final(index)
        if final is None:
            return
        record = final.held.record
        self.texts[index] = text = self.text_of(record) if text is None else text
        self._pieces[index] = self._opening(index) + self._with_heading(index, text, isinstance(record, EditRecord))
        self.words[index] = count_words(self._pieces[index])

    def text_of(self, record: TextRecord) -> str:
        """The text of a version. Raises RunError where a reply is gone."""
        return record.text if isinstance(record, EditRecord) else assemble(self.replies(record), prefill=record.prefill)

    def piece(self, index: int) -> str:
        """A finished section as it is in the document, its heading and that of a chapter which it opens included."""
        return self._pieces[index]

    def replies(self, record: SectionRecord) -> list[Reply]:
        """The journalled replies of a finished section. Raises RunError where one is gone."""
        steps = call_names(record.id, record.redone, record.draft)
        names = [f"{steps}{k}" for k in range(len(record.asked))]
        found = [reply for name in names if (reply := self.calls.known(name)) is not None]
        if len(found) < len(names):
            raise RunError(
                f"{self.manuscript.journal.path or 'the journal'}: a section is finished, but {len(names) - len(found)} of its "
                "replies are gone; use a whole copy of the run, or start a new one"
            )
        return found

    def text(self) -> str:
        """The text so far: title, finished sections and what stands of those under way, ending in one newline."""
        plan = self.manuscript.plan
        pieces = [self._pieces[i] if i in self._pieces else self._begun(i) for i in range(len(plan.sections))]
        return "\n\n".join(filter(None, [plan.title and f"# {plan.title}", *pieces])).rstrip() + "\n"

    def written(self) -> int:
        """Words of the title and of all finished sections, as the report counts them; 0 where none is."""
        return sum(self.words.values()) + count_words(self.manuscript.plan.title) if self.words else 0

    def parts(self) -> list[DocumentPart]:
        """The finished sections, in order."""
        return list(self._parts())

    def _parts(self) -> Iterator[DocumentPart]:
        manuscript = self.manuscript
        now = self.seen()
        for i, name in enumerate(manuscript.ids):
            final = manuscript.final(i)
            if final is not None and i in self.texts:
                stale = manuscript.due(i) or final.seen != now[i]
                yield self._part(i, name, final, stale=stale)

    def _part(self, index: int, name: str, final: Final, *, stale: bool) -> DocumentPart:
        record = final.held.record
        text, words, hand = self._pieces[index], self.words[index], isinstance(record, EditRecord)
        return DocumentPart(index, name, text, sum(record.asked), words, stale, record.faults, hand, final.held.entry)

    def seen(self) -> dict[int, str]:
        """For each section, the fingerprint of the earlier text that it can see now."""
        return fingerprints(groups(self.manuscript.plan, parallel=self.settings.parallel), self.texts)

    def heading_words(self, index: int) -> str:
        """What will stand before a section's text, as far as the plan knows; "" for its heading where that is the model's."""
        title = "" if self._headings == "model" else self.manuscript.plan.sections[index].title
        return f"{self._opening(index)}{title}"

    def _opening(self, index: int) -> str:
        """What stands before a section: its chapter's heading, where it opens a chapter."""
        sections = self.manuscript.plan.sections
        chapter = sections[index].chapter
        opens = index == 0 or sections[index - 1].chapter != chapter
        return f"## {chapter}\n\n" if chapter and opens else ""

    def _with_heading(self, index: int, text: str, by_hand: bool = False) -> str:
        section = self.manuscript.plan.sections[index]
        source = "auto" if by_hand and self._headings == "plan" else self._headings
        return with_heading(text, section.title, 3 if section.chapter else 2, source)

    def _begun(self, index: int) -> str:
        """What stands of a section that is not finished: its replies so far, and what was kept of the last one."""
        steps, texts = self.manuscript.steps(index), list[str]()
        while (known := self.calls.known(f"{steps}{len(texts)}")) is not None:
            texts.append(known.text.strip())
        texts.append(self.calls.partial(f"{steps}{len(texts)}").strip())
        text = "\n\n".join(filter(None, texts))
        return self._opening(index) + self._with_heading(index, text) if text else ""
