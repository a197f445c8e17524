"""Listens to one reply while it streams: ends it when it loops or is long enough, and keeps its sentences as they come.

`kept` then makes of the reply what the book may have; both are functions of the text, so that a journalled reply is final.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from longwriter.checks.citations.attached import attached
from longwriter.checks.citations.sources import SourceSet
from longwriter.errors import EmptyReply
from longwriter.export.references import MARKED
from longwriter.text import count_words, last_sentence_end, sentence_ends
from longwriter.types import Reply
from longwriter.writer.reply.about_writing import without_such
from longwriter.writer.reply.loops import good_part, loops
from longwriter.writer.reply.prose import prose

LOOK_EVERY = 320
"""Characters between two looks at a stream; a look takes 2 ms."""
KEEP_AFTER_S = 2.0
"""A reply that has taken so long has its sentences kept in case that it is stopped."""
BEYOND = 30
"""Words that may come after the most that is wanted, for the sentence to end."""
LEAST_KEPT = 20
"""Words: less is not worth keeping."""


@dataclass(frozen=True)
class Bounds:
    """What one reply may be."""

    before: str
    """Earlier text, which it may not say again."""
    most: int
    """Words beyond which it is trimmed."""
    prompt: str
    """Its prompt, which it may not say back."""
    titles: tuple[str, ...]
    """The titles of document and section."""
    short: bool = False
    """Its prompt is a short one: no ask goes on from an unfinished sentence, so that is left out, and so are paragraphs about
    the writing."""
    sources: SourceSet | None = None
    """What it may cite: all else that refers to a source goes. Behind a short prompt it is cited for the model."""
    lead: str = ""
    """What stands before it, as one text with it; the model has written none of it."""
    founded: Callable[[str], str] | None = None
    """What of a text may stand behind statements of sources; None: all of it."""


@dataclass
class ReplyWatch:
    """A `Listener` for one reply; one for each try of a step."""

    bounds: Bounds
    show: Callable[[str], None] | None = None
    """Whoever wants to see the text as it comes."""
    keep: Callable[[str], None] | None = None
    """Takes the whole sentences that came so far, for a run that is stopped in the middle."""
    text: str = ""
    _looked: int = 0
    _saved: int = 0
    _began: float = field(default_factory=time.monotonic)

    def begin(self) -> None:
        """A try begins."""
        self.text, self._looked, self._saved, self._began = "", 0, 0, time.monotonic()
        if self.show is not None and self.bounds.lead:
            self.show(f"{self.bounds.lead} ")

    def hear(self, piece: str) -> bool:
        """The next piece; True: enough."""
        self.text += piece
        if self.show is not None:
            self.show(piece)
        if len(self.text) - self._looked < LOOK_EVERY:
            return False
        self._looked = len(self.text)
        if time.monotonic() - self._began > KEEP_AFTER_S:
            self.save()
        return count_words(self.text) > self.bounds.most + BEYOND or loops(self.text, self.bounds.before)

    def save(self) -> None:
        """Hand over what the book may have of the sentences that are whole by now, if there are new ones."""
        end = last_sentence_end(self.text)
        if self.keep is None or end <= self._saved:
            return
        self._saved = end
        with suppress(EmptyReply):
            text = kept(Reply(text=self.text[:end], finish="cut"), self.bounds).text
            if count_words(text) >= LEAST_KEPT:
                self.keep(text)


def kept(reply: Reply, bounds: Bounds) -> Reply:
    """The reply with what the book may have of it. Raises Refused, or EmptyReply where nothing is left."""
    text = prose(reply.text, bounds.prompt, bounds.titles)
    text = without_such(text) if bounds.short else text
    if not text.strip() and not bounds.lead:
        raise EmptyReply(f"the reply is talk about the task, no prose: {' '.join(reply.text.split())[:120]!r}")
    if bounds.sources is not None:
        text = _citing(text, bounds.sources, short=bounds.short)
    if not text.strip() and not bounds.lead:
        raise EmptyReply(f"the reply is references alone: {' '.join(reply.text.split())[:120]!r}")
    if bounds.founded is not None and not (text := bounds.founded(text)) and not bounds.lead:
        raise EmptyReply(f"nothing in the reply stands on the sources: {' '.join(reply.text.split())[:120]!r}")
    good = good_part(text, bounds.before)
    if not good.strip() and not bounds.lead:
        raise EmptyReply(f"the reply only goes round in circles: {' '.join(text.split())[:120]!r}")
    fitted = fit(good, bounds.most)
    if bounds.short and reply.finish != "stop":
        fitted = fitted[: last_sentence_end(fitted) or (0 if bounds.lead else None)]
    cut = len(fitted) < len(text)
    finish = "cut" if cut and reply.finish == "stop" else reply.finish
    text = f"{bounds.lead} {fitted.lstrip()}".rstrip() if bounds.lead else fitted
    return reply.model_copy(update={"text": text, "finish": finish})


def _citing(text: str, sources: SourceSet, *, short: bool) -> str:
    """The text with the marks of sources alone that there are."""
    own = sources.cleaned(text).text
    own = MARKED.sub("", own) if short else own  # it copies marks that it sees, and they prove nothing
    return attached(own, sources) if short else own


def fit(text: str, most: int) -> str:
    """The text, or as many of its whole sentences as `most` words hold; at least the first one."""
    if count_words(text) <= most:
        return text
    ends = list(sentence_ends(text))
    low, high = 0, len(ends)
    while low < high:  # the words up to an end grow with it
        middle = (low + high) // 2
        if count_words(text[: ends[middle]]) <= most:
            low = middle + 1
        else:
            high = middle
    return text[: ends[max(0, low - 1)]] if ends else text
