"""What a section may see of the text so far.

`full` shows all of it (the paper's way): each prompt begins with the whole prompt before it, up to the end of the earlier
text. `window` shows notes on what fell out of sight, the passages most related to this section, and the last words; its
size does not grow with the text. `auto` is full while that fits the model's window, then window for good; `choice` says when
it is window from the start. The request and the outline come first in every prompt, byte for byte the same, so a server's
prefix cache holds them.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from longwriter.errors import SetupError, TruncatedPrompt
from longwriter.journal import digest
from longwriter.models.cards import Card
from longwriter.models.limits import token_limit
from longwriter.text import count_words, tail_words, words_of
from longwriter.types import Plan, Request, Section
from longwriter.writer.calls import Calls, user
from longwriter.writer.prompts import PromptSet

TOKENS_A_WORD = 1.7
"""Upper side of common vocabularies, for English words and for Chinese characters alike."""
DEFAULT_WINDOW = 32_768
TAIL_WORDS = 350
"""At least so much of the latest text is shown as it stands."""
BLOCK_WORDS = 800
"""Older text is noted in blocks of whole sections of about this size; what no note covers yet is shown as it stands."""
BLOCK_NOTE_WORDS = 80
NOTES_WORDS = 400
"""Notes that grow beyond this are noted again, to half of it."""
NOTE_SLACK = 3.0
"""Notes are lists, longer in tokens than prose of as many words."""
PASSAGE_WORDS = 250
"""Most words of related passages."""
PLAN_SHARE = 0.25
"""An outline larger than this part of the window is shown as chapter titles and the current chapter."""


@dataclass(frozen=True)
class Seen:
    """The earlier sections that a section may see."""

    texts: tuple[str, ...]
    current: str = ""
    """What stands of the section itself, when it is continued."""

    @property
    def text(self) -> str:
        """All of it."""
        return "\n\n".join(t for t in (*self.texts, self.current) if t)


def outline(plan: Plan, prompts: PromptSet, chapter: str | None = None) -> str:
    """The plan as the prompt shows it; with `chapter`, the sections of that chapter alone under all chapter titles."""
    lines, before = [], ""
    for number, section in enumerate(plan.sections, 1):
        if section.chapter != before:
            lines.append(f"## {section.chapter}")
            before = section.chapter
        if chapter is None or section.chapter == chapter:
            lines.append(
                prompts.render("line", number=number, title=section.title, words=section.words, point=section.point)
            )
    return "\n".join(lines)


@lru_cache(maxsize=8192)  # every section asks about the same earlier paragraphs again; 200 sections: 20 s without
def _bag(passage: str) -> Counter[str]:
    return Counter(words_of(passage.casefold()))


def related(passages: Sequence[str], query: str, most_words: int) -> list[str]:
    """The passages that share most with the query by BM25 (k1 1.2, b 0.75), in text order, within `most_words`."""
    documents = [_bag(p) for p in passages]
    sizes = [sum(d.values()) for d in documents]
    mean = sum(sizes) / max(1, len(sizes)) or 1.0
    asked = _bag(query)
    found = {word: sum(word in d for d in documents) for word in asked}
    scores = []
    for document, size in zip(documents, sizes, strict=True):
        score = 0.0
        for word in asked:
            if (tf := document[word]) and size:
                rarity = math.log(1 + (len(documents) - found[word] + 0.5) / (found[word] + 0.5))
                score += rarity * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * size / mean))
        scores.append(score)
    chosen, room = [], most_words
    for i in sorted(range(len(passages)), key=lambda i: -scores[i]):
        if scores[i] > 0 and sizes[i] <= room:
            chosen.append(i)
            room -= sizes[i]
    return [passages[i] for i in sorted(chosen)]


def blocks_of(texts: Sequence[str]) -> tuple[list[str], str]:
    """Older text in blocks for notes, and the recent text after them, of at least `TAIL_WORDS` where there is as much.

    A block, once closed, never changes while the text grows.
    """
    blocks: list[str] = []
    recent: list[tuple[str, int]] = []
    for text in texts:
        recent.append((text, count_words(text)))
        if sum(n for _, n in recent) < BLOCK_WORDS + TAIL_WORDS:
            continue
        block = []
        while sum(n for _, n in recent[1:]) >= TAIL_WORDS:
            block.append(recent.pop(0)[0])
        if block:
            blocks.append("\n\n".join(block))
    return blocks, "\n\n".join(text for text, _ in recent)


@dataclass
class Window:
    """Tokens of prompt and reply together; chapters side by side share what is learnt about it."""

    tokens: int
    stated: int | None = None
    """As the user gave it; what was learnt holds until they give another."""


class Memory:
    """Decides full or window, and makes the window's notes."""

    def __init__(
        self, calls: Calls, prompts: PromptSet, mode: str, limit: Window, on_warning: Callable[[str], None]
    ) -> None:
        """`mode`: auto, full or window."""
        self.calls, self.prompts, self.mode, self.limit, self.on_warning = calls, prompts, mode, limit, on_warning
        self._outlines: dict[str | None, str] = {}

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
            self.calls.journal.append("window", {"tokens": error.read, "stated": self.limit.stated})
            self.on_warning(f"{error}; going on within {error.read:,} tokens")
        return True

    def outline(self, plan: Plan, chapter: str) -> str:
        """The whole outline, or its compact form when it would fill the window."""
        whole = self._outline(plan, None)
        if chapter and not self.fits(whole, int(self.window * (1 - PLAN_SHARE))):
            return self._outline(plan, chapter)
        return whole

    def _outline(self, plan: Plan, chapter: str | None) -> str:
        if chapter not in self._outlines:  # a plan does not change while it is written
            self._outlines[chapter] = outline(plan, self.prompts, chapter)
        return self._outlines[chapter]

    def full(self, seen: Seen) -> str:
        """All earlier text."""
        return self.prompts.render("memory_full", text=seen.text) if seen.text else ""

    async def digest(self, seen: Seen, section: Section, room: int) -> str:
        """Notes, related passages and the tail, in at most `room` tokens. Raises SetupError when none fit."""
        if not seen.text:
            return ""
        blocks, recent = blocks_of(seen.texts)
        recent = "\n\n".join(t for t in (recent, seen.current) if t)
        notes = await self._notes(blocks)
        paragraphs = [p for block in blocks for p in block.split("\n\n") if p.strip()]
        query = f"{section.title} {section.point}"
        for part in (1.0, 0.5, 0.25, 0.12):
            memory = self.prompts.render(
                "memory_window",
                notes=notes if part == 1 else tail_words(notes, int(NOTES_WORDS * part)),
                passages="\n\n".join(related(paragraphs, query, int(PASSAGE_WORDS * part))),
                tail=recent if part == 1 else tail_words(recent, int(TAIL_WORDS * part)),
            )
            if self.calls.roles["writer"].counter.upper(memory) <= room:
                return memory
        raise SetupError(
            f"a window of {self.window:,} tokens is too small for the instruction and outline of this text: "
            "use a model with a larger one, or fewer --words"
        )

    async def _notes(self, blocks: Sequence[str]) -> str:
        """One note a block; when they grow too long, notes on the notes."""
        notes: list[str] = []
        for block in blocks:
            notes.append(await self._note(block, BLOCK_NOTE_WORDS))
            if sum(count_words(n) for n in notes) > NOTES_WORDS:
                notes = [await self._note("\n\n".join(notes), NOTES_WORDS // 2)]
        return "\n\n".join(notes)

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
