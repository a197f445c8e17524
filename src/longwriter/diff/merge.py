"""Two edits of one text put together, paragraph by paragraph (three-way merge, as diff3 does by line).

Where one side alone changed a paragraph, its version is taken; where both made the same change, it is made once; where both
changed it differently, a person decides. Pure.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from longwriter.diff.paragraphs import align, joined, paragraphs

Choice = Literal["mine", "theirs"]


class MergeChunk(NamedTuple):
    """Paragraphs of three texts that belong together, each "" where there is none."""

    kind: Literal["same", "mine", "theirs", "conflict"]
    """`same`: both sides agree; `mine`, `theirs`: that side alone changed it; `conflict`: both did, differently."""
    base: str
    mine: str
    theirs: str


class _Hunk(NamedTuple):
    """Paragraphs of the base that one side has replaced."""

    start: int
    end: int
    new: tuple[str, ...]


def merge(base: str, mine: str, theirs: str) -> list[MergeChunk]:
    """The chunks of three texts in order: joined, their parts are these texts (blank lines apart)."""
    old = paragraphs(base)
    hunks = {"mine": _hunks(old, paragraphs(mine)), "theirs": _hunks(old, paragraphs(theirs))}
    out, done = list[MergeChunk](), 0
    for start, end, own in _groups(hunks["mine"], hunks["theirs"]):
        out += [MergeChunk("same", text, text, text) for text in old[done:start]]
        out.append(_chunk(joined(old[start:end]), *(_side(old, start, end, side) for side in own)))
        done = end
    return out + [MergeChunk("same", text, text, text) for text in old[done:]]


def merged(chunks: Sequence[MergeChunk], conflicts: Choice | None = None) -> str | None:
    """The text of both edits; None where one is a conflict and `conflicts` does not say whose version to take."""
    out = []
    for chunk in chunks:
        side = chunk.kind if chunk.kind != "conflict" else conflicts
        if side is None:
            return None
        out.append(chunk.theirs if side == "theirs" else chunk.mine)
    return joined(out)


def _hunks(base: Sequence[str], other: Sequence[str]) -> list[_Hunk]:
    """What differs: a paragraph in another version is one, and so are neighbours that were removed or added."""
    out, at, open_ = list[_Hunk](), 0, False
    for i, j in align(base, other):
        if i is not None and j is not None:
            if base[i] != other[j]:
                out.append(_Hunk(i, i + 1, (other[j],)))
            at, open_ = i + 1, False
            continue
        last = out.pop() if open_ else _Hunk(at, at, ())
        new = last.new if j is None else (*last.new, other[j])
        at = at if i is None else i + 1
        out.append(_Hunk(last.start, at, new))
        open_ = True
    return out


def _groups(
    mine: Sequence[_Hunk], theirs: Sequence[_Hunk]
) -> Iterator[tuple[int, int, tuple[list[_Hunk], list[_Hunk]]]]:
    """Hunks that touch the same paragraphs, or insert at the same place: begin, end, those of each side."""
    waiting = sorted([(h, 0) for h in mine] + [(h, 1) for h in theirs], key=lambda one: (one[0].start, one[0].end))
    while waiting:
        first, side = waiting.pop(0)
        start, end, own = first.start, first.end, ([first], list[_Hunk]()) if side == 0 else (list[_Hunk](), [first])
        while waiting and (waiting[0][0].start < end or (waiting[0][0].start, waiting[0][0].end) == (start, end)):
            hunk, side = waiting.pop(0)
            own[side].append(hunk)
            end = max(end, hunk.end)
        yield start, end, own


def _side(base: Sequence[str], start: int, end: int, hunks: Sequence[_Hunk]) -> str:
    """One side's text of a stretch of the base."""
    out, at = list[str](), start
    for hunk in hunks:
        out += [*base[at : hunk.start], *hunk.new]
        at = hunk.end
    return joined([*out, *base[at:end]])


def _chunk(base: str, mine: str, theirs: str) -> MergeChunk:
    if mine == theirs:
        return MergeChunk("same", base, mine, theirs)
    if theirs == base:
        return MergeChunk("mine", base, mine, theirs)
    return MergeChunk("theirs" if mine == base else "conflict", base, mine, theirs)
