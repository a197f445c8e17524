"""What a text says itself that makes two facts both so: another time, a change, another of the name, a part of the whole.

Asked only where two facts clash, which is seldom, and of the words near them alone: what stands pages away explains nothing.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from longwriter.checks.ledger.explained.wordings import Wordings
from longwriter.checks.ledger.numbers import number_of
from longwriter.checks.ledger.records import LedgerFact

Reason = Literal["", "apart", "changed"]
"""Nothing explains it; said of another time, person or world; or what was so before is so no longer."""
_AROUND = 300
"""Characters of a paragraph before and behind a fact that may explain it."""
_BEHIND = 160
_ALONE = 100
"""As many before a fact whose other is far away: a sentence of its own, not the chapter's matter."""
_NEAR = 600
"""Characters between two facts of one telling."""
_YEARS_OF_A_LIFE = 1
"""By how many years an age and two years of the calendar may differ."""
_ROUGHLY = 4
"""A number that is not exact may differ by one part of as many."""


class Said(NamedTuple):
    """A fact, or somebody's act, with the text of its section."""

    fact: LedgerFact
    text: str


class _Nearby(NamedTuple):
    """The words of two facts and those near them."""

    old: LedgerFact
    new: LedgerFact
    old_lead: str
    """The sentence or two before the older one, in its paragraph."""
    old_own: str
    own: str
    lead: str
    """Of the later one's paragraph, what stands before it; not what stands before the older one."""
    behind: str
    """Of its paragraph, what follows."""
    old_behind: str
    """What follows the older one in its paragraph, as far as the later one."""
    between: str
    """All that stands between them, if that is little."""
    together: bool
    """They stand in one paragraph."""
    spoken: bool
    """One is said by somebody, the other told."""

    @property
    def both(self) -> tuple[tuple[str, LedgerFact], ...]:
        """The words of each, and the fact."""
        return (self.old_own, self.old), (self.own, self.new)


def explained(check: str, old: Said, new: Said, language: str) -> Reason:
    """Why two facts that clash may both be so; "" where nothing near them says why."""
    words = _wordings(language)
    near = _nearby(old, new, words)
    told = f"{near.lead}{near.own}{near.behind}"
    before = f"{near.old_lead}{near.old_own}{near.old_behind}"
    if words.namesake.search(f"{before}\n{told}"):
        return "apart"
    if words.unreal.search(f"{near.lead}{near.own}") or words.unreal.search(f"{near.old_lead}{near.old_own}"):
        return "apart"
    shown = f"{near.lead}{near.own}\n{near.old_lead}{near.old_own}"
    if check in ("age", "colour") and words.pictured.search(shown):
        return "apart"
    if words.lie.search(before) or (check != "dead" and words.lie.search(told)):
        return "apart"
    reason = _REASONS.get(check)
    return reason(near, words) if reason else ""


def _wordings(language: str) -> Wordings:
    """A language's patterns, compiled when first asked for."""
    if language == "zh":
        from longwriter.checks.ledger.explained.chinese import WORDINGS  # noqa: PLC0415 - as said
    else:
        from longwriter.checks.ledger.explained.english import WORDINGS  # noqa: PLC0415 - as said
    return WORDINGS


def _nearby(old: Said, new: Said, words: Wordings) -> _Nearby:
    one, two = old.fact, new.fact
    same = one.section == two.section and bool(one.quote)
    first, last = _paragraph(new.text, two.start, two.end)
    apart = two.start - one.end if same else _NEAR
    around = _AROUND if apart < _NEAR else _ALONE
    begin = max(first, two.start - around, one.end if same and one.end <= two.start else 0)
    together = same and first <= one.start
    since, until = _paragraph(old.text, one.start, one.end)
    until = min(until, one.end + _BEHIND, two.start if same and two.start > one.end else until)
    return _Nearby(
        old=one,
        new=two,
        old_lead=old.text[max(since, one.start - (_BEHIND if apart < _NEAR else _ALONE)) : one.start],
        old_own=one.quote,
        own=two.quote,
        lead=new.text[begin : two.start],
        behind=new.text[two.end : min(last, two.end + _BEHIND)],
        old_behind=old.text[one.end : until],
        between=new.text[one.end : two.start] if 0 < apart < _NEAR else "",
        together=together,
        spoken=together and bool(words.says.search(one.quote)) != bool(words.says.search(two.quote)),
    )


def _paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the paragraph of a place begins and ends, or as much of it as is looked at."""
    first, last = text.rfind("\n\n", max(0, start - _NEAR), start), text.find("\n\n", end, end + _NEAR)
    return first + 1 if first >= 0 else max(0, start - _NEAR), last if last >= 0 else min(len(text), end + _NEAR)


def _ages(near: _Nearby, words: Wordings) -> Reason:
    before, after = number_of(near.old.value) or 0, number_of(near.new.value) or 0
    years = [words.year_in(own) for own in (near.old_own, near.own)]
    if years[0] and years[1]:
        return "apart" if abs((years[1] - years[0]) - (after - before)) <= _YEARS_OF_A_LIFE else ""
    if years[0] or years[1] or near.spoken or any(map(words.hedged.search, (near.old_own, near.own))):
        return "apart"
    if words.looking_back.search(near.lead[-_BEHIND:] + near.own) or words.looking_back.search(near.old_own):
        return "apart"
    events = [words.dated.findall(own) for own in (near.old_own, near.own)]
    if all(events) and events[0] != events[1]:
        return "apart"
    if near.together and after > before and words.time_goes_on.search(f"{near.between}{near.own}".strip()):
        return "changed"
    return ""


def _colours(near: _Nearby, words: Wordings) -> Reason:
    near_new = near.between + near.lead + near.own + near.behind
    near_old = (near.old_lead if near.between else "") + near.old_own + near.old_behind
    if words.recoloured.search(near_new) or words.recoloured.search(near_old):
        return "changed"
    wet = [words.wet_or_dry(own) for own in (near.old_own, near.lead[-_BEHIND:] + near.own)]
    if wet[0] and wet[1] and wet[0] != wet[1]:
        return "apart"
    seemed = words.seemed(near.new.value)
    return "apart" if seemed.search(near.between) or seemed.search(near.lead) else ""


def _numbers(near: _Nearby, words: Wordings) -> Reason:
    if words.part.search(near.own) or words.part.search(near.old_own):
        return "apart"
    before, after = number_of(near.old.value) or 0, number_of(near.new.value) or 0
    if abs(before - after) * _ROUGHLY <= max(before, after) and any(map(words.rough.search, (near.old_own, near.own))):
        return "apart"
    elsewhere = [words.place.match(own, own.find(fact.subject) + len(fact.subject)) for own, fact in near.both]
    if all(elsewhere) and len({one[1] for one in elsewhere if one}) > 1:
        return "apart"
    times = [words.when.findall(one) for one in (near.old_own, near.own)]
    if times[0] != times[1]:
        return "apart"
    return "changed" if near.between and words.counted_anew.search(near.between + near.own) else ""


def _dates(near: _Nearby, words: Wordings) -> Reason:
    if set(words.calendar.findall(near.own)) != set(words.calendar.findall(near.old_own)):
        return "apart"
    if bool(words.christened.search(near.own)) != bool(words.christened.search(near.old_own)):
        return "apart"
    if words.again.search(near.own) or words.again.search(near.between):
        return "apart"
    owners = [found[1].lower() if (found := words.owner.search(one)) else "" for one in (near.old_own, near.own)]
    if all(owners) and owners[0] != owners[1]:
        return "apart"
    years = [number_of(fact.value[:4]) for fact in (near.old, near.new)]
    if near.old.value.endswith("-02-29") and near.new.value[-5:] in ("02-28", "03-01"):
        return "apart"
    if all(years) and years[0] != years[1] and words.recurring.search(near.new.relation):
        return "apart"
    ends = bool(words.ends.search(near.own)) and not words.ends.search(near.old_own)
    return "apart" if near.together and ends else ""


def _kin(near: _Nearby, words: Wordings) -> Reason:
    if words.real_kin.search(near.lead[-_BEHIND:] + near.own) or words.loose_kin.search(
        near.lead + near.own + near.behind
    ):
        return "apart"
    if words.loose_kin.search(near.old_own + near.old_behind):
        return "apart"
    told = f"{near.old_own}{near.between}{near.own}"
    return "changed" if near.between and words.joined.search(told) else ""


def _dead(near: _Nearby, words: Wordings) -> Reason:
    if words.revived.search(near.between) or (near.between and words.revived.search(near.own)):
        return "changed"
    if words.alive.search(near.lead + near.own) or words.backwards.search(near.lead):
        return "apart"
    if near.together and words.alive.search(near.old_lead):
        return "apart"
    if words.no_death.search(near.old_lead + near.old_own + near.old_behind):
        return "changed"
    died = words.year_in(near.old_own)
    acted = words.year_in(near.own) or words.year_in(near.lead)
    return "apart" if acted and (not died or acted <= died) else ""


_REASONS: dict[str, Callable[[_Nearby, Wordings], Reason]] = {
    "age": _ages,
    "colour": _colours,
    "number": _numbers,
    "date": _dates,
    "kinship": _kin,
    "dead": _dead,
}
