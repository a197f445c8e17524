"""The text of one answer, piece by piece as its run is written.

A section is given once it is final and all before it were given; what was given is never taken back, so a section that is
edited or rewritten later stays as it was in this answer.
"""

from collections.abc import Iterator

from longwriter.serve.v1.answers.book import ApiOrder, FedPlace
from longwriter.serve.v1.answers.limits import AnswerLimits, Finish
from longwriter.writer.session import Session

END = 10**9
"""Characters beyond the end of any section."""


class AnswerText:
    """The pieces of an answer, in order, as far as the run has them now."""

    def __init__(self, order: ApiOrder) -> None:
        """Nothing was given yet."""
        self._order, self._limits = order, AnswerLimits(order.most, order.stop)
        self.place = order.begin
        """Where the next answer begins."""
        self.text = ""
        """What was given."""
        self._fed = 0
        self._last_id = ""
        self._left = list(order.sections)

    @property
    def finish(self) -> Finish | None:
        """Why it ended before its text did; None: it did not."""
        return self._limits.finish

    def pieces(self, session: Session) -> Iterator[str]:
        """What can be given now."""
        if not session.manuscript.planned:
            return
        for text, place, length in self._rewritten(session) if self._order.sections else self._following(session):
            piece = f"\n\n{text}" if text and self._fed else text.lstrip()
            given = self._limits.feed(piece)
            self._fed += len(piece)
            self.text += given
            over = self.finish is not None
            self.place = (
                FedPlace(section=place.section, chars=max(0, length - self._fed + len(self.text))) if over else place
            )
            if given:
                yield given
            if over:
                return

    def take_all(self, session: Session) -> bool:
        """Take what is there; whether the answer is whole with it."""
        for _ in self.pieces(session):
            pass
        if self.finish is None and not self.whole(session):
            return False
        self.close()
        return True

    def close(self) -> str:
        """The text is at its end: what was held back of it."""
        held = self._limits.close()
        self.text += held
        return held

    def _following(self, session: Session) -> Iterator[tuple[str, FedPlace, int]]:
        """Text, the place behind it, the length of the section that it ends with."""
        manuscript, begin = session.manuscript, self._order.begin
        if self.place.section < 0:
            if not final(session, 0):
                return  # until then, whoever reads is told how far the work is
            title = manuscript.plan.title
            yield (f"# {title}" if title else ""), FedPlace(section=0), 0
        index = self._next(session)
        while index < len(manuscript.ids) and final(session, index):
            whole = session.document.piece(index).rstrip("\n")
            self._last_id = manuscript.ids[index]
            text = whole[begin.chars :] if index == begin.section and not self._fed else whole
            yield text.rstrip(), FedPlace(section=index, chars=END), len(whole)
            index += 1

    def _next(self, session: Session) -> int:
        """The section that is to be given: the one behind the last, wherever an edited plan has put that."""
        ids = session.manuscript.ids
        if self._last_id in ids:
            return ids.index(self._last_id) + 1
        return self.place.section + (self.place.chars >= END)

    def _rewritten(self, session: Session) -> Iterator[tuple[str, FedPlace, int]]:
        if len(session.journal) <= self._order.entry:
            return  # what was read of the run is older than the order
        ids = session.manuscript.ids
        while self._left:
            if self._left[0] in ids:
                index = ids.index(self._left[0])
                if not final(session, index):
                    return
                text = session.document.piece(index).rstrip()
                yield text, self._order.begin, len(text)
            self._left.pop(0)

    def whole(self, session: Session) -> bool:
        """Whether all of it was given."""
        if self._order.sections:
            return not self._left
        manuscript = session.manuscript
        return manuscript.planned and self.place.section >= 0 and self._next(session) >= len(manuscript.ids)


def final(session: Session, index: int) -> bool:
    """Whether a section has its text, and is not to be written again."""
    return session.manuscript.final(index) is not None and not session.manuscript.due(index)


def place_after(session: Session, order: ApiOrder, text: str) -> FedPlace | None:
    """The place behind a text that is the beginning of an order's answer, whitespace aside; None: it is no such."""
    wanted = "".join(text.split())
    whole = AnswerText(order.model_copy(update={"most": None, "stop": ()}))
    for piece in whole.pieces(session):
        bare = "".join(piece.split())
        if len(wanted) > len(bare):
            if not wanted.startswith(bare):
                return None
            wanted = wanted[len(bare) :]
        elif bare.startswith(wanted):
            left = _characters_after(piece, len(wanted))
            section = max(0, whole.place.section)
            length = len(session.document.piece(section).rstrip("\n"))
            return whole.place if not left else FedPlace(section=section, chars=length - left)
        else:
            return None
    return whole.place if not wanted else None


def _characters_after(text: str, bare: int) -> int:
    """Characters behind the first so many that are no whitespace."""
    for at, char in enumerate(text):
        if not bare:
            return len(text) - at
        bare -= not char.isspace()
    return 0
