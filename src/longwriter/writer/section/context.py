"""What a section may see of the text so far.

`full` shows all of it (the paper's way): each prompt begins with the whole prompt before it, up to the end of the earlier
text. `window` shows notes on what fell out of sight, the passages most related to this section, and the last words; its
size does not grow with the text. `auto` is full while that fits the model's window, then window for good; `choice` says when
it is window from the start. The request and the outline come first in every prompt, byte for byte the same, so a server's
prefix cache holds them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from longwriter.errors import SetupError, TruncatedPrompt
from longwriter.journal import digest
from longwriter.models.cards import Card
from longwriter.models.limits import token_limit
from longwriter.prompts import PromptSet
from longwriter.text import count_words, tail_words
from longwriter.types import Plan, Request, Section
from longwriter.writer.calls import Calls, user
from longwriter.writer.records.asked import WindowRecord
from longwriter.writer.records.kinds import note
from longwriter.writer.section.earlier import TAIL_WORDS, EarlierText

TOKENS_PER_WORD = 1.7
"""Upper side of common vocabularies, for English words and for Chinese characters alike."""
DEFAULT_WINDOW = 32_768
BLOCK_NOTE_WORDS = 80
NOTES_WORDS = 400
"""Notes that grow beyond this are noted again, to half of it."""
NOTE_SLACK = 3.0
"""Notes are lists, longer in tokens than prose of as many words."""
PASSAGE_WORDS = 250
"""Most words of related passages."""
PLAN_SHARE = 0.25
"""An outline larger than this part of the window is shown as chapter titles and the current chapter."""


class Outline:
    """A plan as prompts show it; each form is made once."""

    def __init__(self, plan: Plan, prompts: PromptSet) -> None:
        """The plan does not change while it is written."""
        self._sections = plan.sections
        self._lines = [
            prompts.render("line", number=number, title=s.title, words=s.words, point=s.point)
            for number, s in enumerate(plan.sections, 1)
        ]
        self._forms: dict[str | None, str] = {}

    @property
    def whole(self) -> str:
        """All sections under their chapters."""
        return self.of(None)

    def of(self, chapter: str | None) -> str:
        """The sections of one chapter under all chapter titles; None: all sections."""
        if chapter not in self._forms:
            self._forms[chapter] = self._form(chapter)
        return self._forms[chapter]

    def _form(self, chapter: str | None) -> str:
        lines, before = [], ""
        for section, line in zip(self._sections, self._lines, strict=True):
            if section.chapter != before:
                lines.append(f"## {section.chapter}")
                before = section.chapter
            if chapter is None or section.chapter == chapter:
                lines.append(line)
        return "\n".join(lines)


@dataclass
class Window:
    """Tokens of prompt and reply together; chapters side by side share what is learnt about it."""

    tokens: int
    stated: int | None = None
    """What the user gave; what was learnt holds until they give another."""


class ContextBuilder:
    """What the sections of one group see of each other: all of it, or a window with notes on the rest."""

    def __init__(
        self,
        calls: Calls,
        prompts: PromptSet,
        outline: Outline,
        mode: str,
        limit: Window,
        on_warning: Callable[[str], None],
    ) -> None:
        """`mode`: auto, full or window."""
        self.calls, self.prompts, self.mode, self.limit, self.on_warning = calls, prompts, mode, limit, on_warning
        self.earlier = EarlierText()
        self._outline = outline
        self._outline_fits: dict[tuple[int, float], bool] = {}
        """Whether all of the outline may be shown, by the window and the ratio of the counter."""
        self._notes: list[str] = []
        self._noted = 0
        """Blocks that the notes cover."""

    @property
    def window(self) -> int:
        """Tokens of prompt and reply together."""
        return self.limit.tokens

    def fits(self, prompt: str, reply_tokens: int) -> bool:
        """Whether a prompt, counted with the margin of `tokens.SAFETY`, leaves room for the reply."""
        return self.room(prompt, reply_tokens) >= 0

    def room(self, prompt: str, reply_tokens: int) -> int:
        """Tokens left beside a prompt and its reply."""
        return self.window - reply_tokens - self.calls.roles["writer"].counter.upper(prompt)

    def check(self, prompt: str, reply_tokens: int) -> None:
        """Refuse a full prompt that cannot fit. Raises SetupError."""
        if not self.fits(prompt, reply_tokens):
            raise SetupError(
                f"all earlier text no longer fits a window of {self.window:,} tokens: "
                "use --context auto or window, or give the model's real size with --window"
            )

    def shrink(self, used: int, error: TruncatedPrompt) -> bool:
        """Take over the window that a server turned out to have; False when it is no smaller than the one `used`."""
        if error.read >= used:
            return False
        if error.read < self.window:  # not learnt by another chapter in the meantime
            self.limit.tokens = error.read
            note(self.calls.journal, WindowRecord(tokens=error.read, stated=self.limit.stated))
            self.on_warning(f"{error}; going on within {error.read:,} tokens")
        return True

    def outline(self, chapter: str) -> str:
        """The whole outline, or its compact form when it would fill the window."""
        if chapter and not self._whole_outline_fits():
            return self._outline.of(chapter)
        return self._outline.whole

    def _whole_outline_fits(self) -> bool:
        at = self.window, self.calls.roles["writer"].counter.ratio
        if at not in self._outline_fits:
            self._outline_fits[at] = self.fits(self._outline.whole, int(self.window * (1 - PLAN_SHARE)))
        return self._outline_fits[at]

    def full(self, current: str) -> str:
        """All earlier text, with what stands of the section itself."""
        text = self.earlier.whole(current)
        return self.prompts.render("memory_full", text=text) if text else ""

    async def digest(self, current: str, section: Section, room: int) -> str:
        """Notes, related passages and the tail, in at most `room` tokens. Raises SetupError when none fit.

        `current`: what stands of the section itself.
        """
        if not current and not any(self.earlier.texts):
            return ""
        blocks, recent = self.earlier.blocks()
        recent = "\n\n".join(filter(None, (recent, current)))
        notes = await self._notes_on(blocks)
        query = f"{section.title} {section.point}"
        for part in (1.0, 0.5, 0.25, 0.12):
            memory = self.prompts.render(
                "memory_window",
                notes=notes if part == 1 else tail_words(notes, int(NOTES_WORDS * part)),
                passages="\n\n".join(self.earlier.passages.related(query, int(PASSAGE_WORDS * part))),
                tail=recent if part == 1 else tail_words(recent, int(TAIL_WORDS * part)),
            )
            if self.calls.roles["writer"].counter.upper(memory) <= room:
                return memory
        raise SetupError(
            f"a window of {self.window:,} tokens is too small for the instruction and outline of this text: "
            "use a model with a larger one, or fewer --words"
        )

    async def _notes_on(self, blocks: list[str]) -> str:
        """One note per block; when they grow too long, notes on the notes. Blocks that have theirs are not read again."""
        for block in blocks[self._noted :]:
            notes = [*self._notes, await self._note(block, BLOCK_NOTE_WORDS)]
            if sum(count_words(n) for n in notes) > NOTES_WORDS:
                notes = [await self._note("\n\n".join(notes), NOTES_WORDS // 2)]
            self._notes, self._noted = notes, self._noted + 1
        return "\n\n".join(self._notes)

    async def _note(self, text: str, words: int) -> str:
        """Notes of about `words` words on a text; the step is named by the text, so a changed text gets new notes."""
        step = f"notes:{digest(text)}"
        request = Request(
            messages=user(self.prompts.render("notes", text=text, ask=words)),
            max_tokens=token_limit(words, Card(), NOTE_SLACK),
            seed=int(digest(step), 16) % 2**31,
        )
        reply = await self.calls.ask("planner", step, request, expect=3 * words)
        return reply.text.strip()
