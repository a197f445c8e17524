"""The text of a manuscript as a reader sees it: title, chapters, sections under their headings.

A section's text is put together from its journalled replies once, and kept with its heading and its count of words, so
that a text which grows is not rendered again from its beginning. What an imported draft gave stands as it stood there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from longwriter.checks.citations.sources import SourceSet
from longwriter.errors import RunError
from longwriter.models.cards import Card
from longwriter.text import count_words
from longwriter.types import Reply
from longwriter.writer.calls import Calls
from longwriter.writer.given.frames import GAP, Frames, unmarked
from longwriter.writer.given.plain import as_markdown, readable
from longwriter.writer.manuscript import Final, Manuscript, TextRecord, call_names
from longwriter.writer.records.person import EditRecord
from longwriter.writer.records.written import GivenRecord, SectionRecord
from longwriter.writer.reply.continuation import going_on
from longwriter.writer.section.section import HEADING, assemble, with_heading
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


class PlacedText(NamedTuple):
    """A section as it stands behind the one before it."""

    text: str
    joint: str
    """What stands between them."""
    end: str
    """What stands behind its last character that can be seen, where it is the document's last."""


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
        self.frames = Frames(manuscript)
        self.sources = SourceSet(())
        """What the text may cite."""

    def load(self) -> None:
        """Put the finished sections of the current plan together from their replies."""
        self.texts, self.words, self._pieces = {}, {}, {}
        self.frames = Frames(self.manuscript)
        for i in range(len(self.manuscript.ids)):
            self.put(i)

    def put(self, index: int, text: str | None = None) -> None:
        """Take the final text of a section, if it has one. `text`: it, where it is at hand."""
        final = self.manuscript.final(index)
        if final is None:
            return
        record = final.held.record
        self.texts[index] = text = self.text_of(record) if text is None else text
        self._pieces[index] = self._piece(index, record)
        self.words[index] = count_words(self._pieces[index])
        if index + 1 in self.texts and self.frames.goes_on(index + 1):
            self.put(index + 1, self.texts[index + 1])

    def text_of(self, record: TextRecord) -> str:
        """The text of a version, as people and models read it. Raises RunError where a reply is gone."""
        match record:
            case GivenRecord():
                return readable(record.text)
            case EditRecord():
                return record.text
        return assemble(self.replies(record), prefill=record.prefill)

    def piece(self, index: int) -> str:
        """A finished section as it is in the document, its heading and that of a chapter which it opens included."""
        return self._pieces[index]

    def shown(self, index: int) -> str:
        """A finished section without the document's headings, as Markdown."""
        final = self.manuscript.final(index)
        plain = self.frames.plain and final is not None and final.held.record.hand
        return as_markdown(self.texts[index]) if plain and self.frames.of(index) else self.texts[index]

    def placed(self, index: int) -> PlacedText:
        """`piece`, with what joins it to the others."""
        text, frames = self._pieces[index], self.frames
        end = text[len(text.rstrip()) :] if frames.of(index) else frames.newline
        if index and frames.neighbours(index - 1, index):
            return PlacedText(text, "", end)
        joint = frames.own_lines(GAP) if index or self.title else ""
        return PlacedText(frames.apart(index, text) if joint else text, joint, end)

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
        """The text so far: title, finished sections and what stands of those under way, ending in one newline.

        Of a draft that was imported, its own characters, and its own end.
        """
        return self._joined(self._pieces)

    def with_record(self, index: int, record: EditRecord) -> str:
        """`text` as it would be with this record as a section's text, which has one already."""
        before = self.texts[index]
        self.texts[index] = record.text
        try:
            changed = {index: self._piece(index, record)}
            final = self.manuscript.final(index + 1) if index + 1 in self.texts else None
            if final is not None and self.frames.goes_on(index + 1):
                changed[index + 1] = self._piece(index + 1, final.held.record)
            return self._joined({**self._pieces, **changed})
        finally:
            self.texts[index] = before

    def marked_parts(self) -> tuple[list[str], dict[int, int]]:
        """What `text` is as Markdown throughout, in parts, and which of them each section is.

        The headings of a draft are marked where they were none of Markdown, and the signs of plain text are escaped.
        """
        pieces = {}
        for i in self.texts:
            final = self.manuscript.final(i)
            assert final is not None
            pieces[i] = self._piece(i, final.held.record, marked=True)
        return self.frames.parts(self._there(pieces), self.title)

    def marked_heading(self, index: int) -> str:
        """What a draft gave before a section's text, as it is in `marked_parts`; "" where it gave none."""
        frame = self.frames.of(index)
        return self.frames.headed(index, frame) if frame else ""

    def _joined(self, pieces: Mapping[int, str]) -> str:
        return self.frames.joined(self._there(pieces), self.title)

    def _there(self, pieces: Mapping[int, str]) -> Iterator[tuple[int, str]]:
        return ((i, pieces[i] if i in pieces else self._begun(i)) for i in range(len(self.manuscript.plan.sections)))

    @property
    def title(self) -> str:
        """The heading of the whole; "" for none, as over a draft that has its own."""
        return "" if self.frames.of(0) else self.manuscript.plan.title

    def written(self) -> int:
        """Words of the title and of all finished sections, as the report counts them; 0 where none is."""
        return sum(self.words.values()) + count_words(self.title) if self.words else 0

    def given_words(self) -> int:
        """Words that an imported draft gave."""
        finals = {i: self.manuscript.final(i) for i in self.words}
        return sum(self.words[i] for i, f in finals.items() if f and isinstance(f.held.record, GivenRecord))

    def parts(self) -> list[DocumentPart]:
        """The finished sections, in order."""
        return list(self._parts())

    def _parts(self) -> Iterator[DocumentPart]:
        manuscript = self.manuscript
        now = self.seen()
        for i, name in enumerate(manuscript.ids):
            final = manuscript.final(i)
            if final is not None and i in self.texts:
                moved = final.seen != now[i] and not isinstance(final.held.record, GivenRecord)
                stale = manuscript.due(i) or moved
                yield self._part(i, name, final, stale=stale)

    def _part(self, index: int, name: str, final: Final, *, stale: bool) -> DocumentPart:
        record = final.held.record
        text, words, hand = self._pieces[index], self.words[index], record.hand
        return DocumentPart(index, name, text, sum(record.asked), words, stale, record.faults, hand, final.held.entry)

    def seen(self) -> dict[int, str]:
        """For each section, the fingerprint of the earlier text that it can see now."""
        return fingerprints(groups(self.manuscript.plan, parallel=self.settings.parallel), self.texts)

    def heading_words(self, index: int) -> str:
        """What will stand before a section's text, as far as the plan knows; "" for its heading where that is the model's."""
        if frame := self.frames.of(index):
            return frame.heading
        if self.frames.goes_on(index):
            return ""
        title = "" if self._headings == "model" else self.manuscript.plan.sections[index].title
        return f"{self._opening(index)}{title}"

    def _piece(self, index: int, record: TextRecord, *, marked: bool = False) -> str:
        """A section's text under its headings. `marked`: headings of plain text are marked, and its signs escaped."""
        text, frame, plain = self.texts[index], self.frames.of(index), self.frames.plain and not marked
        if frame is None:
            return self._under_plan(index, text, by_hand=record.hand, plain=plain)
        if not record.hand:
            text = HEADING.sub("", text)
        if marked and self.frames.plain:
            shown = as_markdown(text) if record.hand else text
            return f"{self.marked_heading(index)}{shown}{'' if frame.open else GAP}"
        heading = self.marked_heading(index) if marked else frame.heading
        if isinstance(record, GivenRecord):
            return f"{heading}{record.text}{record.tail}"
        return self.frames.around(frame.model_copy(update={"heading": heading}), text)

    def _under_plan(self, index: int, text: str, *, by_hand: bool, plain: bool) -> str:
        """A section that no draft gave, under the plan's headings, or right behind what it goes on with."""
        if self.frames.goes_on(index):
            before, text = self.texts.get(index - 1, ""), HEADING.sub("", text)
            piece = going_on(before, text) if before else f"\n\n{text}"
        else:
            opening, body = self._opening(index), self._with_heading(index, text, by_hand)
            piece = unmarked(opening) + unmarked(body) if plain else opening + body
        return self.frames.own_lines(piece)

    def _opening(self, index: int) -> str:
        """What stands before a section: its chapter's heading, where it opens a chapter."""
        sections = self.manuscript.plan.sections
        chapter = sections[index].chapter
        opens = index == 0 or sections[index - 1].chapter != chapter
        return f"{'#' * self.frames.level} {chapter}\n\n" if chapter and opens else ""

    def _with_heading(self, index: int, text: str, by_hand: bool) -> str:
        section = self.manuscript.plan.sections[index]
        source = "auto" if by_hand and self._headings == "plan" else self._headings
        return with_heading(text, section.title, self.frames.level + bool(section.chapter), source)

    def _begun(self, index: int) -> str:
        """What stands of a section that is not finished: its replies so far, and what was kept of the last one."""
        steps, texts = self.manuscript.steps(index), list[str]()
        while (known := self.calls.known(f"{steps}{len(texts)}")) is not None:
            texts.append(known.text.strip())
        texts.append(self.calls.partial(f"{steps}{len(texts)}").strip())
        text = "\n\n".join(filter(None, texts))
        return self._under_plan(index, text, by_hand=False, plain=self.frames.plain) if text else ""
