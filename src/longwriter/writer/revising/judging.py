"""Findings of a model: asked section by section, and kept only where each quote stands in the section letter by letter."""

from longwriter.errors import EmptyReply, PromptTooLong, TruncatedPrompt
from longwriter.journal import digest
from longwriter.models.base import ModelConfig
from longwriter.models.cards import card_of
from longwriter.models.limits import token_limit
from longwriter.models.verdicts import TRIES, Unreadable, ended, the_json
from longwriter.text import head_words
from longwriter.types import Message, Request
from longwriter.writer.calls import judge_calls, user
from longwriter.writer.events import Warned
from longwriter.writer.records.revised import WantedFinding
from longwriter.writer.revising.layout import DocumentLayout
from longwriter.writer.revising.listed import located
from longwriter.writer.section.request import seed_of
from longwriter.writer.session import Session

MOST = 8
"""Findings of one section."""
SECTION_WORDS = 2000
"""What a judge is shown of a section."""
ANSWER_WORDS = 60 * MOST
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "quotes": {"type": "array", "items": {"type": "string"}},
                    "message": {"type": "string"},
                },
                "required": ["quotes", "message"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["findings"],
    "additionalProperties": False,
}
GONE: dict[str, object] = {
    "type": "object",
    "properties": {"gone": {"type": "boolean"}},
    "required": ["gone"],
    "additionalProperties": False,
}


class RevisionJudge:
    """A model that reads a document for findings. Its calls are journalled under the revision's name."""

    def __init__(self, session: Session, judge: ModelConfig, revision: int) -> None:
        """`session`: one whose calls expect this revision's judge."""
        self.session, self.card = session, card_of(judge.model, judge.card)
        self.steps = judge_calls(revision)
        session.calls.of_draft(self.steps)
        self.invented = 0
        """Findings that were dropped: a quote of theirs is not in the section."""

    async def findings(self, layout: DocumentLayout, turn: int) -> list[WantedFinding]:
        """What it finds, verified. A reply that cannot be read is reported, and is none. Raises what its model raises."""
        found: list[WantedFinding] = []
        for own in layout.owned:
            text = layout.text[own.start : own.end]
            prompt = self.session.prompts.render("judge", section=head_words(text, SECTION_WORDS), most=MOST)
            step = f"{self.steps}{turn}-{own.section}-{digest(text)}"
            answer = await self._asked(step, prompt, SCHEMA, ANSWER_WORDS)
            if answer is None:
                said = f"the judge said nothing that can be read of section {own.section + 1}"
                self.session.options.on_event(Warned(said))
                continue
            rows = answer.get("findings")
            for row in rows[:MOST] if isinstance(rows, list) else ():
                if (finding := self._verified(row, text, own.start)) is not None:
                    found.append(finding)
        if self.invented:
            said = f"{self.invented} of the judge's findings quote what is not in the text, and do not count"
            self.session.options.on_event(Warned(said))
        return found

    def _verified(self, row: object, text: str, start: int) -> WantedFinding | None:
        quotes = row.get("quotes") if isinstance(row, dict) else None
        said = str(row.get("message") or "") if isinstance(row, dict) else ""
        given = [quote.strip() for quote in quotes if isinstance(quote, str)] if isinstance(quotes, list) else []
        finding = WantedFinding(kind="judged", check="judge", places=(), quotes=tuple(filter(None, given))[:2],
                                message=" ".join(said.split()) or "the judge would change it", source="model")  # fmt: skip
        placed = located(finding, text) if finding.quotes else ""
        if isinstance(placed, str):
            self.invented += 1
            return None
        moved = [p.model_copy(update={"start": p.start + start, "end": p.end + start}) for p in placed.places]
        return placed.model_copy(update={"places": tuple(moved)})

    async def gone(self, fault: str, old: str, new: str, name: str) -> bool:
        """Whether it says that a fault is gone; a reply that cannot be read says no."""
        prompt = self.session.prompts.render("judge_again", fault=fault, old=old, passage=new)
        answer = await self._asked(f"{self.steps}{name}", prompt, GONE, 20)
        return answer is not None and answer.get("gone") is True

    async def _asked(self, step: str, prompt: str, schema: dict[str, object], words: int) -> dict[str, object] | None:
        messages: tuple[Message, ...] = user(prompt)
        for attempt in range(TRIES):
            request = Request(
                messages=messages, max_tokens=token_limit(words, self.card), json_schema=schema,
                temperature=0.0 if attempt == 0 else None, seed=seed_of(self.session.settings.seed, step, attempt),
            )  # fmt: skip
            try:
                reply = await self.session.calls.of_draft(self.steps).ask(
                    "writer", f"{step}-{attempt}", request, expect=words
                )
                return the_json(ended(reply))
            except (EmptyReply, Unreadable, PromptTooLong, TruncatedPrompt):
                continue
        return None
